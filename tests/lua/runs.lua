-- SPDX-License-Identifier: BSD-2-Clause
--- What the program says: command lines, right and wrong, over servers, files
-- and terminals that are made up. It stands in runs.txt, where a change of a
-- sentence or a status is read before it is believed. Written anew by
-- `LUA_PATH='lua/?.lua;tests/lua/?.lua;;' LUA_CPATH='build/lua/5.4/?.so' lua5.4
-- tests/lua/runs.lua`.
local console = require "console"
local options = require "pptpgrade.cli.options"
local scripted = require "scripted"

local M = {}

M.FILE = "tests/lua/runs.txt"

local function sorted_keys(t)
  local keys = {}
  for key in pairs(t) do
    keys[#keys + 1] = tostring(key)
  end
  table.sort(keys)
  return keys
end

-- A value on one line.
local function shown(value)
  if type(value) ~= "table" then
    return tostring(value)
  end
  local parts = {}
  for i, item in ipairs(value) do
    parts[i] = shown(item)
  end
  for _, key in ipairs(sorted_keys(value)) do
    if not tonumber(key) then
      parts[#parts + 1] = key .. "=" .. shown(value[key])
    end
  end
  return "{" .. table.concat(parts, " ") .. "}"
end

local function quoted(args)
  local words = {}
  for i, word in ipairs(args) do
    word = #word > 70 and ("%s*%d"):format(word:sub(1, 1), #word) or word
    words[i] = word:find "^[%w%p]+$" and word or ("'%s'"):format(word)
  end
  return (table.concat(words, " "):gsub("%c", "?"))
end

-- ---- command lines ----------------------------------------------------------

local HOST = "192.0.2.1"

local named = {
  "-p", "-d", "-t", "-T", "-x", "--contact", "--gre-control", "-i", "-S", "-j",
  "-w", "-e", "--script", "--script-args", "-f", "-o", "--render", "--diff",
  "--baseline", "--policy", "--fail-on", "--severity", "--warn", "--crit",
  "--max-age", "--color", "--explain",
}

local values = {
  "", "0", "1", "2", "-1", "0.5", "0.", ".5", "1e3", "3600", "3600.5", "3601",
  "65535", "65536", "65537", "31536000", "31536001", "syn", "auth", "text",
  "A", "f", "G", "AB", "worse", "critical", "info", "auto", "never", "x.CSV",
  "x.json", "x", "a.b/c", "x.y.html", ("n"):rep(15), ("n"):rep(16),
  ("c"):rep(64), ("c"):rep(65),
}

local together = {
  { HOST }, { "-4" }, { "-6" }, { "-e", "r" }, { "--render", "v" },
  { "--diff", "a", "b" }, { "--diff", "a", "a" }, { "--baseline", "o" },
  { "--script", "s" }, { "--script-args", "a=1" }, { "-w", "w.pcap" },
  { "--gre-control", "g" }, { "-d", "syn" }, { "-d", "control" },
  { "-d", "call" }, { "-f", "icinga" }, { "-f", "json" }, { "-f", "csv" },
  { "-o", "a.json" }, { "-o", "./a.json" }, { "-o", ".//a.json" },
  { "-o", "b.csv" }, { "-o", "b" }, { "--brief" }, { "--warn", "F" },
  { "--crit", "A" }, { "--max-age", "9" }, { "--fail-on", "worse" },
  { "--fail-on", "B" }, { "--doctor" }, { "--explain" }, { "-T", "t" },
  { "-x", "x" }, { "-S", "192.0.2.9" }, { "--policy", "p" }, { "-t", "2" },
}

local function parsed(args)
  local found, why = options.parse(args)
  if not found then
    return why
  end
  local without = options.parser():parse {}
  local parts = {}
  for _, key in ipairs(sorted_keys(found)) do
    local value = shown(found[key])
    if value ~= shown(without[key]) then
      parts[#parts + 1] = key .. "=" .. (#value > 70 and #value or value)
    end
  end
  return "takes " .. table.concat(parts, " ")
end

-- Words on lines that are no longer than others.
local function wrapped(lines, words)
  local line = " "
  for _, word in ipairs(words) do
    if #line + #word > 76 and line ~= " " then
      lines[#lines + 1] = line
      line = " "
    end
    line = line .. " " .. word .. ";"
  end
  lines[#lines + 1] = line
end

-- Command lines by what comes of them, in which `value` is only told as that.
local function put(groups, args, value)
  local outcome = parsed(args):gsub("%c", "?")
  if value and value ~= "" then
    outcome = outcome:gsub("([ ={'])" .. value:gsub("%p", "%%%0") ..
                             "%f[^%w.]", "%1VALUE", 1)
  end
  if not groups[outcome] then
    groups[outcome], groups[#groups + 1] = {}, outcome
  end
  table.insert(groups[outcome], quoted(value and { value } or args))
end

local function text_of(groups)
  local lines = {}
  for _, outcome in ipairs(groups) do
    lines[#lines + 1] = outcome
    wrapped(lines, groups[outcome])
  end
  return table.concat(lines, "\n") .. "\n"
end

local function of_values()
  local texts = {}
  for i, name in ipairs(named) do
    local groups = {}
    for _, value in ipairs(values) do
      put(groups, { HOST, name, value }, value)
    end
    texts[i] = ("%s VALUE\n%s"):format(name, text_of(groups))
  end
  return table.concat(texts)
end

local function of_pairs()
  local groups = {}
  for i, one in ipairs(together) do
    put(groups, one)
    for k = i + 1, #together do
      local both = table.move(one, 1, #one, 1, {})
      put(groups, table.move(together[k], 1, #together[k], #both + 1, both))
      if i > 1 then
        put(groups, table.move(both, 1, #both, 2, { HOST }))
      end
    end
  end
  return text_of(groups)
end

-- ---- runs -------------------------------------------------------------------

local function pap(plan)
  return scripted.converse(scripted.pppd { "pap" }, plan)
end

local function by_address(plan)
  local last = plan.target:match "(%d+)$"
  return last == "3" and console.closed(plan) or
    last == "2" and pap(plan) or
    scripted.converse(scripted.pppd { "mschap_v2", "eap" }, plan)
end

-- Each is asked from another address of ours.
local function from_many(plan)
  local record = console.closed(plan)
  record.source = "198.51.100." .. plan.target:match "(%d+)$"
  return record
end

local function ticking(step)
  local now = 1795387200
  return function()
    now = now + step
    return now
  end
end

local function counted(n)
  local asked = 0
  return function()
    asked = asked + 1
    return asked > n and 1 or 0
  end
end

local v2 = console.records(scripted.pppd { "mschap_v2" })
local two = console.records(scripted.pppd { "pap" }, "192.0.2.2")
local old = console.run({ "-q", "-f", "jsonl", HOST, "192.0.2.2" }).text

local files = {
  r = v2 .. two, one = v2, two = two, old = old, empty = "",
  bad = v2:match "[^\n]*" .. "\n{\nnot json\n" .. two,
  other = '{"schema":2,"kind":"conversation","target":"192.0.2.1"}\n{"a":1}\n',
  policy = '{"name":"strict","grades":{}}', t = HOST .. ",edge\n",
}

local function full(...)
  return { ... }
end

local ips = { HOST, "192.0.2.2", "192.0.2.3" }

local function on(...)
  local args = { ... }
  return table.move(ips, 1, #ips, #args + 1, args)
end

local screen = { [1] = true, [2] = true }

-- Arguments; what the world is like; what of it is written down beside.
local runs = {
  { { HOST } }, { on() }, { on "-v" }, { on "--all" },
  { on("-f", "csv") }, { on("-f", "icinga") },
  { on("-f", "icinga", "--warn", "A", "--crit", "F") },
  { on("--format=icinga", "-d", "syn") }, { { "-f", "icinga" } },
  { { "-f", "icinga", "x.invalid" } },
  { on(), { terminal = screen, columns = 60, clock = ticking(0.25) } },
  { on("-j", "1"), { terminal = screen, columns = 240, clock = ticking(90) } },
  { on("-q"), { terminal = screen, clock = ticking(1) } },
  { on(), { terminal = screen, columns = 20, clock = ticking(0) } },
  { { "--trace", HOST } }, { { "--trace", HOST }, { terminal = screen } },
  { { "-p", "99", "-t", "2.5", "-d", "call", "-j", "7", "-i", "eth0", "-S",
      "192.0.2.9", "-w", "w.pcap", "-x", "ex", "-T", "t", "-4", "-n",
      "--contact", "me@example.net", HOST } },
  { { "-6", HOST } }, { { "-S", "nowhere", HOST } },
  { { HOST }, { bad_target = "cannot read target file 'ex': no" } },
  { { "-x", "ex", HOST }, { bad_target = "cannot read target file 'ex': no" } },
  { { "198.51.100.0/23" }, { public = 256 } },
  { { "198.51.100.0/23" }, { public = 257 } },
  { { "--contact", "x", "198.51.100.0/23" }, { public = 257 } },
  { { HOST }, { no_prober = "eth9: is not there" } },
  { { HOST }, { no_drop = "never" } },
  { { HOST }, { apart = true } },
  { { HOST }, { refusal = "pptp-wire refuses it" } },
  { { HOST }, { raw = false } }, { { "-q", HOST }, { raw = false } },
  { { "-d", "control", HOST }, { raw = false } },
  { { "-d", "syn", HOST }, { raw = false } },
  { { HOST }, { lost = "the capture ended" } },
  { on(), { refuse = function() return "no route to it" end } },
  { on("-j", "1"), { refuse = function(plan)
    return plan.target ~= HOST and "no route to it" or nil
  end } },
  { { HOST }, { refuse = function() return "no route to it" end } },
  { on(), { fail = "epoll: it failed" } },
  { on("-j", "1", "-d", "call"), { fail_after = 2 } },
  { on("-d", "syn", "-j", "1"), { fail_after = 1 } },
  { { HOST }, { fail = "epoll: it failed" } },
  { on("-f", "jsonl", "--brief", "--with-run", "-d", "syn", "192.0.2.4"),
    { server = from_many } },
  { on("-f", "jsonl", "--brief", "--with-run", "-d", "syn", "192.0.2.4",
       "192.0.2.5"), { server = from_many } },
  { { HOST, "x.invalid" } }, { { "x.invalid" } },
  { { "x.invalid", "y.invalid" } },
  { { "-x", HOST, HOST } },
  { { "-x", HOST, HOST, "x.invalid" } },
  { on("-j", "1"), { signals = counted(12) } },
  { on(), { signals = counted(0) } },
  { on("-f", "jsonl", "--with-run", "--brief"), { signals = counted(2) } },
  { on("--fail-on", "F") }, { on("--fail-on", "E") }, { on("--fail-on", "A") },
  { on("--fail-on", "F", "-f", "csv") }, { { "--fail-on", "F", HOST } },
  { on("--gre-control", "192.0.2.2") },
  { { "--gre-control", "192.0.2.3", HOST } },
  { { "-q", "--gre-control", "192.0.2.3", HOST } },
  { { "--gre-control", "x.invalid", HOST } },
  { { "--gre-control", "192.0.2.9", "-x", "192.0.2.9", HOST } },
  { on("-o", "a.csv", "-o", "b.txt", "-f", "icinga") },
  { on("-o", "missing/a.csv") },
  { on("-o", "a.csv"), { full_files = { ["a.csv"] = full("No space", 28) } } },
  { on(), { full = full("No space", 28) } },
  { on(), { full = full("Broken pipe", 32) } },
  { { "-V" } }, { { "-V" }, { full = full("No space", 28) } },
  { { "--explain", "PPTP-014", "a-b" } }, { { "--explain", "C03", "PAP" } },
  { { "--explain" } }, { { "--policy", "none", HOST } },
  { { "-e", "r" } }, { { "-v", "-e", "r" } }, { { "-e", "one", "-e", "two" } },
  { { "-e", "r", "--fail-on", "F" } }, { { "-e", "bad" } },
  { { "-e", "other" } }, { { "-e", "empty" } }, { { "-e", "none" } },
  { { "-e", "old" } }, { { "-e", "-", "-f", "csv" }, { stdin = v2 } },
  { { "-e", "r", "-f", "icinga", "--max-age", "60" } },
  { { "-e", "r", "-o", "a.csv", "-q" } },
  { { "-e", "r" }, { signals = counted(3) } },
  { { "-e", "r" }, { full = full("No space", 28) } },
  { { "--render", "old" } }, { { "--render", "old", "-f", "csv" } },
  { { "--render", "old", "--fail-on", "F" } }, { { "--render", "empty" } },
  { { "--render", "r" } }, { { "--render", "bad" } },
  { { "--render", "none" } },
  { { "--render", "-", "-v" }, { stdin = old } },
  { { "--diff", "old", "one" } }, { { "--diff", "one", "old" } },
  { { "--diff", "old", "r", "--all" } }, { { "--diff", "old", "none" } },
  { { "--diff", "none", "old" } }, { { "--diff", "empty", "old" } },
  { { "--diff", "old", "empty" } }, { { "--diff", "bad", "old" } },
  { { "--diff", "old", "bad" } }, { { "--diff", "old", "one", "-q",
                                      "--fail-on", "worse" } },
  { { "--diff", "two", "old", "-f", "csv", "-o", "d.txt" } },
  { on("--baseline", "old") },
  { on("--baseline", "old", "--fail-on", "worse") },
  { on("--baseline", "one", "-f", "icinga") }, { on("--baseline", "none") },
  { { "--baseline", "old", HOST } }, { { "-e", "r", "--baseline", "old" } },
  { on("--baseline", "old", "-q", "-o", "b.csv") },
  { { "--render", "one", "--baseline", "old" } },
}

-- Each line of a text; one that comes again and again, once with its count.
local function add(lines, sign, text)
  local last, count = nil, 0
  local function flush()
    lines[#lines + 1] = last and sign .. last ..
      (count > 1 and (" (%d times)"):format(count) or "")
  end
  for line in text:gsub("\27", "\\e"):gsub("\r", "\\r"):gmatch "[^\n]+" do
    if line ~= last then
      flush()
      last, count = line, 0
    end
    count = count + 1
  end
  flush()
end

-- How many were asked what, one after the other.
local function asked(started)
  local parts = {}
  for i, plan in ipairs(started) do
    local words = { plan.target, plan.depth or "", plan.ask or "",
                    plan.timeout and "t" .. plan.timeout or "",
                    plan.contact or "", plan.port ~= 1723 and plan.port or "" }
    parts[i] = table.concat(words, " "):gsub(" +", " "):gsub(" $", "")
  end
  return table.concat(parts, "; ")
end

local function run_text(case)
  local args, more = case[1], { server = by_address, files = files }
  for key, value in pairs(case[2] or {}) do
    more[key] = value
  end
  local r = console.run(args, more)
  local world = r.world
  local lines = { "", "$ pptpgrade " .. quoted(args),
                  ("  %s exit status %d"):format(
                    shown(sorted_keys(case[2] or {})), r.status) }
  add(lines, "! ", r.complaints)
  add(lines, "| ", r.text)
  for _, name in ipairs(sorted_keys(r.files)) do
    lines[#lines + 1] = "> " .. name
    add(lines, "> ", r.files[name].written)
  end
  if world.started[1] then
    lines[#lines + 1] = "? " .. asked(world.started)
    lines[#lines + 1] = "? " .. shown(world.prober) .. " most " .. world.most ..
      (world.dropped and " dropped" or "") ..
      (world.aborted and " aborted" or "")
  end
  if world.asked_targets then
    lines[#lines + 1] = "? " .. shown(world.asked_targets)
  end
  return table.concat(lines, "\n")
end

--- The parts of the text.
-- @treturn table list of { name =, text = function() -> string }
function M.parts()
  local list = {
    { name = "an option's value", text = of_values },
    { name = "options together", text = of_pairs },
  }
  list[3] = { name = "runs", text = function()
    local texts = {}
    for i, case in ipairs(runs) do
      texts[i] = run_text(case)
    end
    return table.concat(texts, "\n") .. "\n"
  end }
  for _, part in ipairs(list) do
    local text = part.text
    part.text = function() return "== " .. part.name .. "\n" .. text() end
  end
  return list
end

if arg and arg[0] == "tests/lua/runs.lua" then
  local file = assert(io.open(M.FILE, "w"))
  for _, part in ipairs(M.parts()) do
    assert(file:write(part.text()))
  end
  assert(file:close())
end

return M
