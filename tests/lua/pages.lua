-- SPDX-License-Identifier: BSD-2-Clause
--- Reports as whole texts: the servers of weights.lua, in every format and with
-- what widens, narrows or paints it. They stand in the folder `pages`, where
-- a change of a report is looked at before it is believed. Written anew by
-- `LUA_PATH='lua/?.lua;tests/lua/?.lua' LUA_CPATH='build/lua/5.4/?.so' lua5.4
-- tests/lua/pages.lua`.
local R = require "records"
local compare = require "pptpgrade.judge.compare"
local evidence = require "pptpgrade.evidence"
local grade = require "pptpgrade.grade"
local report = require "pptpgrade.report"
local weights = require "weights"

local M = {}

M.FOLDER = "tests/lua/pages/"

local run = {
  release = "0.1.0", policy = "default", options = { "-e", "a b", "it's" },
  start = "2026-11-22T22:40:00.000000Z", ["end"] =
  "2026-11-22T22:41:10.000000Z", source = "192.0.2.9", asked = 28,
  graded = 26, excluded = 4, failed = 2, partial = true,
}

local heads = { { kind = "scan", count = 4096, seed = 7, shard = 1, shards = 2,
                  depth = "call", only = "any", rate = 1000 },
                { kind = "scan", count = 10 } }

-- ---- verdicts ---------------------------------------------------------------

local function aimed(records, i)
  local copy = R.copy(records)
  for _, record in ipairs(copy) do
    record.target = "192.0.2." .. i
    record.port = i % 5 == 4 and 1724 or record.port
    record.name = i % 4 == 1 and "vpn" .. i .. ".example.net" or nil
    record.labels = i % 7 == 2 and { "edge", "<b>=1+1</b>\27[2J" } or nil
  end
  return copy
end

local function verdict_of(records)
  local e
  for _, record in ipairs(records) do
    e = evidence.merge(e, record)
  end
  return grade(e)
end

local function verdicts()
  local list = {}
  for i, server in ipairs(weights.servers()) do
    list[i] = verdict_of(aimed(server.records, i))
  end
  return list
end

-- Each beside another server's verdict, as if that had been its own a day
-- before: every seventh is new, and every ninth missing.
local function compared(list)
  local new = {}
  for i, verdict in ipairs(list) do
    local before = list[(i * 5) % #list + 1]
    if i % 4 == 0 then
      before = verdict
    end
    local old, now = compare.side(before), compare.side(verdict)
    local change = compare.change(i % 7 ~= 0 and old or nil,
                                  i % 9 ~= 0 and now or nil)
    new[i] = R.copy(verdict)
    new[i].change = change
  end
  return new
end

local function some(list, ...)
  local chosen = {}
  for i, at in ipairs { ... } do
    chosen[i] = list[at]
  end
  return chosen
end

-- ---- texts ------------------------------------------------------------------

local function written(format, list, opts)
  local parts = {}
  opts.run = opts.run or run
  local r = report.open(format, function(bytes)
    parts[#parts + 1] = bytes
    return true
  end, opts)
  for _, verdict in ipairs(list) do
    assert(r:add(verdict))
  end
  assert(r:close())
  return table.concat(parts)
end

-- What the page does and how it looks has tests in a browser.
local function without_code(page)
  return (page:gsub("<(style[^>]*)>.-</style>", "<%1></style>")
              :gsub("<(script>).-</script>", "<%1></script>")
              :gsub("'sha%d+%-[^']*'", "'hash'"):gsub("><", ">\n<"))
end

local function lines_of_icinga(list)
  local lines = {}
  local function add(chosen, opts)
    lines[#lines + 1] = written("icinga", chosen, opts)
  end
  for i = 1, #list do
    add({ list[i] }, {})
  end
  for letter in ("ABCDEF"):gmatch "." do
    add(list, { warn = letter, crit = "F" })
    add(some(list, 9, 13, 16), { warn = "A", crit = letter })
  end
  add(list, { max_age = 3600, now = 1795390860 })
  add({}, {})
  return table.concat(lines)
end

local side = { name = "old.jsonl", servers = 25, release = "0.1.0",
               policy = "default", start = "2026-11-21T22:40:00.000000Z",
               time = "2026-11-21T22:40:01.000000Z", depth = "call" }
local other_side = { name = "new.jsonl", servers = 26, release = "0.2.0",
                     policy = "strict", depth = "syn" }

--- The reports, each made when it is asked for.
-- @treturn table list of { name =, text = function() -> string }
function M.reports()
  local list = verdicts()
  local against, sides = compared(list), { old = side, new = other_side }
  local few = some(list, 2, 3, 9, 10, 12, 14, 23, 26)
  local made = {}
  local function add(name, format, chosen, opts)
    made[#made + 1] = { name = name, text = function()
      return written(format, chosen, opts)
    end }
  end
  add("pages.txt", "text", few, { verbose = true, width = 80 })
  add("page-narrow.txt", "text", { list[5] }, { width = 44 })
  add("page-painted.txt", "text", { list[10] },
      { color = true, remedies = true, width = 100 })
  add("table.txt", "text", list, { all = true })
  add("table-wide.txt", "text", list, { width = 160, color = true })
  add("table-narrow.txt", "text", list, { width = 50 })
  add("study.txt", "text", list, { run = { sweep = heads } })
  add("changes.txt", "text", against, { sides = sides, all = true })
  add("changes-narrow.txt", "text", against,
      { sides = sides, width = 40, color = true })
  add("changes-pages.txt", "text", some(against, 3, 13),
      { sides = sides, verbose = true })
  add("servers.csv", "csv", list, { severity = "low" })
  add("brief.json", "json", some(list, 1, 4, 13, 16, 23), { brief = true })
  add("verdicts.jsonl", "jsonl", some(list, 2, 14, 21), { with_run = true })
  add("findings.sarif", "sarif", some(against, 2, 3, 10, 13, 23),
      { severity = "info" })
  for _, one in ipairs {
    { "page.html", some(against, 1, 2, 10, 13, 23, 26), {} },
    { "alone.html", some(list, 9), { severity = "high" } },
    { "study.html", list, { run = { sweep = heads, release = "0.1.0" } } },
  } do
    made[#made + 1] = { name = one[1], text = function()
      return without_code(written("html", one[2], one[3]))
    end }
  end
  made[#made + 1] = { name = "icinga.txt", text = function()
    return lines_of_icinga(list)
  end }
  return made
end

if arg and arg[0] == "tests/lua/pages.lua" then
  for _, one in ipairs(M.reports()) do
    local file = assert(io.open(M.FOLDER .. one.name, "wb"))
    assert(file:write(one.text()))
    assert(file:close())
  end
end

return M
