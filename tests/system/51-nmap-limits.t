#!/bin/bash
# What the script does in Nmap where it cannot do all: a sentence and a sound
# partial verdict each time, and never a script that failed.
LIMIT=300
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=nmap.sh
. "$(dirname "$0")/nmap.sh"
need_root
need nmap python3 tcpdump setpriv make
diag "$(nmap --version | head -n 1), with Lua $nmap_lua"

bed_up -l 280
at=${address[mschap12]}
device=$(ip -n "$bed" -o -4 address | awk '$2 != "lo" { print $2; exit }')

# ---- Without raw packets, or without Nmap's own.

partial() # CLAIM REASON
{
	is "$1: the verdict is a range" "$(said_of "$at" "v['grade']")" D-F
	like "$1: it says why" "$(said_of "$at" "v['not_tested']")" "$2"
	is "$1: no login is concluded" "$(said_of "$at" \
		"e['state'], set(e['methods'].values())")" \
		"('not_tested', {'not_tested'})"
}
whole() # CLAIM
{
	is "$1: the whole verdict" "$(said_of "$at" \
		"v['grade'], e['methods']['mschap_v1'], e['methods']['pap']")" \
		"('F', 'accepted', 'refused')"
}

run_nmap "--unprivileged" "$bed" --unprivileged "$at"
partial "--unprivileged" 'GRE \(needs CAP_NET_RAW\)'
like "--unprivileged: the call is tested" "$said" '\|   call: accepted'
publish "$tree"
xml=$public/nobody.xml
: >"$xml"
chmod 666 "$xml"
said=$(in_ns "$bed" "${nobody[@]}" nmap -n -Pn -p 1723 \
	--datadir "$public/nmap" --script pptp-exposure -oX "$xml" "$at" 2>&1)
is "another user: Nmap ends well" $? 0
partial "another user" 'GRE \(needs CAP_NET_RAW\)'
# It believes what it is told, and finds out when it opens the capture.
said=$(in_ns "$bed" "${nobody[@]}" nmap -n -Pn -v -p 1723 --privileged -sT \
	--datadir "$public/nmap" --script pptp-exposure -oX "$xml" "$at" 2>&1)
is "--privileged without privilege: Nmap ends well" $? 0
partial "--privileged without privilege" 'GRE'
like "--privileged without privilege: one line says so" "$said" \
	'no raw packets on '"$device"
run_nmap "-sT" "$bed" -sT "$at"
whole "-sT"
run_nmap "-e and -S" "$bed" -e "$device" -S 10.77.0.2 "$at"
whole "-e and -S"
start "$bed" tcpdump -i "$device" -U -w "$scratch/ttl.pcap" \
	'src host 10.77.0.2 and ip proto 47'
dump=$started
wait_for 5 grep -q listening "$log"
run_nmap "--ttl" "$bed" --ttl 9 --script-args pptp-exposure.depth=call "$at"
sleep 1
stop "$dump"
is "--ttl: GRE has it" "$(tcpdump -n -v -r "$scratch/ttl.pcap" 2>/dev/null |
	grep -o 'ttl [0-9]*' | sort -u)" "ttl 9"

# ---- Through a proxy: the connection goes there, GRE would not.

start "$bed" python3 "$system/socks4.py" 127.0.0.1 1080
wait_for 5 grep -q ready "$log" || bail "no proxy"
start "$bed" tcpdump -i "$device" -U -w "$scratch/proxy.pcap" 'ip proto 47'
dump=$started
wait_for 5 grep -q listening "$log"
run_nmap "a SOCKS4 proxy" "$bed" -sT --proxies socks4://127.0.0.1:1080 "$at"
partial "a SOCKS4 proxy" 'GRE \(the connection goes through a proxy\)'
like "a SOCKS4 proxy: the call is tested" "$said" '\|   call: accepted'
sleep 0.5
stop "$dump"
is "a SOCKS4 proxy: no GRE of ours went past it" \
	"$(tcpdump -n -r "$scratch/proxy.pcap" 'src host 10.77.0.2' \
		2>/dev/null | wc -l)" 0

# ---- Time that runs out. A tarpit takes connections and is silent.

netns_new -6
start server python3 -c '
import socket, time
listener = socket.create_server(("", 1723))
time.sleep(300)'
wait_for 5 in_ns client python3 -c "
import socket
socket.create_connection(('$server_ip', 1723), 1)" || bail "no tarpit"
from=$SECONDS
run_nmap "--host-timeout 2s" client --host-timeout 2s $server_ip
ok "--host-timeout 2s: it is kept" [ $((SECONDS - from)) -le 5 ]
like "--host-timeout 2s: Nmap says so" "$said" \
	'Skipping host.*due to host timeout'
is "--host-timeout 2s: no letter" "$(said_of $server_ip "v['grade']")" ""
from=$SECONDS
run_nmap "--script-timeout 2s" client --script-timeout 2s $server_ip
ok "--script-timeout 2s: it is kept" [ $((SECONDS - from)) -le 5 ]
from=$SECONDS
run_nmap "a limit of its own" client --script-args pptp-exposure.limit=2s \
	$server_ip
ok "a limit of its own: it is kept" [ $((SECONDS - from)) -le 6 ]
is "a limit of its own: a partial verdict" \
	"$(said_of $server_ip "v['grade']")" "B-F"
run_nmap "a tarpit" client $server_ip
is "a tarpit: a range" "$(said_of $server_ip "v['grade']")" "B-F"
at=${address[mschap12]}
run_nmap "a limit amid the survey" "$bed" --script-args \
	pptp-exposure.limit=1500ms "$at"
is "a limit amid the survey: what was seen counts" "$(said_of "$at" \
	"v['grade'], e['methods']['mschap_v2'], e['methods']['mschap_v1']")" \
	"('E-F', 'offered', 'not_tested')"
like "a limit amid the survey: it says so" \
	"$(said_of "$at" "v['not_tested']")" 'time limit was reached|stopped before its end'

# ---- IPv6: no GRE there.

start server python3 -c '
import socket, struct
listener = socket.create_server(("::", 1723), family=socket.AF_INET6)
def reply(kind, rest):
    return struct.pack(">HHIHH", 12 + len(rest), 1, 0x1a2b3c4d, kind, 0) + rest
while True:
    with listener.accept()[0] as c:
        while data := c.recv(4096):
            kind = struct.unpack_from(">H", data, 8)[0]
            if kind == 1:
                c.sendall(reply(2, struct.pack(">HBBIIHH64s64s", 0x100, 1, 0, 0,
                    0, 1, 1, b"six", b"linux")))
            elif kind == 7:
                c.sendall(reply(8, struct.pack(">HHBBHIHHI", 128,
                    struct.unpack_from(">H", data, 12)[0], 1, 0, 0, 0, 64, 0,
                    0)))
            elif kind == 3:
                c.sendall(reply(4, struct.pack(">BBH", 1, 0, 0)))'
wait_for 5 in_ns client python3 -c "
import socket
socket.create_connection(('$server_ip6', 1723), 1)" || bail "no server"
run_nmap "-6" client -6 $server_ip6
at=$server_ip6
partial "-6" "GRE \(PPTP's GRE is IPv4 only\)"
link_local=$(ip -n "$server" -6 address show dev veth0 scope link |
	sed -n 's|.*inet6 \([^/]*\)/.*|\1|p')
run_nmap "-6, link-local" client -6 "$link_local%veth0"
at=$link_local
partial "-6, link-local" "GRE \(PPTP's GRE is IPv4 only\)"

# ---- Wrong arguments.

at=${address[mschap12]}
while read -r argument sentence; do
	run_nmap "$argument" "$bed" --script-args "$argument" "$at"
	is "$argument: no letter" "$(said_of "$at" "v['grade']")" "?"
	like "$argument: a sentence" "$(said_of "$at" "v['not_tested'][0]")" \
		"^$argument: .*$sentence.*; no conversation was held$"
done <<'CASES'
pptp-exposure.depth=deep control, call and auth
pptp-exposure.timeout=never such as 5s
pptp-exposure.limit=-1 such as 90s
pptp-exposure.policy=/nonexistent No such file
CASES
run_nmap "an unknown argument" "$bed" --script-args pptp-exposure.dept=call \
	"$at"
like "an unknown argument: a sentence" "$said" \
	'pptp-exposure.dept: there is no such argument'
printf 'return { methods = { mschap_v1 = "D" } }\n' >"$scratch/policy.lua"
run_nmap "a policy" "$bed" --script-args \
	"pptp-exposure.policy=$scratch/policy.lua" "$at"
is "a policy: grades by it" "$(said_of "$at" "v['grade']")" E

# ---- Modules that are missing, or do not fit.

tree=$scratch/tree
without() # CLAIM COMMAND...: spoils a copy of the tree
{
	local claim=$1
	shift
	rm -rf "$tree"
	cp -r "$PPTP_BUILD/nmap" "$tree"
	"$@"
	run_nmap "$claim" "$bed" -v "$at"
	is "$claim: one line says so" \
		"$(grep -c "Failed to load .*pptp-exposure.nse" <<<"$said")" 1
	like "$claim: the port scan is done" "$said" '1723/tcp open'
}
without "no modules" rm -r "$tree/nselib"
without "a Lua file missing" rm "$tree/nselib/pptpgrade/survey.lua"
without "a Lua file that is none" cp /bin/true \
	"$tree/nselib/pptpgrade/grade.lua"
core=$tree/nselib/pptpgrade/core
without "core.so missing" rm "$core-$nmap_lua.so"
without "core.so for another Lua" cp "$core-$other_lua.so" "$core-$nmap_lua.so"
without "core.so that is none" cp /bin/true "$core-$nmap_lua.so"

# ---- Installing into Nmap, and out of it.

if [ -n "${PPTP_SAN:-}" ]; then
	done_testing
fi
stage=$scratch/stage
installed=$stage/usr/share/nmap
mkdir -p "$installed/scripts" "$installed/nselib"
echo theirs | tee "$installed/scripts/other.nse" >"$installed/nselib/other.lua"
said=$(run_make install-nmap DESTDIR="$stage" 2>&1)
is "make install-nmap" $? 0
like "it says how to have it in its categories" "$said" \
	'nmap --script-updatedb'
fails "and does not do so itself" test -e "$installed/scripts/script.db"
tree=$installed
run_nmap "what was installed" "$bed" --script-args pptp-exposure.depth=control \
	"$at"
is "what was installed grades" "$(said_of "$at" "v['grade']")" C-F
ok "installing again is no harm" run_make install-nmap DESTDIR="$stage"
ok "make uninstall-nmap" run_make uninstall-nmap DESTDIR="$stage"
is "it takes all of ours away, and nothing else" \
	"$(cd "$stage" && find . -type f | sort | tr '\n' ' ')" \
	"./usr/share/nmap/nselib/other.lua ./usr/share/nmap/scripts/other.nse "
fails "there is nothing to take away twice" \
	run_make uninstall-nmap DESTDIR="$stage"
said=$(run_make install-nmap DESTDIR="$stage" NMAPDATADIR=/opt/nmap 2>&1)
ok "NMAPDATADIR names another place" \
	test -f "$stage/opt/nmap/scripts/pptp-exposure.nse"

done_testing
