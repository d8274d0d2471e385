-- SPDX-License-Identifier: BSD-2-Clause
-- pptp.scan over a sweep that is a list of rows: what it gives, when it looks,
-- and how it ends.
local R = require "records"
local pptp = require "pptpgrade"

local NET = "pptpgrade.net"

-- A sweep of rows; a word instead of a row is what next() gives beside nil.
local function handle_of(world)
  local h, at = {}, 0
  function h.next(_, seconds)
    assert(not world.closed, "used after it was closed")
    world.waits[#world.waits + 1] = seconds
    at = at + 1
    local row = not world.stopped and world.rows[at]
    if type(row) == "table" then
      return row
    elseif row then
      return nil, row, row ~= "timeout" and "system" or nil
    end
    world.done = not world.stopped
    return nil
  end
  function h.stop()
    world.stopped = true
  end
  function h.facts()
    return { done = world.done or false, lossy = world.lossy or false,
             low = at, ["end"] = 9, seed = 7 }
  end
  function h.problem()
    local problem = world.problem
    world.problem = nil
    return problem
  end
  function h.close()
    world.closed = (world.closed or 0) + 1
  end
  return h
end

local function install(world)
  world.waits = {}
  package.loaded[NET] = { sweep = function(request)
    world.request = request
    if world.refused then
      return nil, world.refused, "route"
    end
    return handle_of(world)
  end }
  return world
end

local function row(n, given)
  return R.record { kind = "syn", depth = "syn", position = n,
                    target = "192.0.2." .. n, tcp = given or {
                      state = "open", reason = "syn-ack", ttl = 64 } }
end

local function targets(scan)
  local found = {}
  for evidence in scan do
    found[#found + 1] = evidence.target
  end
  return found
end

describe("scan", function()
  local before
  before_each(function()
    before = package.loaded[NET]
  end)
  after_each(function()
    package.loaded[NET] = before
  end)

  it("gives evidence that can be graded, row by row", function()
    local world = install { rows = { row(1), "timeout", row(2, {
      state = "closed", reason = "rst" }) } }
    local scan, none, nothing, closer = pptp.scan { targets = "192.0.2.0/24" }
    assert.same({ scan }, { closer, none, nothing })
    local one, two = scan(), scan()
    assert.equal("B-F", pptp.grade(one).grade)
    assert.equal("?", pptp.grade(two).grade)
    assert.equal(world.rows[1], one.conversations[1])
    assert.is_nil(scan())
    assert.is_nil(scan.failure)
    assert.is_true(scan:facts().done)
    assert.equal(1, world.closed)
    assert.is_nil(scan())
    scan:close()
    assert.equal(1, world.closed)
  end)

  it("asks for a row where somebody asks it, and not before", function()
    local world = install { rows = { row(1), row(2) } }
    local scan = assert(pptp.scan { targets = "192.0.2.1" })
    assert.equal(0, #world.waits)
    scan()
    assert.equal(1, #world.waits)
    assert.is_true(world.waits[1] > 0 and world.waits[1] <= 1)
  end)

  it("hands on what it is told, and strings as lists", function()
    local world = install { rows = {} }
    local list = { "192.0.2.1", "192.0.2.9" }
    local opts = { targets = list, exclude = "not", files = "more", rate = 9,
             stop = function() end, tick = function() end }
    assert(pptp.scan(opts))
    assert.same({ targets = list, exclude = { "not" }, files = { "more" },
                  rate = 9 }, world.request)
    assert.equal("not", opts.exclude)
  end)

  it("says what the world did", function()
    install { rows = {}, refused = "no route leads to 192.0.2.1" }
    local scan, message, code = pptp.scan { targets = "192.0.2.1" }
    assert.same({ nil, "no route leads to 192.0.2.1", "route" },
                { scan, message, code })
  end)

  it("stops when it is told, and tells how far it came", function()
    local world, told = install { rows = { row(1), row(2), row(3) } }, 0
    local scan = assert(pptp.scan {
      targets = "192.0.2.1",
      stop = function() return told > 0 end,
      tick = function(facts)
        assert.equal(7, facts.seed)
      end })
    for _ in scan do
      told = told + 1
    end
    assert.equal(1, told)
    assert.same({ message = "the sweep ended early, at position 2 of 9",
                  code = "early" }, scan.failure)
    assert.equal(1, world.closed)
  end)

  it("says that replies were lost", function()
    install { rows = { row(1) }, lossy = true }
    local scan = assert(pptp.scan { targets = "192.0.2.1" })
    assert.same({ "192.0.2.1" }, targets(scan))
    assert.equal("lost", scan.failure.code)
    assert.matches("lower rate", scan.failure.message)
  end)

  it("names first what came first", function()
    install { rows = { row(1) }, lossy = true, problem = "no socket is left" }
    local scan = assert(pptp.scan { targets = "192.0.2.1" })
    targets(scan)
    assert.same({ message = "no socket is left", code = "system" },
                scan.failure)
  end)

  it("ends where its handle fails", function()
    local world = install { rows = { row(1), "it failed", row(2) } }
    local scan = assert(pptp.scan { targets = "192.0.2.1" })
    assert.same({ "192.0.2.1" }, targets(scan))
    assert.same({ message = "it failed", code = "system" }, scan.failure)
    assert.equal(1, world.closed)
  end)

  it("is closed where its loop is left", function()
    if _VERSION == "Lua 5.3" then
      return
    end
    local world = install { rows = { row(1), row(2) } }
    local loop = assert(load [[
      local pptp = ...
      for _ in assert(pptp.scan { targets = "192.0.2.1" }) do
        break
      end
    ]])
    loop(pptp)
    collectgarbage "collect"
    assert.equal(1, world.closed)
  end)

  it("raises where it is misused", function()
    install { rows = {} }
    for _, wrong in ipairs { 1, "192.0.2.1", true } do
      assert.has_error(function() pptp.scan(wrong) end,
                       "scan: a table of options is needed")
    end
    assert.is_false(pcall(pptp.scan))
    assert.has_error(function()
      pptp.scan { targets = "192.0.2.1", stop = 7 }
    end, "field 'stop' is a number, not a function")
  end)
end)
