#!/bin/bash
# A sweep as far as a call while its interface goes down and comes up, and while
# somebody asks to be left alone: what was lost is healed or told, no row and no
# grade says what is not true, and nobody who opted out is asked any further.
LIMIT=200
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need jq tcpdump /usr/bin/python3

first=10.16.0.0 hosts=4096 range=10.16.0.0/20
people=(-a "$first" -n "$hosts" -k friendly -s 3 -d 60)
sweep=(scan -d call --rate 500 --cooldown 2 --retry-after 0.5 -j 256)

# shellcheck disable=SC2119 # no IPv6
netns_new
route()
{
	ip -n "$client" route add $range via 10.16.0.1 dev veth0 onlink
}
route
"$PPTP_BUILD/pptp-lab" --truth "${people[@]}" >"$scratch/truth"
jq -r 'select(.quirk != "deaf").address' "$scratch/truth" | sort \
	>"$scratch/open"

lab() # [OPTION...]
{
	start server "$PPTP_BUILD/pptp-lab" -i veth0 "${people[@]}" "$@"
	lab=$started
	wait_for 20 in_ns client ping -c 1 -W 1 "$(head -n 1 "$scratch/open")" ||
		bail "no lab"
}

begin() # NAME ARGUMENT...; a sweep in the background
{
	start client "$PPTP_BUILD/pptp-probe" "${sweep[@]}" \
		--only any --status-file "$scratch/$1.status" \
		-o "$scratch/$1" "${@:2}"
	sweeping=$started said=$log
}

# shellcheck disable=SC2317 # by wait_for
status() # NAME JQ-FILTER
{
	[ "$(jq "$2" "$scratch/$1.status")" = true ]
}

rows() # NAME JQ-FILTER
{
	tail -n +2 "$scratch/$1" | jq -r "$2"
}

agrees() # CLAIM NAME
{
	"$PPTP_BUILD/pptpgrade" -q -e - -f jsonl --brief <"$scratch/$2" |
		jq -c '{target, grade, best, worst, evidence: {authentication:
			{methods, state: .stages.authentication}}}' \
			>"$scratch/$2.verdicts"
	ok "$1: no grade contradicts the truth" /usr/bin/python3 \
		"$repo/tests/lab/compare.py" --partial "$scratch/truth" \
		"$scratch/$2.verdicts"
	ok "$1: and some are graded" grep -q '"grade":"[A-F]' \
		"$scratch/$2.verdicts"
}

# ---- The interface goes down while calls are under way, and comes up.

# shellcheck disable=SC2119
lab
begin away $range
wait_for 20 status away '.rows > 300' || bail "no rows: $(cat "$said")"
ip -n "$client" link set veth0 down
sleep 1.5
ip -n "$client" link set veth0 up
route
wait "$sweeping"
state=$?
diag "exit $state; $(jq -c '[.lossy, .done, .again]' "$scratch/away.meta")"
if [ -s "$said" ] || jq -e '.lossy == 1' "$scratch/away.meta" >/dev/null; then
	is "down and up: what was lost is told, and the status says so" \
		"$state" 4
else
	is "down and up: it ends well" "$state" 0
fi
is "down and up: each complaint names what the system refused" \
	"$(grep -cvE '(no route to|cannot connect|connection to) [0-9.]+: .*;' \
	"$said")" 0
is "down and up: each target has one row" "$(rows away .target | sort -u |
	wc -l) $(rows away .target | wc -l)" "$hosts $hosts"
is "down and up: the metadata count who answered" \
	"$(jq '.open + .closed + .filtered' "$scratch/away.meta")" \
	"$(rows away 'select(.tcp.state != "silent").target' | wc -l)"
is "down and up: nobody is open who is not" "$(rows away \
	'select(.tcp.state == "open").target' | sort |
	comm -23 - "$scratch/open" | wc -l)" 0
is "down and up: who is open and was not asked further says why" "$(rows away \
	'select(.tcp.state == "open" and .ended_by == null and
		.control.reason == null).target' | wc -l)" 0
before=$(jq -s 'map(select(.position != null).position) | max' "$scratch/away")
ok "down and up: it goes on to the end of the order" [ "$before" -ge $((hosts - 1)) ]
agrees "down and up" away

stop "$lab"

# ---- Who asks to be left alone while others wait for their calls: of 1,024 the
# second half.

some=10.16.0.0/22 theirs=10.16.2.0/23 others=10.16.0.0/23
lab --delay 100
start server tcpdump -i veth0 -nn -U -w "$scratch/dump" \
	"dst net $some and tcp dst port 1723"
dump=$started
wait_for 5 grep -q listening "$log" || bail "no capture"
publish_programs
echo 192.0.2.200 >"$public/not"
begin not -j 16 --rate 300 -x "$public/not" $some
wait_for 30 status not '.rows > 20' || bail "no rows: $(cat "$said")"
echo $theirs >>"$public/not"
kill -HUP "$sweeping"
wait_for 10 grep -q 'read again' "$said" || bail "not read: $(cat "$said")"
heard=$(date +%s.%N)
wait "$sweeping"
is "opt-out: the sweep ends well" $? 0
stop "$dump"

begun() # NETWORK AWK-CONDITION; conversations that began when it is so
{
	tcpdump -r "$scratch/dump" -tt -nn "dst net $1" 2>"$scratch/err" |
		awk -v heard="$heard" "/SCCRQ/ && $2 { n++ } END { print n + 0 }"
}
# shellcheck disable=SC2016 # of awk
after='$1 > heard + 1' before='$1 < heard'
ok "opt-out: conversations began with them before" \
	[ "$(begun $theirs "$before")" -gt 2 ]
is "opt-out: and none a second after it had been read" \
	"$(begun $theirs "$after")" 0
ok "opt-out: with the others they did" [ "$(begun $others "$after")" -gt 20 ]
is "opt-out: each of the others has its row" \
	"$(rows not .target | awk -F . '$3 < 2' | sort -u | wc -l)" 512
tcpdump -r "$scratch/dump" -nn "dst net $theirs and tcp[13] == 2" \
	2>"$scratch/err" | sed -n 's/.* > \([0-9.]*\)\.1723: .*/\1/p' |
	sort -u >"$scratch/asked"
ok "opt-out: not all of them were asked by then" \
	[ "$(wc -l <"$scratch/asked")" -lt 512 ]
is "opt-out: who was not asked has no row that says it is silent" \
	"$(rows not .target | awk -F . '$3 >= 2' | sort -u |
	comm -23 - "$scratch/asked" | wc -l)" 0
is "opt-out: the metadata count what left" "$(jq ".syns + .retries" "$scratch/not.meta")" \
	"$(tcpdump -r "$scratch/dump" -nn \
	'tcp[13] == 2 and src portrange 24576-32767' 2>"$scratch/err" | wc -l)"
agrees opt-out not
stop "$lab"

done_testing
