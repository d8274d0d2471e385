#!/bin/bash
# What both programs write about real servers is what docs/schema says.
LIMIT=180
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need nft setpriv /usr/bin/python3

bed_up -l 170
check=$repo/tests/schema/check
probe=$PPTP_BUILD/pptp-probe
records=$scratch/records.jsonl

ask() # ARGUMENT...: records, added to the others
{
	in_ns "$bed" timeout 60 "$probe" "$@" -q >>"$records"
	is "pptp-probe $1 ${2#--}: exit status" $? 0
}

right() # CLAIM KIND FILE COUNT
{
	is "$1" "$("$check" "$2" "$3" 2>&1)" "$4 of $4 right"
}

printf '%s,%s\n' "${address[mschap12]}" "a label" "${address[eap]}" two \
	"${address[noauth]}" "" "${address[closed]}" "" |
	sed 's/,$//' >"$scratch/targets"
: >"$records"
ask syn -T "$scratch/targets"
ask gre -T "$scratch/targets"
ask control -T "$scratch/targets" --contact noc@example.net
ask call -T "$scratch/targets"
ask call --ask mschap_v1 "${address[mschap12]}" "${address[any]}"
ask call --ask pap "${address[mschap12]}" "${address[slirp-chap]}"
ask call --decline "${address[mschap12]}" "${address[eap]}"
right "records are records" record "$records" 22

# Without CAP_NET_RAW, and a host that drops all but echo requests.
publish_programs
in_ns "$bed" "${nobody[@]}" "$public/bin/pptpgrade" -q -f jsonl \
	 "${address[mschap12]}" >"$scratch/tcp.jsonl"
right "a verdict without privilege" verdict "$scratch/tcp.jsonl" 1
in_ns "$bed" nft -f - <<NFT
table ip forget {
	chain output {
		type filter hook output priority 0
		ip daddr ${address[one]} tcp dport 1723 drop
	}
}
NFT

in_ns "$bed" timeout 120 "$PPTP_BUILD/pptpgrade" -q --all -f jsonl \
	-o "$scratch/verdicts.json" -T <(printf '%s\n' "${address[@]}") \
	>"$scratch/verdicts.jsonl"
is "all servers are graded" $? 0
right "verdicts are verdicts" verdict "$scratch/verdicts.jsonl" \
	${#address[@]}
right "and so is the document of them" document "$scratch/verdicts.json" 1
is "the records in them are records" \
	"$(/usr/bin/python3 - "$scratch/verdicts.jsonl" <<'PY' |
import json, sys
for line in open(sys.argv[1]):
    for record in json.loads(line)["evidence"]["conversations"]:
        print(json.dumps(record))
PY
	"$check" record - | grep -c '^\([0-9]*\) of \1 right$')" 1

ok "a broken verdict is noticed" \
	"$check" --broken verdict "$scratch/verdicts.jsonl"
"$PPTP_BUILD/pptpgrade" -e "$records" -f jsonl >"$scratch/again.jsonl"
right "verdicts of records from a file" verdict "$scratch/again.jsonl" 6

done_testing
