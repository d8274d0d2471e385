#!/bin/bash
# The bed that other tests lie in: real servers come up, answer, and leave
# nothing behind.
LIMIT=300 # the first run of all downloads the servers
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need ip lsns python3

# Start-Control-Connection-Request, what comes back, and a farewell, by hand:
# no code of the project is used.
client_py='
import socket, struct, sys
head = struct.pack(">HHIHHHHIIHH128x", 156, 1, 0x1a2b3c4d, 1, 0,
                   0x0100, 0, 3, 3, 0, 0)
with socket.create_connection((sys.argv[1], 1723), timeout=15) as s:
    s.sendall(head)
    print(s.recv(156, socket.MSG_WAITALL).hex())
    s.sendall(struct.pack(">HHIHHBBH", 16, 1, 0x1a2b3c4d, 3, 0, 1, 0, 0))
    s.recv(16, socket.MSG_WAITALL)
'

sccrp() # ADDRESS
{
	timeout 20 ip netns exec "$bed" python3 -c "$client_py" "$1" 2>&1
}

# Where user-mode Linux and others would drop files if they could.
mkdir "$scratch/home" "$scratch/tmp"
export HOME=$scratch/home TMPDIR=$scratch/tmp
run=$repo/build/realserver/run

replied='^009c00011a2b3c4d000200000100010000000000'

answers() # RELEASE
{
	local profile at
	for profile in "${!address[@]}"; do
		at=${address[$profile]}
		if [ "$profile" = closed ]; then
			like "$1: closed refuses the connection" \
				"$(sccrp "$at")" "Connection refused"
			continue
		fi
		like "$1: $profile answers SCCRQ with SCCRP, result 1" \
			"$(sccrp "$at")" "$replied"
	done
}

# Both generations, side by side.
beds_of=()
while read -r release _ servers; do
	address=()
	bed_up -g "$release" -l 200
	beds_of+=("$bed")
	is "$release: each profile that it can do has an address" \
		"${#address[@]}" "$(awk -v r="$release" \
			'/^[a-z]/ && $5 <= r' "$system/realserver/profiles" |
			wc -l)"
	answers "$release"
	is "$release: the servers are of the versions that its row says" \
		"$(in_guest 'pptpd --version; echo; pppd --version' | xargs |
			sed 's/pptpd v/pptpd /; s/ pppd version/, pppd/')" \
		"$servers"
	is "$release: a daemon a profile, and no call left open" "$(in_guest \
		'ps -o comm | grep -c "^pptpd$"; ps -o comm | grep -c pptpctrl')" \
		"$((${#address[@]} - 1))"$'\n'0
done < <(grep '^[0-9]' "$system/realserver/generations")
bed=${beds_of[0]}

is "guest runs a command in the guest" "$(in_guest hostname)" pptpserver
in_guest 'exit 7'
is "guest gives the command's exit status" $? 7

fails "a second up with the same name refuses" \
	"$system/realserver/up" -n "$bed"
like "and leaves the first alone" "$(sccrp "${address[pap]}")" "$replied"
fails "servers that nobody has are refused" \
	"$system/realserver/up" -g 11 -n "$bed-11"
is "client and servers share a link and no route leads out" \
	"$(ip -n "$bed" route | wc -l)" 1

ok "one goes down" bed_down "${beds_of[1]}"
like "one's end does not touch the other" \
	"$(sccrp "${address[pap]}")" "$replied"

inode=$(ip netns exec "$bed" stat -Lc %i /proc/self/ns/net)
mapfile -t pids < <(ip netns pids "$bed")
pids+=("$(<"$run/$bed/pid")")
ok "processes are counted" [ ${#pids[@]} -gt 3 ]
ok "down takes it down" bed_down
fails "no namespace is left" [ -e "/run/netns/$bed" ]
# A zombie is not ours any more: whoever is process 1 has yet to collect it.
is "no process is left" \
	"$(ps -o pid=,stat=,args= -p "$(tr ' ' , <<<"${pids[*]}")" |
		awk '$2 !~ /^Z/')" ""
# The tap lives and dies with its namespace, which lives while one is inside.
is "no tap is left" "$(lsns -n -t net -o NS | grep -cw "$inode")" 0
fails "its directory is gone" [ -e "$run/$bed" ]
is "no file is left in HOME or TMPDIR" \
	"$(find "$HOME" "$TMPDIR" -mindepth 1)" ""
is "no mount is left" "$(grep -c "$bed\|$repo/build/realserver" /proc/mounts)" 0
ok "a second down is harmless" bed_down

# However far it got.
up_pid=
"$system/realserver/up" -n "$bed" >/dev/null 2>&1 &
up_pid=$!
wait_for 10 test -e "$run/$bed/pid"
kill -KILL $up_pid
wait $up_pid 2>/dev/null
ok "down ends what a killed up began" bed_down
fails "its namespace is gone as well" [ -e "/run/netns/$bed" ]
fails "and its directory" [ -e "$run/$bed" ]

# Nobody takes it down: it goes by itself.
bed_up -l 2
ok "it ends when its time is over" \
	wait_for 15 test ! -e "/run/netns/$bed" -a ! -e "$run/$bed"

done_testing
