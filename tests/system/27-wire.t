#!/bin/bash
# pptp-wire: raw packets for who has no privilege. A user of its group sees what
# root sees, another what can be seen without; it lets nothing out or in that is not
# its user's; and each way in which it can be missing is told in a sentence.
LIMIT=600
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need python3 setpriv setcap nft unshare
[ -z "$PPTP_SAN" ] || skip_all "a program with a capability takes no LD_PRELOAD"

GROUP=42042 USER_ID=42043
publish_programs
libexec=$public/libexec/pptpgrade
wire=$libexec/pptp-wire
probe=$public/bin/pptp-probe
grade=$public/bin/pptpgrade
# try has them by their names.
# shellcheck disable=SC2034
member=(env -C / setpriv --reuid "$USER_ID" --regid "$USER_ID"
	--groups "$GROUP")
# shellcheck disable=SC2034
other=(env -C / setpriv --reuid "$USER_ID" --regid "$USER_ID"
	--clear-groups)

install_wire()
{
	install -m 750 "$PPTP_BUILD/pptp-wire" "$wire"
	chown root:$GROUP "$wire"
	setcap cap_net_raw+ep "$wire"
}
install_wire 2>"$scratch/why" || skip_all "no file capabilities here"

# shellcheck disable=SC2119 # without IPv6
netns_new
ip -n "$client" route add 198.18.0.0/15 dev veth0
ip -n "$server" address add 198.19.77.1/32 dev lo
lab=("$PPTP_BUILD/pptp-lab" -i veth0 -a 198.18.0.1 -n 200 -k mixed)
start server "${lab[@]}"

try() # AS-ARRAY COMMAND...; -> $status, $scratch/out, $scratch/err
{
	local -n as=$1
	shift
	in_ns client "${as[@]}" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	status=$?
}
sentence() # CLAIM STATUS REGEX; one line on stderr
{
	is "$1: exit status" "$status" "$2"
	like "$1: why" "$(cat "$scratch/err")" "$3"
	is "$1: in one sentence" "$(wc -l <"$scratch/err")" 1
}
# shellcheck disable=SC2034
root=(env -C /)

# ---- Who may and who may not.

try member "$probe" call -q 198.18.0.1
is "a user of the group calls: exit status" "$status" 0
like "a user of the group calls, and hears GRE" "$(cat "$scratch/out")" \
	'"gre":\{"state":"reachable"'
try other "$probe" call -q 198.18.0.1
sentence "another user's call" 3 \
	"as root: adduser [a-zA-Z0-9_-]+ pptpgrade, then log in anew"
try other "$grade" 198.18.0.1
sentence "another user's survey" 0 \
	"control and call alone are tested.*adduser"
like "… sees the control connection" "$(cat "$scratch/out")" \
	"control +answered"

# ---- Each way in which it is of no use.

setcap -r "$wire"
try member "$grade" 198.18.0.1
sentence "no file capability" 0 "as root: setcap cap_net_raw\+ep '$wire'"
install_wire
try member setpriv --no-new-privs "$grade" 198.18.0.1
sentence "no_new_privs" 0 "no effect: this process has no_new_privs"
# shellcheck disable=SC2034
bounded=(env -C / setpriv --bounding-set -net_raw --reuid "$USER_ID"
	--regid "$USER_ID" --groups "$GROUP")
try bounded "$grade" 198.18.0.1
sentence "NET_RAW outside the bounding set" 0 "--cap-add NET_RAW"
try bounded "$probe" syn 198.18.0.1
sentence "… and a SYN alone" 3 "--cap-add NET_RAW"
# shellcheck disable=SC2016,SC2034
nosuid=(unshare -m sh -c 'mount --bind "$0" "$0" &&
	mount -o remount,bind,nosuid "$0" && exec "$@"' "$libexec" "${member[@]}")
try nosuid "$grade" 198.18.0.1
sentence "a nosuid mount" 0 "no effect: its file system is mounted nosuid"
if in_ns client "${member[@]}" unshare -Ur true 2>/dev/null; then
	try member unshare -Ur "$grade" 198.18.0.1
	sentence "a user namespace" 0 "user namespace"
else
	skip "a user namespace" "none for users here"
fi
mv "$wire" "$wire.away"
try member "$grade" 198.18.0.1
sentence "no helper" 0 \
	"no pptp-wire at $wire: control and call alone are tested"
for command in syn call; do
	try member "$probe" $command 198.18.0.1
	sentence "no helper: $command" 3 "no pptp-wire at $wire"
done
try root "$probe" call -q 198.18.0.1
is "no helper: root has his own" "$status" 0

version=$(sed -n 's/^#define PPTP_WIRE_VERSION //p' \
	"$repo/native/net/wire_messages.h")
pretend() # SHELL; in its place
{
	printf '#!/bin/sh\n%s\n' "$1" >"$wire"
	chmod 755 "$wire"
}
pretend "printf '\\033[31mgarbage and much more of it' >&3; sleep 1"
try member "$grade" 198.18.0.1
sentence "garbage" 4 "cannot be understood: 1b 5b 33 31 6d 67 61.*\.\.\.; install"
pretend "printf '\\001\\0\\0\\0\\0\\0\\0\\0\\011\\0\\0\\0\\0\\0' >&3; sleep 1"
try member "$grade" 198.18.0.1
sentence "another protocol" 3 "speaks version 9, this program version $version"
# A length, and as many bytes.
pretend "printf '\\001\\0\\0\\0\\0\\0\\0\\0\\00$version\\0\\0\\0\\0\\0043.\\0337' >&3; sleep 1"
release=$(sed -n 's/^VERSION := //p' "$repo/Makefile")
for program in "$grade" "$probe call"; do
	# shellcheck disable=SC2086 # a program and its command
	try member $program 198.18.0.1
	sentence "another release: ${program##*/}" 3 \
		"is of release '3\.\?7', this program of $release; install both"
done
pretend "printf '\\001\\0\\0\\0\\0\\0\\0\\0\\00$version\\0\\0\\0\\0\\$(printf %03o \
	${#release})$release' >&3; exit 5"
try member "$probe" call 198.18.0.1
sentence "one that ends" 4 "ended with status 5"
mv "$wire.away" "$wire"
"$wire" 2>"$scratch/err"
status=$?
sentence "started by hand" 2 "pptpgrade to start"

# ---- What each of them holds while it runs. 198.19.77.1 takes packets in silence.

in_ns server nft -f - <<'NFT'
table ip silence {
	chain in {
		type filter hook input priority 0
		ip daddr 198.19.77.1 drop
	}
}
NFT
holds() # CLAIM PROGRAM AS...; in the background
{
	local claim=$1 program=$2 it child
	shift 2
	start client "$@"
	wait_for 10 pgrep -P "$started" -x pptp-wire
	it=$started
	child=$(pgrep -P "$it" -x pptp-wire)
	sleep 0.5
	is "$claim: $program has no capability" \
		"$(grep -E '^Cap(Inh|Prm|Eff|Amb)' "/proc/$it/status" |
			tr -s '\t\n' ' ')" \
		"CapInh: 0000000000000000 CapPrm: 0000000000000000 CapEff: 0000000000000000 CapAmb: 0000000000000000 "
	is "$claim: pptp-wire has CAP_NET_RAW alone, under seccomp" \
		"$(grep -E '^(Cap(Prm|Eff)|NoNewPrivs|Seccomp):' \
			"/proc/$child/status" | tr -s '\t\n' ' ')" \
		"CapPrm: 0000000000002000 CapEff: 0000000000002000 NoNewPrivs: 1 Seccomp: 2 "
	is "$claim: pptp-wire has no file open" \
		"$(find "/proc/$child/fd" -type l -printf '%l\n' |
			grep -vE '^(socket:|anon_inode:)')" ""
	wire_id=$child
}
holds "a user" pptp-probe "${member[@]}" "$probe" call -q 198.19.77.1
kill -KILL "$wire_id"
wait "$started"
is "a killed helper: exit status" $? 4
like "a killed helper: why" "$(cat "$log")" \
	"pptp-wire was ended by signal 9; what it had under way is lost"
like "a killed helper: what was under way is a record" "$(cat "$log")" \
	'"target":"198.19.77.1"'
holds "root" pptp-probe "$probe" call -q 198.19.77.1
stop "$started"
fails "who is gone leaves no helper" kill -0 "$wire_id"
holds "root" pptpgrade "$grade" -q 198.19.77.1
stop "$started"

# ---- A script's own packets.

publish "$system/wirescript.lua" # for all to read
chmod 750 "$wire"
script=(env LUA_PATH="$public/share/lua/5.4/?.lua;;"
	LUA_CPATH="$public/lib/lua/5.4/?.so;;" lua5.4 "$public/wirescript.lua"
	"$client_ip" 198.18.0.1)
start client sh -c 'while :; do ping -c 1 -W 1 198.18.0.2; done'
noise=$started
try member "${script[@]}"
is "a script's packets: exit status" "$status" 0 ||
	diag "$(cat "$scratch/err")"
stop "$noise"
line() # NAME; what stands behind it
{
	sed -n "s/^$1\t//p" "$scratch/out" | tr '\t' ' '
}
is "a script's packets are pptp-wire's" "$(line apart)" "true true"
is "… it hears nothing of others" "$(line silence)" "nil timeout"
is "… its SYN leaves" "$(line sent)" true
is "… is captured" "$(line ours)" "true 7"
is "… and so is the answer" "$(line answer)" "198.18.0.1 1723 18 8"
is "… one port after another" "$(line 'another port')" true
like "… not from a port of the kernel's" "$(line 'low port')" \
	"^nil pptp-wire refuses this packet to 198.18.0.1: .*\(1\) system"
like "… not from another address" "$(line foreign)" \
	"^nil pptp-wire does not send this packet .*\(99\) system"
like "… not to everybody" "$(line multicast)" "^nil pptp-wire refuses 224.0.0.1"
is "… and what is no packet, not at all" "$(line broken)" \
	"nil not a whole IP packet argument"
is "… a GRE acknowledgment leaves" "$(line gre)" true
like "… and no data of a tunnel" "$(line data)" "^nil pptp-wire refuses this"
is "… nothing is lost" "$(line drops)" "0 0"
is "… a filter has to be one" "$(line filter)" argument
is "… and an interface there" "$(line interface)" interface
is "… a sender's own needs the capability" "$(line 'its own')" privilege
try other "${script[@]}"
like "another user's script is told why" "$(cat "$scratch/err")" \
	"raw packets need CAP_NET_RAW: .*adduser"
try root "${script[@]}"
is "root's has its own" "$(line apart)" "false false"

# ---- Another's tunnel with the same server: 20 packets a second of it.

cat >"$scratch/tunnel.py" <<'PY'
import socket, struct, time
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 47)
s.setsockopt(socket.SOL_IP, socket.IP_HDRINCL, 1)
ends = socket.inet_aton("198.18.0.1") + socket.inet_aton("192.0.2.1")
for n in range(2000):
    gre = struct.pack("!HHHHI", 0x3001, 0x880b, 7, 0x4242, n) + b"secrets"
    s.sendto(struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(gre), 0, 0, 64, 47, 0)
             + ends + gre, ("192.0.2.1", 0))
    time.sleep(0.05)
PY
start server python3 "$scratch/tunnel.py"
tunnel=$started
try member "$grade" -q -w "$public/x" 198.18.0.1
fails "a user's capture file cannot be where he may not write" \
	test -e "$public/x"
mkdir -m 777 "$public/captures"
try member "$grade" -q -w "$public/captures/x" 198.18.0.1
is "a survey beside another's tunnel: exit status" "$status" 0
ok "… has a capture of its own" grep -qa vendor -e . "$public/captures/x"
fails "… without one packet of the tunnel" grep -qa secrets \
	"$public/captures/x"
stop "$tunnel"

# And a connection of another user: he may be about to have a tunnel.
cat >"$scratch/connect.py" <<'PY'
import socket, time
s = socket.create_connection(("198.18.0.1", 1723))
time.sleep(60)
PY
start client python3 "$scratch/connect.py"
sleep 1
try member "$probe" call -q 198.18.0.1
sentence "beside another user's connection" 4 \
	"198.18.0.1 port 1723 alone while another user"
stop "$started"

# ---- Bent messages. What the far end should not get is counted; it is silent, and
# no address of the lab is a bit away, or
# our own kernel would have something to say too.

in_ns server nft -f - <<'NFT'
table ip wrong {
	counter wrong {}
	counter right {}
	chain in {
		type filter hook prerouting priority -300
		ip saddr != 192.0.2.1 counter name wrong
		ip daddr 198.18.99.0/24 counter name wrong
		ip protocol tcp tcp flags & 0x3f != syn counter name wrong
		ip protocol icmp icmp type != echo-request counter name wrong
		ip protocol != { tcp, icmp, gre } counter name wrong
		ip frag-off & 0x3fff != 0 counter name wrong
		ip daddr 198.19.77.1 tcp dport 1723 tcp flags == syn counter name right
	}
}
NFT
publish "$system/wirefeed.py"
try member /usr/bin/python3 "$public/wirefeed.py" "$wire" $client_ip 198.19.77.1 \
	"${PPTP_MUTANTS:-100000}"
is "bent messages: each has one answer, and the helper ends well" "$status" 0 ||
	diag "$(tail -n 3 "$scratch/err")"
like "bent messages: some were granted" "$(cat "$scratch/out")" \
	"asked, [1-9][0-9]{3,} granted"
counted() # COUNTER
{
	in_ns server nft list counter ip wrong "$1" |
		sed -n 's/.*packets \([0-9]*\).*/\1/p'
}
is "bent messages: the far end got nothing that it should not" \
	"$(counted wrong)" 0
ok "bent messages: … and something" test "$(counted right)" -gt 10
diag "$(cat "$scratch/out")"
in_ns server nft delete table ip wrong

# ---- The same verdicts. Root's servers are others of the same kind, so that
# both go on at a time.

near=pptp-$$-near far=pptp-$$-far
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
survey=("$grade" -q -j 256 -f jsonl 198.18.0.1-198.18.0.100)
in_ns "$near" "${survey[@]}" >"$scratch/root" 2>"$scratch/root.err" &
roots=$!
in_ns client "${member[@]}" "${survey[@]}" >"$scratch/user" \
	2>"$scratch/user.err"
wait "$roots"
ok "a user of the group gets root's verdicts on 100 servers" \
	"$repo/tests/lab/same.py" "$scratch/user" "$scratch/root"
is "… without a word" "$(cat "$scratch/user.err" "$scratch/root.err")" ""

done_testing
