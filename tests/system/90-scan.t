#!/bin/bash
# A sweep on a wire: each target once, whoever is open found and asked, nothing
# left half open behind any firewall; and it goes on after it was killed.
# shellcheck disable=SC2016 # awk expands these
LIMIT=170
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need nft /usr/bin/python3

probe=$PPTP_BUILD/pptp-probe
hosts=2000 range=198.18.0.1-198.18.7.208
quick=(--rate 4000 --cooldown 1 --retry-after 0.5 -q)

# shellcheck disable=SC2119 # no IPv6
netns_new
# By way of the first of them: one neighbour, as a gateway is.
ip -n "$client" route add 198.18.0.0/16 via 198.18.0.1 dev veth0 onlink
"$PPTP_BUILD/pptp-lab" --truth -a 198.18.0.1 -n $hosts -k friendly -d 70 |
	jq -r 'select(.quirk != "deaf").address' | sort >"$scratch/open"
start server "$PPTP_BUILD/pptp-lab" -i veth0 -a 198.18.0.1 -n $hosts \
	-k friendly -d 70

scan() # ARGUMENT...
{
	in_ns client timeout 100 "$probe" scan "$@" 2>"$scratch/err"
	status=$?
	complaint=$(cat "$scratch/err")
}

listen()
{
	start server "$PPTP_BUILD/bench-farend" -i veth0 -a 198.18.0.1 \
		-n $hosts -o "$scratch/far" -l "$scratch/list"
	farend=$started
	wait_for 5 grep -q ready "$log" || bail "no far end"
}

heard() # AWK-PROGRAM; over targets: address, SYNs, whether it was reset
{
	stop "$farend"
	awk "$1" "$scratch/list" | sort
}

found() # FILE; who is open by its rows
{
	jq -r 'select(.kind != "scan").target' "$1" | sort
}

# ---- Who, and in which order.

order() # ARGUMENT...
{
	"${nobody[@]}" "$public/bin/pptp-probe" scan --dry-run --seed 7 \
		"$range" "$@"
}

publish_programs
order >"$scratch/whole"
is "the order has each target once" "$(sort -u "$scratch/whole" | wc -l)" \
	$hosts
is "and is the seed's" "$(order)" "$(cat "$scratch/whole")"
is "shards are parts of it" \
	"$(for i in 1 2 3; do order --shard $i/3; done)" \
	"$(cat "$scratch/whole")"
is "a shard's index may be the job's" \
	"$(SLURM_ARRAY_TASK_ID=2 order --shard auto/3)" "$(order --shard 2/3)"
is "Kubernetes counts from 0" \
	"$(JOB_COMPLETION_INDEX=1 order --shard auto/3)" "$(order --shard 2/3)"
printf '198.18.1.0/24 # theirs\n198.18.2.7, 198.18.3.1-198.18.3.9\n' \
	>"$scratch/not"
publish "$scratch/not"
is "what is excluded is not there" \
	"$(order -x "$public/not" | grep -cE '^198\.18\.(1\.|2\.7:|3\.[1-9]:)')" 0
is "and nothing else is missing" "$(order -x "$public/not" | wc -l)" \
	$((hosts - 256 - 1 - 9))

is "several ports are as many targets" \
	"$("$public/bin/pptp-probe" scan --dry-run -p 1723,80,80 198.18.0.1-2 \
	198.18.0.9:7 | sort)" "198.18.0.1:1723
198.18.0.1:80
198.18.0.2:1723
198.18.0.2:80
198.18.0.9:7"

# ---- Depth syn: found is what is true, sent is what was told.

listen
scan -d syn "${quick[@]}" --seed 7 -o "$scratch/syn" "$range"
is "a sweep ends well" "$status $complaint" "0 "
is "who is open is found" "$(found "$scratch/syn")" "$(cat "$scratch/open")"
heard '$2 > 0 { print $2, $1 }' >"$scratch/asked"
is "each target was asked" "$(wc -l <"$scratch/asked")" $hosts
is "once, and the first hundredth of the order twice" \
	"$(awk '{ n[$1]++ } END { for (i in n) print i, n[i] }' \
	"$scratch/asked" | sort)" "$(printf '1 1979\n2 21')"
is "all that were open were reset" \
	"$(awk '$3 { print $1 }' "$scratch/list" | sort)" \
	"$(cat "$scratch/open")"
ok "the rate was kept" jq -e '.windows | max <= 2 * 200' "$scratch/far"
is "rows are short" "$(tail -n +2 "$scratch/syn" |
	awk 'length + 1 > 220' | wc -l)" 0
is "metadata count what was found" \
	"$(jq -c '[.open, .rows, .done, .unproven]' "$scratch/syn.meta")" \
	"[$(wc -l <"$scratch/open"),$(wc -l <"$scratch/open"),true,0]"
is "and tell the hash of the rows" "$(jq -r .rows_hash "$scratch/syn.meta")" \
	"$(sha256sum "$scratch/syn" | cut -d ' ' -f 1)"
is "nobody else may read the journal, which has the key" \
	"$(stat -c %a "$scratch/syn.journal")" 600

# ---- What took long to get is not written over.

rows=$(sha256sum "$scratch"/syn*)
scan -d syn "${quick[@]}" --seed 8 -o "$scratch/syn" "$range"
is "a file that is there already is refused" "$status" 2
like "and the sentence says what to do" "$complaint" \
	"^pptp-probe: '$scratch/syn' is there already.*--resume $scratch/syn, or"
is "and neither rows nor journal nor metadata were touched" \
	"$(sha256sum "$scratch"/syn*)" "$rows"
cp "$scratch/syn.journal" "$scratch/alone.journal"
scan -d syn "${quick[@]}" -o "$scratch/alone" "$range"
is "nor is a journal that has lost its rows" "$status $(ls "$scratch"/alone*)" \
	"2 $scratch/alone.journal"
scan -d syn "${quick[@]}" -o /dev/null 198.18.0.1
is "a device keeps nothing, and has no journal" \
	"$status $(ls /dev/null.journal /dev/null.meta 2>/dev/null)" "0 "

# ---- Nothing half open, though the firewall drops what it does not know.

in_ns client nft -f - <<'NFT'
table ip wall {
	chain input {
		type filter hook input priority 0
		ct state invalid drop
	}
}
NFT
listen
scan -d syn "${quick[@]}" --only any -o "$scratch/any" "$range"
is "behind a firewall: a sweep ends well" "$status $complaint" "0 "
is "behind a firewall: all that were open were reset" \
	"$(heard '$3 { print $1 }')" "$(cat "$scratch/open")"
in_ns client nft delete table ip wall
is "--only any: each target has a row" \
	"$(tail -n +2 "$scratch/any" | jq -r '"\(.target) \(.tcp.state)"' |
	sort -u | wc -l)" $hosts
is "--only any: one" "$(tail -n +2 "$scratch/any" | wc -l)" $hosts

# ---- Depth call, graded as it comes.

scan "${quick[@]}" --only accepted "$range" >"$scratch/calls"
is "calls: a sweep ends well" "$status $complaint" "0 "
is "calls: all are found" "$(found "$scratch/calls")" "$(cat "$scratch/open")"
is "calls: the sweep's own SYN is the first contact" "$(tail -n +2 \
	"$scratch/calls" | jq -r '"\(.tcp.reason) \(.tcp.ttl)"' | sort -u)" \
	"syn-ack 64"
is "calls: each row knows its position" "$(tail -n +2 "$scratch/calls" |
	jq -r .position | sort -un | wc -l)" "$(wc -l <"$scratch/open")"
is "calls: each is graded as it comes" \
	"$("$PPTP_BUILD/pptpgrade" -q -e - -f jsonl --brief <"$scratch/calls" |
	jq -r 'select(.grade != "?").target' | sort)" "$(cat "$scratch/open")"

# ---- Their shapes.

right() # KIND COMMAND...; its output is lines of this kind
{
	local kind=$1
	shift
	"$@" | "$repo/tests/schema/check" "$kind" - 2>&1
}
is "rows of one SYN are records" \
	"$(right record tail -n +2 "$scratch/any")" "$hosts of $hosts right"
like "rows of conversations are records" \
	"$(right record tail -n +2 "$scratch/calls")" '^([0-9]+) of [0-9]+ right$'
is "and the first is a sweep's" "$(right scan head -n 1 "$scratch/any")" \
	"1 of 1 right"

# ---- Who asks to be left alone is, from then on.

publish "$scratch/not"
listen
start client "$probe" scan -d syn --rate 1000 --cooldown 1 --retry-after 0.5 \
	-x "$public/not" "$range"
sweep=$started sweep_log=$log
sleep 0.7
echo 198.18.4.0/22 >>"$public/not"
kill -HUP "$sweep"
wait_for 3 grep -q 'read again: 4 blocks' "$sweep_log"
wait "$sweep"
is "opt-out: the sweep goes on to its end" $? 0
late=$(heard '/^198.18.[4-7]\./ && $2 > 0 { n++ } END { print n + 0 }')
ok "opt-out: a third of them was asked before, and then nobody" \
	[ "$late" -lt 500 ]
is "opt-out: the others were all asked" \
	"$(awk '/^198.18.[0-3]\./ && $2 > 0 { n++ } END { print n + 0 }' \
	"$scratch/list")" \
	$((1023 - 256 - 1 - 9))

# ---- Killed, and gone on with.

slow=(--rate 1500 --cooldown 1 --retry-after 0.3 -q -j 512)
listen
begin() # ARGUMENT...; its id is $!
{
	ip netns exec "$client" "$probe" scan "${slow[@]}" "$@" "$range" \
		2>"$scratch/err" &
	processes+=($!)
}
begin --seed 9 -o "$scratch/rows"
for pause in 1.3 0.7 1.9 0.4; do
	sleep "$pause"
	kill -KILL $!
	wait $! 2>/dev/null
	begin --resume "$scratch/rows"
done
sleep 0.8
kill -INT $!
wait $!
is "interrupted: the status says so" $? 4
like "interrupted: and how to go on" "$(cat "$scratch/err")" \
	"--resume $scratch/rows"
scan "${slow[@]}" --resume "$scratch/rows" "$range"
is "resumed: it ends well" "$status $complaint" "0 "
is "resumed: all are found, each once" "$(found "$scratch/rows")" \
	"$(cat "$scratch/open")"
is "resumed: each target was asked" \
	"$(heard '$2 > 0' | wc -l)" $hosts
is "resumed: all is one run" "$(jq -r .run "$scratch/rows" | sort -u | wc -l)" 1
scan "${slow[@]}" --resume "$scratch/rows" -d syn "$range"
is "other options are refused" "$status" 2
like "other options are refused in words" "$complaint" 'had other options'
scan "${slow[@]}" --resume "$scratch/rows" 198.18.0.1-198.18.7.207
is "other targets are refused" "$status" 2

# ---- Shards, and what is wrong with them.

for i in 1 2; do
	scan -d syn "${quick[@]}" --seed 3 --shard $i/2 -o "$scratch/$i" "$range"
done
is "shards: both together find all" \
	"$(cat "$scratch/1" "$scratch/2" >"$scratch/both"
	found "$scratch/both")" "$(cat "$scratch/open")"
is "shards: they are one sweep" \
	"$("$probe" scan --check "$scratch/1.meta" "$scratch/2.meta" |
	jq -c '[.shards, .open]')" "[2,$(wc -l <"$scratch/open")]"
check() # FILE...
{
	{ "$probe" scan --check "$@" >/dev/null; } 2>&1
	echo $?
}
like "shards: a missing one is told" "$(check "$scratch/1.meta")" \
	'positions from 1024 to 2048 are missing.*4'
like "shards: a doubled one" \
	"$(check "$scratch/1.meta" "$scratch/2.meta" "$scratch/2.meta")" \
	'both have the positions from 1024 to 2048.*4'
like "shards: one of another sweep" \
	"$(check "$scratch/1.meta" "$scratch/syn.meta")" 'different seeds.*4'

# ---- What cannot be is said before the first packet.

refused() # CLAIM WORDS ARGUMENT...
{
	local claim=$1 words=$2
	shift 2
	scan -q "$@"
	is "refused: $claim: status" "$status" 2
	like "refused: $claim: in words" "$complaint" "$words"
}
echo 'not an address' >"$scratch/words"
refused "an exclusion that is no address" 'line 1' -x "$scratch/words" "$range"
refused "a name that does not resolve" 'name.invalid' name.invalid "$range"
refused "a shard beyond the last" "'4/3' is no shard" --shard 4/3 "$range"
refused "ports that are none" "'1723,0' is no list of ports" -p 1723,0 "$range"
refused "a rate that is none" "'0' is no value for --rate" --rate 0 "$range"
refused "public addresses without a contact" 'contact' 8.0.0.0/16
refused "a journal that is none" 'no journal' --resume "$scratch/any" \
	--journal "$scratch/any" "$range"

# ---- What cannot begin leaves nothing behind.

cannot() # CLAIM WORDS; of the last run
{
	local claim=$1 words=$2
	is "cannot: $claim: status" "$status" 3
	like "cannot: $claim: in words" "$complaint" "$words"
	is "cannot: $claim: no file" "$(ls "$scratch"/never* 2>/dev/null)" ""
}
scan -q -i none0 -o "$scratch/never" "$range"
cannot "an interface that is not there" "'none0'"
ip netns exec "$client" "${nobody[@]}" "$public/bin/pptp-probe" scan -q \
	-o "$public/never" "$range" 2>"$scratch/err"
status=$? complaint=$(cat "$scratch/err")
cannot "nobody in particular" 'needs CAP_NET_RAW: this container has no NET_RAW'
scan -q -d syn --rate 100 --max-runtime 0.5 -o "$scratch/short" "$range"
is "a time that is over: status" "$status" 4
like "a time that is over: in words" "$complaint" \
	"ended early.*--resume $scratch/short"

done_testing
