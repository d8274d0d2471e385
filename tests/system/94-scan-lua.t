#!/bin/bash
# pptp.scan gives what `pptp-probe scan` writes, as evidence; waits while nobody
# asks, says farewell where its loop is left, and goes on by its journal.
LIMIT=120
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need lua5.4 jq ss

hosts=1000 range=198.18.0.1-198.18.3.232

# shellcheck disable=SC2119 # no IPv6
netns_new
ip -n "$client" route add 198.18.0.0/16 via 198.18.0.1 dev veth0 onlink
start server "$PPTP_BUILD/pptp-lab" -i veth0 -a 198.18.0.1 -n $hosts \
	-k friendly -d 80

cat >"$scratch/begin.lua" <<'LUA'
local pptp = require "pptpgrade"
local net = require "pptpgrade.net"
local json = require "pptpgrade.report.encode"
local range = os.getenv "RANGE"

local function options(more)
  local opts = { targets = range, rate = 4000, cooldown = 1, seed = 7,
                 retry_after = 0.5 }
  for key, value in pairs(more) do
    opts[key] = value
  end
  return opts
end

local function told(evidence)
  print(evidence.target, evidence.tcp.state, evidence.control.state,
        evidence.call.state, evidence.gre.state)
end
LUA

lua() # the rest of the script on standard input
{
	cat "$scratch/begin.lua" - >"$scratch/script.lua"
	in_ns client timeout 60 env RANGE=$range LUA_PATH="$repo/lua/?.lua" \
		LUA_CPATH="$PPTP_BUILD/lua/5.4/?.so" "${sanitizers[@]}" lua5.4 \
		"$scratch/script.lua" 2>"$scratch/err"
	status=$?
	complaint=$(cat "$scratch/err")
}

probed() # ARGUMENT...; the same by pptp-probe
{
	in_ns client timeout 60 "$PPTP_BUILD/pptp-probe" scan --rate 4000 \
		--cooldown 1 --retry-after 0.5 -q "$@" $range |
		jq -r 'select(.kind != "scan") | [.target, .tcp.state,
			(.control.state // "not_tested"),
			(.call.state // "not_tested"),
			(.gre.state // "not_tested")] | @tsv' | sort
}

# ---- The same rows, also as verdicts.

for case in "syn any" "call open" "call accepted"; do
	read -r depth only <<<"$case"
	lua >"$scratch/rows" <<-LUA
		local scan = assert(pptp.scan(options { depth = "$depth",
		                                        only = "$only" }))
		for evidence in scan do
		  told(evidence)
		end
		assert(not scan.failure, scan.failure and scan.failure.message)
		assert(scan:facts().done)
	LUA
	is "$case: it ends well" "$status $complaint" "0 "
	is "$case: rows are those of the program" "$(sort "$scratch/rows")" \
		"$(probed -d "$depth" --only "$only")"
	ok "$case: there are some" [ "$(wc -l <"$scratch/rows")" -gt 100 ]
done

# ---- It waits while its loop has something else to do.

lua >"$scratch/rows" <<'LUA'
local scan = assert(pptp.scan(options { depth = "syn", rate = 300 }))
scan()
net.sleep(1)
local before = scan:facts().counts.syns
net.sleep(1.5)
local after = scan:facts().counts.syns
print(before > 0, after - before, scan:facts().done)
local n = 1
for _ in scan do
  n = n + 1
end
print(n, scan:facts().done, scan.failure)
LUA
is "it waits: it ends well" "$status $complaint" "0 "
is "it waits: nobody is asked while nobody takes a row" \
	"$(sed -n 1p "$scratch/rows")" "$(printf 'true\t0\tfalse')"
is "it waits: and nobody was left out" "$(sed -n 2p "$scratch/rows")" \
	"$(printf '%d\ttrue\tnil' "$(probed -d syn | wc -l)")"

# ---- A loop that is left.

lua >"$scratch/rows" <<'LUA'
local n = 0
for evidence in assert(pptp.scan(options { depth = "call", jobs = 64 })) do
  told(evidence)
  n = n + 1
  if n == 20 then
    break
  end
end
local after = net.capture { filter = "tcp[tcpflags] & tcp-syn != 0" }
print(after:next(1))
LUA
is "left: it ends well" "$status $complaint" "0 "
is "left: nobody is asked any more" "$(tail -n 1 "$scratch/rows")" \
	"$(printf 'nil\ttimeout')"
is "left: no connection stays" \
	"$(in_ns client ss -Htn state established | wc -l)" 0

# ---- Left three times, and gone on with.

go_on() # ROWS; so many more
{
	lua >>"$scratch/journaled" <<-LUA
		local n = 0
		local scan <close> = assert(pptp.scan(options {
		  depth = "control", rate = 1000,
		  journal = "$scratch/journal" }))
		for evidence in scan do
		  n = n + 1
		  told(evidence)
		  if n == $1 then
		    break
		  end
		end
	LUA
	is "journal, $1 rows: it ends well" "$status $complaint" "0 "
}
: >"$scratch/journaled"
for rows in 30 1 70 100000; do
	go_on $rows
done
is "journal: each has its row, once" \
	"$(sort "$scratch/journaled")" "$(probed -d control)"
go_on 5
is "journal: then there is nothing left" \
	"$(sort "$scratch/journaled" | uniq -d | wc -l)" 0
is "journal: nobody else may read it, which has the key" \
	"$(stat -c %a "$scratch/journal")" 600

# ---- What the world refuses.

lua >"$scratch/rows" <<'LUA'
print(pptp.scan(options { interface = "none0" }))
LUA
like "an interface that is not there" "$(cat "$scratch/rows")" \
	'^nil.*none0.*interface$'

done_testing
