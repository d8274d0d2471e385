#!/bin/bash
# A new user, in a bare Debian: what README.md and docs/schedules.md tell to type
# is typed, word for word, `#` as root and `$` as nobody special, from the packages
# to the last report. The servers are modelled ones, in the box too.
# Not typed: what `make deb`, `make rock` and the Containerfile have tests of their
# own for, what needs systemd, and examples of other programs' files.
LIMIT=500
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need unshare setpriv pivot_root flock python3
[ -z "${PPTP_BOX:-}" ] || skip_all "runs in a box already"
[ -z "${PPTP_SAN:-}" ] ||
	skip_all "what is installed runs without a sanitizer's library before it"

mkdir -p "$scratch/clone" "$scratch/out"
in_box() # COMMAND...
{
	"$repo/tests/box" run bookworm -b "$scratch/clone:/srv/pptpgrade" \
		-b "$scratch/out:/out" -b "$system/newcomer:/newcomer" \
		-b "$PPTP_BUILD:/built" "$@" </dev/null
}
in_box true 2>"$scratch/said"
[ $? != 77 ] || skip_all "$(tail -n 1 "$scratch/said")"
in_box apt-get update >/dev/null 2>&1 ||
	skip_all "apt reaches no packages of bookworm"

# shellcheck source=native/package/sources.sh
(cd "$repo" && . native/package/sources.sh && copy_sources "$scratch/clone")
# shellcheck disable=SC2016 # the inner shell expands these
ok "the pages have commands, and those that are left out are there" \
	bash -c '"$1" "${@:3}" >"$2"' - "$system/newcomer/commands" \
	"$scratch/out/commands" "$repo/README.md" "$repo/docs/schedules.md"
in_box bash /newcomer/type >"$scratch/log" 2>&1
is "all of it is typed" $? 0 || diag "$(tail -n 30 "$scratch/log")"
number=0
while IFS=$'\t' read -r wanted got command; do
	number=$((number + 1))
	is "$command" "$got" "$wanted" ||
		diag "$(tail -n 12 "$scratch/out/said.$number")"
done <"$scratch/out/statuses"
is "none of them is left out" "$number" "$(wc -l <"$scratch/out/commands")"

said() # BEGIN OF A COMMAND; what the first of them said
{
	local line
	line=$(cut -f 3 "$scratch/out/commands" | grep -nm 1 -F -- "$1")
	cat "$scratch/out/said.${line%%:*}"
}
like "one server is a page" "$(said "pptpgrade 10.77.0.13")" \
	"10.77.0.13 port 1723 +grade [D-F]"
like "several are a table" "$(said "pptpgrade --all -T targets")" \
	"GRADE SERVER.*192.0.2.3"
like "two equal runs have no difference" \
	"$(said "pptpgrade --diff")" "No difference: 3 servers"
ok "there is a page for a browser" grep -qi '^<!doctype html>' \
	"$scratch/out/report.html"
like "a user of the group sees GRE" "$(said "pptpgrade -q 192.0.2.1")" \
	"GRE +reachable"
like "… and by records too" \
	"$(said "pptp-probe call 192.0.2.1 |")" "GRE +reachable"

done_testing
