-- SPDX-License-Identifier: BSD-2-Clause
-- Not knowing never betters: a fact that is taken away may widen a verdict, and
-- what was possible before stays possible. And neither the order of records nor
-- who else stands in the file matters.
local R = require "records"
local evidence = require "pptpgrade.evidence"
local grade = require "pptpgrade.grade"

local function noted(record, ...)
  record.notes = {}
  for i, code in ipairs { ... } do
    record.notes[i] = { code = code, text = code, count = 1 }
  end
  return record
end

local function contact(connect, state, reason, given)
  local record = R.contact(state, reason, given)
  record.tcp.connect = connect
  return record
end

local function gre_refused(given)
  local record = R.called { lcp = { state = "silent", offers = {} }, gre = {
    state = "unreachable", reason = "icmp-3-2", icmp_from = R.TARGET,
    from_server = "unknown", to_server = "refused", refusals = 2,
    packets_received = 0, packets_sent = 2 } }
  for key, value in pairs(given or {}) do
    record[key] = value
  end
  return record
end

local function challenged(i, value)
  return R.talk({ { "mschap_v2", "ack" } }, { record = {
    call = R.accepted { call_id = i, peer_call_id = 100 + i },
    challenge = { state = "seen", method = "mschap_v2", name = "pptpd",
                  length = 16, value = value } } })
end

local function survey(server, login)
  local records = R.survey(server)
  records[#records + 1] = login
  return records
end

-- Every kind of survey that there is a rule for.
local cases = {
  closed = { R.contact("closed", "rst") },
  refused = { R.contact("closed", "refused") },
  silent = { R.contact("silent", "timeout") },
  filtered = { R.contact("filtered", "icmp-3-13") },
  ["filtered, 3/3"] = { contact({ state = "refused", reason = "icmp-3-3" },
                                "filtered", "icmp-3-3") },
  ["one SYN"] = { R.syn("closed", "rst") },
  ["one silent SYN"] = { R.syn("silent", "timeout", { host = {
    state = "alive", asked = 11, answered = 11 } }) },
  differs = { contact({ state = "refused", reason = "rst" }, "silent",
                      "timeout") },
  ["differs otherwise"] = { contact({ state = "timeout", reason = "timeout" },
                                    "closed", "rst") },
  lossy = { R.contact("silent", "timeout", { host = {
    state = "alive", asked = 11, answered = 10 } }) },
  ["cut short"] = { R.contact("silent", "timeout", { ended_by = "aborted" }) },
  ["our error"] = { R.contact("silent", "error") },
  ["half open"] = { contact({ state = "timeout", reason = "timeout" }, "open",
                            "syn-ack") },
  ["late SYN-ACK"] = { contact({ state = "timeout", reason = "syn-ack" },
                               "silent", "timeout") },
  ["open, not asked"] = { R.syn("open", "syn-ack") },
  ["no reply"] = { R.connected { control = { state = "silent" } } },
  ["another protocol"] = { R.connected { control = {
    state = "not_pptp", service = "http", first_bytes = "48" } } },
  ["not authorised"] = { R.connected { control = R.control {
    state = "refused", result_code = 4 } } },
  ["call not accepted"] = { R.connected { call = {
    state = "refused", result_code = 7, error_code = 0 } } },
  busy = { R.connected { call = { state = "refused", result_code = 4 } } },
  ["one says busy"] = { R.connected { call = { state = "refused",
    result_code = 7 } }, R.connected { call = { state = "refused",
    result_code = 4 } } },
  ["no call"] = { R.connected() },
  disconnected = { R.called { call = R.accepted { disconnect = {
    call_id = 128, result_code = 3, error_code = 0, at_us = 500 } },
    teardown = { state = "server_closed", messages = {
      { name = "call-disconnect-notify", by = "server", at_us = 500 } } } } },
  ["disconnected by us"] = { R.called { call = R.accepted { disconnect = {
    call_id = 128, result_code = 4, error_code = 0, at_us = 500 } },
    teardown = { state = "clean", messages = {
      { name = "call-clear-request", by = "us", at_us = 400 },
      { name = "call-disconnect-notify", by = "server", at_us = 500 } } } } },
  ["GRE refused"] = { gre_refused() },
  ["GRE refused, unguarded"] = { noted(gre_refused(), "no_guard") },
  ["GRE refused, capture lossy"] = { noted(gre_refused(), "capture_drops") },
  ["GRE refused once"] = { gre_refused { gre = {
    state = "unreachable", reason = "icmp-3-2", icmp_from = R.TARGET,
    from_server = "unknown", to_server = "refused", refusals = 1 } } },
  ["GRE silent"] = { R.called { gre = { state = "silent",
                                        reason = "timeout" } } },
  ["GRE not tested"] = { R.called { gre = { state = "not_tested",
                                            reason = "no-privilege" } } },
  PAP = survey(R.pppd "pap"),
  ["MS-CHAPv2"] = survey(R.pppd "mschap_v2"),
  ["MS-CHAPv2, accel-ppp"] = survey(R.accel "mschap_v2",
                                    R.login_required "mschap_v2"),
  ["MS-CHAPv1 and v2"] = survey(R.pppd("mschap_v1", "mschap_v2")),
  EAP = survey(R.pppd "eap"),
  ["EAP and MS-CHAPv2, mpd"] = survey(R.mpd("eap", "mschap_v2"),
                                      R.login_required "eap"),
  ["refused by closing"] = { R.talk({ { "mschap_v2", "nak:pap" } },
    { asked = "pap", ending = "closed" }) },
  ["ended by us first"] = { R.talk({ { "mschap_v2", "nak:pap" } },
    { asked = "pap", ending = "closed", ours = "call-clear-request" }) },
  ["no guard"] = { noted(R.talk({ { "mschap_v2", "nak:pap" } },
    { asked = "pap", ending = "closed" }), "no_guard") },
  ["our ICMP"] = { noted(R.talk({ { "mschap_v2", "nak:pap" } },
    { asked = "pap", ending = "reset" }), "local_icmp") },
  ["a Nak that may be lost"] = { R.talk({ { "mschap_v2", "nak:pap" } },
    { asked = "pap", ending = "terminate", record = { gre = {
      state = "inbound_only", from_server = "proven",
      to_server = "unknown" } } }) },
  ["sent again"] = { R.talk({ { "mschap_v2", "nak:pap" },
    { "mschap_v2", "nak:pap", { news = false, identifier = 1 } },
    { "mschap_v2", "nak:pap", { news = false, identifier = 1 } },
    { "mschap_v2", "nak:pap", { news = false, identifier = 1 } } },
    { asked = "pap", ending = "terminate" }) },
  ["two Naks"] = { R.talk({ { "chap_md5", "nak:pap" },
    { "mschap_v2", "nak:pap" }, { "mschap_v2", "nak:pap" },
    { "pap", "ack" } }, { asked = "pap" }) },
  ["no login"] = { R.talk({ { "none", "ack" } }, { record = { network = {
    state = "asked", protocols = { "ipcp" } } } }) },
  ["login by reset"] = { R.talk({ { "mschap_v2", "reject",
    { rejected = { 3 } } }, { "none", "ack" } }, { ending = "reset" }) },
  ["CHAP-SHA-256"] = { R.talk { { "c223:07", "ack" } } },
  unassigned = { R.talk { { "c223:0a", "ack" } } },
  malformed = { R.talk { { "malformed" } } },
  ["one challenge twice"] = { challenged(1, ("ab"):rep(16)),
                              challenged(2, ("ab"):rep(16)) },
  decoy = { noted(R.talk { { "pap", "ack" } }, "loopback", "lost_sync") },
}

local all = { grade.rank "A", grade.rank "F" }

-- From best to worst; what is not known at all may be anything.
local function ends(v)
  if v.worst == "?" then
    return all[1], all[2]
  end
  return grade.rank(v.best), grade.rank(v.worst)
end

-- Calls `visit` with each field of a value taken away, alone.
local function without_each(value, visit, path)
  for _, key in ipairs((function()
    local keys = {}
    for key in pairs(value) do
      keys[#keys + 1] = key
    end
    return keys
  end)()) do
    local item, here = value[key], path .. "." .. tostring(key)
    if type(key) == "string" then
      value[key] = nil
      visit(here)
      value[key] = item
    end
    if type(item) == "table" then
      without_each(item, visit, here)
    end
  end
end

local kept = { [".target"] = true, [".port"] = true, [".schema"] = true }

describe("a fact that is taken away", function()
  for name, records in pairs(cases) do
    it("leaves possible what was so: " .. name, function()
      local best, worst = ends(grade(R.evidence(table.unpack(records))))
      local copies = R.copy(records)
      for i, record in ipairs(copies) do
        without_each(record, function(path)
          if not kept[path] then
            local v = grade(R.evidence(table.unpack(copies)))
            local from, to = ends(v)
            assert.is_true(from <= best and to >= worst,
              ("%s: record %d without %s: %s to %s"):format(name, i, path,
                                                            v.best, v.worst))
          end
        end, "")
      end
    end)
  end

  it("from evidence leaves possible what was so, too", function()
    local left = { [".target"] = true, [".port"] = true,
                   [".authentication"] = true }
    for name, records in pairs(cases) do
      local e = R.evidence(table.unpack(records))
      local best, worst = ends(grade(e))
      local copy = R.copy(e)
      without_each(copy, function(path)
        if not left[path] and not path:find "^%.conversations" then
          local v = grade(copy)
          local from, to = ends(v)
          assert.is_true(from <= best and to >= worst,
            ("%s: evidence without %s: %s to %s"):format(name, path, v.best,
                                                         v.worst))
        end
      end, "")
    end
  end)

  it("makes no A of what was none", function()
    for name, records in pairs(cases) do
      local before = grade(R.evidence(table.unpack(records)))
      local copies = R.copy(records)
      for i, record in ipairs(copies) do
        without_each(record, function(path)
          if not kept[path] and before.worst ~= "A" then
            assert.is_not.equal("A", grade(R.evidence(
              table.unpack(copies))).worst, name .. " " .. i .. path)
          end
        end, "")
      end
    end
  end)

  -- Where two conversations met two answers, each alone is a whole answer.
  local whole = { ["one says busy"] = true }

  it("may be a whole conversation", function()
    for name, records in pairs(cases) do
      for i = 1, #records > 1 and not whole[name] and #records or 0 do
        local rest = { table.unpack(records) }
        table.remove(rest, i)
        local _, worst = ends(grade(R.evidence(table.unpack(records))))
        local _, to = ends(grade(R.evidence(table.unpack(rest))))
        assert.is_true(to >= worst, name .. " without record " .. i)
      end
    end
  end)
end)

-- Deterministic, so that a failure can be looked at.
local seed = 1723
local function random(n)
  seed = (seed * 1103515245 + 12345) % 2147483648
  return (seed >> 16) % n + 1
end

local function shuffled(list)
  local new = { table.unpack(list) }
  for i = #new, 2, -1 do
    local k = random(i)
    new[i], new[k] = new[k], new[i]
  end
  return new
end

local function timed(records)
  local copies = R.copy(records)
  for i, record in ipairs(copies) do
    record.time = ("2026-11-22T10:00:%02d.000000Z"):format(5 * i)
  end
  return copies
end

describe("the order of records", function()
  it("changes nothing of a verdict", function()
    for name, records in pairs(cases) do
      local list = timed(records)
      local want = grade(evidence.newest(list))
      assert.same(grade(R.evidence(table.unpack(list))), want, name)
      for _ = 1, 4 do
        assert.same(want, grade(evidence.newest(shuffled(list))), name)
      end
    end
  end)

  it("changes nothing where all began at once, nor where no time can be read",
     function()
    for name, records in pairs(cases) do
      for _, time in ipairs { "2026-11-22T10:00:00.000000Z", "yesterday" } do
        local list = R.copy(records)
        for _, record in ipairs(list) do
          record.time = time
        end
        local want = grade(evidence.newest(list))
        assert.same(want, grade(evidence.newest(shuffled(list))), name)
      end
    end
  end)
end)

describe("the same server, asked with less", function()
  local function less(records, change)
    local copies = R.copy(records)
    for _, record in ipairs(copies) do
      change(record)
    end
    return grade(R.evidence(table.unpack(copies)))
  end

  local function no_gre(record)
    if record.gre.state ~= "not_tested" or record.lcp.state ~= "not_tested" then
      record.gre = { state = "not_tested", reason = "no-privilege" }
      for _, stage in ipairs { "lcp", "challenge", "network" } do
        record[stage] = { state = "not_tested" }
      end
    end
  end

  -- What connect() alone tells, without raw packets and a capture.
  local function no_raw(record)
    no_gre(record)
    record.host, record.notes = { state = "not_tested" }, {}
    local connect = record.tcp.connect
    if record.tcp.state ~= "open" and connect then
      connect.reason = nil
      record.tcp = { connect = connect, reason = "timeout", state = "silent" }
      if connect.state == "refused" then
        record.tcp.state, record.tcp.reason = "closed", "refused"
      end
    end
  end

  it("is given nothing that what was seen before excludes", function()
    for name, records in pairs(cases) do
      local best, worst = ends(grade(R.evidence(table.unpack(records))))
      for _, change in ipairs { no_gre, no_raw } do
        local from, to = ends(less(records, change))
        assert.is_true(from <= worst and best <= to, name)
      end
    end
  end)
end)
