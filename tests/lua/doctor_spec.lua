-- SPDX-License-Identifier: BSD-2-Clause
-- pptpgrade --doctor: facts about a host in, a row a thing out.
local cli = require "pptpgrade.cli.main"
local host = require "pptpgrade.judge.host"
local options = require "pptpgrade.cli.options"
local lists = require "pptpgrade.lists"

-- A host that can do all, as far as it can tell.
local function able()
  return {
    user = 0,
    capability = { effective = true, permitted = true, bounding = true,
                   no_new_privs = false },
    helper = { state = "missing", path = "/libexec/pptp-wire",
               cause = "no pptp-wire at /libexec/pptp-wire",
               cure = "install it wholly" },
    capture = { ok = true },
    route = { interface = "eth0", source = "198.51.100.7" },
    gre = { state = "came_back" },
    clock = { synchronised = true, maximum_error_us = 12500, moved_us = -3 },
  }
end

local function row(facts, name)
  return lists.find(host.rows(facts), function(one) return one.name == name end)
end

-- One fact is otherwise: the row that tells, its state, what it says and cures.
local function changed(key, value)
  local facts = able()
  facts[key] = value
  return facts
end

local cases = {
  { "capability", "capability",
    { effective = false, permitted = true, bounding = true }, "no",
    "not in force", "anew" },
  { "capability", "capability",
    { effective = false, permitted = false, bounding = false }, "no",
    "outside the bounding set", "--cap-add NET_RAW" },
  { "capability", "capability",
    { effective = false, permitted = false, bounding = true }, "no",
    "root has no CAP_NET_RAW", "as root" },
  { "capability", "gre", { state = "not_tried", reason = "not permitted" },
    "no", "without effect.*not permitted", "user namespace" },
  { "capture", "capture", { message = "no such thing", code = "interface" },
    "no", "no such thing", "-i NAME" },
  { "capture", "capture", { message = "may not", code = "privilege" }, "no",
    "may not", "capability" },
  { "GRE", "route", { message = "no route" }, "no", "no route", "-S" },
  { "GRE", "gre", { state = "refused", reason = "not permitted" }, "no",
    "no GRE out.*not permitted", "OUTPUT" },
  { "GRE", "gre", { state = "lost" }, "no", "no GRE in", "INPUT" },
  { "GRE", "gre", { state = "failed", reason = "unreachable" }, "no",
    "unreachable", "lo up" },
  { "clock", "clock", { synchronised = false, moved_us = 0 }, "no",
    "unsynchronised", "time service" },
  { "clock", "clock", { synchronised = true, maximum_error_us = 1,
                        moved_us = -2000000 }, "no", "set by %-2.0 s", "wait" },
}

describe("a host", function()
  for _, case in ipairs(cases) do
    local name, key, value, state, text, cure = table.unpack(case)
    it(("with %s: %s"):format(name, text), function()
      local found = row(changed(key, value), name)
      assert.equal(state, found.state)
      assert.truthy(found.text:find(text), found.text)
      assert.truthy(found.cure:find(cure, 1, true), found.cure)
      assert.equal(name == "clock", host.able(host.rows(changed(key, value))))
    end)
  end

  it("can do all", function()
    local rows = host.rows(able())
    local states = {}
    for i, one in ipairs(rows) do
      states[i] = one.state
    end
    assert.equal("yes no yes unknown yes", table.concat(states, " "))
    assert.is_true(host.able(rows))
    assert.truthy(rows[5].text:find("0.013 s at most", 1, true))
  end)

  it("without a capability can do all by a helper that works, and no other",
     function()
    local facts = able()
    facts.user = 1000
    facts.capability = { effective = false, permitted = false, bounding = true }
    facts.gre = { state = "not_tried", reason = "not permitted" }
    facts.capture = { message = "may not", code = "privilege" }
    for _, state in ipairs { "missing", "denied", "powerless", "foreign" } do
      facts.helper = { state = state, path = "/wire", cause = "it is " .. state,
                       cure = "do this" }
      local found = row(facts, "helper")
      assert.same({ "no", "it is " .. state, "do this" },
                  { found.state, found.text, found.cure })
      assert.equal("no", row(facts, "capture").state)
      assert.is_false(host.able(host.rows(facts)))
    end
    facts.helper = { state = "works", path = "/wire", cause = "", cure = "" }
    assert.equal("yes", row(facts, "helper").state)
    assert.equal("yes", row(facts, "capture").state)
    assert.is_true(host.able(host.rows(facts)))
    facts.capture = { ok = true, apart = true }
    assert.truthy(row(facts, "capture").text:find("pptp-wire", 1, true))
    -- What is wrong with an interface no helper mends.
    facts.capture = { message = "no such thing", code = "interface" }
    assert.equal("no", row(facts, "capture").state)
    assert.is_false(host.able(host.rows(facts)))
  end)

  it("never claims that GRE passes", function()
    for _, state in ipairs { "came_back", "lost", "refused", "failed",
                             "not_tried" } do
      local facts = changed("gre", { state = state, reason = "why" })
      assert.not_equal("yes", row(facts, "GRE").state)
    end
  end)

  it("is told of translation where its address is private", function()
    local facts = able()
    assert.is_nil(row(facts, "GRE").text:find("translates", 1, true))
    facts.route.private = true
    assert.truthy(row(facts, "GRE").text:find("translates", 1, true))
  end)

  it("without a capability is no container's", function()
    local facts = able()
    facts.user = 1000
    facts.capability = { effective = false, permitted = false, bounding = true }
    facts.gre = { state = "not_tried" }
    local found = row(facts, "capability")
    assert.truthy(found.text:find("^user 1000 has no"))
    assert.is_nil(found.cure:find("cap-add", 1, true))
    facts.capability.no_new_privs = true
    assert.truthy(row(facts, "capability").text:find("no_new_privs", 1, true))
  end)

  it("does not get better by what is not known", function()
    for key in pairs(able()) do
      local facts = able()
      facts[key] = nil
      for i, one in ipairs(host.rows(facts)) do
        local before = host.rows(able())[i]
        assert.truthy(one.state == before.state or one.state == "unknown", key)
        assert.truthy(#one.text > 0)
      end
    end
    assert.is_false(host.able(host.rows { missing = "no libpcap" }))
    assert.truthy(row({ missing = "no libpcap" }, "clock").text:find "libpcap")
  end)
end)

-- ---- The program

local function memory()
  local f = { written = "" }
  function f:write(...)
    self.written = self.written .. table.concat({ ... })
    return self
  end
  function f:flush()
    return self
  end
  return f
end

-- What pptpgrade.net would be on a host with these facts.
local function fake(facts)
  return {
    host = function()
      return { user = facts.user, capability = facts.capability,
               helper = facts.helper, gre = facts.gre, clock = facts.clock }
    end,
    capture = function(fields)
      if facts.capture.ok then
        return {
          apart = function() return false end,
          close = function() facts.closed = fields end,
        }
      end
      return nil, facts.capture.message, facts.capture.code
    end,
    route = function(target, interface, source)
      if target == "nonsense" then
        return nil, "no address", "argument"
      end
      facts.asked = { target, interface, source }
      return facts.route.interface and { interface = facts.route.interface,
                                         source = facts.route.source } or nil,
        facts.route.message
    end,
    targets = function()
      return { public = function() return facts.route.private and 0 or 1 end }
    end,
  }
end

local function run(args, facts, more)
  local out, err = memory(), memory()
  more = more or {}
  local status = cli.main(args, {
    out = out, err = err, net = facts and fake(facts),
    net_missing = "no libpcap",
    terminal = function() return more.columns ~= nil end,
    columns = function() return more.columns end,
  })
  return status, out.written, err.written
end

describe("pptpgrade --doctor", function()
  it("tells a line a thing", function()
    local facts = able()
    local status, text = run({ "--doctor" }, facts)
    assert.equal(0, status)
    local names = {}
    for name, state in text:gmatch "(%a+) +(%a+)  [^\n]+\n" do
      names[#names + 1] = name .. "=" .. state
    end
    assert.equal("capability=yes helper=no capture=yes GRE=unknown clock=yes",
                 table.concat(names, " "))
    assert.truthy(facts.closed)
  end)

  it("goes on below on a terminal", function()
    local _, text = run({ "--doctor" }, able(), { columns = 60 })
    for line in text:gmatch "[^\n]+" do
      assert.is_true(#line <= 60, line)
    end
    assert.truthy(text:find("\n" .. (" "):rep(21) .. "%S"))
  end)

  it("looks where it is told to", function()
    local facts = able()
    local _, text = run({ "--doctor", "-i", "wan0", "-S", "192.0.2.9" }, facts)
    assert.same({ "203.0.113.1", "wan0", "192.0.2.9" }, facts.asked)
    assert.equal("wan0", facts.closed.interface)
    assert.truthy(text:find("packets of wan0", 1, true))
  end)

  it("exits with 3 where an audit could not be whole", function()
    local status, text = run({ "--doctor" },
                             changed("capture", { message = "x" }))
    assert.equal(3, status)
    assert.truthy(text:find("capture +no +x\n"))
    status, text = run({ "--doctor" }, nil)
    assert.equal(3, status)
    assert.truthy(text:find("no libpcap", 1, true))
  end)

  it("lets no byte of others reach a terminal", function()
    local _, text = run({ "--doctor" }, changed("capture",
                        { message = "\27]0;owned\7\n", code = "system" }))
    assert.is_nil(text:find("[^\n\x20-\x7e]"))
    assert.equal(5, select(2, text:gsub("\n", "")))
  end)

  it("asks no server, and takes no word of one", function()
    for _, args in ipairs {
      { "192.0.2.1" }, { "-T", "f" }, { "-e", "f" }, { "-o", "f.json" },
      { "-x", "f" }, { "-f", "json" }, { "--render", "f" }, { "-w", "f" },
      { "--diff", "a", "b" }, { "--baseline", "f" }, { "--script", "f" },
      { "--gre-control", "h" }, { "-f", "icinga" },
    } do
      table.insert(args, 1, "--doctor")
      local parsed, why = options.parse(args)
      assert.is_nil(parsed, table.concat(args, " "))
      assert.truthy(why:find("^%-%-doctor looks at this host alone: "), why)
    end
    local status, text, said = run({ "--doctor", "-S", "nonsense" }, able())
    assert.equal(2, status)
    assert.equal("", text)
    assert.equal("pptpgrade: -S nonsense is not an address\n", said)
  end)
end)
