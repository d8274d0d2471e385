#!/bin/bash
# A capture of our own audits, read as calls, gives the records that the audits
# gave: servers of every stack on a wire, asked for different things.
LIMIT=200
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

need_root
need python3

# shellcheck disable=SC2119 # no IPv6
netns_new
ip -n "$client" route add 198.18.0.0/16 via 198.18.0.1 dev veth0 onlink
start server "$PPTP_BUILD/pptp-lab" -i veth0 -a 198.18.0.1 -n 40 -k friendly
lab=$started

audit() # NAME OPTION...
{
	local name=$1
	shift
	in_ns client "$PPTP_BUILD/pptp-probe" "$@" -w "$scratch/$name.pcap" \
		198.18.0.1-198.18.0.40 >"$scratch/$name.audit" \
		2>"$scratch/$name.err"
	is "$name: the audits end" "$?" 0
	"$PPTP_BUILD/pptp-calls" "$scratch/$name.pcap" >"$scratch/$name.calls" \
		2>"$scratch/$name.counts"
	is "$name: the capture is read" "$?" 0
	diag "$(cat "$scratch/$name.counts")"
	ok "$name: each call is told as its audit told it" \
		python3 "$system/calls.py" "$scratch/$name.audit" \
		"$scratch/$name.calls"
	like "$name: nothing is left over" "$(cat "$scratch/$name.counts")" \
		"^calls 40 crowded 0 roleless 0 "
}

audit call call
audit pap call --ask pap
audit control control
ok "the lab is still there" kill -0 "$lab"

done_testing
