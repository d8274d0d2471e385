#!/bin/bash
# 65,536 servers over a way that loses one packet in a hundred each way, each asked
# as far as a call: what their rows and grades say is true of them; what was lost is
# silent or unknown, is counted, and is never a better letter.
LIMIT=240
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need jq /usr/bin/python3

hosts=65536 range=10.16.0.0/16
people=(-a 10.16.0.0 -n 65536 -k mixed -s 11)

# shellcheck disable=SC2119 # no IPv6
netns_new
ip -n "$client" route add $range via 10.16.0.1 dev veth0 onlink
"$PPTP_BUILD/pptp-lab" --truth "${people[@]}" >"$scratch/truth"
start server "$PPTP_BUILD/pptp-lab" -i veth0 "${people[@]}" --loss 100
lab=$started lab_log=$log
jq -r 'select(.quirk != "deaf" and .quirk != "filtered").address' \
	"$scratch/truth" | sort >"$scratch/speak"
wait_for 20 in_ns client ping -c 1 -W 1 "$(head -n 1 "$scratch/speak")" || bail "no lab"

in_ns client timeout 150 "$PPTP_BUILD/pptp-probe" scan -q --seed 7 -j 4096 \
	--rate 6000 --cooldown 2 --retry-after 0.5 --only any \
	-o "$scratch/rows" $range 2>"$scratch/err"
is "it ends well" "$? $(cat "$scratch/err")" "0 "
ok "the lab is still there" kill -0 "$lab"
stop "$lab"
is "and had nothing to complain of" "$(cat "$lab_log")" ""

is "each has one row" "$(tail -n +2 "$scratch/rows" | jq -r .target | sort -u |
	wc -l) $(tail -n +2 "$scratch/rows" | wc -l)" "$hosts $hosts"
tail -n +2 "$scratch/rows" | jq -r 'select(.tcp.state == "silent").target' |
	sort >"$scratch/silent"
lost=$(comm -12 "$scratch/speak" "$scratch/silent" | wc -l)
diag "$lost were lost; $(jq -c '[.open, .closed, .filtered, .missed_ppm]' \
	"$scratch/rows.meta")"
# Of 63,896 that speak two in a hundred, give or take ten standard deviations.
ok "who is silent though it speaks is as many as were lost" \
	test $((lost > 900 && lost < 1650)) = 1
is "who is not is counted by the metadata" \
	"$(jq '.open + .closed + .filtered' "$scratch/rows.meta")" \
	"$((hosts - $(wc -l <"$scratch/silent")))"

"$PPTP_BUILD/pptpgrade" -q -e - -f jsonl --brief <"$scratch/rows" |
	jq -c '{target, grade, best, worst, tcp: .stages.tcp,
		evidence: {authentication: {methods,
		state: .stages.authentication}}}' >"$scratch/verdicts"
ok "every grade agrees with the truth" /usr/bin/python3 \
	"$repo/tests/lab/compare.py" --partial "$scratch/truth" \
	"$scratch/verdicts"
is "each has one grade" "$(wc -l <"$scratch/verdicts")" $hosts
is "and who was silent has none that is better than unknown" "$(jq -r \
	'select(.tcp == "silent").grade' "$scratch/verdicts" | sort -u)" "?"

done_testing
