#!/bin/bash
# A million targets on a wire, counted at its far end by who shares nothing with
# the sweep: each asked once, in one part or three, and through twenty kills; an
# opt-out holds; guessed answers are not believed; nothing is left half open.
LIMIT=280
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need nft jq /usr/bin/python3

probe=$PPTP_BUILD/pptp-probe
first=10.16.0.0 million=1048576 all=10.16.0.0/12
some=65536 few=10.16.0.0/16
people=(-k friendly -d 99 -s 5 --closed 100 --unreachable 50 --deaf 50
	--any-port 20)
quick=(-d syn --rate 100000 --cooldown 1 --retry-after 0.5 -q)

# shellcheck disable=SC2119 # no IPv6
netns_new
ip -n "$client" route add $all via 10.16.0.1 dev veth0 onlink

truth() # COUNT; addresses and their quirks
{
	"$PPTP_BUILD/pptp-lab" --heard -a $first -n "$1" "${people[@]}" |
		jq -r '"\(.address) \(.quirk)"' | sort
}
truth $million >"$scratch/all"
truth $some >"$scratch/few"

is_open() # TRUTH; who of it is
{
	grep -vE ' (rst_port|icmp_tcp)$' "$1" | cut -d ' ' -f 1
}

lab() # COUNT [OPTION...]
{
	start server "$PPTP_BUILD/pptp-lab" -i veth0 -a $first -n "$1" \
		"${people[@]}" "${@:2}"
	lab=$started
	wait_for 10 in_ns client ping -c 1 -W 1 \
		"$(is_open "$scratch/few" | head -n 1)" || bail "no lab"
}

listen() # COUNT [OPTION...]
{
	start server "$PPTP_BUILD/bench-farend" -i veth0 -a $first -n "$1" \
		-s 24576-32767 -o "$scratch/far" "${@:2}"
	farend=$started
	wait_for 5 grep -q ready "$log" || bail "no far end"
}

far() # FILTER
{
	jq -c "$1" "$scratch/far"
}

scan() # ARGUMENT...
{
	in_ns client timeout 100 "$probe" scan "$@" 2>"$scratch/err"
	status=$?
	complaint=$(cat "$scratch/err")
}

found() # FILE; who is open by its rows
{
	jq -r 'select(.kind != "scan").target' "$1" | sort
}

told() # FILTER META...; sums over metadata
{
	jq -s "map($1) | add" "${@:2}"
}

# Second looks are counted by who sends them; where answers were dropped on a
# busy machine, some are asked once more, and that is told.
once() # CLAIM COUNT META...
{
	local claim=$1 count=$2 more
	shift 2
	more=$(told '.retries + .again' "$@")
	is "$claim: the counter lost nothing" "$(far .dropped)" 0
	is "$claim: no target was left out" "$(far '.asked[0]')" 0
	is "$claim: once each, but for what was to be asked twice" \
		"$(far .syns)" $((count + more))
	is "$claim: what was sent is what is told" \
		"$(told '.syns + .retries + .again' "$@")" "$(far .syns)"
}

# ---- A million, whole, and in three parts.

lab $million
listen $million
scan "${quick[@]}" -o "$scratch/whole" $all
stop "$farend"
is "whole: it ends well" "$status $complaint" "0 "
once whole $million "$scratch/whole.meta"
ok "whole: of a /24 at most two in any 256th of the order" \
	[ "$(far .in_256th)" -le 2 ]
is "whole: nothing is left half open" "$(far .half_open)" 0
is "whole: all that are open are found, and nobody else" \
	"$(found "$scratch/whole" | cksum)" "$(is_open "$scratch/all" | cksum)"
is "whole: who refuses, and who is unreachable, is counted" \
	"$(jq -c '[.closed, .filtered]' "$scratch/whole.meta")" \
	"[$(grep -c ' rst_port$' "$scratch/all"),$(grep -c ' icmp_tcp$' \
	"$scratch/all")]"

listen $million
for i in 1 2 3; do
	scan "${quick[@]}" --seed 11 --shard $i/3 -o "$scratch/part.$i" $all
	is "part $i of 3: it ends well" "$status $complaint" "0 "
done
stop "$farend"
once "three parts" $million "$scratch"/part.?.meta
cat "$scratch"/part.? >"$scratch/parts"
is "three parts: all that are open are found" \
	"$(found "$scratch/parts" | cksum)" "$(is_open "$scratch/all" | cksum)"

# ---- Killed twenty times at moments that nobody chose.

rate=60000
listen $million
begin() # ARGUMENT...; its id is $!
{
	ip netns exec "$client" "$probe" scan -d syn --rate $rate \
		--cooldown 0.5 --retry-after 0.3 -q "$@" $all \
		2>"$scratch/err" &
	processes+=($!)
}
RANDOM=$$
begin -o "$scratch/rows"
for ((kill = 0; kill < 20; kill++)); do
	sleep "0.$((RANDOM % 9 + 1))$((RANDOM % 10))"
	kill -KILL $!
	wait $! 2>/dev/null
	begin --resume "$scratch/rows"
done
wait $!
is "killed: it ends well" "$? $(cat "$scratch/err")" "0 "
stop "$farend"
diag "killed: seed of the moments $$; $(far '[.syns, .seconds]')"
is "killed: no target was left out" "$(far '.asked[0]')" 0
is "killed: all that are open are found, each once" \
	"$(found "$scratch/rows" | cksum)" "$(is_open "$scratch/all" | cksum)"
# Each time at most what waited: 0.5 s, a second of the journal, one of the loop.
ok "killed: repeated were at most the windows" [ "$(far .syns)" -le \
	$((million + million / 100 + 20 * rate * 25 / 10)) ]
stop "$lab"

# ---- An opt-out holds; guessed answers are not believed.

lab $some
publish_programs
echo '192.0.2.200' >"$public/not"
listen $some -w 10.16.128.0/32768
start client "$probe" scan -d syn --rate 6000 --cooldown 1 --retry-after 0.5 \
	-x "$public/not" $few
sweep=$started sweep_log=$log
sleep 2
echo 10.16.128.0/17 >>"$public/not"
kill -HUP "$sweep"
wait_for 10 grep -q 'read again' "$sweep_log"
heard=$(date +%s.%N)
wait "$sweep"
is "opt-out: the sweep ends well" $? 0
stop "$farend"
ok "opt-out: half of them were asked at first" \
	[ "$(far .watched.packets)" -gt 1000 ]
ok "opt-out: none a second after it had been read" \
	jq -e "$heard + 1 > .watched.last" "$scratch/far"
is "opt-out: the others all were" \
	"$(far "$some - .asked[0] - .watched.asked")" 32768

mac=$(ip netns exec "$client" cat /sys/class/net/veth0/address)
start client "$probe" scan -d syn --rate 8000 --cooldown 1 --retry-after 0.5 \
	-q --only any -o "$scratch/forged" $few
sweep=$started
wait_for 5 test -s "$scratch/forged"
sleep 0.5
in_ns server /usr/bin/python3 "$system/forger.py" 20000 "$mac" \
	>"$scratch/guesses" || bail "nothing was guessed"
ok "guessed answers: they came while it ran" kill -0 "$sweep"
wait "$sweep"
is "guessed answers: the sweep ends well" $? 0
is "guessed answers: who is open is as without them" "$(jq -r 'select(.tcp.state
	== "open").target' "$scratch/forged" | sort | cksum)" \
	"$(is_open "$scratch/few" | cksum)"
is "guessed answers: who is not, too" \
	"$(jq -c '[.closed, .filtered]' "$scratch/forged.meta")" \
	"[$(grep -c ' rst_port$' "$scratch/few"),$(grep -c ' icmp_tcp$' \
	"$scratch/few")]"
is "guessed answers: all are counted, or told as dropped" \
	"$(jq '.unproven + .early + .replies_dropped >= '"$(cat "$scratch/guesses")" \
	"$scratch/forged.meta")" true

# ---- Nothing is left half open, whatever the firewall thinks of it.

wall() # CLAIM RULES
{
	in_ns client nft -f - <<<"table ip wall {
		chain input {
			type filter hook input priority 0
			$2
		}
	}" || bail "no firewall"
	listen $some
	scan "${quick[@]}" $few >"$scratch/behind"
	stop "$farend"
	is "$1: it ends well" "$status $complaint" "0 "
	is "$1: all that are open are found" "$(found "$scratch/behind" | cksum)" \
		"$(is_open "$scratch/few" | cksum)"
	is "$1: and none is left half open" "$(far .half_open)" 0
	in_ns client nft delete table ip wall
}
wall "no firewall" ""
wall "what is invalid dropped" "ct state invalid drop"
wall "all dropped but what we began" \
	"policy drop; ct state established accept"

# ---- Stood still, and cut off.

listen $some
start client "$probe" scan -d syn --rate 20000 --cooldown 1 \
	--retry-after 0.5 -q -o "$scratch/still" $few
sleep 1
kill -STOP "$started"
sleep 1.5
kill -CONT "$started"
wait "$started"
is "stood still: it ends well" $? 0
stop "$farend"
once "stood still" $some "$scratch/still.meta"
is "stood still: all are found" "$(found "$scratch/still" | cksum)" \
	"$(is_open "$scratch/few" | cksum)"

ip netns exec "$client" "$probe" scan "${quick[@]}" --only any $few \
	2>"$scratch/err" >/dev/full
is "a full disk is told" $? 4
like "a full disk is told in words" "$(cat "$scratch/err")" 'space|written'
stop "$lab"

done_testing
