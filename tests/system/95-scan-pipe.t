#!/bin/bash
# A sweep piped into pptpgrade: every method of each hit is asked while the sweep
# goes on; what rows, status and figures say of it.
LIMIT=120
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need jq

probe=$PPTP_BUILD/pptp-probe
range=198.18.0.1-198.18.1.144

# shellcheck disable=SC2119 # no IPv6
netns_new
ip -n "$client" route add 198.18.0.0/16 via 198.18.0.1 dev veth0 onlink
start server "$PPTP_BUILD/pptp-lab" -i veth0 -a 198.18.0.1 -n 400 \
	-k friendly -d 95

export PATH=$PPTP_BUILD:$PATH
# shellcheck disable=SC2016 # its own shell
start client bash -c '
	pptp-probe scan --rate 50 --cooldown 1 --retry-after 0.5 -q \
		--only answered --status-file "$1/status" "$2" 2>"$1/sweep.err" |
		tee "$1/rows" |
		pptpgrade -T - -d auth -f jsonl -q >"$1/verdicts" 2>"$1/grade.err"
	echo "${PIPESTATUS[@]}" >"$1/ended"' - "$scratch" "$range"
wait_for 30 test -s "$scratch/verdicts"
ok "piped: the first verdict comes before the sweep has ended" \
	jq -e '.done == false and .low < .end and .count == 400' \
	"$scratch/status"
wait_for 80 test -s "$scratch/ended"
is "piped: both end well" "$(cat "$scratch/ended" "$scratch"/*.err)" "0 0 0"
is "piped: each hit has its verdict" \
	"$(jq -r .target "$scratch/verdicts" | sort)" \
	"$(jq -r 'select(.kind != "scan").target' "$scratch/rows" | sort)"
ok "piped: all methods were asked" jq -es 'length > 5 and all(.evidence
	.conversations | length > 0) and any(.evidence.conversations | length > 2)' \
	"$scratch/verdicts"
is "piped: --only answered gives who is PPTP" \
	"$(jq -r 'select(.kind != "scan").control.state' "$scratch/rows" |
	sort -u)" answered
ok "piped: rows have the fingerprint of the sweep's own SYN-ACK" jq -es '
	map(select(.kind != "scan").tcp) |
	all(.window == 65160 and .ttl == 64)' "$scratch/rows"
is "piped: the status says that it has ended" \
	"$(jq -c '[.done, .low == .end, .rows]' "$scratch/status")" \
	"[true,true,$(grep -cv '"kind":"scan"' "$scratch/rows")]"

# ---- As text: figures.

in_ns client timeout 60 "$probe" scan --rate 1000 --cooldown 1 \
	--retry-after 0.5 -q --only any "$range" >"$scratch/all"
pptpgrade -e - <"$scratch/all" >"$scratch/text"
like "text: it ends with the sweep in figures" \
	"$(sed -n '/^The sweep in figures/,$p' "$scratch/text" | tr '\n' ' ')" \
	'^The sweep in figures: 400 rows.* grades .* methods .* products .* unknown +graded [?] [0-9]+ .* not asked none.*metadata'
is "text: what is unknown is what did not answer" \
	"$(sed -n 's/.*graded ? \([0-9]*\) .*/\1/p' "$scratch/text")" \
	"$(jq -s 'map(select(.tcp.state == "silent")) | length' "$scratch/all")"

done_testing
