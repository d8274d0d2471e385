#!/bin/bash
# A second opinion on all that is sent: real conversations with a scripted
# server give every kind of packet, which tshark and scapy read back. And the
# captures that scapy made for tests/captures are those that stand there.
LIMIT=200
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need lua5.4 tshark
python=
for candidate in python3 /usr/bin/python3; do
	if "$candidate" -c 'import scapy' 2>/dev/null; then
		python=$candidate
		break
	fi
done
[ -n "$python" ] || skip_all "needs scapy for python3"
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8

lua54 "$system/sent.lua" >"$scratch/sent" ||
	bail "the conversations do not come to their end"
"$python" "$system/sent.py" "$PPTP_BUILD/pptp-probe" "$scratch" \
	<"$scratch/sent" >"$scratch/tap"
status=$?
# Its numbers are counted here, its plan is not needed.
while IFS= read -r line; do
	case $line in
	ok*) report 0 "${line#* - }" ;;
	not*) report 1 "${line#* - }" ;;
	"# "*) diag "${line#\# }" ;;
	esac
done <"$scratch/tap"
is "scapy's side came to its end" "$status $(tail -n 1 "$scratch/tap")" \
	"$((failures > 0)) 1..$tests"

mkdir "$scratch/captures"
ok "the captures are made" "$python" "$repo/tests/captures/make.py" \
	"$scratch/captures"
for capture in "$repo"/tests/captures/*.pcap; do
	ok "${capture##*/} is what make.py makes" \
		cmp "$capture" "$scratch/captures/${capture##*/}"
done

done_testing
