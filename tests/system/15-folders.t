#!/bin/bash
# Building and testing go on in any folder: one that only root may enter, with
# blanks and other characters in its name, reached by way of a link, and moved
# after all was built. They leave nothing behind there but build/.
LIMIT=200
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need python3 setpriv mandoc nmap make

public_folder
mkdir -m 700 "$public/own"
mkdir -m 755 "$public/tmp"
home="$public/own/p p's & [1]"
link=$public/own/link
mkdir "$home"
(cd "$repo" && tar -c --exclude=./build --exclude=./.git .) |
	tar -C "$home" -x || bail "cannot copy $repo"
ln -s "$home" "$link"

sources()
{
	(cd "$home" && find . -path ./build -prune -o -print | sort)
}

# As somebody who begins there: nothing of this test's own build.
there() # COMMAND...
{
	(cd "$link" && env -u MAKEFLAGS -u MFLAGS -u PPTP_BUILD -u SAN \
		-u PPTP_SAN PPTP_PUBLIC="$public/tmp" "$@")
}
failures_of() # COMMAND...; of a test, which has to come to its end
{
	local said
	said=$(there "$@" 2>&1)
	grep -A 3 -e '^not ok' -e '^Bail' <<<"$said" ||
		grep -qx '1\.\.[1-9][0-9]*' <<<"$said" || tail -n 3 <<<"$said"
}

before=$(sources)
ok "it is built" there make -j2 CFLAGS=-O1
ok "… once" there make -q CFLAGS=-O1 build/pptp-probe build/libpptp-net.a
is "pptpgrade runs" "$(there build/pptpgrade -V)" \
	"pptpgrade $(sed -n 's/^VERSION := //p' "$repo/Makefile")"
like "… from another folder, with its modules" \
	"$(cd / && "$link/build/pptpgrade" --explain E)" MS-CHAPv2
for spec in linkage schema; do
	is "specs pass: $spec" "$(failures_of tests/lua/busted lua5.4 \
		tests/lua/${spec}_spec.lua)" ""
done
ok "the model is built" there make CFLAGS=-O1 build/lua/5.4/pptplab.so
ok "audits of the model pass" there tests/lab/matrix -n 200 -j 2
for test in 20-probe 25-cli 45-install; do
	is "a test that needs other users or paths: $test.t" \
		"$(failures_of tests/system/$test.t)" ""
done
ok "Nmap loads the script from there" there nmap -v --datadir build/nmap \
	--script-help pptp-exposure

mv "$home" "$public/own/q q"
home="$public/own/q q"
ln -sfn "$home" "$link"
ok "moved, it is built again" there make CFLAGS=-O1
like "… and runs" "$(there build/pptpgrade --explain E 2>&1)" MS-CHAPv2

for name in ';' '?'; do
	said=$("$repo/native/launcher" "/a${name}b/lua" /lib 2>&1)
	is "a name that Lua's paths cannot have is refused: $name" $? 2
	like "… with the reason" "$said" 'choose another folder'
done
is "nothing is left there but build/" "$(sources)" "$before"
is "nor where other users may read" "$(ls -A "$public/tmp")" ""

done_testing
