#!/bin/bash
# `make deps` on systems that it knows and on others. What is there, what
# apt-get has and which system it is are stand-ins: nothing is installed.
LIMIT=60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

machine=$scratch/machine

# A program of the machine, with its script on stdin.
program() # NAME
{
	{ echo '#!/bin/sh' && cat; } >"$machine/bin/$1"
	chmod 755 "$machine/bin/$1"
}

# What deps itself runs, and each command of its table; of libraries and modules
# all that are asked for.
whole_machine()
{
	local name
	rm -rf "$machine"
	mkdir -p "$machine/bin"
	sed -n 's/^command \([^ ]*\) .*/\1/p' "$repo/tests/deps" |
		while read -r name; do
			program "$name" </dev/null
		done
	for name in sh cat rm sed tr mktemp cp; do
		ln -sf "$(command -v $name)" "$machine/bin/$name"
	done
	program dpkg-query <<<"[ -e '$machine/bin/'\$2 ]"
	program build-essential </dev/null
	program id <<<'echo 0'
	program clang <<-SH
		case \$1 in
		-dumpversion) cat '$machine/clang' ;;
		*) [ -e '$machine/runtime-'\$(sed 's/[.].*//' '$machine/clang') ] ;;
		esac
	SH
	echo 14.0.6 >"$machine/clang"
	: >"$machine/runtime-14"
	rm "$machine/bin/debootstrap"
}

# Debian's apt, which has clang of that version. What it was told is in a log.
apt() # CLANG'S-VERSION
{
	: >"$machine/log"
	cp "$machine/bin/clang" "$machine/clang.kept"
	program apt-get <<-SH
		echo "apt-get \$*" >>'$machine/log'
		[ "\$1" = install ] || exit 0
		for package; do
			case \$package in
			clang)
				cp '$machine/clang.kept' '$machine/bin/clang'
				echo $1.0 >'$machine/clang'
				;;
			libclang-rt-*-dev)
				package=\${package#libclang-rt-}
				: >'$machine/runtime-'\${package%-dev}
				;;
			bsdutils) cp '$machine/bin/make' '$machine/bin/script' ;;
			-* | install) ;;
			*) cp '$machine/bin/make' '$machine/bin/'\$package ;;
			esac
		done
	SH
	program apt-cache <<-SH
		case "\$*" in
		'depends clang') printf 'clang\n  Depends: clang-$1\n' ;;
		'show util-linux-extra' | 'show pkgconf') [ $1 -gt 14 ] ;;
		esac
	SH
}

# deps there, on that system: $status, $said, and what apt-get installed.
deps_on() # ID VERSION-ID [NAME]...
{
	printf 'ID=%s\nVERSION_ID="%s"\n' "$1" "$2" >"$machine/os-release"
	said=$(env -i PATH="$machine/bin" OS_RELEASE="$machine/os-release" \
		"$repo/tests/deps" "${@:3}" 2>&1)
	status=$?
	installed=$(sed -n 's/^apt-get install .*--no-install-recommends //p' \
		"$machine/log" 2>/dev/null)
}

installs() # CLAIM PACKAGES
{
	is "$1: status" $status 0
	is "$1: without a word" "$said" ""
	is "$1: what is missing is installed" "$installed" "$2"
}

says() # CLAIM STATUS REGEX
{
	is "$1: status" $status "$2"
	is "$1: one sentence" "$(wc -l <<<"$said")" 1
	like "$1: which tells what" "$said" "$3"
	is "$1: nothing is installed" "$installed" ""
}

# ---- Debian

whole_machine
apt 14
deps_on debian 12
installs "nothing is missing" ""
is "… and apt-get is left alone" "$(cat "$machine/log")" ""
for debian in "12 14" "13 19"; do
	read -r release version <<<"$debian"
	whole_machine
	apt "$version"
	rm "$machine"/runtime-* "$machine"/bin/{clang,shellcheck}
	deps_on debian "$release"
	installs "Debian $release without clang" \
		"clang libclang-rt-$version-dev shellcheck"
done
whole_machine
apt 19
echo 16.0.6 >"$machine/clang"
deps_on debian 13
installs "another clang without its runtime" "libclang-rt-16-dev"
whole_machine
apt 14
rm "$machine"/bin/script
deps_on debian 12
installs "a package of another name there" bsdutils
whole_machine
apt 19
rm "$machine"/bin/build-essential
deps_on debian 13
installs "a package that is no program" build-essential
whole_machine
apt 14
deps_on debian 12 debootstrap
installs "what is named" debootstrap

whole_machine
apt 14
rm "$machine"/bin/shellcheck
program id <<<'echo 1000'
deps_on debian 12
says "not root" 2 'missing: shellcheck; run it as root'
program id <<<'echo 0'
program apt-get <<<'exit 100'
deps_on debian 12
is "apt-get fails: status" $status 2
like "apt-get fails: why" "$(tail -n 1 <<<"$said")" \
	'^make deps: missing: shellcheck; apt-get could not install'
program apt-get </dev/null
deps_on debian 12
says "installed, and still not there" 2 'still missing: shellcheck'

# ---- Other systems

for other in "ubuntu 24.04" "debian 11" "debian 14" "fedora 42"; do
	read -r id version <<<"$other"
	whole_machine
	apt 14
	rm "$machine"/runtime-14 "$machine"/bin/{lua5.3,shellcheck}
	deps_on "$id" "$version"
	says "$other" 0 "missing here: lua5.3, clang's runtime for libFuzzer, \
shellcheck; this is not Debian 12 or 13"
	is "$other: apt-get is left alone" "$(cat "$machine/log")" ""
done
whole_machine
rm "$machine"/bin/shellcheck
deps_on debian 13
says "no apt-get" 0 'missing here: shellcheck;'
whole_machine
deps_on fedora 42
installs "another system with all of it" ""

# ---- Without any of it

unlike "make check asks nobody to install" "$(run_make -n check)" 'tests/deps'
machine=$scratch/bare
mkdir -p "$machine/bin"
for name in sh dirname lua5.4; do
	ln -s "$(command -v $name)" "$machine/bin/$name"
done
is "specs without busted are skipped, with the reason" \
	"$(env -i PATH="$machine/bin" "$repo/tests/lua/busted" lua5.4 x_spec.lua)" \
	"1..0 # SKIP needs busted"
is "… and without their Lua" \
	"$(env -i PATH="$machine/bin" "$repo/tests/lua/busted" lua5.3 x_spec.lua)" \
	"1..0 # SKIP needs lua5.3"

done_testing
