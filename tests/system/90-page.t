#!/bin/bash
# The page of a report in a real browser: what a reader does with mouse and
# keyboard, what hostile servers can not do, and that nothing is fetched.
LIMIT=600
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

for needed in /usr/bin/chromium /usr/bin/chromedriver; do
	[ -x $needed ] || missing=$needed
done
/usr/bin/python3 -c 'import selenium' 2>/dev/null || missing=selenium
[ -z "${missing:-}" ] ||
	skip_all "NOT TESTED: the page in a browser: needs chromium, chromedriver and python3-selenium, which make deps installs"

# Servers of every stack, surveyed in virtual time.
"$PPTP_BUILD/pptp-lab" --truth -a 198.18.0.1 -n 420 -k mixed >"$scratch/truth" ||
	bail "no servers"
"$repo/tests/lab/lua" virtual.lua "$scratch/truth" >"$scratch/verdicts.jsonl" ||
	bail "no verdicts"
/usr/bin/python3 "$system/verdicts.py" "$scratch/verdicts.jsonl" \
	>"$scratch/hostile.jsonl" || bail "no hostile verdicts"
/usr/bin/python3 "$system/verdicts.py" --names >"$scratch/hostile.json"
/usr/bin/python3 "$system/verdicts.py" --sweep "$scratch/verdicts.jsonl" \
	>"$scratch/study.jsonl" || bail "no sweep"

# shellcheck disable=SC2317 # ok runs it
render() # VERDICTS PAGE
{
	"$PPTP_BUILD/pptpgrade" -q --render "$scratch/$1.jsonl" \
		-o "$scratch/$2.html" >/dev/null
}
ok "a page is made of saved verdicts" render verdicts report
ok "and of hostile ones" render hostile hostile
head -n 1 "$scratch/verdicts.jsonl" >"$scratch/one.jsonl"
ok "and of one alone" render one one
ok "and of the records of a sweep, as a study" "$PPTP_BUILD/pptpgrade" -q \
	-e "$scratch/study.jsonl" -o "$scratch/study.html"
is "-f html is what -o writes" \
	"$("$PPTP_BUILD/pptpgrade" -q --render "$scratch/hostile.jsonl" -f html |
		grep -v '^<div><dt>' | sha256sum)" \
	"$(grep -v '^<div><dt>' "$scratch/hostile.html" | sha256sum)"

# axe-core looks for what people with a keyboard, a screen reader or weak eyes
# would miss. It is fetched once; where it cannot be, that is said.
axe=$PPTP_BUILD/axe/node_modules/axe-core/axe.min.js
claim="axe-core finds nothing, in light, in the dark, on a phone"
if [ ! -f "$axe" ] && command -v npm >/dev/null; then
	timeout 120 npm install --silent --no-save --prefix "$PPTP_BUILD/axe" \
		axe-core@4 >/dev/null 2>&1
fi
[ -f "$axe" ] || {
	axe=
	skip "$claim" "NOT TESTED: needs npm, and axe-core from it"
}

while read -r verdict text; do
	case $verdict in
	ok) report 0 "${text}" ;;
	not) report 1 "${text#ok }" ;;
	*) diag "$verdict $text" ;;
	esac
	claims=$((${claims:-0} + 1))
done < <(timeout 500 /usr/bin/python3 "$system/page.py" "$scratch" ${axe:+"$axe"} \
	2>&1)
ok "the browser was there to the end" [ "${claims:-0}" -gt 20 ]
[ -z "${PICTURES:-}" ] || cp "$scratch"/*.png "$scratch/report.pdf" "$PICTURES"

done_testing
