-- SPDX-License-Identifier: BSD-2-Clause
-- What pptpgrade.net is given stays what was checked, as in arguments_spec;
-- and the rest of what its functions do with it.
local net = require "pptpgrade.net"

local TRACE_LINES = 4096 -- what a prober keeps until it is asked

local function raises(pattern, f, ...)
  local ok, why = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, why)
end

describe("targets", function()
  it("are read without metamethods", function()
    local ran = 0
    local function count()
      ran = ran + 1
      return ran % 2 == 1 and { "192.0.2.1" } or 5
    end
    local hostile = { __index = count, __len = count, __pairs = count,
                      __newindex = count }
    local t = assert(net.targets(setmetatable({
      specs = setmetatable({ "192.0.2.1", "192.0.2.2" }, hostile) }, hostile)))
    assert.equal(2, t:count())
    t = assert(net.targets(setmetatable({}, hostile)))
    assert.equal(0, t:count())
    assert.equal(0, ran)
  end)

  it("are read once, whatever the collector runs", function()
    for round = 1, 500 do
      local list, ended = { "192.0.2.1", "192.0.2.2" }, false
      local given = { specs = list, "192.0.2.3" }
      local function bend()
        if not ended then
          list[1], list[2], given[1] = {}, round, 7
          given.specs = round
          setmetatable({}, { __gc = bend })
        end
      end
      setmetatable({}, { __gc = bend })
      collectgarbage "step"
      local ok, t = pcall(net.targets, given)
      ended = true
      assert.is_true(not ok or type(t) == "userdata")
    end
    collectgarbage "collect"
  end)

  it("are no numbers", function()
    for _, wrong in ipairs { 5, 1.5, true, {}, "a\0b" } do
      raises("'specs': element 1 is not a string", net.targets, { wrong })
      raises("'files': element 1 is not a string", net.targets,
             { files = { wrong } })
    end
  end)
end)

describe("a prober", function()
  it("reads its arguments without metamethods", function()
    local ran = 0
    local hostile = setmetatable({}, { __index = function()
      ran = ran + 1
      return true
    end })
    local p = assert(net.prober(setmetatable({ tcp_only = true },
                                             getmetatable(hostile))))
    raises("'target' is missing", p.start, p, hostile)
    p:close()
    assert.equal(0, ran)
  end)

  it("keeps the newest lines of a trace that nobody fetched", function()
    local p <close> = assert(net.prober { tcp_only = true, trace = true,
                                          jobs = 900 })
    -- Each has two lines or more: the ring is full before the last begins.
    local count = TRACE_LINES * 3 // 4
    local last = ("127.1.%d.%d "):format(count // 256, count % 256)
    for i = 1, count do
      assert(p:start({ target = ("127.1.%d.%d"):format(i // 256, i % 256),
                       port = 1, depth = "control" }, i))
    end
    while p:next(30) do
      assert.is_true(p:live() >= 0)
    end
    local lines = p:trace()
    assert.equal(TRACE_LINES, #lines)
    assert.matches("^127%.1%.%d+%.%d+ %d+%.%d+ [<>] ", lines[1])
    assert.not_matches("^127%.1%.0%.1 ", lines[1]) -- the oldest went
    local found = 0
    for _, line in ipairs(lines) do
      found = found + (line:sub(1, #last) == last and 1 or 0)
    end
    assert.is_true(found >= 2, "lines of the last: " .. found)
    assert.same({}, p:trace())
  end)

  it("gives all its records one run, and another one another", function()
    local runs = {}
    for i = 1, 2 do
      local p <close> = assert(net.prober { tcp_only = true })
      assert(p:start({ target = "127.0.0.1", port = 1, depth = "control" }))
      assert(p:start({ target = "127.0.0.2", port = 1, depth = "control" }))
      local one, other = p:next(30), p:next(30)
      assert.matches("^%x+$", one.run)
      assert.equal(16, #one.run)
      assert.equal(one.run, other.run)
      runs[i] = one.run
    end
    assert.not_equal(runs[1], runs[2])
  end)
end)

describe("sleep", function()
  it("sleeps as long as it is told", function()
    local before = net.clock()
    net.sleep(0.05)
    local slept = net.clock() - before
    assert.is_true(slept >= 0.049 and slept < 5, slept)
    net.sleep(0)
  end)

  it("refuses what is no time", function()
    for _, wrong in ipairs { -1, 86401, 0 / 0, 1 / 0 } do
      raises("not between 0 and 86400", net.sleep, wrong)
    end
    raises("number expected", net.sleep, {})
  end)
end)

describe("a capture", function()
  it("gives packets with their time and lengths", function()
    local c, why, code = net.capture { interface = "lo", filter =
      "tcp and src host 127.9.9.9" }
    if not c then
      assert.is_true(code == "privilege" or code == "interface", why)
      return
    end
    local none, timeout = c:next(0)
    assert.is_nil(none)
    assert.equal("timeout", timeout)
    local s = assert(net.sender {})
    assert(s:send(require "pptpgrade.core".syn {
      source = "127.9.9.9", target = "127.0.0.1", source_port = 9,
      port = 9, sequence = 1 }))
    local packet, meta = c:next(5)
    assert.equal("\127\9\9\9", packet:sub(13, 16))
    assert.equal(#packet, meta.length)
    assert.equal(#packet, meta.wire_length)
    assert.is_true(math.abs(meta.time - net.clock()) < 60)
    assert.is_true(c:drops() >= 0)
    s:close()
    raises("closed", s.send, s, packet)
    c:close()
    raises("closed", c.next, c)
  end)
end)
