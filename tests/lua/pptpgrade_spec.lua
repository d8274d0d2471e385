-- SPDX-License-Identifier: BSD-2-Clause
local pptp = require "pptpgrade"
local fakenet = require "fakenet"
local scripted = require "scripted"

local function world(changes)
  local w = { server = function(plan)
    return scripted.converse(scripted.pppd { "mschap_v2" }, plan)
  end }
  for key, value in pairs(changes or {}) do
    w[key] = value
  end
  return fakenet.install(w)
end

local function addresses(n)
  local list = {}
  for i = 1, n do
    list[i] = "192.0.2." .. i
  end
  return list
end

describe("pptpgrade", function()
  after_each(fakenet.remove)

  it("sets no global", function()
    local before = {}
    for key in pairs(_G) do
      before[key] = true
    end
    for _, name in ipairs { "", ".survey", ".evidence", ".grade", ".report",
                            ".policy", ".explain", ".audit", ".sweep",
                            ".judge.evidence", ".judge.grade", ".cli.main",
                            ".cli.run", ".cli.options", ".report.encode",
                            ".report.text", ".report.json",
                            ".report.jsonl", ".report.page",
                            ".report.table", ".report.layout" } do
      package.loaded["pptpgrade" .. name] = nil
      require("pptpgrade" .. name)
    end
    for key in pairs(_G) do
      assert.is_true(before[key], key)
    end
  end)

  it("has the release that the Makefile has", function()
    local file = assert(io.open "Makefile")
    local release = file:read("a"):match "\nVERSION := (%S+)"
    file:close()
    assert.equal(release, pptp.version)
  end)

  it("loads without pptpgrade.net, and has the judgement", function()
    package.loaded["pptpgrade.net"] = nil
    assert.is_function(pptp.survey.next)
    assert.is_function(pptp.evidence.merge)
    assert.is_string(pptp.explain "PPTP-014")
    assert.is_nil(package.loaded["pptpgrade.net"])
    assert.is_nil(pptp.read)
  end)

  it("audits one server", function()
    local w = world()
    local evidence = assert(pptp.audit("192.0.2.1", { port = 1724 }))
    assert.equal("E", pptp.grade(evidence).grade)
    assert.equal(1724, evidence.port)
    assert.equal(5, #w.started)
    assert.is_true(w.prober.stay)
    assert.is_true(w.closed)
  end)

  it("asks for names as it goes, of the port and family that are wanted",
     function()
    local w = world()
    assert(pptp.audit("192.0.2.1", { port = 1724, family = 4 }))
    assert.same({ specs = { "192.0.2.1" }, port = 1724, family = 4,
                  lazy = true }, w.asked_targets)
  end)

  it("audits many, each to its end, and closes", function()
    local w, seen = world(), {}
    local iterator, _, _, closer = assert(pptp.audit_all(addresses(20)))
    for evidence in iterator do
      seen[evidence.target] = evidence.authentication.state
    end
    closer:close()
    for _, address in ipairs(addresses(20)) do
      assert.equal("required", seen[address])
    end
    assert.equal(100, #w.started)
    assert.is_true(w.closed)
  end)

  it("begins no more targets than its jobs can use", function()
    local w = world()
    for evidence in assert(pptp.audit_all(addresses(50), { jobs = 3 })) do
      assert.is_nil(evidence.error)
    end
    assert.equal(3, w.prober.jobs)
    assert.is_true(w.most <= 3 * 8)
  end)

  it("keeps the pause between two conversations with one server", function()
    local at = {}
    local w
    w = world { server = function(plan)
      at[#at + 1] = w.clock
      return scripted.converse(scripted.pppd { "mschap_v2" }, plan)
    end }
    pptp.audit "192.0.2.1"
    for i = 2, #at do
      assert.is_true(at[i] - at[i - 1] >= 1)
    end
  end)

  it("gives a target's own failure as evidence.error", function()
    world { refuse = function(plan)
      return plan.target == "192.0.2.2" and "192.0.2.2: no route" or nil
    end }
    local errors, n = {}, 0
    for evidence in assert(pptp.audit_all(addresses(3))) do
      n = n + 1
      errors[evidence.target] = evidence.error
    end
    assert.equal(3, n)
    assert.same({ ["192.0.2.2"] = "192.0.2.2: no route" }, errors)
  end)

  it("returns nil, a message and a code where nothing can begin", function()
    world { no_prober = "eth9: no such interface" }
    assert.same({ n = 3, nil, "eth9: no such interface", "interface" },
                table.pack(pptp.audit_all "192.0.2.1"))
    assert.same({ n = 3, nil, "eth9: no such interface", "interface" },
                table.pack(pptp.audit "192.0.2.1"))
    world { bad_target = "what is that" }
    assert.same({ n = 3, nil, "what is that", "argument" },
                table.pack(pptp.audit "?"))
    world { refuse = function()
      return "no route"
    end }
    assert.same({ n = 3, nil, "no route", "route" },
                table.pack(pptp.audit "192.0.2.1"))
    world()
    assert.same({ n = 3, nil, "x.invalid: no such host", "name" },
                table.pack(pptp.audit "x.invalid"))
    world { fail = "epoll: bad file descriptor" }
    assert.same({ n = 3, nil, "epoll: bad file descriptor", "system" },
                table.pack(pptp.audit "192.0.2.1"))
  end)

  it("keeps what was learnt until a failure, and begins no more", function()
    local w = world { fail_after = 3 }
    local audit = assert(pptp.audit_all(addresses(40), { jobs = 1 }))
    local seen = 0
    for evidence in audit do
      seen = seen + (pptp.evidence.was_asked(evidence) and 1 or 0)
    end
    assert.is_true(seen >= 1 and seen <= #w.started and #w.started < 10)
    assert.same({ message = "it failed", code = "system" }, audit.failure)
    assert.is_true(w.aborted)
    world { fail_after = 1 }
    assert.same({ n = 3, nil, "it failed", "system" },
                table.pack(pptp.audit "192.0.2.1"))
  end)

  it("raises on misuse", function()
    world()
    for _, bad in ipairs { {}, 7, true } do
      assert.has_error(function()
        pptp.audit_all(bad)
      end)
    end
    assert.has_error(function()
      pptp.audit_all()
    end)
  end)

  it("says farewell and begins nothing new when told to stop", function()
    local w, n = world(), 0
    local audit = assert(pptp.audit_all(addresses(40), {
      jobs = 1, stop = function()
        return n >= 3
      end }))
    for _ in audit do
      n = n + 1
    end
    assert.is_true(w.aborted)
    assert.is_true(n <= 3 + 24)
    assert.is_nil(audit())
  end)

  it("aborts and drains what is live when it is closed early", function()
    local w = world()
    local audit, _, _, closer = assert(pptp.audit_all(addresses(9)))
    assert.is_table(audit())
    closer:close()
    closer:close()
    assert.is_true(w.aborted and w.closed)
    assert.is_nil(audit())
  end)

  it("hands on a trace where one is wanted", function()
    local w, lines = world(), {}
    for _ in assert(pptp.audit_all("192.0.2.1", { trace = function(line)
      lines[#lines + 1] = line
    end })) do
      assert.is_true(w.prober.trace)
    end
    assert.truthy(lines[1]:find "SCCRQ")
    w = world()
    pptp.audit "192.0.2.1"
    assert.is_false(w.prober.trace)
  end)

  -- What a server of this address does: GRE passes, or nothing does.
  local function with_control(silent, changes)
    changes = changes or {}
    changes.server = function(plan)
      local record = scripted.converse(scripted.pppd { "mschap_v2" }, plan)
      if plan.target == silent or silent == "all" then
        record.gre = { state = "silent", reason = "timeout" }
        record.lcp, record.ended_by = { state = "silent", offers = {} },
          "silent"
        record.challenge = { state = "not_tested" }
      end
      return record
    end
    return world(changes)
  end

  it("asks the server that is known to work before all others", function()
    local w, seen = with_control "192.0.2.2", {}
    local audit = assert(pptp.audit_all({ "192.0.2.1", "192.0.2.2" },
                                        { gre_control = "192.0.2.9" }))
    for evidence in audit do
      seen[evidence.target] = evidence.gre
    end
    audit:close()
    assert.equal("192.0.2.9", w.started[1].target)
    assert.equal("call", w.started[1].depth)
    for i = 2, #w.started do
      assert.is_not.equal("192.0.2.9", w.started[i].target)
    end
    assert.equal("proven", audit.control.path)
    assert.same({ "reachable", "proven" },
                { seen["192.0.2.1"].state, seen["192.0.2.1"].local_path })
    assert.same({ "silent", "proven" },
                { seen["192.0.2.2"].state, seen["192.0.2.2"].local_path })
    assert.is_nil(seen["192.0.2.9"])
  end)

  it("calls the way unproven where that server's GRE is silent, too",
     function()
    with_control "all"
    local evidence = assert(pptp.audit("192.0.2.1",
                                       { gre_control = "192.0.2.9" }))
    assert.equal("unproven", evidence.gre.local_path)
    assert.truthy(pptp.grade(evidence).summary:find("our side", 1, true))
  end)

  it("calls it unproven where no conversation came about", function()
    world { refuse = function(plan)
      return plan.target == "192.0.2.9" and "no route to 192.0.2.9" or nil
    end }
    local audit = assert(pptp.audit_all({ "192.0.2.1" },
                                        { gre_control = "192.0.2.9" }))
    local evidence = audit:next()
    audit:close()
    assert.equal("unproven", evidence.gre.local_path)
    assert.equal("no route to 192.0.2.9", audit.control.message)
  end)

  it("leaves that server alone for a second where it is a target", function()
    local w = with_control()
    assert(pptp.audit("192.0.2.9", { gre_control = "192.0.2.9" }))
    assert.equal(1, w.started[2].wait)
    w = with_control()
    assert(pptp.audit("192.0.2.1", { gre_control = "192.0.2.9" }))
    assert.is_nil(w.started[2].wait)
  end)

  it("begins nothing where that server is none, or many", function()
    local w = world()
    local evidence, message, code = pptp.audit("192.0.2.1",
                                               { gre_control = "x.invalid" })
    assert.same({ "x.invalid: no such host", "name" }, { message, code })
    assert.is_nil(evidence)
    evidence, message, code = pptp.audit("192.0.2.1", {
      gre_control = { "192.0.2.8", "192.0.2.9" } })
    assert.is_nil(evidence)
    assert.truthy(message:find("one server", 1, true))
    assert.equal("argument", code)
    assert.equal(0, #w.started)
    assert.is_nil(w.prober)
  end)

  it("ends while that server is asked, where it is told to stop", function()
    local w = with_control()
    local audit = assert(pptp.audit_all({ "192.0.2.1" }, {
      gre_control = "192.0.2.9", stop = function() return true end }))
    assert.is_nil(audit:next())
    audit:close()
    assert.equal(1, #w.started)
    assert.is_true(w.aborted)
  end)
end)
