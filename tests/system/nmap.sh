# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of Nmap share, after lib.sh.

tree=$PPTP_BUILD/nmap
reader=$system/nmap.py

# The Lua that this Nmap has, and the other one.
nmap_lua=$(nmap --version 2>/dev/null |
	sed -n 's/.*liblua-\(5\.[0-9]*\).*/\1/p')
other_lua=5.3
[ "$nmap_lua" != 5.3 ] || other_lua=5.4

nmap_env=(env "${sanitizers[@]}")

# Our script from our tree, by name: $xml, $said and $status; no script may
# have failed, which Nmap's own status does not tell.
run_nmap() # CLAIM WHERE ARGUMENT...
{
	local claim=$1 where=$2
	shift 2
	xml=$scratch/nmap-$tests.xml
	said=$(in_ns "$where" "${nmap_env[@]}" nmap -n -Pn -p 1723 \
		--datadir "$tree" --script pptp-exposure -oX "$xml" "$@" 2>&1)
	status=$?
	is "$claim: Nmap ends well" $status 0
	ok "$claim: no script fails" "$reader" errors "$xml"
}

# Of the verdict on ADDRESS in $xml, a Python expression over v.
said_of() # ADDRESS EXPRESSION
{
	"$reader" verdicts "$xml" | python3 -c '
import json, sys
for line in sys.stdin:
    v = json.loads(line)
    if v["target"] == sys.argv[1]:
        e = v["evidence"]["authentication"]
        print(eval(sys.argv[2]))' "$1" "$2"
}
