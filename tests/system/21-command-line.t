#!/bin/bash
# pptp-probe as a program, further: what it is told reaches the servers, what
# it found reaches its reader whole and in time, and no word of others' making
# reaches a terminal unescaped.
LIMIT=120
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need python3 gzip zstd xz bzip2

probe=$PPTP_BUILD/pptp-probe
calls=$repo/tests/captures/calls.pcap
# shellcheck disable=SC2119 # no option of ours
netns_new

# In the client's namespace: one sentence on stderr, and this exit status.
wrong() # CLAIM STATUS REGEX ARGUMENT...
{
	local claim=$1 status=$2 regex=$3 got
	shift 3
	in_ns client timeout 30 "$probe" "$@" >"$scratch/out" \
		2>"$scratch/err" </dev/null
	got=$?
	is "$claim: exit status" "$got" "$status"
	is "$claim: one line" "$(wc -l <"$scratch/err")" 1
	like "$claim: which tells why" "$(cat "$scratch/err")" "$regex"
	is "$claim: of printable bytes" \
		"$(LC_ALL=C tr -d ' -~\n' <"$scratch/err" | wc -c)" 0
}

# A value of each JSON line: EXPRESSION on r.
values()
{
	python3 -c '
import json, sys
for line in sys.stdin:
    r = json.loads(line)
    print(eval(sys.argv[1]))' "$1"
}

# ---- words of others

escape=$'\e[2J\a\x9b'
wrong "a hostile target" 2 "'.x1B\[2J.x07.x9B'" syn "$escape"
wrong "a hostile command" 2 "'.x1b\[2J.x07.x9b'" "$escape"
wrong "a hostile long option" 2 "'--.x1b\[2J.x07.x9b'" syn "--$escape"
wrong "a hostile letter" 2 "'-.x1b'" syn -$'\e'
wrong "a hostile port" 2 "'.x1b\[2J.x07.x9b' is no port" syn -p "$escape" 1
wrong "a hostile method" 2 "'.x1b\[2J.x07.x9b' is no method" \
	call --ask "$escape" $server_ip
wrong "a hostile source" 2 "'.x1b\[2J.x07.x9b' is no address" \
	syn -S "$escape" $server_ip
wrong "a hostile contact" 2 "'.x1b\[2J.x07.x9bxx*' has 66 bytes" \
	syn --contact "$escape$(printf 'x%.0s' {1..60})" $server_ip
wrong "a hostile file of targets" 2 "'$scratch/.x1b\[2J.x07.x9b'" \
	syn -T "$scratch/$escape"
wrong "a hostile capture" 2 "$scratch/.x1b\[2J.x07.x9b: No such" \
	decode "$scratch/$escape"
cp "$scratch/err" "$scratch/$escape"
wrong "a capture that is none, of a hostile name" 2 \
	"/.x1b\[2J.x07.x9b: .*give a pcap" decode "$scratch/$escape"
printf '%s\n' "x$escape" >"$scratch/targets"
wrong "a hostile line" 2 "line 1: .*'x.x1B\[2J.x07.x9B'" \
	syn -T "$scratch/targets"
wrong "a hostile interface" 3 "'.x1b\[2J.x07.x9b'" syn -i "$escape" $server_ip
is "letters of other languages stay" \
	"$("$probe" decode "$scratch/Zürich" 2>&1)" \
	"pptp-probe: $scratch/Zürich: No such file or directory"
long=$scratch/$(printf 'x%.0s' {1..250})
like "a sentence of a long name has its end" \
	"$("$probe" syn -T "$long/$(printf 'y%.0s' {1..250})" 2>&1)" \
	'yyy.: No such file or directory$'

# ---- complaints about options: one each, and of that option

wrong "an unknown letter among others" 2 "no option '-z'" syn -qz
wrong "an unknown letter first" 2 "no option '-z'" syn --quiet -zq 192.0.2.2
wrong "an unknown letter behind a target" 2 "no option '-z'" syn 192.0.2.2 -z
wrong "an ambiguous name" 2 "no option '--t=5'" syn --t=5 192.0.2.2
wrong "a letter that lacks its value" 2 "option --jobs lacks its N" syn -qj
wrong "a name that lacks its value" 2 "option --source lacks its ADDRESS" \
	syn --source

# ---- what is told to the servers

cat >"$scratch/server.py" <<'PY'
"""Answers requests; then sends one Configure-Request of 380 options without a
value, 26 times."""
import socket, struct, sys, threading, time
HEAD = struct.pack(">HHIHH", 0, 1, 0x1A2B3C4D, 0, 0)


def message(kind, body):
    return struct.pack(">HHIHH", 12 + len(body), 1, 0x1A2B3C4D, kind, 0) + body


def offers(peer, call):
    options = b"\x13\x02" * 380
    lcp = struct.pack(">HHBBH", 0xFF03, 0xC021, 1, 1, 4 + len(options))
    lcp += options
    gre = socket.socket(socket.AF_INET, socket.SOCK_RAW, 47)
    for number in range(26):
        gre.sendto(struct.pack(">HHHHI", 0x3001, 0x880B, len(lcp), call,
                               number) + lcp, (peer, 0))
        time.sleep(0.05)


def serve(s, peer):
    while True:
        head = s.recv(12, socket.MSG_WAITALL)
        if len(head) < 12:
            return
        length, _, _, kind, _ = struct.unpack(">HHIHH", head)
        body = s.recv(length - 12, socket.MSG_WAITALL)
        if kind == 1:
            print(body[16:80].rstrip(b"\0"), body[80:144].rstrip(b"\0"),
                  flush=True)
            s.sendall(message(2, struct.pack(">HBBIIHH", 0x100, 1, 0, 3, 3, 1,
                                             1) + b"x".ljust(128, b"\0")))
        elif kind == 7:
            call = struct.unpack(">H", body[:2])[0]
            s.sendall(message(8, struct.pack(">HHBBHIHHI", 77, call, 1, 0, 0,
                                             64000, 64, 0, 0)))
            threading.Thread(target=offers, args=(peer, call),
                             daemon=True).start()
        elif kind == 3:
            s.sendall(message(4, struct.pack(">BBH", 1, 0, 0)))
        elif kind == 12:
            s.sendall(message(13, struct.pack(">HBBHH", 77, 4, 0, 0, 0) +
                              bytes(128)))


listener = socket.create_server(("", 1723))
while True:
    s, (peer, _) = listener.accept()
    threading.Thread(target=serve, args=(s, peer), daemon=True).start()
PY
start server python3 "$scratch/server.py"
server_log=$log
wait_for 5 in_ns client python3 -c "
import socket
socket.create_connection(('$server_ip', 1723)).close()"
in_ns client "$probe" control --contact "noc@example.net" $server_ip \
	>"$scratch/control" 2>"$scratch/err"
is "a contact is told: exit status" $? 0
like "a contact reaches the server" "$(cat "$server_log")" "noc@example.net"

# ---- records

in_ns client "$probe" syn $server_ip $server_ip:9 >"$scratch/syn" \
	2>"$scratch/err"
in_ns client "$probe" gre $server_ip >"$scratch/gre" 2>>"$scratch/err"
is "syn and gre: not a word" "$(cat "$scratch/err")" ""
for kind in control syn gre; do
	like "$kind: a run of sixteen digits" \
		"$(values 'r["run"]' <"$scratch/$kind" | sort -u)" \
		'^[0-9a-f]{16}$'
done
is "each run has another number" "$(cat "$scratch"/{control,syn,gre} |
	values 'r["run"]' | sort -u | wc -l)" 3
is "syn tells that connect() was not tried" \
	"$(values 'r["tcp"]["connect"]["state"]' <"$scratch/syn" | sort -u)" \
	not_tried

in_ns client "$probe" call $server_ip >"$scratch/call" 2>"$scratch/err"
is "a huge request, many times over: exit status" $? 0
is "… not a word" "$(cat "$scratch/err")" ""
is "… one record" "$(wc -l <"$scratch/call")" 1
is "… with the request" "$(values \
	'len(r["lcp"]["offers"][0]["options"])' <"$scratch/call")" 380
ok "… and its retransmissions" test "$(values 'sum(
	offer.get("same_as") == 0 for offer in r["lcp"]["offers"])' \
	<"$scratch/call")" -ge 10

for kind in control syn gre call; do
	ok "$kind: records fit their schema" \
		"$repo/tests/schema/check" record "$scratch/$kind"
done

# ---- output

# What fits is there, and the rest is missed.
(
	ulimit -f 8
	"$probe" decode "$calls" "$calls" "$calls" >"$scratch/out" \
		2>"$scratch/err"
)
is "a file at its limit: exit status" $? 4
is "a file at its limit: one line" "$(wc -l <"$scratch/err")" 1
like "a file at its limit: why" "$(cat "$scratch/err")" \
	"standard output: File too large"
is "a file at its limit: it is full" "$(stat -c %s "$scratch/out")" 8192
is "… of what would have come" "$("$probe" decode "$calls" 2>/dev/null | head -c 8192 |
	cmp - "$scratch/out" 2>&1)" ""

whole=$("$probe" decode "$calls" "$calls" "$calls" | md5sum)
is "a slow reader of a pipe that never blocks gets all" "$(python3 - "$probe" \
	decode "$calls" "$calls" "$calls" <<'PY' | md5sum
import os, subprocess, sys, time
out, end = os.pipe()
os.set_blocking(end, False)
child = subprocess.Popen(sys.argv[1:], stdout=end)
os.close(end)
time.sleep(0.3)
while True:
    piece = os.read(out, 1000)
    if not piece:
        break
    sys.stdout.buffer.write(piece)
assert child.wait() == 0
PY
)" "$whole"

# An object is there while the next frame is still awaited: in a pipe whose
# reader waits, and in a file.
cat >"$scratch/live.py" <<'PY'
import os, select, subprocess, sys
probe, path, into = sys.argv[1:]
data = open(path, "rb").read()
out = open(into, "wb") if into != "-" else subprocess.PIPE
child = subprocess.Popen([probe, "decode", "-"], stdin=subprocess.PIPE,
                         stdout=out)
child.stdin.write(data[:24 + 16 + int.from_bytes(data[32:36], "little")])
child.stdin.flush()
if into == "-":
    print(bool(select.select([child.stdout], [], [], 5)[0]))
else:
    for _ in range(50):
        if os.path.getsize(into) > 0:
            break
        select.select([], [], [], 0.1)
    print(os.path.getsize(into) > 0)
child.stdin.close()
if into == "-":
    child.stdout.read()
child.wait()
PY
is "an object is in a pipe before the next frame comes" \
	"$(python3 "$scratch/live.py" "$probe" "$calls" -)" True
is "an object is in a file before the next frame comes" \
	"$(python3 "$scratch/live.py" "$probe" "$calls" "$scratch/live")" True
many=()
for _ in {1..40}; do many+=("$calls"); done
"$probe" decode "${many[@]}" 2>"$scratch/err" | head -n 1 >/dev/null
is "a reader that goes away: exit status" "${PIPESTATUS[0]}" 4
like "a reader that goes away: why" "$(cat "$scratch/err")" \
	"^[^:]*: standard output was closed by its reader[^:]*$"

# ---- decode: privileges

mkdir -m 700 "$scratch/private"
cp "$calls" "$scratch/private/calls.pcap"
chmod 600 "$scratch/private/calls.pcap"
mkfifo "$scratch/wait"
"$probe" decode "$scratch/private/calls.pcap" - <"$scratch/wait" \
	>"$scratch/out" 2>/dev/null &
reader=$!
processes+=("$reader")
exec 9>"$scratch/wait"
ok "a file of root's is decoded" wait_for 5 test -s "$scratch/out"
status=/proc/$reader/status
for set in CapEff CapPrm CapInh; do
	is "… with no capability left ($set)" \
		"$(awk "/^$set/ { print \$2 }" "$status")" 0000000000000000
done
is "… nor root's user" "$(awk '/^Uid/ { print $2 $3 $4 }' "$status")" \
	655346553465534
is "… nor a way to new ones" "$(awk '/^NoNewPrivs/ { print $2 }' "$status")" 1
exec 9>&-
wait "$reader"

# ---- decode: what cannot be read, and what can be done

for tool in "gzip:gunzip" "zstd:zstd -d" "xz:xz -d" "bzip2:bunzip2"; do
	${tool%%:*} -c "$calls" >"$scratch/packed"
	wrong "a capture packed by ${tool%%:*}" 2 \
		"${tool#*:} -c FILE \| pptp-probe decode -" \
		decode "$scratch/packed"
	# shellcheck disable=SC2086 # words
	is "… is read as the advice says" \
		"$(${tool#*:} -c "$scratch/packed" | "$probe" decode - |
			md5sum)" "$("$probe" decode "$calls" | md5sum)"
done
is "a pcapng of several link types is read" "$("$probe" decode \
	"$repo/tests/captures/interfaces.pcapng" | values 'r["frame"]' |
	sort -u | wc -l)" 5
# Ethernet: MPLS, a broken IP header, ARP; and Cisco's HDLC where PPP may be.
python3 - "$scratch/odd.pcap" "$scratch/hdlc.pcap" <<'PY'
import struct, sys
def write(path, linktype, frames):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535,
                            linktype))
        for frame in frames:
            frame = bytes.fromhex(frame)
            f.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
macs = "ffffffffffff020000000001"
write(sys.argv[1], 1, [macs + "884700000000", macs + "08004400",
                       macs + "08060001", macs + "884700000001"])
write(sys.argv[2], 50, ["8f00803500000002000000000000000000",
                        "ff03c021010100040000"])
PY
wrong "frames that are not understood" 0 \
	"3 of 4 frames were not understood: 2 with neither .*, 1 with a broken or cut IP" \
	decode "$scratch/odd.pcap"
wrong "… and with -v" 0 "0 messages in 4 frames; 3 not understood: 2 with" \
	decode -v "$scratch/odd.pcap"
is "… and not with -q" "$("$probe" decode -q "$scratch/odd.pcap" 2>&1)" ""
# IPv4 in IPv4, the inner one cut.
wrong "bytes that are not all understood" 0 "some bytes were not understood: 1" \
	decode --hex 4500001800000000400400000a0000010a00000245000014
is "Cisco's HDLC is not taken for PPP" "$("$probe" decode "$scratch/hdlc.pcap" \
	2>&1 | values 'r["frame"], r["layer"]')" "(2, 'lcp')"

# Hostile bytes are read by who holds nothing any more, though root started it.
mkfifo "$scratch/capture"
start client "$probe" decode "$scratch/capture"
exec {writer}>"$scratch/capture" # after the start: who reads it has no copy
if [ -n "$PPTP_SAN" ]; then
	skip "decode has no privilege while it reads" \
		"a sanitizer asks for more system calls than the filter lets through"
else
	wait_for 10 grep -q 'Seccomp:.2' "/proc/$started/status"
	is "decode has no privilege while it reads" \
		"$(grep -E '^(Cap(Inh|Prm|Eff|Amb)|NoNewPrivs|Seccomp):' \
			"/proc/$started/status" | tr -s '\t\n' ' ')" \
		"CapInh: 0000000000000000 CapPrm: 0000000000000000 CapEff: 0000000000000000 CapAmb: 0000000000000000 NoNewPrivs: 1 Seccomp: 2 "
fi
cat "$calls" >&"$writer"
exec {writer}>&-
wait "$started"
is "… and reads all the same" $? 0
ok "… what was written" test "$(wc -l <"$log")" -gt 10

done_testing
