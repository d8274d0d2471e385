#!/bin/bash
# Faults of the prober's own host: its firewall, its interface, its capture, its
# open files, its clock, thousands of conversations at once, and SIGINT at any
# moment. No wrong fact, nothing lost unsaid, and the farewell still said.
LIMIT=400
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

need_root
need python3 nft ping ss dumpcap tshark "${CC:-cc}"

# shellcheck disable=SC2119 # no IPv6
netns_new
pptpgrade=$PPTP_BUILD/pptpgrade
probe=$PPTP_BUILD/pptp-probe
verdicts=$scratch/verdicts
errors=$scratch/errors

# By way of the first server: one neighbour, where thousands would not fit into
# the kernel's table.
route()
{
	ip -n "$client" route replace 198.18.0.0/16 via 198.18.0.1 dev veth0 \
		onlink
}
route

lab='' lab_log=''
lab() # KIND COUNT; the model on the other end, and the truth
{
	[ -z "$lab" ] || stop "$lab"
	"$PPTP_BUILD/pptp-lab" --truth -a 198.18.0.1 -n "$2" -k "$1" \
		>"$scratch/truth" || bail "no truth of $1"
	start server "$PPTP_BUILD/pptp-lab" -i veth0 -a 198.18.0.1 -n "$2" \
		-k "$1"
	lab=$started
	lab_log=$log
	wait_for 5 in_ns client ping -c 1 -W 1 198.18.0.1 ||
		bail "the lab does not answer: $(cat "$lab_log")"
}

# Verdicts into their file, and every sentence into that of errors.
grade() # SECONDS ARGUMENT...; killed after so long, which is a fault of ours
{
	in_ns client timeout -k 2 "$1" "$pptpgrade" -q -f jsonl "${@:2}" \
		>"$verdicts" 2>"$errors" </dev/null
}

compare() # CLAIM [--partial] [VERDICTS]
{
	local claim=$1 file=$verdicts
	shift
	[ $# -lt 2 ] || file=$2
	ok "$claim" python3 "$repo/tests/lab/compare.py" ${1:+"$1"} \
		"$scratch/truth" "$file"
}

# The rest of the fault's text, as Python sees it: v and e of each verdict are
# what a test is about. Prints how many of them it holds for.
holds() # EXPRESSION [FIRST LAST]; of the servers with these last numbers
{
	python3 - "$verdicts" "$@" <<'PY'
import json, sys
path, expression, *span = sys.argv[1:]
first, last = map(int, span or (1, 65536))
count = 0
for line in open(path):
    v = json.loads(line)
    e = v["evidence"]
    a = [int(n) for n in v["target"].split(".")]
    notes = {n["code"] for r in e["conversations"] for n in r.get("notes", [])}
    if first <= 256 * a[2] + a[3] <= last:
        count += bool(eval(f"({expression})"))
print(count)
PY
}

# Each of the first COUNT servers has a verdict, or a sentence that names it.
accounted() # COUNT
{
	python3 - "$verdicts" "$errors" "$1" <<'PY'
import ipaddress, json, re, sys
known = {json.loads(line)["target"] for line in open(sys.argv[1])}
said = open(sys.argv[2]).read()
known |= set(re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", said))
first = ipaddress.ip_address("198.18.0.1")
lost = [str(first + i) for i in range(int(sys.argv[3]))
        if str(first + i) not in known]
# What kept many from being asked is said once, and with it of how many.
same = re.search(r"so it was with (\d+) more", said)
unasked = re.search(r"; (\d+) servers? (?:was|were) not asked", said)
spoken = 1 + int(same.group(1)) if same else 0
spoken += int(unasked.group(1)) if unasked else 0
print("lost without a word:", *lost[:20]) if len(lost) > spoken else None
sys.exit(len(lost) > spoken)
PY
}

at_least() # CLAIM NUMBER LEAST
{
	[ "${2:-0}" -ge "$3" ]
	report $? "$1" && return 0
	diag "got:           $2"
	diag "wanted, least: $3"
}

# ---- 1. The firewall of this very host: 40 servers a rule.

lab mixed 280
in_ns client nft -f - <<'NFT' || bail "no nftables"
table ip faults {
	chain output {
		type filter hook output priority 0
		ip daddr 198.18.0.1-198.18.0.40 ip protocol gre reject
		ip daddr 198.18.0.41-198.18.0.80 ip protocol gre drop
		ip daddr 198.18.0.161-198.18.0.200 tcp dport 1723 reject
		ip daddr 198.18.0.201-198.18.0.240 tcp dport 1723 drop
	}
	chain input {
		type filter hook input priority 0
		ip saddr 198.18.0.81-198.18.0.120 ip protocol gre \
			reject with icmp admin-prohibited
		ip saddr 198.18.0.121-198.18.0.160 ip protocol gre drop
	}
}
NFT
grade 120 -d call -v -o "$scratch/report.txt" 198.18.0.1-198.18.1.24
is "local rules: the run ends well" $? 0
is "local rules: every server has a verdict" "$(wc -l <"$verdicts")" 280
compare "local rules: no verdict contradicts the truth" --partial
for rule in "reject 1 40" "drop 41 80"; do
	read -r name first last <<<"$rule"
	at_least "GRE out $name: failed sending is noted, call after call" \
		"$(holds '"send_failed" in notes and
			e["call"]["state"] == "accepted"' "$first" "$last")" 15
	is "GRE out $name: GRE is one-way or not tested, by our own doing" \
		"$(holds '"send_failed" in notes and
			(e["gre"]["state"] not in ("inbound_only", "not_tested")
			or e["gre"]["reason"] != "error" or
			e["gre"].get("to_server") == "proven")' \
			"$first" "$last")" 0
done
at_least "GRE in reject: our own ICMP is noted" \
	"$(holds '"local_icmp" in notes' 81 120)" 15
is "GRE in reject: … and is why, where GRE is told of" \
	"$(holds '"local_icmp" in notes and
		e["gre"].get("reason") != "local-icmp-3-13"' 81 120)" 0
is "GRE in reject: … and of no other servers" \
	"$(holds '"local_icmp" in notes' 121 280)" 0
at_least "GRE in drop: the capture sees what the host does not" \
	"$(holds 'e["gre"]["state"] == "reachable"' 121 160)" 15
at_least "no rule: as many without a word of it" \
	"$(holds 'e["gre"]["state"] == "reachable" and not notes & {
		"send_failed", "local_icmp", "capture_drops"}' 241 280)" 15
at_least "TCP out reject and drop: failed sending is noted" \
	"$(holds '"send_failed" in notes' 161 240)" 80
is "TCP out reject and drop: what was not sent is graded ?" \
	"$(holds 'v["grade"] == "?"' 161 240)" 80
at_least "the report says that this host refused, and where to look" \
	"$(tr -s ' \n' '  ' <"$scratch/report.txt" | grep -oc \
		'this host refused to send: see its firewall')" 1
at_least "the report says which rule to remove" \
	"$(tr -s ' \n' '  ' <"$scratch/report.txt" | grep -oc \
		"our own host's ICMP 3/13 from $client_ip: remove that rule")" 1
in_ns client nft delete table ip faults

# ---- 2. The interface goes down and comes up; then the wire does.

lab friendly 800
(
	sleep 2.2
	ip -n "$client" link set veth0 down
	sleep 1
	ip -n "$client" link set veth0 up
	route
) &
grade 120 -j 32 198.18.0.1-198.18.0.80
is "interface down: the run ends, and does not say that all is well" $? 4
wait $!
diag "interface down: $(wc -l <"$verdicts") verdicts," \
	"$(wc -l <"$errors") sentences"
compare "interface down: no verdict contradicts the truth" --partial
ok "interface down: every server has a verdict or a sentence" accounted 80
at_least "interface down: it did hit conversations" \
	"$(holds '"send_failed" in notes or "connect_failed" in notes or
		"error" in e')" 5

# All SYNs go nowhere, and the last echo requests may get through: such a
# host looks as though a filter kept its port.
ip -n "$server" link set veth0 down
(
	sleep 6.3
	ip -n "$server" link set veth0 up
) &
grade 120 -d call 198.18.0.1-198.18.0.60
is "wire down: the run ends" $? 0
wait $!
diag "wire down: $(holds 'v["grade"] == "?"') of 60 not known"
is "wire down: every server has a verdict" "$(wc -l <"$verdicts")" 60
compare "wire down: no verdict contradicts the truth" --partial

# ---- 3. The capture loses packets: the program sleeps while they come.

# Echo requests, which the filter lets through as it does their replies: many
# times what the ring holds.
cat >"$scratch/flood.py" <<'PY'
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
for i in range(12000):
    head = struct.pack(">BBHHH", 8, 0, 0, 1, i)
    total = sum(struct.unpack(">4H", head))
    total = ~(total + (total >> 16)) & 0xffff
    try:
        s.sendto(head[:2] + struct.pack(">H", total) + head[4:],
                 socket.MSG_DONTWAIT, ("198.18.0.1", 0))
    except OSError:
        pass
PY
wait_for 5 in_ns client ping -c 1 -W 1 198.18.0.1 ||
	bail "the wire does not come up again"
start client "$pptpgrade" -q -j 32 -f jsonl 198.18.0.1-198.18.0.100
run=$started
# How far it is at what time, the machine's load says: it is stopped where
# enough conversations are under way.
# shellcheck disable=SC2317 # wait_for runs it
asleep() # stopped, with 12 connections and more
{
	kill -STOP "$run" || return 1
	in_ns client ss -Htn state established dport = :1723 >"$scratch/held"
	[ "$(wc -l <"$scratch/held")" -lt 12 ] || return 0
	kill -CONT "$run"
	return 1
}
for pause in 0.3 0.6 0.5 0.8; do
	sleep "$pause"
	wait_for 10 asleep || break
	in_ns client python3 "$scratch/flood.py"
	sleep 1.2
	kill -CONT "$run"
done
wait "$run"
is "capture drops: the run ends well" $? 0
grep '^{' "$log" >"$verdicts"
is "capture drops: not a word of other trouble" "$(grep -v '^{' "$log")" ""
is "capture drops: every server has a verdict" "$(wc -l <"$verdicts")" 100
at_least "capture drops: records say so" \
	"$(holds '"capture_drops" in notes')" 10
compare "capture drops: no verdict contradicts the truth" --partial

# ---- 4. A wall clock that jumps two hours back and forth, 20 times a second.

# Blanks part the names in LD_PRELOAD: it lies where there are none.
public_folder
ok "the stepping clock is built" "${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 \
	-shared -fPIC -o "$public/clockstep.so" "$system/clockstep.c"
# With SAN=1 a launcher names the sanitizers' runtime, and nothing beside it:
# here it comes first by hand, before the clock.
stepping=("LD_PRELOAD=$public/clockstep.so" "$pptpgrade")
[ -z "${PPTP_SAN:-}" ] || stepping=("${sanitizers[@]}"
	"${sanitizers[0]}:$public/clockstep.so" lua5.4 "$pptpgrade.lua")
in_ns client timeout -k 2 120 env "${stepping[@]}" -q -f jsonl \
	198.18.2.1-198.18.2.50 >"$scratch/stepped" 2>&1 </dev/null &
stepped=$!
processes+=("$stepped")

# ---- 5. Meanwhile: no more open files.

cat >"$scratch/hog.py" <<'PY'
import os, resource, sys
limit, free = int(sys.argv[1]), int(sys.argv[2])
for _ in range(limit - 3 - free):
    os.set_inheritable(os.open("/dev/null", os.O_RDONLY), True)
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
os.execvp(sys.argv[3], sys.argv[3:])
PY

scarce() # LIMIT FREE ARGUMENT...; all but so many descriptors are inherited
{
	in_ns client timeout -k 2 60 python3 "$scratch/hog.py" "$1" "$2" \
		"$pptpgrade" -q -f jsonl "${@:3}" >"$verdicts" 2>"$errors" \
		</dev/null
}

scarce 40 37 198.18.0.1-198.18.0.40
is "40 files: pptpgrade could not run" $? 3
is "40 files: one sentence" "$(wc -l <"$errors")" 1
like "40 files: what is short, and what helps" "$(cat "$errors")" \
	'need 384 open files, and 40 are allowed; raise the limit with ulimit -n'
scarce 140 137 -j 12 -d call 198.18.0.1-198.18.0.40
is "140 files: 12 conversations at once go" $? 0
is "140 files: … with every verdict" "$(wc -l <"$verdicts")" 40
short=0 whole=0 wrong=''
for free in 3 4 5 6 7 8 9 10 11 12 14 16 20; do
	scarce 146 $free -j 12 -d call 198.18.0.1-198.18.0.40
	status=$?
	count=$(wc -l <"$verdicts") said=$(wc -l <"$errors") trouble=''
	case $status in
	0)
		whole=$((whole + 1))
		[ "$count" = 40 ] || trouble="$count verdicts of 40"
		;;
	3 | 4)
		short=$((short + 1))
		[ "$count.$said" = 0.1 ] || trouble=$(accounted 40)
		;;
	*) trouble="exit status $status" ;;
	esac
	python3 "$repo/tests/lab/compare.py" --partial "$scratch/truth" \
		"$verdicts" >"$scratch/compared" ||
		trouble+=" $(cat "$scratch/compared")"
	trouble+=$(grep -v '^pptpgrade: ' "$errors" | head -n 2)
	[ -z "$trouble" ] || wrong+="$free free: $trouble; "
done
diag "inherited descriptors: $whole runs had enough, $short had not"
is "inherited descriptors: nothing wrong, nothing lost unsaid" "$wrong" ""
at_least "inherited descriptors: some runs had enough" "$whole" 1
at_least "inherited descriptors: some had not" "$short" 1

wait "$stepped"
is "clock steps: the run ends well" $? 0
verdicts=$scratch/stepped
is "clock steps: every server has a verdict" "$(wc -l <"$verdicts")" 50
cp "$scratch/truth" "$scratch/truth.all"
sed -n 513,562p "$scratch/truth.all" >"$scratch/truth"
compare "clock steps: every verdict is what it is without them"
cp "$scratch/truth.all" "$scratch/truth"
at_least "clock steps: the clock did step within single surveys" \
	"$(holds 'len({r["time"][11:13] for r in e["conversations"]}) > 1')" 20
is "clock steps: … and no conversation took more than 60 s" \
	"$(holds 'max(r["duration_us"] for r in e["conversations"]) > 6e7')" 0
verdicts=$scratch/verdicts

# ---- 6. 4,096 conversations at once.

lab friendly 4096
ulimit -n 8192
# shellcheck disable=SC2016 # for the shell in there
start client bash -c 'while :; do
	ss -Htn state established "dport = 1723" | wc -l
	sleep 0.1
done'
counter=$started counts=$log
grade 150 -j 4096 -d call 198.18.0.1-198.18.16.0
is "4,096 at once: the run ends well" $? 0
stop "$counter"
is "4,096 at once: not a word of trouble" "$(cat "$errors")" ""
is "4,096 at once: every server has a verdict" "$(wc -l <"$verdicts")" 4096
compare "4,096 at once: no verdict contradicts the truth" --partial
is "4,096 at once: every call was heard in both directions" \
	"$(holds 'e["gre"]["state"] == "reachable"')" 4096
most=$(sort -n "$counts" | tail -n 1)
diag "4,096 at once: $most connections at the same time"
at_least "4,096 at once: it was thousands" "$most" 2000

# ---- 7. SIGINT at random moments.

lab friendly 1224
seed=${FAULTS_SEED:-$RANDOM}
RANDOM=$seed
diag "signals: FAULTS_SEED=$seed repeats these moments"
moments=()
moment() # LEAST MOST, in milliseconds
{
	local ms=$(($1 + RANDOM % ($2 - $1)))
	moments+=("$((ms / 1000)).$(printf %03d $((ms % 1000)))")
}
# Four lanes: 16 moments, each in its own sixteenth of the time, then one of
# pptp-probe's, which has little to do, and one for a second signal.
for ((i = 0; i < 16; i++)); do
	moment $((50 + i * 360)) $((50 + i * 360 + 360))
done
for ((i = 0; i < 4; i++)); do
	moment 0 250
	moment 50 2000
done

cat >"$scratch/interrupt.py" <<'PY'
"""usage: interrupt.py NAMESPACE STEM HOW MOMENT COMMAND...

Runs COMMAND with a capture file, and sends SIGINT so many seconds after that
file has come to be. HOW: once; twice, 0.2 s apart; asleep: the program is
stopped for 0.3 s before. Prints the exit status, whether the end came in time,
how many records there are and whether they are whole.
"""
import json, os, signal, subprocess, sys, time
namespace, stem, how, moment = sys.argv[1:5]
capture = stem + ".pcap"
with open(stem + ".out", "wb") as out, open(stem + ".err", "wb") as err:
    # A shell's background process would have to ignore SIGINT.
    child = subprocess.Popen(
        ["ip", "netns", "exec", namespace, *sys.argv[5:], "-w", capture],
        stdin=subprocess.DEVNULL, stdout=out, stderr=err,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
began = time.monotonic()
while not os.path.exists(capture) and child.poll() is None and \
        time.monotonic() < began + 20:
    time.sleep(0.002)
time.sleep(float(moment))
ended = child.poll() is not None
if how == "asleep":
    child.send_signal(signal.SIGSTOP)
    time.sleep(0.3)
child.send_signal(signal.SIGINT)
if how == "asleep":
    child.send_signal(signal.SIGCONT)
sent = time.monotonic()
if how == "twice":
    time.sleep(0.2)
    child.send_signal(signal.SIGINT)
try:
    status = child.wait(30)
except subprocess.TimeoutExpired:
    child.kill()
    status = child.wait()
took = time.monotonic() - sent
count, whole = 0, "whole"
for line in open(stem + ".out", "rb"):
    if how == "twice" and not line.endswith(b"\n"):
        continue # at once is at once: the last line may lack its end
    try:
        count += "target" in json.loads(line)
    except ValueError:
        whole = "broken"
print(status, "in-time" if took < (1.5 if how == "twice" else 6) else "late",
      whole, "early" if ended else "cut", f"{took:.1f}", count)
PY

# One lane of signals: its own 200 servers, one run after the other. Where a
# second signal cuts farewells short the servers are others.
signals() # LANE MOMENT...
{
	local lane=$1 range how=once moment i=0
	range=198.18.$lane.1-198.18.$lane.200
	shift
	for moment; do
		i=$((i + 1))
		how=once
		[[ $((i % 6)) != [24] ]] || how=asleep
		if [ $((i % 6)) = 0 ]; then
			how=twice
			range=198.18.4.$((lane * 50 + 1))-198.18.4.$((lane * 50 + 50))
		fi
		local command=("$pptpgrade" -q -f jsonl "$range")
		[ $((i % 6)) != 5 ] || command=("$probe" call -q "$range")
		echo "$lane.$i $how $moment ${command[0]##*/} $(python3 \
			"$scratch/interrupt.py" "$client" "$scratch/int.$lane.$i" \
			"$how" "$moment" "${command[@]}")"
	done
}

# The other end of the wire sees what the farewell really was.
start server dumpcap -q -B 64 -i veth0 -f 'tcp port 1723' \
	-w "$scratch/wire.pcapng"
dumpcap=$started dumpcap_log=$log
wait_for 5 test -s "$scratch/wire.pcapng" || bail "$(cat "$dumpcap_log")"
lanes=()
for lane in 0 1 2 3; do
	signals $lane "${moments[@]:lane * 4:4}" \
		"${moments[@]:16 + lane * 2:2}" >"$scratch/lane.$lane" &
	lanes+=($!)
done
wait "${lanes[@]}"
cat "$scratch"/lane.? >"$scratch/signals"
sleep 0.5
kill -INT "$dumpcap"
wait "$dumpcap"

diag "$(cat "$scratch/signals")"
is "signals: 24 runs were interrupted" "$(grep -c . "$scratch/signals")" 24
is "signals: none had ended by itself before" \
	"$(grep -w early "$scratch/signals")" ""
is "signals: the exit status is 4, always" \
	"$(awk '$5 != 4' "$scratch/signals")" ""
is "signals: after one, it ends within 6 s; after another, at once" \
	"$(grep -w late "$scratch/signals")" ""
is "signals: every line that was written is whole" \
	"$(grep -w broken "$scratch/signals")" ""
for file in "$scratch"/int.*.out; do
	grep '"grade".*}$' "$file" >"$verdicts" || continue
	wc -l <"$verdicts" >>"$scratch/found"
	python3 "$repo/tests/lab/compare.py" --partial "$scratch/truth" \
		"$verdicts" >"$scratch/compared" || cat "$scratch/compared"
done >"$scratch/contradictions"
at_least "signals: what was found is written, run after run" \
	"$(grep -vxc 0 "$scratch/found")" 20
is "signals: no verdict contradicts the truth" \
	"$(cat "$scratch/contradictions")" ""
for file in "$scratch"/int.*.pcap; do
	"$probe" decode -q "$file" >/dev/null || echo "$file"
done >"$scratch/unreadable" 2>&1
is "signals: every capture file is whole" "$(cat "$scratch/unreadable")" ""

cat >"$scratch/farewells.py" <<'PY'
"""Reads tshark's fields; tells each connection in which the server had greeted
(SCCRP) and we left first, without a word of farewell before our FIN or RST. A
FIN within 50 ms of the greeting may have crossed it, which is chance and rare;
after a sleep it does not."""
import collections, sys
ours = sys.argv[1]
streams = collections.defaultdict(
    lambda: {"greeted": None, "bye": False, "over": None, "wrong": None,
             "seen": ""})
for line in sys.stdin:
    at, stream, source, target, flags, payload = line.rstrip("\n").split("\t")
    s = streams[stream]
    s["server"] = target if source == ours else source
    who = "us" if source == ours else "server"
    s["seen"] += f" {at} {who} {flags} {payload[:24]};"
    at, flags, data = float(at), int(flags, 16), bytes.fromhex(payload)
    types = set()
    while len(data) >= 12:
        types.add(int.from_bytes(data[8:10], "big"))
        length = int.from_bytes(data[:2], "big")
        data = data[length:] if length >= 12 else b""
    if s["over"]:
        continue
    s["over"] = flags & 5
    if source != ours:
        if 2 in types:
            s["greeted"] = at
        continue
    s["bye"] |= bool(types & {3, 4, 12})
    if s["over"] and s["greeted"] is not None and not s["bye"]:
        s["wrong"] = "RST" if flags & 4 else "FIN"
        if at - s["greeted"] < 0.05 and s["wrong"] == "FIN":
            s["wrong"] = "crossed"
for s in streams.values():
    if s["greeted"] is not None and not s["over"] and not s["bye"]:
        s["wrong"] = "nothing at all"
print(sum(s["greeted"] is not None for s in streams.values()), "greeted,",
      sum(s["wrong"] == "crossed" for s in streams.values()), "crossed")
for name, s in streams.items():
    if s["wrong"] and s["wrong"] != "crossed":
        print(f"{s['server']}: {s['wrong']} and no farewell:{s['seen']}")
PY
tshark -n -r "$scratch/wire.pcapng" -Y '!(ip.addr == 198.18.4.0/24)' \
	-T fields -e frame.time_relative -e tcp.stream -e ip.src -e ip.dst \
	-e tcp.flags -e tcp.payload 2>/dev/null |
	python3 "$scratch/farewells.py" $client_ip >"$scratch/farewells"
read -r greeted _ crossed _ <"$scratch/farewells"
diag "signals: $greeted connections were greeted, $crossed crossed our FIN"
at_least "signals: servers had greeted" "$greeted" 500
ok "signals: a greeting crosses our FIN seldom" [ "${crossed:-999}" -le 5 ]
is "signals: each that had greeted was told farewell" \
	"$(tail -n +2 "$scratch/farewells" | head -n 5)" ""

ok "the lab is still there" kill -0 "$lab"
is "and had nothing to complain of" "$(cat "$lab_log")" ""

# ---- 2, once more: the interface is taken away for good.

(
	sleep 1.5
	ip -n "$client" link delete veth0
) &
grade 60 198.18.0.1-198.18.0.60
is "interface gone: the run ends, and does not say that all is well" $? 4
wait $!
compare "interface gone: no verdict contradicts the truth" --partial
ok "interface gone: every server has a verdict or a sentence" accounted 60

done_testing
