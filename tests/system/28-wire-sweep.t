#!/bin/bash
# Sweeps by pptp-wire: a user of its group gets root's rows; neither holds a
# capability; what it is told to do to others it does not; and a helper that is
# killed costs what was under way, and no more.
LIMIT=240
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need python3 setpriv setcap nft
[ -z "$PPTP_SAN" ] || skip_all "a program with a capability takes no LD_PRELOAD"

GROUP=42042 USER_ID=42043
publish "$system/sweepfeed.py"
publish_programs
wire=$public/libexec/pptpgrade/pptp-wire
probe=$public/bin/pptp-probe
out=$public/out
install -d -m 777 "$out"
# run has them by their names.
# shellcheck disable=SC2034
member=(env -C "$out" setpriv --reuid "$USER_ID" --regid "$USER_ID"
	--groups "$GROUP")
# shellcheck disable=SC2034
other=(env -C "$out" setpriv --reuid "$USER_ID" --regid "$USER_ID"
	--clear-groups)
# shellcheck disable=SC2034
root=(env -C "$out")
{
	install -m 750 "$PPTP_BUILD/pptp-wire" "$wire"
	chown root:$GROUP "$wire"
	setcap cap_net_raw+ep "$wire"
} 2>"$scratch/why" || skip_all "no file capabilities here"

# shellcheck disable=SC2119 # without IPv6
netns_new
ip -n "$client" route add 198.18.0.0/15 dev veth0
start server "$PPTP_BUILD/pptp-lab" -i veth0 -a 198.18.0.1 -n 200 -k mixed
wait_for 10 in_ns client bash -c '</dev/tcp/198.18.0.1/1723' 2>/dev/null ||
	bail "no servers"

run() # AS-ARRAY COMMAND...; -> $status, $scratch/out, $scratch/err
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
# Rows without what is of one run: a line each, in order of targets.
rows() # FILE
{
	python3 - "$1" <<-'PY'
	import json, sys
	def plain(value):
	    if isinstance(value, dict):
	        return {k: plain(v) for k, v in value.items()
	                if not k.endswith("_us") and k not in (
	                    "run", "time", "id", "call_id", "peer_call_id",
	                    "raw", "value", "notes", "offers", "packets_sent",
	                    "packets_received", "teardown", "name", "text")}
	    return value
	rows = [json.loads(line) for line in open(sys.argv[1])]
	for row in sorted((r for r in rows if r["kind"] != "scan"),
	                  key=lambda r: (r["target"], r["port"])):
	    print(json.dumps(plain(row), sort_keys=True))
	PY
}

# ---- A user's rows are root's.

syn=("$probe" scan -d syn --only any --retry-after 1 --cooldown 2 --seed 5 --rate 2000
	-p 1723 198.18.0.0/23)
run root "${syn[@]}" -o root.syn
is "root sweeps: exit status" "$status" 0 || diag "$(cat "$scratch/err")"
run member "${syn[@]}" -o user.syn
is "a user of the group sweeps: exit status" "$status" 0 ||
	diag "$(cat "$scratch/err")"
is "… each target has its row" "$(rows "$out/user.syn" | wc -l)" 512
is "… and it is root's" "$(rows "$out/user.syn" | sha256sum)" \
	"$(rows "$out/root.syn" | sha256sum)"
ok "… and some are open" \
	test "$(rows "$out/user.syn" | grep -c '"state": "open"')" -gt 100
run member "$probe" scan --retry-after 1 --cooldown 1 --seed 5 -o user.call 198.18.0.0/28
is "a user's sweep converses: exit status" "$status" 0 ||
	diag "$(cat "$scratch/err")"
like "… and hears GRE" "$(cat "$out/user.call")" '"gre":\{"state":"reachable"'
run other "${syn[@]}" -o other.syn
sentence "another user's sweep" 3 \
	"a sweep needs CAP_NET_RAW: .*adduser [a-zA-Z0-9_-]+ pptpgrade"
fails "… leaves no file" test -e "$out/other.syn"
cat >"$public/sweep.lua" <<'LUA'
local pptp = require "pptpgrade"
local n = 0
for _ in assert(pptp.scan { targets = { "198.18.0.0/25" }, depth = "syn",
                            only = "any", cooldown = 1 }) do
  n = n + 1
end
print(n)
LUA
run member env LUA_PATH="$public/share/lua/5.4/?.lua;;" \
	LUA_CPATH="$public/lib/lua/5.4/?.so;;" lua5.4 "$public/sweep.lua"
is "a user's script sweeps" "$(cat "$scratch/out" "$scratch/err")" 128

# ---- What each of them holds meanwhile.

holds() # CLAIM AS...; -> $wire_id, of a sweep in the background
{
	local claim=$1 it child
	shift
	start client "$@" "$probe" scan -q -d syn --rate 20 --retry-after 1 --cooldown 1 \
		-o "${claim##* }.held" 198.18.0.0/24
	wait_for 10 pgrep -P "$started" -x pptp-wire
	it=$started
	child=$(pgrep -P "$it" -x pptp-wire)
	sleep 0.5
	is "$claim: pptp-probe has no capability" \
		"$(grep -E '^Cap(Inh|Prm|Eff|Amb)' "/proc/$it/status" |
			tr -s '\t\n' ' ')" \
		"CapInh: 0000000000000000 CapPrm: 0000000000000000 CapEff: 0000000000000000 CapAmb: 0000000000000000 "
	is "$claim: pptp-wire has CAP_NET_RAW alone, and three threads" \
		"$(grep -E '^(Cap(Prm|Eff)|NoNewPrivs|Seccomp|Threads):' \
			"/proc/$child/status" | tr -s '\t\n' ' ')" \
		"Threads: 3 CapPrm: 0000000000002000 CapEff: 0000000000002000 NoNewPrivs: 1 Seccomp: 2 "
	is "$claim: pptp-wire has no file open" \
		"$(find "/proc/$child/fd" -type l -printf '%l\n' |
			grep -vE '^(socket:|anon_inode:)')" ""
	wire_id=$child
}
holds "a sweep of root" "${root[@]}"
stop "$started"
fails "who is gone leaves no helper" kill -0 "$wire_id"
holds "a sweep of a user" "${member[@]}"
kill -KILL "$wire_id"
wait "$started"
is "a killed helper: exit status" $? 4
like "a killed helper: why" "$(cat "$log")" \
	"pptp-wire was ended by signal 9; what it had under way is lost"
like "a killed helper: … and how to go on" "$(cat "$log")" "--resume"
run member "$probe" scan -q -d syn --rate 2000 --retry-after 1 --cooldown 1 \
	--resume user.held 198.18.0.0/24
is "a killed helper: it is gone on with" "$status" 0 ||
	diag "$(cat "$scratch/err")"
is "… and has the rows of a sweep that was not killed" \
	"$(rows "$out/user.held" | grep -o '"target": "[^"]*"')" \
	"$(rows "$out/user.syn" | grep '"state": "open"' |
		grep -o '"target": "198.18.0[^"]*"')"

# ---- What it does not do, whatever it is told.

run member "$probe" scan -d syn --rate 100001 198.18.0.0/24
sentence "too fast for a user" 3 "100000 packets a second at most; lower --rate"
run member "$probe" scan -d syn --source-port 40000-40001 198.18.0.0/24
sentence "from ports of others' connections" 3 "choose another --source-port"
in_ns server nft -f - <<'NFT'
table ip wrong {
	counter wrong {}
	counter right {}
	chain in {
		type filter hook prerouting priority -300
		ip saddr != 192.0.2.1 counter name wrong
		ip daddr 198.18.99.0/24 counter name wrong
		ip daddr >= 224.0.0.0 counter name wrong
		ip protocol != { tcp, icmp } counter name wrong
		tcp flags & (syn | rst) == 0 counter name wrong
		ip daddr 198.18.98.0/24 tcp dport 1723 counter name right
	}
}
NFT
ip -n "$client" route add 198.18.96.0/19 via $server_ip
ip -n "$client" route add 224.0.0.0/4 dev veth0
run member /usr/bin/python3 "$public/sweepfeed.py" "$wire" \
	"${PPTP_MUTANTS:-20000}"
is "bent messages: each has one answer, and the helper ends well" "$status" 0 ||
	diag "$(tail -n 3 "$scratch/err")"
counted() # COUNTER
{
	in_ns server nft list counter ip wrong "$1" |
		sed -n 's/.*packets \([0-9]*\).*/\1/p'
}
is "bent messages: the far end got nothing that it should not" \
	"$(counted wrong)" 0
ok "bent messages: … and something" test "$(counted right)" -gt 100
diag "$(cat "$scratch/out")"

done_testing
