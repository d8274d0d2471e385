#!/bin/bash
# A sweep among hundreds of thousands of forged answers a second, with answers to
# what it has not asked yet, with more answers than its ring holds, on a full
# disk, and before a reader that stands still: nothing forged is believed and all
# of it is counted, what was lost is asked again or told.
LIMIT=240
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need jq cc tcpdump unshare /usr/bin/python3

probe=$PPTP_BUILD/pptp-probe
first=10.16.0.0 some=65536 few=10.16.0.0/16
people=(-k friendly -d 99 -s 5 --closed 100 --unreachable 50)
storm=$scratch/storm
cc -std=c11 -D_GNU_SOURCE -O2 -o "$storm" "$system/storm.c" -lpcap ||
	bail "no storm"

# shellcheck disable=SC2119 # no IPv6
netns_new
ip -n "$client" route add $few via 10.16.0.1 dev veth0 onlink
mac=$(ip netns exec "$client" cat /sys/class/net/veth0/address)
in_ns server /usr/bin/python3 "$system/forger.py" 10000 "$mac" \
	"$scratch/forged" >"$scratch/guesses" || bail "nothing is forged"
guesses=$(cat "$scratch/guesses")

"$PPTP_BUILD/pptp-lab" --heard -a $first -n $some "${people[@]}" |
	jq -r '"\(.address) \(.quirk)"' | sort >"$scratch/truth"
grep -vE ' (rst_port|icmp_tcp)$' "$scratch/truth" | cut -d ' ' -f 1 \
	>"$scratch/open"

# shellcheck disable=SC2120 # none, for a lab that is at hand
lab() # [OPTION...]
{
	start server "$PPTP_BUILD/pptp-lab" -i veth0 -a $first -n $some \
		"${people[@]}" "$@"
	lab=$started
	wait_for 10 in_ns client ping -c 1 -W 5 "$(head -n 1 "$scratch/open")" ||
		bail "no lab"
}

begin() # NAME ARGUMENT...; a sweep in the background
{
	local name=$1
	shift
	start client "$probe" scan -d syn -q --retry-after 0.5 "$@" \
		--status-file "$scratch/$name.status" $few
	sweep=$started sweep_log=$log
}

blow() # ROUNDS; so many times all of the forged, as fast as 0.4 million a second
{
	in_ns server "$storm" veth0 "$scratch/forged" "$1" 400000 \
		>"$scratch/blown" || bail "no storm"
	diag "$(awk '{ printf "%d forged in %d ms", $1, $2 }' "$scratch/blown")"
}

# shellcheck disable=SC2317 # by wait_for
status() # NAME JQ-FILTER; of the second before, or of the end
{
	[ "$(jq "$2" "$scratch/$1.status")" = true ]
}

found() # FILE; who is open by its rows
{
	jq -r 'select(.kind != "scan" and .tcp.state == "open").target' "$1" |
		sort
}

finds_all() # CLAIM FILE
{
	is "$1: who is open is found, each once, and nobody else" \
		"$(found "$2" | cksum)" "$(cksum <"$scratch/open")"
}

# ---- Forged answers: no number of theirs is right.

# shellcheck disable=SC2119
lab
begin forged --rate 10000 --cooldown 2 --only any -o "$scratch/rows"
for ((rounds = 0; rounds < 60; rounds += 5)); do
	! status forged '.syns > 45000' >/dev/null 2>&1 || break
	blow 5
done
ok "forged: the sweep outlasts the storm" kill -0 "$sweep"
wait "$sweep"
is "forged: it ends well" "$? $(cat "$sweep_log")" "0 "
finds_all forged "$scratch/rows"
is "forged: who refuses, and who is unreachable, is as without them" \
	"$(jq -c '[.closed, .filtered]' "$scratch/rows.meta")" \
	"[$(grep -c ' rst_port$' "$scratch/truth"),$(grep -c ' icmp_tcp$' \
	"$scratch/truth")]"
is "forged: each target has one row" "$(tail -n +2 "$scratch/rows" |
	jq -r .target | sort -u | wc -l) $(tail -n +2 "$scratch/rows" | wc -l)" \
	"$some $some"
diag "$(jq -c '[.unproven, .early, .replies_dropped]' "$scratch/rows.meta")"
# On a busy machine the kernel's queue between the two ends of the veth overflows
# before any capture, and no count of this namespace tells.
ok "forged: they are counted, most of them, and none that was not sent" \
	jq -e "(.unproven + .early) / $((guesses * rounds)) | . > 0.5 and . <= 1" \
	"$scratch/rows.meta"

# ---- Answers that have the right number, of who was not asked yet. They come
# from the same sweep, whose journal is cut to its head: the key is in there.

late() # the second half of what is in a capture
{
	/usr/bin/python3 -c 'import struct, sys
data = open(sys.argv[1], "rb").read()
at, frames = 24, []
while at < len(data):
    end = at + 16 + struct.unpack("<I", data[at + 8:at + 12])[0]
    frames.append(data[at:end])
    at = end
late = frames[len(frames) // 2:]
open(sys.argv[2], "wb").write(data[:24] + b"".join(late))
print(len(late))' "$1" "$2"
}

start server tcpdump -i veth0 -U -w "$scratch/answers" \
	"src net $few and src port 1723 and tcp[13] == 18"
dump=$started
wait_for 5 grep -q listening "$log" || bail "no capture"
begin first --rate 30000 --cooldown 1 -o "$scratch/early"
wait "$sweep"
stop "$dump"
stop "$lab"
count=$(late "$scratch/answers" "$scratch/late")
ok "early: answers of the second half were kept" [ "$count" -gt 200 ]
sed -i 1q "$scratch/early.journal"
ip -n "$client" neigh replace 10.16.0.1 dev veth0 nud permanent lladdr \
	"$(ip netns exec "$server" cat /sys/class/net/veth0/address)"
begin early --rate 4000 --resume "$scratch/early"
wait_for 5 status early '.syns > 1000' || bail "no sweep: $(cat "$sweep_log")"
in_ns server "$storm" veth0 "$scratch/late" 1 10000 >/dev/null
wait_for 5 status early ".early >= $count"
kill -INT "$sweep"
wait "$sweep"
is "early: it ends early" $? 4
is "early: none is believed, and each is counted" \
	"$(jq -c '[.early, .unproven, .open, .rows]' "$scratch/early.meta")" \
	"[$count,0,0,0]"
ip -n "$client" neigh delete 10.16.0.1 dev veth0

# ---- More answers than the ring holds, while nobody takes them: genuine ones,
# which are a second and a half under way, are lost with the others.

overflow() # NAME JQ-FILTER; when its status is so
{
	wait_for 20 status "$1" "$2" ||
		bail "no sweep: $(cat "$sweep_log" "$scratch/$1.status")"
	receiver=$(pgrep -P "$sweep" -x pptp-wire) || bail "no pptp-wire"
	kill -STOP "$receiver"
	blow 12
	kill -CONT "$receiver"
}

lab --delay 1500
begin ring --rate 10000 --cooldown 3 -o "$scratch/ring"
overflow ring '.syns > 15000'
wait "$sweep"
is "a ring that overflows: it ends well" "$? $(cat "$sweep_log")" "0 "
ok "a ring that overflows: that it did is told, and that it is healed" \
	jq -e '.replies_dropped > 0 and .again > 0 and .lossy == 0 and .done' \
	"$scratch/ring.meta"
finds_all "a ring that overflows" "$scratch/ring"

begin twice --rate 10000 --cooldown 3 -o "$scratch/twice"
overflow twice '.syns > 15000'
overflow twice '.again > 1000'
wait "$sweep"
is "it overflows again: the status says so" $? 4
like "it overflows again: and how to go on" "$(cat "$sweep_log")" \
	"lost.* lower --rate and --resume $scratch/twice"
ok "it overflows again: which positions are told" jq -e \
	'.lossy == 1 and (.lost | length > 0 and all(.first < .end))' \
	"$scratch/twice.meta"
diag "of $(wc -l <"$scratch/open") that are open $(found "$scratch/twice" |
	wc -l) were found until then"
begin twice --rate 10000 --cooldown 3 --resume "$scratch/twice"
wait "$sweep"
is "it overflows again: going on heals it" "$? $(cat "$sweep_log")" "0 "
finds_all "it overflows again" "$scratch/twice"
stop "$lab"

# ---- A disk that is full.

# shellcheck disable=SC2119
lab
mkdir "$scratch/disk"
# shellcheck disable=SC2016 # the inner shell expands these
in_ns client unshare --mount sh -c '
	disk=$1 probe=$2 few=$3
	mount -t tmpfs -o size=64k none "$disk" || exit 77
	sweep() {
		"$probe" scan -d syn -q --rate 30000 --cooldown 1 \
			--retry-after 0.5 "$@" "$few"
		echo "status $?"
	}
	sweep -o "$disk/rows"
	mount -o remount,size=64m "$disk"
	sweep --resume "$disk/rows"
	cp "$disk/rows" "$disk.rows"
' - "$scratch/disk" "$probe" $few >"$scratch/said" 2>&1
is "a full disk: the status says so, and going on ends well" \
	"$(grep ^status "$scratch/said" | xargs)" "status 4 status 0"
like "a full disk: it is told in words" "$(cat "$scratch/said")" \
	'cannot write .*: No space left'
finds_all "a full disk" "$scratch/disk.rows"

# ---- A reader that stands still, and one that goes.

quick=(scan -d syn -q --rate 30000 --cooldown 1 --retry-after 0.5 --only any)
in_ns client "$probe" "${quick[@]}" $few 2>"$scratch/err" |
	{ sleep 5; cat; } >"$scratch/slow"
is "a reader that stands still: it ends well" \
	"${PIPESTATUS[0]} $(cat "$scratch/err")" "0 "
finds_all "a reader that stands still" "$scratch/slow"
is "a reader that stands still: each target has one row" \
	"$(tail -n +2 "$scratch/slow" | jq -r .target | sort -u | wc -l)" $some

in_ns client "$probe" "${quick[@]}" $few 2>"$scratch/err" |
	head -n 9 >"$scratch/some"
is "a reader that goes: the status says so" "${PIPESTATUS[0]}" 4
like "a reader that goes: it is told in words" "$(cat "$scratch/err")" \
	'closed by its reader; what it had not read is lost'

stop "$lab"

done_testing
