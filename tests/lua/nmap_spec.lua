-- SPDX-License-Identifier: BSD-2-Clause
local core = require "pptpgrade.core"
local fake = require "fakenmap"

local plan = { target = fake.server, port = 1723, depth = "call" }

local function host(fields)
  local h = { ip = fake.server, bin_ip = "\192\0\2\1", registry = {} }
  for key, value in pairs(fields or {}) do
    h[key] = value
  end
  return h
end

local function converse(world, given, at, ends, reason)
  local adapter = fake.install(world)
  local talk = adapter.converse(at or host(),
                                { number = 1723, reason = reason }, ends)
  local copy = {}
  for key, value in pairs(plan) do
    copy[key] = value
  end
  for key, value in pairs(given or {}) do
    copy[key] = value
  end
  return talk(copy)
end

local function note(record, code)
  for _, found in ipairs(record.notes or {}) do
    if found.code == code then
      return found.text
    end
  end
end

describe("the adapter for Nmap", function()
  after_each(fake.remove)

  it("holds a whole conversation, to its farewell", function()
    local world = {}
    local record = converse(world)
    assert.equal("answered", record.control.state)
    assert.equal("accepted", record.call.state)
    assert.equal("reachable", record.gre.state)
    assert.equal("opened", record.lcp.state)
    assert.equal("pptpd", record.challenge.name)
    assert.equal("clean", record.teardown.state)
    assert.equal(fake.client, record.source)
    assert.equal(0, world.captures)
    assert.equal(2, world.closed) -- the one that held the place, and ours
  end)

  it("holds protocol 47 to the end of the scan, and not twice", function()
    local world, guards = {}, 0
    local new = core.guard
    finally(function() core.guard = new end)
    core.guard = function()
      guards = guards + 1
      assert.is_nil(world.call_id) -- before the call request
      return {}
    end
    local adapter = fake.install(world)
    local talk = adapter.converse(host(), { number = 1723 })
    talk(plan)
    world.call_id, world.over, world.sequence, world.heard = nil, nil, nil, nil
    talk(plan)
    assert.equal(1, guards)
    assert.is_table(world.registry.pptpgrade_guard)
  end)

  it("notes it where protocol 47 cannot be held", function()
    local new = core.guard
    finally(function() core.guard = new end)
    core.guard = function() return nil, "no", "privilege" end
    assert.equal("protocol 47 could not be held",
                 note(converse({}), "no_guard"))
  end)

  it("captures where Nmap sends, or where our address is", function()
    local world = {}
    converse(world, nil, host { interface = "eth3" })
    assert.equal("eth3", world.device)
    world = { interface = "eth4" }
    converse(world)
    assert.equal("eth4", world.device)
    world = {}
    converse(world)
    assert.equal("eth7", world.device)
    world = { source = "198.51.100.7" }
    converse(world)
    assert.equal("any", world.device)
    assert.matches("proto 47", world.filter)
  end)

  it("sends packets with the TTL that Nmap was told", function()
    local world = { ttl = 9 }
    converse(world)
    assert.is_true(#world.sent >= 3)
    for _, packet in ipairs(world.sent) do
      assert.equal(9, core.dissect(packet)[1].ttl)
    end
  end)

  it("tests the call alone where Nmap has no privilege", function()
    local world = { unprivileged = true }
    local record = converse(world)
    assert.equal("accepted", record.call.state)
    assert.same({ state = "not_tested", reason = "no-privilege" },
                { state = record.gre.state, reason = record.gre.reason })
    assert.is_nil(world.captures)
    assert.same({}, world.sent)
  end)

  it("says so where packets cannot be had, and goes on with TCP", function()
    local world = { no_capture = true }
    local record = converse(world)
    assert.equal("accepted", record.call.state)
    assert.equal("not_tested", record.gre.state)
    assert.equal(1, #world.said)
    assert.matches("no raw packets on eth7", world.said[1])
  end)

  it("sends no packet past a proxy, and records why", function()
    local world = { proxy = "203.0.113.9" }
    local record = converse(world)
    assert.equal("accepted", record.call.state)
    assert.same({ state = "not_tested", reason = "proxy" },
                { state = record.gre.state, reason = record.gre.reason })
    assert.same({}, world.sent)
    assert.equal(0, world.captures)
  end)

  it("tests TCP alone over IPv6", function()
    local world = { source = "fe80::2%eth7" }
    local record = converse(world, { target = "fe80::1" },
                            host { ip = "fe80::1", interface = "eth3",
                                   bin_ip = ("\0"):rep(16) })
    assert.equal("fe80::1%eth3", world.address)
    assert.equal("fe80::1", record.target)
    assert.equal("accepted", record.call.state)
    assert.equal("ipv6", record.gre.reason)
    assert.is_nil(world.captures)
  end)

  it("needs no capture at depth control", function()
    local world = {}
    local record = converse(world, { depth = "control" })
    assert.equal("answered", record.control.state)
    assert.equal("clean", record.teardown.state)
    assert.is_nil(world.captures)
  end)

  it("connects thrice, a second apart, where Nmap tells no reason", function()
    local world = { failures = { "ERROR", "ERROR", "ERROR" } }
    local record = converse(world)
    assert.equal("silent", record.tcp.state)
    assert.equal("unreachable", record.tcp.connect.state)
    assert.equal(3, record.tcp.connect.tries)
    assert.equal(3, #world.connects)
    for i = 2, 3 do
      local pause = world.connects[i] - world.connects[i - 1]
      assert.is_true(pause >= 1 and pause < 1.1)
    end
    assert.is_nil(note(record, "connect_failed"))
  end)

  it("looks for no packet behind a failure where there is no capture",
     function()
    local world = { failures = { "ERROR", "ERROR", "ERROR" },
                    unprivileged = true }
    local record = converse(world)
    assert.equal("unreachable", record.tcp.connect.state)
    assert.is_nil(world.captures)
  end)

  it("takes a failure for a refusal where Nmap's own scan met one", function()
    for _, reason in ipairs { "conn-refused", "reset" } do
      local record = converse({ failures = { "ERROR", "ERROR", "ERROR" } },
                              nil, nil, nil, reason)
      assert.same({ state = "closed", reason = "refused" },
                  { state = record.tcp.state, reason = record.tcp.reason })
    end
    local record = converse({ failures = { "ERROR", "ERROR", "ERROR" } }, nil,
                            nil, nil, "syn-ack")
    assert.not_equal("closed", record.tcp.state)
  end)

  it("goes on where a later try connects", function()
    local record = converse({ failures = { "ERROR" } })
    assert.equal("open", record.tcp.state)
    assert.equal("accepted", record.call.state)
    assert.is_string(note(record, "connect_again"))
  end)

  it("waits as long as the conversation does, and no longer", function()
    local world = { failures = { "TIMEOUT" } }
    local record = converse(world)
    assert.equal("timeout", record.tcp.connect.state)
    assert.equal("silent", record.tcp.state)
    assert.equal(1, #world.connects)
    assert.is_true(world.clock - 1000 <= 10.1)
  end)

  it("concludes nothing from a failure of Nmap's own", function()
    local record = converse({ failures = { "Nsock connect failed" } })
    assert.is_string(note(record, "connect_failed"))
    assert.same({ state = "not_tested", connect = "error" },
                { state = record.tcp.state,
                  connect = record.tcp.connect.state })
  end)

  it("gives no record where there is no way to the server", function()
    local world = { no_route = "Nsock connect failed immediately" }
    local record, message, code = converse(world)
    assert.is_nil(record)
    assert.matches("Nsock", message)
    assert.equal("route", code)
    assert.same({ "lock", "done" }, world.locks)
  end)

  it("tells a reset from an end", function()
    assert.equal("reset", converse({ reset = true, mute = true }).ended_by)
    assert.equal("reset", converse({ resets_at_send = true }).ended_by)
    assert.equal("closed", converse({ over = true, mute = true }).ended_by)
  end)

  it("waits 12 s for the first reply, and no longer", function()
    local world = { mute = true }
    local record = converse(world, { depth = "control" })
    assert.equal("silent", record.control.state)
    assert.is_true(world.clock - 1000 >= 12 and world.clock - 1000 < 13)
  end)

  it("looks at both connection and capture while a call is up", function()
    local world = {}
    converse(world, { ask = "pap" }) -- which this server never answers
    for i = 3, #world.waits do
      assert.is_true(world.waits[i] <= 50 or not world.call_id, i)
    end
  end)

  it("pauses with Nmap's own sleep, before it takes the lock", function()
    local world = {}
    converse(world, { wait = 5 })
    assert.equal(5, world.sleeps[1])
    assert.same({ "lock", "done" }, world.locks)
    assert.matches("192.0.2.1", world.mutex)
  end)

  it("notes it where the kernel connects and the capture hears nothing",
     function()
    local record = converse({ deaf = true }, { syn = true })
    assert.equal("the kernel connected, and the capture heard nothing: " ..
                 "replies come by another interface",
                 note(record, "capture_deaf"))
    assert.equal("accepted", record.call.state)
    assert.equal("connected", record.tcp.connect.state)
    assert.is_nil(record.tcp.connect.reason)
    record = converse({}, { syn = true })
    assert.equal("syn-ack", record.tcp.connect.reason)
    assert.is_nil(note(record, "capture_deaf"))
  end)

  it("does not say so of a capture that there is not", function()
    for _, world in ipairs { { unprivileged = true }, { no_capture = true },
                             { deaf = true, proxy = "203.0.113.9" } } do
      local record = converse(world, { syn = true })
      assert.equal("open", record.tcp.state)
      assert.is_nil(note(record, "capture_deaf"))
    end
  end)

  it("waits for a late packet before it says so", function()
    local record = converse({ late = true }, { syn = true })
    assert.equal("syn-ack", record.tcp.connect.reason)
    assert.is_nil(note(record, "capture_deaf"))
  end)

  it("gives all conversations of a scan one run, and no other scan", function()
    local world = {}
    local adapter = fake.install(world)
    local talk = adapter.converse(host(), { number = 1723 })
    local first = talk(plan).run
    world.call_id, world.over, world.sequence, world.heard = nil, nil, nil, nil
    assert.matches("^" .. ("%x"):rep(16) .. "$", first)
    assert.equal(first, talk(plan).run)
    assert.not_equal(first, converse({}).run)
  end)

  it("says farewell at its limit, and begins nothing after it", function()
    local world = { mute = true }
    local record = converse(world, { depth = "control" }, nil, 1002)
    assert.equal("aborted", record.ended_by)
    assert.is_true(world.clock < 1006)
    local message, code
    record, message, code = converse({}, { wait = 5 }, nil, 1002)
    assert.is_nil(record)
    assert.equal("limit", code)
    assert.matches("time limit", message)
  end)

  it("will not load with a module that does not fit", function()
    local name = os.tmpname()
    finally(function() os.remove(name) end)
    local ok, why = pcall(fake.install, { file = name })
    assert.is_false(ok)
    assert.matches(name, why, 1, true)
  end)
end)
