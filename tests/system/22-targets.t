#!/bin/bash
# Targets as they come: a stream that has not ended, names that a slow resolver
# keeps waiting for, records as targets, exclusion files of other scanners.
LIMIT=120
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need ip python3 unshare

probe=$PPTP_BUILD/pptp-probe
pptpgrade=$PPTP_BUILD/pptpgrade
# shellcheck disable=SC2119
netns_new

# shellcheck disable=SC2317 # by wait_for
has_lines() # NUMBER FILE
{
	[ "$(wc -l <"$2")" -ge "$1" ]
}

values() # EXPRESSION of the record r; a line each
{
	python3 -c 'import json, sys
for line in sys.stdin:
	r = json.loads(line)
	print('"$1"')'
}

# Reads targets from the pipe that descriptor 3 writes into.
streamed() # COMMAND...
{
	rm -f "$scratch/pipe"
	mkfifo "$scratch/pipe"
	in_ns client "$@" <"$scratch/pipe" >"$scratch/out" 2>"$scratch/err" &
	child=$!
	exec 3>"$scratch/pipe"
}

ended() # CLAIM STATUS
{
	exec 3>&-
	wait "$child"
	is "$1" $? "$2"
}

# ---- a stream

streamed "$probe" syn -T - $server_ip
ok "what is named on the command line is first" \
	wait_for 20 has_lines 1 "$scratch/out"
echo "$server_ip:9,second" >&3
ok "a line is asked while the stream is open" \
	wait_for 20 has_lines 2 "$scratch/out"
echo '{"kind":"scan","run":"0123456789abcdef"}' >&3
head -n 1 "$scratch/out" >&3
ok "… and so is a record" wait_for 20 has_lines 3 "$scratch/out"
ended "the end of the stream ends the run" 0
is "each line is one target" "$(values 'r["port"], r.get("labels")' \
	<"$scratch/out")" "1723 None
9 ['second']
1723 None"
is "… without a word" "$(cat "$scratch/err")" ""

streamed "$probe" syn -T -
echo $server_ip >&3
ok "what is right is asked" wait_for 20 has_lines 1 "$scratch/out"
echo 'x y' >&3
ended "a line that is not understood ends it" 2
like "… with one sentence" "$(cat "$scratch/err")" \
	"^pptp-probe: standard input line 2: target 'x y' is not an address.*"

streamed "$probe" syn -T -
ended "an empty stream is wrong" 2
like "… in words" "$(cat "$scratch/err")" "standard input holds no target"

streamed "$probe" syn -T -
echo 8.8.0.0/16 >&3
ended "a stream of many public addresses wants a contact" 2
like "… in words" "$(cat "$scratch/err")" "65536 addresses.*--contact"
is "… and none of them is asked" "$(wc -l <"$scratch/out")" 0

# ---- pptpgrade behind pptp-probe

in_ns client "$probe" syn $server_ip $server_ip:9 >"$scratch/records"
streamed "$pptpgrade" -f jsonl -d control -T -
head -n 1 "$scratch/records" >&3
ok "pptpgrade grades a record's server while more may come" \
	wait_for 30 has_lines 1 "$scratch/out"
tail -n 1 "$scratch/records" >&3
ended "… and ends with them" 0
is "… both" "$(values 'r["port"], r["grade"]' <"$scratch/out" | sort)" \
	"1723 A
9 A"

streamed "$pptpgrade" -f jsonl -d control -T -
echo $server_ip >&3
ok "pptpgrade asks what is right" wait_for 30 has_lines 1 "$scratch/out"
echo '{"target":"somewhere"}' >&3
ended "a record that is no target ends it" 2
like "… with one sentence" "$(cat "$scratch/err")" \
	"^pptpgrade: standard input line 2: the record is no target: .*$"

# ---- names that are waited for

cat >"$scratch/resolver.py" <<PY
"""Answers every A query with the server's address, once the file 'go' is there;
names that begin with 'no' do not exist."""
import os, socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
print("ready", flush=True)
while True:
	query, peer = s.recvfrom(512)
	while not os.path.exists("$scratch/go"):
		time.sleep(0.02)
	end = query.index(b"\0", 12) + 5
	kind = query[end - 3]
	known = query[13:15] != b"no"
	answer = b"" if kind != 1 or not known else (
		b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + socket.inet_aton("$server_ip"))
	s.sendto(query[:2] + (b"\x81\x80" if known else b"\x81\x83") + b"\0\1" +
		(b"\0\1" if answer else b"\0\0") + b"\0\0\0\0" + query[12:end] +
		answer, peer)
PY
start client python3 "$scratch/resolver.py"
wait_for 10 grep -q ready "$log" || bail "no resolver: $(cat "$log")"
printf 'nameserver 127.0.0.1\noptions timeout:30 attempts:2\n' \
	>"$scratch/resolv.conf"
echo 'hosts: dns' >"$scratch/nsswitch.conf"

cat >"$scratch/slow" <<SH
mount --bind "$scratch/resolv.conf" /etc/resolv.conf &&
	mount --bind "$scratch/nsswitch.conf" /etc/nsswitch.conf && exec "\$@"
SH
slow=(unshare -m sh "$scratch/slow")
for i in {1..100}; do
	echo "host$i.example,l$i"
done >"$scratch/names"
echo "nobody.example" >>"$scratch/names"

# shellcheck disable=SC2024
in_ns client "${slow[@]}" "$probe" syn -4 -T "$scratch/names" $server_ip:9 \
	>"$scratch/out" 2>"$scratch/err" &
child=$!
ok "an address is asked while 101 names are waited for" \
	wait_for 20 has_lines 1 "$scratch/out"
is "… that address" "$(values 'r["port"], r.get("name")' \
	<"$scratch/out")" "9 None"
touch "$scratch/go"
wait "$child"
is "a name that does not exist: exit status" $? 4
like "… the sentence names it and its line" "$(cat "$scratch/err")" \
	"^pptp-probe: $scratch/names line 101: host name 'nobody.example' does[^
]*$"
is "all other names are asked" "$(grep -c '"name":"host' "$scratch/out")" 100
is "… with their labels" \
	"$(values 'r.get("name", "host.").split(".")[0] == \
	"host" + r.get("labels", ["l"])[0][1:]' <"$scratch/out" |
		sort | uniq -c | xargs)" "101 True"

in_ns client "${slow[@]}" "$pptpgrade" -4 -f jsonl -d control host1.example \
	nobody.example >"$scratch/out" 2>"$scratch/err"
is "pptpgrade, one name of two: exit status" $? 4
is "… one verdict" "$(wc -l <"$scratch/out")" 1
like "… one sentence" "$(cat "$scratch/err")" \
	"^pptpgrade: host name 'nobody.example' does not resolve[^
]*$"

# ---- exclusions

echo "nobody.example" >"$scratch/exclude"
for program in "pptp-probe syn" "pptpgrade -d control"; do
	# shellcheck disable=SC2086 # a program and its options
	PATH=$PPTP_BUILD:$PATH in_ns client "${slow[@]}" $program \
		-x "$scratch/exclude" -w "$scratch/sent" $server_ip \
		>"$scratch/out" 2>"$scratch/err"
	is "$program: a name in -x that does not exist: status" $? 2
	like "… one sentence" "$(cat "$scratch/err")" \
		"exclude line 1: host name 'nobody.example' does[^
]*$"
	fails "… before anything is sent" test -e "$scratch/sent"
done

cat >"$scratch/zmap" <<'X'
# From IANA IPv4 Special-Purpose Address Registry
192.0.2.0/31         # RFC5737: Documentation (TEST-NET-1)
192.0.2.4/30# and without a blank
X
printf '192.0.2.8-192.0.2.10,192.0.2.12\r\n192.0.2.14-15\n' >"$scratch/masscan"
in_ns client "$probe" syn -x "$scratch/zmap" -x "$scratch/masscan" \
	192.0.2.0/28 >"$scratch/out" 2>"$scratch/err"
is "files of zmap and masscan leave out what they name" \
	"$(values 'r["target"]' <"$scratch/out" | sort -V | xargs)" \
	"192.0.2.2 192.0.2.3 192.0.2.11 192.0.2.13"

done_testing
