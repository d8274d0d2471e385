#!/bin/bash
# A sweep of networks that accept everything and say nothing, and of one whose
# packets get lost.
LIMIT=150
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need /usr/bin/python3

# shellcheck disable=SC2119 # no IPv6
netns_new
ip -n "$client" route add 198.18.0.0/16 via 198.18.0.1 dev veth0 onlink

lab() # ARGUMENT...
{
	start server "$PPTP_BUILD/pptp-lab" -i veth0 -a 198.18.0.1 \
		-k friendly -d 0 "$@"
	lab=$started
	sleep 0.3
}

scan() # ARGUMENT...; rows into $scratch/rows
{
	rm -f "$scratch"/rows*
	in_ns client timeout 100 "$PPTP_BUILD/pptp-probe" scan -q --seed 7 \
		--cooldown 2 -o "$scratch/rows" "$@" 2>"$scratch/err"
	is "$claim: exit status" "$?$(cat "$scratch/err")" 0
}

rows() # JQ-FILTER; how many of them
{
	jq -r "select(.kind != \"scan\") | select($1) | .target" \
		"$scratch/rows" | wc -l
}

claim="boxes that accept everything"
lab -n 500 --any-port 10000
scan --rate 75 --retry-after 1 -d control 198.18.0.1-198.18.1.244
is "$claim: each host has one row" "$(rows true)" 500
is "$claim: all answer at any port" "$(rows .tcp.answers_any_port)" 500
thin=$(rows '.control.reason == "silent_network"')
ok "$claim: after 16 silent conversations of a network it is thinned out" \
	[ "$thin" -gt 0 ]
is "$claim: the others were asked, and said nothing" \
	"$(rows '.control.state == "silent"')" $((500 - thin))
verdicts() # JQ-FILTER; how many of the rows' verdicts
{
	"$PPTP_BUILD/pptpgrade" -q -e - -f jsonl <"$scratch/rows" |
		jq -c "select($1)" | wc -l
}
is "$claim: verdicts say so" \
	"$(verdicts '[.findings[].id] | index("PPTP-061")')" 500
is "$claim: and are none the better" \
	"$(verdicts '.grade == "B-F" or .grade == "?" and .worst == "F"')" 500
stop "$lab"

claim="a lossy way"
# A hundred are asked twice: that none of those is missed once does not happen.
lab -n 10000 --loss 1000
scan --rate 10000 --retries 4 --retry-after 1.2 -d syn \
	198.18.0.1-198.18.39.16
ok "$claim: retries find them" [ "$(rows true)" -ge 9960 ]
ok "$claim: and the metadata tell what one SYN misses" jq -e \
	'.missed_ppm | .low > 0 and .low <= .share and .share <= .high' \
	"$scratch/rows.meta"

done_testing
