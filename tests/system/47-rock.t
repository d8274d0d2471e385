#!/bin/bash
# `make rock`: LuaRocks builds the library from it, in Lua 5.4 with the network
# and in 5.3 without, and it judges as the one that make builds does.
LIMIT=300
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need luarocks lua5.3 lua5.4 make tar
[ -z "${PPTP_SAN:-}" ] ||
	skip_all "what is installed runs without a sanitizer's library before it"

release=$(sed -n 's/^VERSION := //p' "$repo/Makefile")
# What LuaRocks keeps for a user is kept here; it knows no blank in a tree's name.
export HOME=$scratch
cd "$scratch" || bail "no $scratch"

ok "sources and rockspecs are made" "$repo/native/package/rock" "$scratch/one"
# shellcheck disable=SC2016 # the inner shell expands these
ok "and again, by another clock, mask and language" env -C / \
	TZ=Pacific/Kiritimati LANG=tr_TR.UTF-8 \
	bash -c 'umask 077; exec "$1" "$2"' - "$repo/native/package/rock" \
	"$scratch/an other"
ok "the archive is the same, byte for byte" \
	cmp "one/pptpgrade-$release.tar.gz" "an other/pptpgrade-$release.tar.gz"
is "it has nothing of the program" \
	"$(tar -tzf "one/pptpgrade-$release.tar.gz" |
		grep -E '/lua/(bin|pptpgrade/(cli|script))/')" ""

# shellcheck disable=SC2317 # called by others
rocks() # VERSION WORD...
{
	luarocks --lua-version="$1" --tree="tree$1" "${@:2}"
}

# Offline: what a rock needs is there, or it is not built.
folder="an other"
core=$folder/pptpgrade-$release-1.rockspec
net=$folder/pptpgrade-net-$release-1.rockspec
ok "pptpgrade is built for Lua 5.4" rocks 5.4 build "$core"
ok "pptpgrade-net as well" rocks 5.4 build "$net"
ok "pptpgrade is built for Lua 5.3" rocks 5.3 build "$core"
fails "pptpgrade-net is not for Lua 5.3" rocks 5.3 build "$net"
ok "a rock of the sources can be packed, for elsewhere" \
	rocks 5.4 pack "$core"
# shellcheck disable=SC2016 # the inner shell expands these
ok "and LuaRocks makes it where they are unpacked" bash -c '
	tar -xf "$1" && cd "pptpgrade-$2" &&
	luarocks --lua-version=5.4 --tree=tree make "$3"' - \
	"$folder/pptpgrade-$release.tar.gz" "$release" "$scratch/$core"

# A folder of Lua modules and one of compiled ones; a script on standard input.
lua_in() # VERSION SHARE LIB
{
	env -C / LUA_PATH="$2/?.lua;;" LUA_CPATH="$3/?.so;;" "lua$1" - "$repo"
}

installed() # VERSION
{
	lua_in "$1" "$scratch/tree$1/share/lua/$1" "$scratch/tree$1/lib/lua/$1"
}

cat >judge.lua <<'LUA'
local pptp = require "pptpgrade"
local core = require "pptpgrade.core"
local encode = require "pptpgrade.report.encode".encode
local pipe = io.popen("ls '" .. arg[1]:gsub("'", "'\\''") ..
                      "'/tests/golden/*")
for path in pipe:lines() do
  local record = assert(core.record(io.open(path):read("a"):match "\n({.*)$"))
  print(encode(pptp.grade(pptp.evidence.merge(nil, record))))
end
LUA
for version in 5.3 5.4; do
	wanted=$(lua_in $version "$repo/lua" "$PPTP_BUILD/lua/$version" <judge.lua)
	is "Lua $version: verdicts are those of the sources" \
		"$(installed $version <judge.lua 2>&1)" "$wanted"
	is "Lua $version: of every golden record" "$(wc -l <<<"$wanted")" \
		"$(find "$repo/tests/golden" -type f | wc -l)"
done
is "Lua 5.4: pptpgrade.net knows targets" "$(installed 5.4 <<'LUA' 2>&1
local net = require "pptpgrade.net"
local targets = assert(net.targets "192.0.2.1")
print(targets:next().target)
LUA
)" 192.0.2.1
like "Lua 5.3: there is none" "$(installed 5.3 <<'LUA' 2>&1
print(pcall(require, "pptpgrade.net"))
LUA
)" "^false.*module 'pptpgrade.net' not found"

done_testing
