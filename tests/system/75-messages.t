#!/bin/bash
# Messages at odd times and of odd shapes: what is sent in answer, as a trace has
# it, and what is concluded from it. All is asked at once.
LIMIT=120
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=uplinks.sh
. "$system/uplinks.sh"

need_root
need python3 nft

uplinks_up

scripts=(early junk taken_back terminates huge asks_first minus_one multilink
	clears)
served=() number=0
for script in "${scripts[@]}"; do
	number=$((number + 1))
	ip -n "$far" address add 198.18.2.$number/16 dev s1
	served+=("198.18.2.$number=$script")
done
uplinks_serve "$system/scripted.py" "${served[@]}"

number=0 waits=()
for script in "${scripts[@]}"; do
	number=$((number + 1))
	in_ns "$caller" timeout -k 2 90 "$PPTP_BUILD/pptp-probe" call -q \
		--trace 198.18.2.$number >"$scratch/$script" \
		2>"$scratch/$script.trace" </dev/null &
	waits+=($!)
done
for i in "${!scripts[@]}"; do
	wait "${waits[i]}"
	is "${scripts[i]}: exit status" $? 0
	is "${scripts[i]}: one record" "$(wc -l <"$scratch/${scripts[i]}")" 1
done

record() { told "$scratch/$1" "$2"; }               # SCRIPT EXPRESSION
count() { grep -cE " $2" "$scratch/$1.trace"; }     # SCRIPT REGEX
behind() # SCRIPT REGEX; all lines of a trace behind the first of REGEX
{
	awk -v regex="$2" 'seen; $0 ~ regex { seen = 1 }' "$scratch/$1.trace"
}
verdict() # SCRIPT EXPRESSION
{
	"$PPTP_BUILD/pptpgrade" -q -f jsonl -e "$scratch/$1" \
		>"$scratch/verdict"
	told "$scratch/verdict" "$2"
}

# ---- No GRE before there is a call, and none after its end.

is "GRE before the call: none is sent before the reply" \
	"$(sed '/< OCRP/q' "$scratch/early.trace" | grep -c '> \(GRE\|LCP\)')" 0
is "… none to Call-ID 0" "$(count early '> GRE .* call 0$')" 0
is "… and what was asked before it is answered after it" \
	"$(behind early '< OCRP' | grep -c '> LCP Configure-Ack id 1 pap')" 1
is "… noted, and graded by what was asked" \
	"$(verdict early '"gre_early" in notes, r["grade"]')" "(True, 'F')"

is "a call taken, and junk behind it: the junk is seen" \
	"$(count junk '< not PPTP')" 1
is "… and nothing is sent any more" "$(behind junk '< not PPTP' |
	grep -c ' > ')" 0
is "… PPTP answers all the same" "$(verdict junk \
	'"lost_sync" in notes, e["call"]["state"], r["grade"]')" \
	"(True, 'accepted', 'D-F')"

is "a call taken back: the last packet had come" \
	"$(count taken_back '< LCP Identification')" 1
is "… and no acknowledgement follows the end of the call" \
	"$(behind taken_back '< Call-Disconnect-Notify' |
		grep -c '> \(GRE\|LCP\)')" 0
is "… nor is PPP's silence told: C-F" "$(verdict taken_back 'r["grade"]')" C-F

# ---- Each Terminate-Request has an answer of its own.

for id in 7 8; do
	is "Terminate-Request $id has its own answer" \
		"$(count terminates "> LCP Terminate-Ack id $id\$")" 1
done
is "… and no other" "$(count terminates '> LCP Terminate-Ack')" 2

# ---- A record holds what a server says, however much it is.

is "a huge request, 26 times: all its options are in the record" \
	"$(record huge 'len(r["lcp"]["offers"][0]["options"])')" 382
is "… the answer that has no room is noted" \
	"$(record huge '"unanswered" in notes')" True

# ---- Odd, and right.

is "an Echo-Request that nobody asked for is answered" \
	"$(count asks_first '> Echo-Reply id 1$')" 1
is "… and is no reply to our request: B-F" \
	"$(verdict asks_first 'r["grade"]')" B-F

is "a first packet numbered 1 that acknowledges nothing: PAP is heard" \
	"$(record minus_one 'r["gre"]["first_sequence"],
		r["lcp"]["offers"][0]["authentication"]')" "(1, 'pap')"
is "… and shows no way to the server" \
	"$(record minus_one 'r["gre"]["state"], r["gre"]["to_server"]')" \
	"('inbound_only', 'unknown')"

is "options of multilink: the MRRU is rejected" \
	"$(count multilink '> LCP Configure-Reject id 2 mrru$')" 1
is "… and the login beside them is seen" \
	"$(verdict multilink 'e["authentication"]["methods"]["chap_md5"],
		r["grade"]')" "('offered', 'F')"

is "Windows' odd fields and its Call-Clear-Request: D-F" \
	"$(verdict clears 'r["grade"], "call_clear" in notes')" "('D-F', True)"
is "… are no sign of a decoy" "$(verdict clears '[f["id"]
	for f in r["findings"] if f["id"] in ("PPTP-060",)]')" "[]"

done_testing
