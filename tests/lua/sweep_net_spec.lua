-- SPDX-License-Identifier: BSD-2-Clause
-- net.sweep: what it refuses, and a sweep of this host, where it may have one.
local net = require "pptpgrade.net"

local function raises(pattern, f, ...)
  local ok, why = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, why)
end

local function with(key, value)
  local fields = { targets = { "127.0.0.1" } }
  fields[key] = value
  return fields
end

-- The sweep, or nil where this host lets us have none.
local function opened(fields)
  local s, why, code = net.sweep(fields)
  if not s then
    assert.equal("privilege", code, why)
  end
  return s
end

local function local_sweep(given)
  local fields = { targets = { "127.0.0.1", "127.0.0.2" }, port = { 9, 7 },
                   depth = "syn", only = "any", seed = 5, cooldown = 0.4,
                   retry_after = 0.2 }
  for key, value in pairs(given or {}) do
    fields[key] = value
  end
  return opened(fields)
end

local function rows(s, most)
  local found = {}
  while #found < (most or math.huge) do
    local row, why = s:next(0.2)
    if row then
      found[#found + 1] = ("%s:%d"):format(row.target, row.port)
    elseif why ~= "timeout" then
      assert.is_nil(why)
      break
    end
  end
  return found
end

describe("net.sweep", function()
  it("raises where a field is none, or out of its range", function()
    for _, case in ipairs {
      { "unknown field 'colour'", "colour", 1 },
      { "'targets' is a string", "targets", "127.0.0.1" },
      { "'exclude': element 1 is not a string", "exclude", { 7 } },
      { "'depth' is 'auth', not syn, control or call", "depth", "auth" },
      { "'only' is 'some', not any, open", "only", "some" },
      { "'shard' is '4/3', not i/n", "shard", "4/3" },
      { "'shard' is '0/3'", "shard", "0/3" },
      { "'shard' is '1/3x'", "shard", "1/3x" },
      { "'rate' is 0, not between 1 and", "rate", 0 },
      { "'rate' is a string", "rate", "9" },
      { "'per_24' is 65536", "per_24", 65536 },
      { "'seed' is %-1", "seed", -1 },
      { "'retries' is 9, not between 0 and 8", "retries", 9 },
      { "'memory' is 0", "memory", 0 },
      { "'family' is 5, not 4 or 6", "family", 5 },
      { "'port' is no number from 1 to 65535", "port", 65536 },
      { "'port' is no number", "port", { 1723, "x" } },
      { "'port' has 0 elements", "port", {} },
      { "'cooldown' is not a number of seconds", "cooldown", -1 },
      { "'source' is 'x', not an IPv4", "source", "x" },
      { "'journal' has a zero byte", "journal", "a\0b" },
    } do
      raises(case[1], net.sweep, with(case[2], case[3]))
    end
    raises("name no target", net.sweep, {})
    raises("table expected", net.sweep)
  end)

  it("gives what the world refuses, and why", function()
    for _, case in ipairs {
      { "argument", "127.0.0.0/33", targets = { "127.0.0.0/33" } },
      { "argument", "contact", targets = { "8.0.0.0/16" } },
      { "system", "/nowhere/at/all", files = { "/nowhere/at/all" } },
      { "name", "name.invalid", targets = { "name.invalid" } },
    } do
      local fields = { targets = case.targets, files = case.files }
      local s, why, code = net.sweep(fields)
      assert.same({ nil, case[1] }, { s, code })
      assert.truthy(why:find(case[2], 1, true), why)
    end
  end)

  it("runs no metamethod between a check and its use", function()
    local ran = 0
    local hostile = { __index = function()
      ran = ran + 1
    end }
    raises("name no target", net.sweep, setmetatable({
      targets = setmetatable({}, hostile) }, hostile))
    assert.equal(0, ran)
  end)

  it("gives each target once, and then its end", function()
    local s <close> = local_sweep()
    if s then
      local found = rows(s)
      table.sort(found)
      assert.same({ "127.0.0.1:7", "127.0.0.1:9", "127.0.0.2:7",
                    "127.0.0.2:9" }, found)
      assert.is_nil(s:next())
      local facts = s:facts()
      assert.same({ true, false, 5, 4, 4, 4 },
                  { facts.done, facts.lossy, facts.seed, facts.count,
                    facts.rows, facts.counts.closed })
      s:close()
      raises("closed", s.next, s)
    end
  end)

  it("sends nothing before it is asked", function()
    local s <close> = local_sweep()
    if s then
      net.sleep(0.1)
      assert.equal(0, s:facts().counts.syns)
    end
  end)

  it("goes on by its journal, and gives no row twice", function()
    local path = os.tmpname()
    os.remove(path)
    local s = local_sweep { journal = path }
    if not s then
      return
    end
    local first = rows(s, 2)
    s:close()
    s = assert(local_sweep { journal = path })
    local rest = rows(s)
    s:close()
    table.move(rest, 1, #rest, #first + 1, first)
    table.sort(first)
    assert.same({ "127.0.0.1:7", "127.0.0.1:9", "127.0.0.2:7",
                  "127.0.0.2:9" }, first)
    s = assert(local_sweep { journal = path })
    assert.same({}, rows(s))
    s:close()
    local other, why, code = net.sweep { targets = { "127.0.0.3" },
                                         journal = path }
    assert.same({ nil, "argument" }, { other, code })
    assert.matches("had 4 targets, not 1", why)
    os.remove(path)
  end)
end)
