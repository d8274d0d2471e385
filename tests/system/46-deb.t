#!/bin/bash
# `make deb`: packages that install nothing of ours in other programs' folders,
# that lintian has nothing to say of, and whose bytes depend on the sources alone.
LIMIT=400
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need dpkg-buildpackage dh lintian

# Their own tests are those of `make check`, which has run.
export DEB_BUILD_OPTIONS=nocheck

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
	ln -s "$(command -v $tool)" "$scratch/few/"
done
said=$(PATH=$scratch/few bash "$repo/native/package/deb" "$scratch/three" 2>&1)
is "without dpkg-dev: status 2" $? 2
like "and the line to type" "$said" '^deb: .*apt install dpkg-dev$'

done_testing
