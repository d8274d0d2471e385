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

bed_up -l 120
is "a profile has an address each" "${#address[@]}" \
	"$(grep -c '^[a-z]' "$system/realserver/profiles")"

replied='^009c00011a2b3c4d000200000100010000000000'
for profile in "${!address[@]}"; do
	[ "$profile" = closed ] && continue
	like "$profile answers SCCRQ with SCCRP, result 1" \
		"$(sccrp "${address[$profile]}")" "$replied"
done
like "closed refuses the connection" \
	"$(sccrp "${address[closed]}")" "Connection refused"

# What they would be asked to prove, as the guest itself sees it.
is "guest runs a command in the guest" "$(in_guest hostname)" pptpserver
in_guest 'exit 7'
is "guest gives the command's exit status" $? 7
is "a daemon a profile, and no call left open" \
	"$(in_guest 'ps -o comm | grep -c "^pptpd$"; ps -o comm | grep -c pptpctrl')" \
	"$((${#address[@]} - 1))"$'\n'0

fails "a second up with the same name refuses" \
	"$system/realserver/up" -n "$bed"
like "and leaves the first alone" "$(sccrp "${address[pap]}")" "$replied"
is "client and servers share a link and no route leads out" \
	"$(ip -n "$bed" route | wc -l)" 1

first=$bed
bed_up -l 120
like "two instances live side by side" "$(sccrp "${address[pap]}")" "$replied"
bed_down
like "one's end does not touch the other" \
	"$(bed=$first sccrp "${address[pap]}")" "$replied"
bed=$first

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
