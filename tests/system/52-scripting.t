#!/bin/bash
# Every script of docs/lua-scripting.md prints what stands below it, and the
# samples in docs/nmap.md and in the script's NSEDoc are what it says.
LIMIT=180
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=nmap.sh
. "$(dirname "$0")/nmap.sh"
need_root
need nmap python3 lua5.4

bed_up -l 170
document=$repo/docs/lua-scripting.md

# Blocks of Lua into files of the name in their first line; the commands below
# them, with what they print, into NAME.expected.
python3 - "$document" "$scratch" <<'PY'
import re, sys
name = None
blocks = re.findall(r"^```(\w*)\n(.*?)^```$", open(sys.argv[1]).read(),
                    re.M | re.S)
for language, text in blocks:
    found = re.match(r"-- (\S+\.(?:lua|nse))\n", text)
    if language == "lua" and found:
        name = found.group(1)
        open(f"{sys.argv[2]}/{name}", "w").write(text)
    elif language == "" and name and re.search(rf"^# .*\b{name}\b", text, re.M):
        open(f"{sys.argv[2]}/{name}.expected", "a").write(text)
PY

runtime=(env LUA_PATH="$repo/lua/?.lua;;" PATH="$PPTP_BUILD:$PATH"
	LUA_CPATH="$PPTP_BUILD/lua/5.4/?.so;;" "${sanitizers[@]}")

# Runs the commands of NAME.expected, each after its "# ".
transcript() # NAME
{
	local line
	cd "$scratch" || exit
	ln -sfn "$PPTP_BUILD" build
	while IFS= read -r line; do
		case $line in
		'# nmap '*) # the data directory is that of the build
			echo "$line"
			in_ns "$bed" "${runtime[@]}" bash -c "${line#\# }" 2>&1 |
				sed -n '/^|/p'
			;;
		'# '*)
			echo "$line"
			in_ns "$bed" "${runtime[@]}" bash -c "${line#\# }" 2>&1
			;;
		esac
	done <"$1.expected" | sed 's/ *$//'
}

for name in syn.lua gre.lua csv.lua pptp-names.nse; do
	# In Nmap it says what it says without.
	wanted=$(cat "$scratch/$name.expected")
	[ "$name" != pptp-names.nse ] ||
		wanted+=$'\n'$(grep '^|' <<<"$wanted")
	is "$name prints what the document says" "$(transcript $name |
		grep .)" "$(grep . <<<"$wanted")"
done
is "there is no other script in the document" \
	"$(grep -cE '^-- [a-z-]+\.(lua|nse)$' "$document")" 4

lacking=$(sed -n 's/^# \(pptpgrade --script .*pptp-version.*\)/\1/p' "$document")
is "what is lacking is said as in the document" \
	"$(in_ns "$bed" "${runtime[@]}" bash -c "$lacking" 2>&1)" \
	"$(grep -A1 -F "# $lacking" "$document" | tail -n 1)"

# What the table lists is there, and nothing else.
listed() # MODULE
{
	# shellcheck disable=SC2016 # Markdown
	sed -n "s/^| \`$1\` | \(.*\) |$/\1/p" "$document" |
		grep -o '`[^`]*`' | tr -d '`' | sort
}
found() # MODULE; one of each five that differ by a digit
{
	"${runtime[@]}" lua5.4 - "$1" <<-'LUA' | sort
	local api = require "pptpgrade.script.api"
	local find = api.new { args = {}, verbosity = 1, clock = os.time }
	for name in pairs(find(arg[1])) do
	  if not name:find "^%l+[234]$" then
	    print(name)
	  end
	end
	LUA
}
for module in nmap stdnse shortport pptpgrade.nmap; do
	is "$module has what the document lists" "$(found $module)" \
		"$(listed $module)"
done

# ---- The samples of pptp-exposure.

run_nmap "the sample's server" "$bed" "${address[mschap12]}"
printed=$(sed -n '/^PORT/,/^|_/p' <<<"$said" | sed 's/ *$//')
is "docs/nmap.md shows what the script says" \
	"$(sed -n '/^PORT/,/^|_/p' "$repo/docs/nmap.md")" "$printed"
is "NSEDoc's @output is what the script says" \
	"$(sed -n '/^-- @output/,/^--$/s/^-- //p' "$repo/nse/pptp-exposure.nse" |
		sed 1d)" "$printed"
is "NSEDoc's @xmloutput is what the script says" \
	"$(sed -n '/^-- @xmloutput/,/^$/s/^-- //p' \
		"$repo/nse/pptp-exposure.nse" | sed 1d)" \
	"$(sed -n '/<script /,/<\/script>/p' "$xml" |
		sed -e 's/.*grade: F">//' -e '/<\/script>/d')"

done_testing
