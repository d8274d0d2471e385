#!/bin/bash
# `make deb`: packages that install nothing of ours in other programs' folders,
# that lintian has nothing to say of, and whose bytes depend on the sources alone.
# In a bare Debian they live from the first day to the last: who may send raw
# packets is as was answered, and a user of the group gets root's verdicts.
LIMIT=900
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need dpkg-buildpackage dh lintian

# Their own tests are those of `make check`, which has run.
export DEB_BUILD_OPTIONS=nocheck
# Lintian judges the maintainer's address too, and this host's name may be none.
export DEBFULLNAME='A Packager' DEBEMAIL=packager@example.net

ok "packages are built" "$repo/native/package/deb" "$scratch/one"
mkdir -p "$scratch/another folder"
# shellcheck disable=SC2016 # the inner shell expands these
ok "and again: elsewhere, by another clock, mask and language" \
	env -C / TZ=Pacific/Kiritimati LANG=tr_TR.UTF-8 LC_ALL=C.UTF-8 \
	bash -c 'umask 077; exec "$1" "$2"' - "$repo/native/package/deb" \
	"$scratch/another folder/two"
for package in "$scratch"/one/*.deb; do
	name=${package##*/}
	ok "${name%%_*} is the same, byte for byte" \
		cmp "$package" "$scratch/another folder/two/$name"
done
is "they are two, and what debuggers want" \
	"$(basename -a "$scratch"/one/*.deb | sed 's/_.*//' | sort | tr '\n' ' ')" \
	"lua-pptpgrade lua-pptpgrade-dbgsym pptpgrade pptpgrade-dbgsym "
is "lintian has nothing to say" \
	"$(lintian --allow-root "$scratch"/one/*.changes 2>&1)" ""

root=$scratch/root
for name in pptpgrade lua-pptpgrade; do
	dpkg-deb -x "$scratch"/one/${name}_*.deb "$root"
done
fails "no file in Nmap's folders" test -e "$root/usr/share/nmap"
is "and none outside /usr" "$(ls "$root")" usr
is "no file is writable by others" "$(find "$root" -perm /022 -type f)" ""
unpacked()
{
	env -C / LUA_PATH="$root/usr/share/lua/5.4/?.lua;;" \
		LUA_CPATH="$(echo "$root"/usr/lib/*/lua/5.4)/?.so;;" "$@"
}
release=$(sed -n 's/^VERSION := //p' "$repo/Makefile")
is "pptpgrade runs" "$(unpacked "$root/usr/bin/pptpgrade" -V)" \
	"pptpgrade $release"
is "pptp-probe runs" "$(unpacked "$root/usr/bin/pptp-probe" -V)" \
	"pptp-probe $release"
like "what it needs is named" \
	"$(dpkg-deb -f "$scratch"/one/pptpgrade_*.deb Depends)" \
	'lua-pptpgrade \(= .*libpcap'

# Without the tools of a packager.
mkdir "$scratch/few"
for tool in bash sed git env dirname; do
	ln -s "$(command -v $tool || echo /bin/false)" "$scratch/few/$tool"
done
said=$(PATH=$scratch/few bash "$repo/native/package/deb" "$scratch/three" 2>&1)
is "without dpkg-dev: status 2" $? 2
like "and the line to type" "$said" '^deb: .*apt install dpkg-dev$'
# Where dpkg-dev is there and debhelper is not.
mkdir "$scratch/lacks"
cat >"$scratch/lacks/dpkg-checkbuilddeps" <<'END'
#!/bin/sh
echo 'error: Unmet build dependencies: debhelper-compat (= 13) libmd-dev' >&2
exit 1
END
chmod 755 "$scratch/lacks/dpkg-checkbuilddeps"
said=$(PATH=$scratch/lacks:$PATH bash "$repo/native/package/deb" \
	"$scratch/three" 2>&1)
is "without debhelper: status 2" $? 2
like "and the line to type, too" "$said" \
	'^deb: .*apt install debhelper libmd-dev$'

# ---- In a bare Debian

count=200
# shellcheck source=/dev/null
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mkdir "$scratch/out" "$scratch/debs"
cp "$scratch"/one/{pptpgrade,lua-pptpgrade}_*.deb "$scratch/debs"
in_box() # COMMAND...
{
	"$repo/tests/box" run "$suite" -b "$scratch/out:/out" \
		-b "$scratch/debs:/debs" -b "$system/packaged:/packaged" \
		-b "$PPTP_BUILD:/built" "$@" </dev/null
}
possible()
{
	[ "$(id -u)" = 0 ] && [ -z "${PPTP_BOX:-}" ] || return
	in_box apt-get update >"$scratch/said" 2>&1
}
if [ -n "${PPTP_SAN:-}" ]; then
	skip "the packages' life in a bare $suite" \
		"its servers would want a sanitizer's library there"
	done_testing
fi
if ! possible; then
	skip "the packages' life in a bare $suite" \
		"$(tail -n 1 "$scratch/said" 2>/dev/null || echo "needs root")"
	done_testing
fi
ok "the packages live in a bare $suite" in_box /packaged/life "$count"
seen() # NAME
{
	cat "$scratch/out/$1"
}
helper_of_group="root:pptpgrade 750 cap_net_raw=ep ii"
is "by itself the helper has no capability" "$(seen state.installed)" \
	"root:root 755 ii"
is "and there is no group" "$(seen group.installed)" ""
is "answered with yes, it is the group's" "$(seen state.allowed)" \
	"$helper_of_group"
is "an upgrade keeps the answer" "$(seen state.upgraded)" "$helper_of_group"
is "answered with no, it is as before" "$(seen state.denied)" \
	"root:root 755 ii"
is "another install keeps an override's owner and mode" \
	"$(seen state.overridden)" "root:adm 710 cap_net_raw=ep ii"
is "where setcap fails the package is configured" "$(seen state.incapable)" \
	"root:pptpgrade 750 ii"
like "and warns" "$(seen said.setcap)" 'pptpgrade: setcap .* fails: root alone'
like "root goes on then" "$(seen verdicts.incapable)" '"reachable"'
like "a user of the group is told the line" "$(seen said.powerless)" \
	"setcap cap_net_raw.ep '?/usr/libexec/pptpgrade/pptp-wire"
is "all servers are graded" "$(seen verdicts.root | wc -l)" $count
ok "a user of the group gets root's verdicts" "$repo/tests/lab/same.py" \
	"$scratch/out/verdicts.insider" "$scratch/out/verdicts.root"
unlike "another user does not see GRE" "$(seen verdicts.outsider)" '"reachable"'
is "and is told so in one sentence" "$(seen said.outsider | wc -l)" 1
like "how to get it" "$(seen said.outsider)" 'adduser outsider pptpgrade'
is "purged, nothing is left but the group" \
	"$(diff "$scratch/out/left.before" "$scratch/out/left.after")" \
	"$(printf '%s\n' '0a1' '> pptpgrade')"
[ "$failures" = 0 ] || diag "$(tail -n 30 "$scratch/out/log")"

done_testing
