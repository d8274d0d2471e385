#!/bin/bash
# Login settings as a report tells them: with the files of real servers edited
# that way, MS-CHAPv2 is the weakest that they take; who is told nothing has
# nothing to mend. And what release 0.1.0 told does not do that.
LIMIT=180
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/advice/lib.sh
. "$system/advice/lib.sh"

need_root
need python3
bed_up -l 170

# What was told at 0.1.0, added to the options of whoever was told.
old="refuse-pap refuse-chap refuse-mschap refuse-eap require-mschap-v2
require-mppe-128"

declare -A grade=()

# Audits all of them; grade[PROFILE], and $scratch/PROFILE is the verdict.
audit() # PROFILE...
{
	local profile found
	for profile; do
		echo "${address[$profile]},$profile"
	done >"$scratch/targets"
	in_ns "$bed" "$PPTP_BUILD/pptpgrade" -q -f jsonl -T "$scratch/targets" \
		>"$scratch/verdicts"
	while read -r profile found; do
		grade[$profile]=$found
	done < <(python3 - "$scratch/verdicts" "$scratch" <<'PY'
import json, sys
for line in open(sys.argv[1]):
    v = json.loads(line)
    open(f"{sys.argv[2]}/{v['labels'][0]}", "w").write(line)
    print(v["labels"][0], v["grade"])
PY
	)
}

# Which settings a verdict holds: their ids.
told() # PROFILE
{
	python3 -c 'import json, sys
print(*(r["id"] for r in json.load(open(sys.argv[1]))["remedies"]
        if r["kind"] == "settings"))' "$scratch/$1"
}

# A sed program that takes words out, wherever they stand in a line.
without() # WORDS, joined by ", "
{
	local words=${1//, /\\|}
	printf '%s%s%s' ':a; s/\(^\|[[:space:]]\)\(' "$words" \
		'\)\([[:space:]]\|$\)/\1\3/; ta'
}

# As its page says, at a width: in each file that its pppd reads.
edited() # PROFILE HEADING WIDTH
{
	local words files=("/etc/ppp/options" "/etc/ppp/options.$1")
	page "$scratch/$1" "$3" >"$scratch/$1.page"
	mapfile -t words < <(cut_out "$scratch/$1.page" "$2" words)
	[ ${#words[@]} = 2 ] || return 1
	cat <<-END
		for file in ${files[*]} /etc/ppp/later.$1; do
			[ -e \$file ] && sed -i '$(without "${words[0]}")' \$file
		done
		for word in ${words[1]//,/}; do
			grep -qw -- \$word ${files[1]} || echo \$word >>${files[1]}
		done
	END
	[ "$2" != "pptpd (" ] || cat <<-END
		sed -i '/^ppp /d' /etc/ppp/pptpd-$1.conf
		kill \$(cat /run/pptpd-$1.pid)
		while kill -0 \$(cat /run/pptpd-$1.pid) 2>/dev/null; do
			usleep 20000
		done
		pptpd -c /etc/ppp/pptpd-$1.conf -p /run/pptpd-$1.pid
	END
}

edit() # HEADING PROFILE...; a width for each in turn
{
	local heading=$1 profile i=0 job
	shift
	for profile; do
		job=$(edited "$profile" "$heading" "${widths[i++ % 4]}")
		ok "$profile: its page says what to take out and what to have" \
			[ -n "$job" ]
		in_guest "$job" || diag "the files of $profile cannot be edited"
	done
}

# ---- The servers as they are.

weak=(pap mschap12 chapmd5 noauth any) slirp=(slirp-chap slirp-pap)
sound=(mschapv2 mschapv2-mppe one)
inside=(eap eap-tls eap-mschapv2)
audit "${weak[@]}" "${slirp[@]}" "${sound[@]}" "${inside[@]}"
for profile in "${sound[@]}"; do
	is "$profile is E, and told no settings" \
		"${grade[$profile]} $(told "$profile")" "E "
done
for profile in "${inside[@]}"; do
	is "$profile is D-F, and told of certificates alone" \
		"${grade[$profile]} $(told "$profile")" "D-F eap_tls"
done
for profile in "${weak[@]}"; do
	is "$profile is F, and told of pppd" \
		"${grade[$profile]} $(told "$profile")" "F pppd"
done
for profile in "${slirp[@]}"; do
	is "$profile is F, and told that slirp cannot" \
		"${grade[$profile]} $(told "$profile")" "F slirp"
done
edit "pppd (" "${weak[@]}"
for profile in "${slirp[@]}"; do
	# As in Debian's sample: whose users chap-secrets has.
	in_guest "echo name pptpd >>/etc/ppp/options.$profile"
done
edit "pptpd (" "${slirp[@]}"
audit "${weak[@]}" "${slirp[@]}"
for profile in "${weak[@]}" "${slirp[@]}"; do
	is "$profile, edited: E, and told no more" \
		"${grade[$profile]} $(told "$profile")" "E "
done

# ---- Others in their place: what was told before, and what it left.

options() # PROFILE OPTIONS
{
	in_guest "printf '%s\\n' 'name pptpd' nobsdcomp novj '$2' \
>/etc/ppp/options.$1"
}

options pap "require-pap
$old"
options mschap12 "require-mschap
$old"
options chapmd5 "require-chap
$old"
options any "auth
refuse-pap refuse-chap refuse-mschap refuse-mschap-v2 refuse-eap"
options noauth "$old
noauth"
options one "$old
file /etc/ppp/later.one"
in_guest 'echo noauth >/etc/ppp/later.one'
options mschapv2 "require-mschap-v2
refuse-mschap-v2"
options mschapv2-mppe "require-eap
$old"
mended=(pap mschap12 chapmd5 any noauth one)
audit "${mended[@]}" mschapv2 mschapv2-mppe
for profile in pap mschap12 chapmd5; do
	is "what 0.1.0 told leaves $profile at F" \
		"${grade[$profile]} $(told "$profile")" "F pppd"
done
is "all refuse-... alone leave every method" "${grade[any]}" F
# MPPE, which has no keys then, ends these links: no more than that shows.
is "noauth behind it: no login is asked for" \
	"${grade[noauth]} $(told noauth)" "D-F pppd"
is "noauth in a file that another names: the same" \
	"${grade[one]} $(told one)" "D-F pppd"
is "refuse-mschap-v2 means nothing here" \
	"${grade[mschapv2]} $(told mschapv2)" "E "
is "require-eap stays beside it: E-F, and certificates" \
	"${grade[mschapv2-mppe]} $(told mschapv2-mppe)" "E-F eap_tls"
edit "pppd (" "${mended[@]}"
audit "${mended[@]}"
for profile in "${mended[@]}"; do
	is "$profile, edited: E, and told no more" \
		"${grade[$profile]} $(told "$profile")" "E "
done

done_testing
