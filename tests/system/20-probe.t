#!/bin/bash
# pptp-probe as a program: every wrong input gets one sentence and its exit
# status, signals and full outputs end it in order, privileges go.
LIMIT=120
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need ip nft python3 setpriv script

# Root without privilege may enter no more folders than any other user.
publish "$PPTP_BUILD/pptp-probe"
probe=$public/pptp-probe
netns_new -6

# In the client's namespace: one sentence on stderr, and this exit status.
wrong() # CLAIM STATUS REGEX ARGUMENT...
{
	local claim=$1 status=$2 regex=$3 got
	shift 3
	in_ns client timeout 30 "${as[@]}" "$probe" "$@" >"$scratch/out" \
		2>"$scratch/err" </dev/null
	got=$?
	is "$claim: exit status" "$got" "$status"
	is "$claim: one line" "$(wc -l <"$scratch/err")" 1
	like "$claim: which tells why" "$(cat "$scratch/err")" "$regex"
}
as=()

records()
{
	grep -c '^{"schema":1,.*}$' "$1"
}

# ---- wrong usage

wrong "no command" 2 "command is missing"
wrong "an unknown command" 2 "no command 'scam'" scam
wrong "no target" 2 "no target" syn
wrong "an unknown option" 2 "no option '-z'" syn -z
wrong "an unknown long option" 2 "no option '--zzz'" syn --zzz
wrong "an option of another command" 2 "'syn' has no option --ask" \
	syn --ask pap $server_ip
wrong "an option without its value" 2 "option --port lacks" syn -p
wrong "a value that is not wanted" 2 "option --trace takes no" \
	syn --trace=1 $server_ip
wrong "port 0" 2 "'0' is no port" syn -p 0 $server_ip
wrong "port 65536" 2 "'65536' is no port" syn -p 65536 $server_ip
wrong "a port in words" 2 "'http' is no port" syn -p http $server_ip
wrong "jobs 0" 2 "'0' is no number of jobs" syn -j 0 $server_ip
wrong "a time-out of nothing" 2 "'0' is no time-out" control -t 0 $server_ip
wrong "a time-out that is none" 2 "'nan' is no time-out" \
	control -t nan $server_ip
wrong "an unknown method" 2 "'md6' is no method" call --ask md6 $server_ip
wrong "a source that is none" 2 "'me' is no address" syn -S me $server_ip
wrong "another host's source" 2 "198.51.100.1" \
	syn -S 198.51.100.1 $server_ip
wrong "both families" 2 "exclude each other" syn -4 -6 $server_ip
wrong "a contact too long" 2 "has 65 bytes" \
	syn --contact "$(printf '%065d' 0)" $server_ip
wrong "no contact for many" 2 "512 addresses.*--contact" syn 8.8.8.0/23

# ---- wrong targets

wrong "a wrong address" 2 "'300.1.1.1'" syn 300.1.1.1
wrong "a wrong block" 2 "'192.0.2.0/33'" syn 192.0.2.0/33
wrong "a missing target file" 2 "'/nonexistent'" syn -T /nonexistent
wrong "a directory for targets" 2 "directory" syn -T "$scratch"
wrong "an empty target file" 2 "/dev/null" syn -T /dev/null
printf '192.0.2.2\n192.0.2.999\n' >"$scratch/targets"
wrong "a wrong line of targets" 2 "line 2.*192.0.2.999" \
	syn -T "$scratch/targets"
wrong "a missing exclusion file" 2 "'/nonexistent'" \
	syn -x /nonexistent $server_ip
echo $server_ip >"$scratch/exclude"
wrong "nothing left to do" 2 "no target is left" \
	syn -x "$scratch/exclude" $server_ip
wrong "a name with -n" 2 "'localhost'" syn -n localhost
wrong "a name that does not resolve" 4 "'nowhere.invalid'" syn nowhere.invalid
wrong "… beside one that is an address" 4 "'nowhere.invalid'" \
	syn nowhere.invalid $server_ip
is "… whose record is written" "$(records "$scratch/out")" 1
wrong "GRE over IPv6" 2 "$server_ip6" gre $server_ip6

# ---- it could not run

wrong "no such interface" 3 "'nosuch0'" syn -i nosuch0 $server_ip
wrong "no route" 3 "203.0.113.1" syn 203.0.113.1
wrong "no route to one of two" 4 "203.0.113.1" syn 203.0.113.1 $server_ip
is "… the other's record is written" "$(records "$scratch/out")" 1
wrong "a capture file that cannot be" 3 "'/nonexistent/x'" \
	syn -w /nonexistent/x $server_ip
as=(setpriv --bounding-set=-all --inh-caps=-all)
for command in syn gre call; do
	wrong "$command without privilege" 3 "CAP_NET_RAW" $command $server_ip
done
in_ns client "${as[@]}" "$probe" control $server_ip >"$scratch/out" \
	2>"$scratch/err"
is "control without privilege runs" $? 0
is "… without a word" "$(cat "$scratch/err")" ""
is "… to a record" "$(records "$scratch/out")" 1
as=()

# ---- outputs

in_ns client "$probe" syn $server_ip >/dev/full 2>"$scratch/err"
is "a full output: exit status" $? 4
like "a full output: why" "$(cat "$scratch/err")" "standard output: No space"
is "a full output: one line" "$(wc -l <"$scratch/err")" 1
{
	sleep 0.3
	in_ns client "$probe" syn $server_ip 2>"$scratch/err"
	echo $? >"$scratch/status"
} | true
is "a closed pipe: exit status" "$(cat "$scratch/status")" 4
like "a closed pipe: why" "$(cat "$scratch/err")" "closed by its reader"
is "a closed pipe: one line" "$(wc -l <"$scratch/err")" 1
"$probe" -h >/dev/full 2>"$scratch/err"
is "help into a full output: exit status" $? 4
wrong "a full capture file" 4 "'/dev/full': No space" \
	syn -w /dev/full $server_ip
is "… the record is written" "$(records "$scratch/out")" 1
in_ns client "$probe" syn -w "$scratch/all.pcap" $server_ip >"$scratch/out" \
	2>"$scratch/err"
is "a capture file: exit status" $? 0
is "a capture file has the SYN and its RST" "$(
	python3 - "$scratch/all.pcap" <<-'PY'
		import struct, sys
		data = open(sys.argv[1], "rb").read()[24:]
		count = 0
		while data:
		    size = struct.unpack("=I", data[8:12])[0]
		    data = data[16 + size:]
		    count += 1
		print(count)
	PY
)" 2

# ---- decode

wrong "decode nothing" 2 "no file" decode
wrong "decode a missing file" 2 "/nonexistent" decode /nonexistent
wrong "decode a directory" 2 "${scratch##*/}" decode "$scratch"
wrong "decode an empty file" 2 "/dev/null" decode /dev/null
echo "this is not a capture, by any means" >"$scratch/text"
wrong "decode what is no capture" 2 "${scratch##*/}/text" decode "$scratch/text"
wrong "decode a wrong digit" 2 "'x' at position 4" decode --hex "00 x0"
wrong "decode half a byte" 2 "3 digits" decode --hex 00:0
wrong "decode both" 2 "exclude each other" decode --hex 00 "$scratch/text"
wrong "decode one good file of two" 2 "/nonexistent" \
	decode "$scratch/all.pcap" /nonexistent
head -c -5 "$scratch/all.pcap" >"$scratch/cut.pcap"
wrong "decode a capture that was cut" 4 "${scratch##*/}/cut.pcap" \
	decode "$scratch/cut.pcap"
# A packet of 31,000 options, and a small one after it.
python3 - "$scratch/long.pcap" <<'PY'
import struct, sys
def gre(options):
    lcp = struct.pack(">HHBBH", 0xff03, 0xc021, 1, 1, 4 + len(options)) + options
    packet = struct.pack(">HHHHI", 0x3001, 0x880b, len(lcp), 5, 0) + lcp
    return struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(packet), 0, 0, 64, 47, 0,
                       0xc0000201, 0xc0000202) + packet
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))
    for p in gre(b"\x07\x02" * 31000), gre(b""):
        f.write(struct.pack("<IIII", 0, 0, len(p), len(p)) + p)
PY
is "an object has no size to outgrow" "$("$probe" decode "$scratch/long.pcap" |
	python3 -c 'import json, sys
print([len(json.loads(line).get("options", ())) for line in sys.stdin])')" \
	"[0, 31000, 0, 0]"
like "an LCP request in hexadecimal is decoded" \
	"$("$probe" decode --hex 'ff:03 c021 01 01 0009 0305c22381')" \
	'"layer":"lcp".*"mschap_v2"'

# ---- a server that answers the first request, and nothing else

cat >"$scratch/server.py" <<'PY'
import socket, struct
reply = struct.pack(">HHIHHHBBIIHH64s64s", 156, 1, 0x1a2b3c4d, 2, 0, 0x0100,
                    1, 0, 3, 3, 1, 1, b"\x1b[2Jlocal\x07", b"\xffvendor")
listener = socket.create_server(("", 1723))
kept = []
while True:
    s, _ = listener.accept()
    s.recv(156, socket.MSG_WAITALL)
    s.sendall(reply)
    kept.append(s)
PY
start server python3 "$scratch/server.py"
wait_for 5 in_ns client python3 -c "
import socket
socket.create_connection(('$server_ip', 1723)).close()"

in_ns client "$probe" control -v --trace $server_ip >"$scratch/out" \
	2>"$scratch/err"
is "a server's words reach no output unescaped" \
	"$(cat "$scratch/out" "$scratch/err" | LC_ALL=C tr -d ' -~\n' | wc -c)" 0
like "… but are not lost" "$(cat "$scratch/out")" \
	'"host_name":"\\u001b\[2Jlocal\\u0007"'
like "a trace tells what was sent" "$(cat "$scratch/err")" "> SCCRQ"
like "a trace tells what came" "$(cat "$scratch/err")" "< SCCRP"

# Until the call has been asked for.
start_call()
{
	start client "$probe" call --trace -t 30 $server_ip
	wait_for 10 grep -q '> OCRQ' "$log"
}

start_call
status=/proc/$started/status
is "of all capabilities one is left" \
	"$(awk '/^CapEff/ { print $2 }' "$status")" 0000000000002000
is "… and permitted" "$(awk '/^CapPrm/ { print $2 }' "$status")" \
	0000000000002000
is "no new ones can come" "$(awk '/^NoNewPrivs/ { print $2 }' "$status")" 1
is "the user is no longer root" "$(awk '/^Uid/ { print $2 $3 $4 }' "$status")" \
	655346553465534
begin=$(date +%s%N)
kill -INT "$started"
wait "$started"
is "a signal: exit status" $? 4
took=$((($(date +%s%N) - begin) / 1000000))
ok "a signal: over within 3 s and a bit" test "$took" -lt 4000
like "a signal: one sentence" "$(grep pptp-probe: "$log")" \
	"^[^:]*: interrupted[^:]*: 1 of 1"
record=$(grep '^{' "$log")
like "a signal: the record is written" "$record" '"ended_by":"aborted"'
like "a signal: farewell was said" "$record" \
	'"stop-control-connection-request","by":"us"'

start_call
begin=$(date +%s%N)
kill -TERM "$started"
sleep 0.3
kill -TERM "$started"
wait "$started"
is "a second signal: exit status" $? 4
took=$((($(date +%s%N) - begin) / 1000000))
ok "a second signal: at once" test "$took" -lt 1500

in_ns server nft -f - <<'NFT'
table ip silence {
	chain input {
		type filter hook input priority 0
		tcp dport 9 drop
	}
}
NFT
start client "$probe" syn --trace -j 1 $server_ip:9 $server_ip:9 $server_ip:9
wait_for 5 grep -q '> SYN' "$log"
kill -TERM "$started"
wait "$started"
is "a signal with targets left: exit status" $? 4
like "… nothing new was begun" "$(grep -c '> SYN' "$log")" '^[1-3]$'
unlike "… and no record tells an end" "$(grep '^{' "$log")" \
	'"ended_by":"(complete|silent|refused)"'

# ---- what people see

is "no progress without a terminal" \
	"$(in_ns client "$probe" syn $server_ip 2>&1 >/dev/null)" ""
like "progress on one" "$(in_ns client script -qec \
	"$probe syn $server_ip" /dev/null </dev/null)" "1 of 1 done"
unlike "no progress there with -q" "$(in_ns client script -qec \
	"$probe syn -q $server_ip" /dev/null </dev/null)" "done"

manual=$repo/docs/man/pptp-probe.1
for command in "" syn gre control call scan decode; do
	# shellcheck disable=SC2086 # no command is no word
	"$probe" $command -h >"$scratch/help"
	is "help of '$command': exit status" $? 0
	is "help of '$command' has 80 columns" \
		"$(awk 'length > 80' "$scratch/help")" ""
	while read -r option; do
		ok "the manual has $command --$option" \
			grep -q "^\.It.*Fl Fl $option\b" "$manual"
	done < <(sed -n 's/^  .*--\([a-z0-9]*\).*/\1/p' "$scratch/help")
done
is "the manual is in order" "$(mandoc -T lint "$manual" 2>&1)" ""
like "a release has a number" "$("$probe" -V)" '^pptp-probe [0-9.]+$'

done_testing
