#!/bin/bash
# Behind boxes that treat packets oddly, too, a user's verdicts are root's.
LIMIT=400
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need python3 setpriv setcap
[ -z "$PPTP_SAN" ] || skip_all "a program with a capability takes no LD_PRELOAD"

publish_programs
wire=$public/libexec/pptpgrade/pptp-wire
chmod 755 "$wire"
setcap cap_net_raw+ep "$wire" 2>/dev/null || skip_all "no file capabilities here"

lab=("$PPTP_BUILD/pptp-lab" -i veth0 -a 198.18.0.1 -n 200 -k boxed)
"$PPTP_BUILD/pptp-lab" --truth "${lab[@]:1}" >"$scratch/truth"

# Each surveys servers of his own, of one kind, so that both go on at a time.
survey() # NAME COMMAND...
{
	local near=pptp-$$-$1-near far=pptp-$$-$1-far
	for ns in "$near" "$far"; do
		netns_add "$ns"
		no_ipv6 "$ns"
	done
	ip -n "$near" link add veth0 type veth peer name veth0 netns "$far"
	ip -n "$near" address add $client_ip/24 dev veth0
	ip -n "$far" address add $server_ip/24 dev veth0
	ip -n "$near" link set veth0 up
	ip -n "$far" link set veth0 up
	ip -n "$near" route add 198.18.0.0/15 dev veth0
	start "$far" "${lab[@]}"
	start "$near" "${@:2}" "$public/bin/pptpgrade" -q -j 256 -f jsonl \
		198.18.0.1-198.18.0.200
}
survey root env -C /
root=$started roots=$log
survey user env -C / setpriv --reuid 65534 --regid 65534 --clear-groups
user=$started users=$log
wait "$root"
is "root's survey: exit status" $? 0
wait "$user"
is "the user's survey: exit status" $? 0
same=$("$repo/tests/lab/same.py" "$users" "$roots" "$scratch/truth")
is "a user has root's verdicts on 200 servers behind boxes" $? 0
diag "$same"
done_testing
