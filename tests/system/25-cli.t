#!/bin/bash
# pptpgrade as a program: what it does with bad input, a bad place to run in
# and a reader that goes away. Each complaint is one sentence on stderr.
LIMIT=120
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need script python3 setpriv mandoc
# shellcheck disable=SC2119 # no option of ours
netns_new
pptpgrade=$PPTP_BUILD/pptpgrade
records=$scratch/records.jsonl

# Runs it in the client's namespace: $status, $output and $complaint.
run()
{
	output=$(in_ns client "$pptpgrade" "$@" </dev/null 2>"$scratch/err")
	status=$?
	complaint=$(<"$scratch/err")
}

# CLAIM STATUS PATTERN ARGUMENT...: that status, and one sentence of ours.
refuses()
{
	local claim=$1 wanted=$2 pattern=$3
	shift 3
	run "$@"
	is "$claim: status" "$status" "$wanted"
	is "$claim: one sentence" \
		"$(wc -l <"$scratch/err") $(cut -c-11 "$scratch/err")" \
		"1 pptpgrade: "
	like "$claim: it says what" "$complaint" "$pattern"
}

refuses "no argument" 2 'no target'
refuses "an option that is none" 2 "'--frob'" --frob $server_ip
refuses "an option without its value" 2 "'-p'" $server_ip -p
refuses "a port outside its range" 2 '-p 65536' -p 65536 $server_ip
refuses "a depth that is none" 2 '-d deep' -d deep $server_ip
refuses "a format that does not exist" 2 '-f xml: .*jsonl' -f xml $server_ip
refuses "an output without a known suffix" 2 '\.jsonl' -o x.doc $server_ip
refuses "an output that is named twice" 2 'named twice' -o x.csv -o ./x.csv \
	$server_ip
mkdir "$scratch/a.csv"
refuses "an output that is a folder" 2 "/a\.csv: Is a directory" \
	-o "$scratch/a.csv" $server_ip
refuses "an address that is none" 2 '192\.0\.2\.256' 192.0.2.256
refuses "an address block that is none" 2 '192\.0\.2\.0/33' 192.0.2.0/33
refuses "a source that is no address" 2 '-S nowhere' -S nowhere $server_ip
refuses "a name where none is wanted" 2 'vpn' -n vpn.example.net
refuses "a target file that is missing" 2 'nothing-here' \
	-T "$scratch/nothing-here"
refuses "a target file that is a directory" 2 "${scratch##*/}" -T "$scratch"
: >"$scratch/empty"
refuses "an empty target file" 2 'empty' -T "$scratch/empty"
printf '%s\n' "$server_ip" 'not an address!' >"$scratch/bad"
refuses "a target file with a broken line" 2 'line 2|:2' -T "$scratch/bad"
refuses "an exclusion file that is missing" 2 'nothing-here' \
	-x "$scratch/nothing-here" $server_ip
refuses "a policy that is missing" 2 'nothing-here' \
	--policy "$scratch/nothing-here" $server_ip
refuses "an output in a folder that is missing" 2 'nothing-here' \
	-o "$scratch/nothing-here/x.json" $server_ip
refuses "more public addresses than 256 without a contact" 2 'contact' \
	198.51.0.0/16
refuses "an interface that is missing" 3 'pptp-none0' -i pptp-none0 $server_ip
refuses "an address without a route" 3 '203\.0\.113\.1' 203.0.113.1
refuses "records that are missing" 2 'nothing-here' -e "$scratch/nothing-here"
refuses "records that are a directory" 2 "${scratch##*/}" -e "$scratch"
refuses "a file without records" 2 'no record' -e "$scratch/empty"
refuses "records and a target" 2 '-e' -e "$scratch/empty" $server_ip
refuses "a finding that does not exist" 2 'PPTP-999' --explain PPTP-999
refuses "hostile words" 2 '\\x1b\[2J' -p $'\e[2J' $server_ip

run 192.0.2.1 name.invalid
is "a name that does not resolve: status" "$status" 4
like "and the address beside it is graded" "$output" 'grade A'

in_ns client "$PPTP_BUILD/pptp-probe" control $server_ip >"$records" ||
	bail "pptp-probe writes no record"
run -e "$records"
is "records are graded" "$status" 0
like "as the closed port that they show" "$output" 'grade A'
{
	cat "$records"
	echo '{"schema":1,"kind":"conversation","target"'
	echo '{"schema":1}'
} >"$scratch/broken.jsonl"
run -e "$scratch/broken.jsonl"
is "broken records: status" "$status" 4
is "broken records: a sentence each" "$(wc -l <"$scratch/err")" 2
like "broken records: file and line" "$complaint" \
	'broken\.jsonl line 2: .*broken\.jsonl line 3: '
like "broken records: the rest is graded" "$output" 'grade A'
is "the same from standard input" \
	"$("$pptpgrade" -f jsonl -e - <"$records")" \
	"$("$pptpgrade" -f jsonl -e "$records")"

run --fail-on A -e "$records"
is "--fail-on trips at its own letter" "$status" 1
run --fail-on B -e "$records"
is "and not before" "$status" 0

publish_programs
unprivileged()
{
	in_ns client "${nobody[@]}" "$public/bin/pptpgrade" "$@" \
		</dev/null 2>"$scratch/err"
}
output=$(unprivileged $server_ip)
is "without privilege the TCP part runs" $? 0
like "with one line of warning" "$(<"$scratch/err")" \
	'^pptpgrade: [^'$'\n'']*GRE[^'$'\n'']*$'
like "and a verdict" "$output" 'grade A'
unprivileged -d syn $server_ip >"$scratch/out"
is "without privilege a connection is tried in place of a raw SYN" $? 0

# As wide as the terminal.
widest() # COLUMNS; of lines but commands
{
	# shellcheck disable=SC2016 # the shell in there expands these
	env -u COLUMNS program="$pptpgrade" records="$records" script -qec \
		"stty cols $1"' && "$program" --no-color -e "$records"' \
		/dev/null | tr -d '\r' |
		grep -v '^    [^ ]' | awk '{ n = length($0) > n ? length($0) : n }
			END { print n }'
}
# shellcheck disable=SC2317 # ok runs it
between() # NUMBER LEAST MOST
{
	[ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}
for columns in 40 57 132; do
	ok "a terminal of $columns columns is filled" \
		between "$(widest $columns)" $((columns / 2)) $columns
done

# Saved verdicts, in other formats.
is "saved verdicts are shown as they were graded" \
	"$("$pptpgrade" -e "$records" -f json |
		"$pptpgrade" --render - -f jsonl)" \
	"$("$pptpgrade" -e "$records" -f jsonl)"
run --render "$scratch/empty" -f csv
is "nothing saved: status" "$status" 2
like "nothing saved: it says so" "$complaint" "no verdict in .*/empty"
run --render "$records" -f csv
is "records are graded instead" "$status" 0
is "CSV has a row a server and the names of columns" "$(wc -l <<<"$output")" 2

# A monitor's check.
run -f icinga -e "$records"
is "a check that is well: status" "$status" 0
like "a check that is well: one line" "$output" \
	'^PPTP OK - [^|]*\| servers=1;;;0 [^|]*$'
run -f icinga --max-age 1 -e "$records"
sleep 2
run -f icinga --max-age 1 -e "$records"
is "a check of what is too old: status" "$status" 3
run -f icinga --warn A --crit F -e "$records"
is "a check that warns: status" "$status" 1
run -f icinga --crit A --warn A -e "$records"
is "a check that is critical: status" "$status" 2
run -f icinga -z
is "a check used wrongly: status" "$status" 3
like "a check used wrongly: one line" "$output" '^PPTP UNKNOWN - .*-z'
run -f icinga -e "$scratch/nothing-here"
is "a check without a file: status" "$status" 3
like "a check without a file: one line" "$output" \
	'^PPTP UNKNOWN - .*nothing-here: No such file'

# Outputs that fail.
"$pptpgrade" -f icinga -e "$records" >/dev/full 2>"$scratch/err"
is "a full disk: a check's status" $? 3
ln -s /dev/full "$scratch/full.csv"
run -e "$records" -o "$scratch/full.csv" -o "$scratch/kept.csv"
is "one output of three fails: status" "$status" 4
like "one output of three fails: which" "$complaint" \
	"^pptpgrade: cannot write to .*/full\.csv: No space left[^:]*\$"
is "one output of three fails: the others are whole" \
	"$(wc -l <"$scratch/kept.csv") $(grep -c 'grade A' <<<"$output")" "2 1"
in_ns client "$pptpgrade" -e "$records" -o "$scratch/kept.json" \
	>/dev/full 2>"$scratch/err"
is "a full disk: status" $? 4
is "a full disk: one sentence" "$(wc -l <"$scratch/err")" 1
like "a full disk: what and why" "$(<"$scratch/err")" \
	'standard output.*No space left'
ok "a full disk: the other output is whole" python3 -c '
import json, sys
assert len(json.load(open(sys.argv[1]))["verdicts"]) == 1' "$scratch/kept.json"
set -o pipefail
closed_pipe() # ARGUMENT...
{
	(sleep 0.2; "$pptpgrade" "$@" 2>"$scratch/err") | :
	is "a closed pipe after $1: status" $? 4
	is "a closed pipe after $1: not a word" "$(<"$scratch/err")" ""
}
closed_pipe -e "$records"
closed_pipe -V
closed_pipe --help
closed_pipe --explain F
set +o pipefail

run -V
like "-V names the release" "$output" '^pptpgrade [0-9]+\.[0-9]+\.[0-9]+$'
run --help
manual=$(mandoc -T ascii "$repo/docs/man/pptpgrade.1" | sed 's/.\x08//g')
for option in $(tr -s ' ,' '\n' <<<"$output" |
	sed -n 's/^\(--*[a-zA-Z0-9-]*\)$/\1/p' | sort -u); do
	like "the manual page has $option" "$manual" \
		"(^|[^a-z-])$option([^a-z-]|$)"
done

done_testing
