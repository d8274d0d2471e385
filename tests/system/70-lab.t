#!/bin/bash
# A thousand servers of every stack, friendly and unfriendly, and some behind
# every box that treats packets oddly, on a wire: no verdict contradicts what is
# true of its server, and each is what the same server gets in virtual time.
LIMIT=700
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

need_root
need python3

# shellcheck disable=SC2119 # no IPv6
netns_new
# By way of the first of them: one neighbour, where a thousand would not fit
# into the kernel's table.
ip -n "$client" route add 198.18.0.0/16 via 198.18.0.1 dev veth0 onlink

lab() # KIND COUNT; the model on the other end, and the truth
{
	"$PPTP_BUILD/pptp-lab" --truth -a 198.18.0.1 -n "$2" -k "$1" \
		>"$scratch/truth" || bail "no truth of $1"
	start server "$PPTP_BUILD/pptp-lab" -i veth0 -a 198.18.0.1 -n "$2" \
		-k "$1"
	lab=$started
	lab_log=$log
}

grade() # RANGE [COMMAND WORD…]
{
	local range=$1
	shift
	in_ns client "${@:-$PPTP_BUILD/pptpgrade}" -q -j 512 -f jsonl "$range" \
		>"$scratch/verdicts"
}

each() # KIND COUNT RANGE
{
	kind=$1
	lab "$kind" "$2"
	grade "$3"
	is "$kind: the run ends well" $? 0
	ok "$kind: every verdict agrees with the truth" \
		python3 "$repo/tests/lab/compare.py" "$scratch/truth" \
		"$scratch/verdicts"
	diag "$(python3 "$repo/tests/lab/compare.py" "$scratch/truth" \
		"$scratch/verdicts" | tail -n 1)"
	"$repo/tests/lab/lua" virtual.lua "$scratch/truth" >"$scratch/virtual" ||
		bail "no verdicts in virtual time"
	ok "$kind: every verdict is that of virtual time" \
		"$repo/tests/lab/same.py" "$scratch/verdicts" \
		"$scratch/virtual" "$scratch/truth"
	diag "$("$repo/tests/lab/same.py" "$scratch/verdicts" \
		"$scratch/virtual" "$scratch/truth" | tail -n 1)"
	ok "$kind: the lab is still there" kill -0 "$lab"
	stop "$lab"
	is "$kind: and had nothing to complain of" "$(cat "$lab_log")" ""
}

each friendly 1000 198.18.0.1-198.18.3.232
each mixed 1000 198.18.0.1-198.18.3.232
each boxed 230 198.18.0.1-198.18.0.230

# What a caller without privileges may know is less, and no less true.
lab boxed 230
publish_programs
grade 198.18.0.1-198.18.0.230 "${nobody[@]}" "$public/bin/pptpgrade"
is "unprivileged: the run ends well" $? 0
ok "unprivileged: every verdict agrees with the truth" \
	python3 "$repo/tests/lab/compare.py" --partial "$scratch/truth" \
	"$scratch/verdicts"
is "unprivileged: and each server has one" \
	"$(wc -l <"$scratch/verdicts")" 230

done_testing
