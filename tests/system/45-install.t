#!/bin/bash
# `make install` puts everything where it is found, with and without DESTDIR;
# `make uninstall` leaves nothing of it, and nothing else is touched.
LIMIT=120
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need make lua5.3 lua5.4 bash getcap

# Into build/, with the build that is tested.
outside=(env -C / -u LUA_PATH -u LUA_CPATH "${sanitizers[@]}")

files()
{
	(cd "$1" && find . -mindepth 1 | sort)
}

stage=$scratch/stage
prefix=/opt/pptpgrade-$$
root=$stage$prefix
mkdir -p "$root/share/lua/5.4" "$root/bin"
echo theirs | tee "$root/bin/other" >"$root/share/lua/5.4/other.lua"
files "$stage" >"$scratch/before"

ok "make install, staged" run_make install DESTDIR="$stage" PREFIX="$prefix"
for file in bin/pptp-probe bin/pptpgrade libexec/pptpgrade/pptp-wire share/man/man1/pptp-probe.1 \
	share/man/man1/pptpgrade.1 share/man/man5/pptpgrade-evidence.5 \
	lib/lua/5.3/pptpgrade/core.so \
	lib/lua/5.4/pptpgrade/core.so lib/lua/5.4/pptpgrade/net.so \
	share/lua/5.3/pptpgrade.lua share/lua/5.4/pptpgrade.lua \
	share/pptpgrade/record.json share/pptpgrade/verdict.json \
	share/pptpgrade/brief.json \
	share/bash-completion/completions/pptpgrade \
	share/zsh/site-functions/_pptpgrade; do
	ok "$file is there" test -f "$root/$file"
done
is "all Lua files are there" \
	"$(cd "$root/share/lua/5.4" && find pptpgrade* -name '*.lua' | sort)" \
	"$(cd "$repo/lua" && find pptpgrade* -name '*.lua' | sort)"
is "Lua 5.3 gets all but the program's own" \
	"$(diff <(cd "$root/share/lua/5.4" && find pptpgrade* -name '*.lua' |
		sort) <(cd "$root/share/lua/5.3" && find pptpgrade* \
		-name '*.lua' | sort) | sed -n 's/^[<>] //p' | tr '\n' ' ')" \
	"$(cd "$repo/lua" && find pptpgrade/cli pptpgrade/script -name '*.lua' |
		sort | tr '\n' ' ')"
fails "net.so is not for Lua 5.3" test -e "$root/lib/lua/5.3/pptpgrade/net.so"
fails "nothing names the stage" grep -rqF "$stage" "$root/bin" "$root/share"
like "the launcher names the prefix" "$(cat "$root/bin/pptpgrade")" \
	"\"$prefix/share/lua/5.4/\?.lua;\""
is "no file is writable by others" \
	"$(find "$stage$prefix" -perm /022 -type f)" ""

# COMP_WORDS and COMP_CWORD are what bash asks with.
completed() # WORD...; what the shell would propose for the last of them
{
	bash -c '. "$1"; shift; COMP_WORDS=(pptpgrade "$@") COMP_CWORD=$#
		_pptpgrade && echo "${COMPREPLY[*]}"' - \
		"$root/share/bash-completion/completions/pptpgrade" "$@"
}
is "bash completes an option" "$(completed --gre)" --gre-control
# Each option of the parser that --help tells, and no other.
options=$(completed - | tr ' ' '\n' | grep -e -- | sort)
is "it knows each long option that --help tells" \
	"$(comm -13 <(sort <<<"$options") <("$PPTP_BUILD/pptpgrade" --help |
		grep -oE -e '--[a-z][a-z-]+' | sort -u))" ""

# What is staged runs where Lua is told of the stage.
staged()
{
	"${outside[@]}" LUA_PATH="$root/share/lua/5.4/?.lua;;" \
		LUA_CPATH="$root/lib/lua/5.4/?.so;;" "$@"
}
release=$(sed -n 's/^VERSION := //p' "$repo/Makefile")
is "staged pptpgrade runs" "$(staged "$root/bin/pptpgrade" -V 2>&1)" \
	"pptpgrade $release"
is "staged pptp-probe runs" "$(staged "$root/bin/pptp-probe" -V 2>&1)" \
	"pptp-probe $release"
is "every module loads in Lua 5.3" \
	"$("${outside[@]}" LUA_PATH="$root/share/lua/5.3/?.lua;;" \
		LUA_CPATH="$root/lib/lua/5.3/?.so;;" lua5.3 - \
		"$root/share/lua/5.3" 2>&1 <<'LUA'
local folder = arg[1]:gsub("'", "'\\''")
local pipe = io.popen("cd '" .. folder .. "' && find pptpgrade* -name '*.lua'")
for file in pipe:lines() do
  -- Two need Nmap's own libraries.
  if file ~= "pptpgrade/nmap.lua" and file ~= "pptpgrade/nmap/converse.lua" then
    require((file:gsub("%.lua$", ""):gsub("/", ".")))
  end
end
print(require "pptpgrade.core".decode("sccrq", "x") == nil)
LUA
	)" true

# A later release that no longer has some file takes it away.
echo old >"$root/share/lua/5.4/pptpgrade/old.lua"
echo "f share/lua/5.4/pptpgrade/old.lua" >>"$root/share/pptpgrade/manifest"
ok "make install again" run_make install DESTDIR="$stage" PREFIX="$prefix"
fails "what an older release had is gone" \
	test -e "$root/share/lua/5.4/pptpgrade/old.lua"

ok "make uninstall" run_make uninstall DESTDIR="$stage" PREFIX="$prefix"
is "nothing of it is left, nothing else is gone" "$(files "$stage")" \
	"$(cat "$scratch/before")"
is "and the others' files are as they were" \
	"$(cat "$root/bin/other" "$root/share/lua/5.4/other.lua")" \
	$'theirs\ntheirs'
fails "make uninstall where nothing is installed" \
	run_make uninstall DESTDIR="$stage" PREFIX="$prefix"

# Without DESTDIR, and with a space in its name, it needs no help.
public_folder
home=$public/a\ home
said=$(run_make install PREFIX="$home" 2>&1)
is "make install PREFIX=" $? 0
like "make install says how users may send raw packets" "$said" \
	"setcap cap_net_raw\+ep '$home/libexec/pptpgrade/pptp-wire'"
is "… and gives nobody the right" \
	"$(getcap "$home/libexec/pptpgrade/pptp-wire" 2>&1)" ""
is "the installed pptpgrade runs by itself" \
	"$("${outside[@]}" "$home/bin/pptpgrade" -V 2>&1)" \
	"pptpgrade $release"
like "with its library" "$("${outside[@]}" "$home/bin/pptpgrade" --explain E)" \
	"MS-CHAPv2"
ok "make uninstall PREFIX=" run_make uninstall PREFIX="$home"
is "nothing is left there" "$(files "$home")" ""

# A folder of compiled modules with the machine's name in it, as Debian has.
machine=$prefix/lib/$(gcc -dumpmachine)
ok "make install LIBDIR=" run_make install DESTDIR="$stage" PREFIX="$prefix" \
	LIBDIR="$machine"
ok "compiled modules are there" \
	test -f "$stage$machine/lua/5.4/pptpgrade/net.so"
fails "and not in the usual place" test -e "$root/lib/lua/5.4/pptpgrade"
like "the launcher names it" "$(cat "$root/bin/pptpgrade")" \
	"\"$machine/lua/5.4/\?.so;\""
ok "make uninstall LIBDIR=" run_make uninstall DESTDIR="$stage" PREFIX="$prefix"
is "nothing of it is left either" "$(files "$stage")" \
	"$(cat "$scratch/before")"

refused() # WHAT ROOT PREFIX LIBDIR
{
	local said
	said=$("$repo/native/install" "$PPTP_BUILD" "$2" "$3" "$4" 2>&1)
	is "$1: wrong usage" $? 2
	is "$1: in one sentence" "$(wc -l <<<"$said")" 1
}
newline=$'/a\nb'
for wrong in relative/path '/a"b' '/a;b' '/a?b' "$newline"; do
	refused "PREFIX=${wrong@Q}" "$scratch/wrong" "$wrong" "$wrong/lib"
	refused "LIBDIR=${wrong@Q}" "$scratch/wrong" /usr "$wrong"
done
refused "LIBDIR elsewhere" "$scratch/wrong" /usr /opt/lib
fails "and nothing was put there" test -e "$scratch/wrong"
refused "a file as DESTDIR" "$PPTP_BUILD/pptp-probe" /usr /usr/lib
said=$("$repo/native/install" --remove "$scratch/wrong" 2>&1)
is "uninstall of nothing: wrong usage" $? 2
is "uninstall of nothing: in one sentence" "$(wc -l <<<"$said")" 1
ok "uninstall of nothing: which says so" \
	[ "${said/"$scratch/wrong"/}" != "$said" ]

done_testing
