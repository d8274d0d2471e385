#!/bin/bash
# Two live runs of 200 servers that nobody touched differ in nothing; what is
# changed then is told, and nothing else. The SARIF of it passes a validator.
LIMIT=400
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

need_root
need python3

# shellcheck disable=SC2119 # no IPv6
netns_new
ip -n "$client" route add 198.18.0.0/16 via 198.18.0.1 dev veth0 onlink
pptpgrade=$PPTP_BUILD/pptpgrade
count=200
targets=198.18.0.1-198.18.0.200

serve() # FIRST COUNT
{
	start server "$PPTP_BUILD/pptp-lab" -i veth0 -a "$1" -n "$2" -k friendly
	lab=$started
}

ask() # FILE OPTION...
{
	local file=$1
	shift
	in_ns client "$pptpgrade" -q -j 512 -o "$scratch/$file" "$@" \
		>"$scratch/text" 2>"$scratch/said"
}

serve 198.18.0.1 "$count"
ask monday.jsonl "$targets"
is "the first run ends well" $? 0
ask tuesday.json "$targets" --baseline "$scratch/monday.jsonl"
is "nothing changed: exit status 0" $? 0
is "… of $count servers" "$(tail -n 1 "$scratch/text")" \
	"No difference: $count servers are as before."
"$pptpgrade" --diff "$scratch/monday.jsonl" "$scratch/tuesday.json" \
	-f jsonl >"$scratch/differences" 2>"$scratch/said"
is "nor do the two files differ" $? 0
is "… and the list is empty" "$(cat "$scratch/differences")" ""
is "… and nothing was to be said" "$(cat "$scratch/said")" ""
stop "$lab"

# The same servers, each at the address beside its own; two fall away.
serve 198.18.0.2 198
ask wednesday.jsonl "$targets" --baseline "$scratch/monday.jsonl" \
	--fail-on worse -o "$scratch/wednesday.sarif" \
	-o "$scratch/wednesday.csv" -o "$scratch/wednesday.html"
is "a change for the worse: exit status 1" $? 1
stop "$lab"
"$pptpgrade" -q --diff "$scratch/wednesday.jsonl" "$scratch/monday.jsonl" \
	-f jsonl >"$scratch/back"
is "every class is mirrored, server by server" "$(python3 - \
	"$scratch/wednesday.jsonl" "$scratch/back" <<'END'
import json
import sys

MIRROR = {"worse": "better", "vaguer": "clearer", "gone": "back",
          "new": "missing", "changed": "changed"}
MIRROR.update({b: a for a, b in MIRROR.items()})


def classes(path):
    with open(path, encoding="ascii") as file:
        verdicts = [json.loads(line) for line in file]
    found = {v["target"]: v["change"]["class"] for v in verdicts}
    return {k: c for k, c in found.items() if c != "same"}


there, back = map(classes, sys.argv[1:])
wrong = [k for k in there.keys() | back.keys()
         if MIRROR.get(there.get(k)) != back.get(k)]
print("right" if there and not wrong else f"{len(there)}: {wrong[:5]}")
END
)" right
is "CSV, read back, has the same classes" "$(python3 - \
	"$scratch/wednesday.jsonl" "$scratch/wednesday.csv" <<'END'
import csv
import json
import sys

with open(sys.argv[1], encoding="ascii") as file:
    wanted = {v["target"]: v["change"]["class"] for v in map(json.loads, file)}
with open(sys.argv[2], encoding="ascii", newline="") as file:
    got = {row["target"]: row["change"] for row in csv.DictReader(file)}
print(wanted == got)
END
)" True
ok "SARIF has the shape that readers take" sh -c \
	"tr -d '\\n' <'$scratch/wednesday.sarif' |
	'$repo/tests/schema/check' sarif -"
multitool=${SARIF_MULTITOOL:-$(command -v sarif-multitool)}
if [ -n "$multitool" ]; then
	said=$("$multitool" validate "$scratch/wednesday.sarif" 2>&1)
	like "the validator read it" "$said" "Analysis completed successfully"
	is "… and found no error and no warning" \
		"$(grep -E '(error|warning) [A-Z]+[0-9]+' <<<"$said")" ""
else
	skip "a validator finds no error and no warning" \
		"needs sarif-multitool, or SARIF_MULTITOOL that names it"
fi

done_testing
