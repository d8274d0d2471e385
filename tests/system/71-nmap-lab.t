#!/bin/bash
# 256 modelled servers of every stack in one run of Nmap: each verdict is
# pptpgrade's, and none contradicts what is true of its server.
LIMIT=420
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=nmap.sh
. "$(dirname "$0")/nmap.sh"
need_root
need nmap python3

# shellcheck disable=SC2119 # no IPv6
netns_new
ip -n "$client" route add 198.18.0.0/16 via 198.18.0.1 dev veth0 onlink
count=256
kind=friendly
"$PPTP_BUILD/pptp-lab" --truth -a 198.18.0.1 -n $count -k $kind \
	>"$scratch/truth" || bail "no truth"
start server "$PPTP_BUILD/pptp-lab" -i veth0 -a 198.18.0.1 -n $count -k $kind

in_ns client "$PPTP_BUILD/pptpgrade" -q -j $count -f jsonl \
	198.18.0.1-198.18.1.0 >"$scratch/verdicts"
is "pptpgrade ends well" $? 0
from=$SECONDS
# Twenty threads have connections at once unless Nmap is told more.
run_nmap "$count servers" client --max-parallelism 128 \
	-iL <(sed 's/.*"address":"\([0-9.]*\)".*/\1/' "$scratch/truth")
diag "$((SECONDS - from)) s"
"$reader" verdicts "$xml" >"$scratch/from-nmap"
ok "no verdict contradicts the truth" \
	python3 "$repo/tests/lab/compare.py" "$scratch/truth" "$scratch/from-nmap"
diag "$(python3 "$repo/tests/lab/compare.py" "$scratch/truth" \
	"$scratch/from-nmap" | tail -n 1)"
ok "each grade, login and method equals pptpgrade's" \
	"$reader" equal "$xml" "$scratch/verdicts"
diag "$("$reader" equal "$xml" "$scratch/verdicts" | tail -n 1)"

done_testing
