#!/bin/bash
# `pptpgrade --doctor` tells what this host can do, as root and not, with a way
# out and without, behind a filter of its own; and no packet leaves the host.
LIMIT=120
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need ip nft setcap tcpdump
netns_new ""

# Sets $said and $status.
doctor() # COMMAND-PREFIX...; in the client's namespace
{
	said=$(in_ns client "$@" "${program:-$PPTP_BUILD/pptpgrade}" --doctor \
		"${options[@]}" 2>&1)
	status=$?
}
options=()

row() # NAME
{
	grep "^$1 " <<<"$said"
}

in_ns server tcpdump -ni veth0 --immediate-mode -w "$scratch/heard" \
	2>"$scratch/tcpdump" &
listener=$!
processes+=("$listener")
wait_for 10 grep -q listening "$scratch/tcpdump" || bail "tcpdump does not listen"

doctor
is "without a route: status 3" $status 3
is "a line a thing" "$(cut -d' ' -f1 <<<"$said" | tr '\n' ' ')" \
	"capability helper capture GRE clock "
like "root holds the capability" "$(row capability)" ' yes .*root'
like "and captures" "$(row capture)" ' yes '
like "no way out" "$(row GRE)" ' no .*no route'

in_ns client ip route add default via $server_ip
doctor
is "with a route: status 0" $status 0
like "its interface and source" "$(row GRE)" \
	" unknown .*leaves by veth0 from $client_ip"
like "GRE over lo came back" "$(row GRE)" 'came back'
options=(-i veth0 -S "$client_ip")
doctor
is "where -i and -S are this way's: status 0" $status 0
options=(-i nosuch0)
doctor
is "no such interface: status 3" $status 3
like "which is said" "$(row capture)" ' no .*nosuch0'
options=()

# The filters of this host.
for hook in output input; do
	in_ns client nft add table inet it
	in_ns client nft "add chain inet it $hook { type filter hook $hook priority 0; }"
	in_ns client nft add rule inet it $hook meta l4proto gre drop
	doctor
	is "a filter on $hook: status 3" $status 3
	like "a filter on $hook is told" "$(row GRE)" \
		" no .*no GRE ${hook%put}[ ,:].*iptables -I ${hook^^} -p gre"
	in_ns client nft delete table inet it
done

publish_programs
program=$public/bin/pptpgrade
doctor "${nobody[@]}"
is "without any privilege: status 3" $status 3
like "why there is no capability" "$(row capability)" ' no .*bounding set'
like "nor a capture" "$(row capture)" ' no '
like "the way out is told all the same" "$(row GRE)" \
	" unknown .*veth0 .*no GRE packet was tried"
doctor env -C / setpriv --reuid 65534 --regid 65534 --clear-groups \
	--inh-caps -all env "${sanitizers[@]}"
like "another user is told to be root" "$(row capability)" \
	' no .*user 65534 has no .*as root'

# The helper, as an administrator allows it to a group.
group=54321 helper=$public/libexec/pptpgrade/pptp-wire
member=(env -C / setpriv --reuid 65534 --regid 65534 --groups "$group"
	--inh-caps -all env "${sanitizers[@]}")
doctor "${member[@]}"
is "a helper without a capability: status 3" $status 3
like "is told with the line to type" "$(row helper)" \
	' no .*setcap cap_net_raw.ep'
chgrp $group "$helper"
chmod 750 "$helper"
if setcap cap_net_raw+ep "$helper" 2>/dev/null; then
	doctor "${member[@]}"
	is "a helper that may send: status 0" $status 0
	like "is the capability" "$(row capability)" ' no '
	like "helper's, though the process has none" "$(row helper)" ' yes '
	like "and so is the capture" "$(row capture)" ' yes .*pptp-wire'
else
	skip "a helper that may send" "setcap has no effect here"
fi
doctor env -C / setpriv --reuid 65534 --regid 65534 --clear-groups \
	--inh-caps -all env "${sanitizers[@]}"
is "not of the group: status 3" $status 3
like "who is told how to get into it" "$(row helper)" ' no .*adduser'

doctor env -C / setpriv --reuid 65534 --regid 65534 --clear-groups \
	--inh-caps +net_raw --ambient-caps +net_raw env "${sanitizers[@]}"
is "with CAP_NET_RAW alone: status 0" $status 0
like "whose it is" "$(row capability)" ' yes .*user 65534'

sleep 0.3
kill "$listener"
wait "$listener" 2>/dev/null
# ARP, and IPv6 where the kernel greets by it, is the kernel's.
is "nothing left the host" \
	"$(tcpdump -nr "$scratch/heard" 'ip' 2>/dev/null)" ""
done_testing
