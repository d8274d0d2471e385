-- SPDX-License-Identifier: BSD-2-Clause
-- What all reports show: everything that a verdict says, as printable ASCII,
-- whoever wrote it.
local R = require "records"
local grade = require "pptpgrade.grade"
local model = require "pptpgrade.report.model"

-- Every string below t, and that there is nothing but what JSON has.
local function strings_of(t, found)
  for _, value in pairs(t) do
    if type(value) == "table" then
      strings_of(value, found)
    elseif type(value) == "string" then
      found[#found + 1] = value
    else
      assert.is_true(math.type(value) == "integer" or
                     type(value) == "boolean")
    end
  end
  return found
end

local function check_strings(server)
  for _, text in ipairs(strings_of(server, {})) do
    assert.is_nil(text:find("[^\x20-\x7e]"), text)
  end
end

describe("a row of the model", function()
  it("says who, how bad and why", function()
    local row = model.row(R.verdict(R.pppd("mschap_v1", "mschap_v2"),
                                 { name = "vpn.example.net",
                                   labels = { "hq", "a\27" } }))
    assert.equal("vpn.example.net", row.server)
    assert.equal("192.0.2.1", row.target)
    assert.equal(1723, row.port)
    assert.same({ "hq", "a\\x1b" }, row.labels)
    assert.equal("F", row.grade)
    assert.equal(6, row.worst_rank)
    assert.equal(6, row.best_rank)
    assert.equal("MS-CHAPv1 is accepted", row.decided)
    assert.same({ pap = "refused", chap_md5 = "refused",
                  mschap_v1 = "accepted", mschap_v2 = "offered",
                  eap = "refused" }, row.methods)
    assert.same({ tcp = "open", control = "answered", call = "accepted",
                  gre = "reachable", authentication = "required" },
                row.states)
    assert.is_false(row.brief)
    assert.is_nil(row.change)
  end)

  it("names a port that is not PPTP's own", function()
    local row = model.row { target = "2001:db8::1", port = 99 }
    assert.equal("[2001:db8::1]:99", row.server)
    assert.equal("192.0.2.1:99", model.row { target = "192.0.2.1",
                                             port = 99 }.server)
  end)

  it("comes worst first, then by numbers in its name", function()
    local rows = {}
    for i, given in ipairs { { "192.0.2.10", "E", "E" }, { "192.0.2.1", "?",
                             "?" }, { "192.0.2.9", "E", "E" },
                             { "192.0.2.3", "D", "F" },
                             { "192.0.2.2", "F", "F" } } do
      rows[i] = model.row { target = given[1], port = 1723, best = given[2],
                            worst = given[3], grade = "x" }
    end
    table.sort(rows, model.before)
    local order = {}
    for i, row in ipairs(rows) do
      order[i] = row.target
    end
    assert.same({ "192.0.2.2", "192.0.2.3", "192.0.2.9", "192.0.2.10",
                  "192.0.2.1" }, order)
  end)

  it("tells what a diff gave", function()
    local row = model.row { target = "192.0.2.1", port = 1723, change = {
      class = "worse", was = "C", facts = { "EAP\n is accepted" } } }
    assert.same({ class = "worse", was = "C",
                  facts = { "EAP\\x0a is accepted" } }, row.change)
  end)
end)

describe("a server of the model", function()
  it("has each stage, method, finding and remedy of its verdict", function()
    local verdict = R.verdict(R.pppd("mschap_v1", "mschap_v2"))
    local server, ids = model.server(verdict), {}
    for i, stage in ipairs(server.stages) do
      ids[i] = stage.id
    end
    assert.same({ "tcp", "control", "call", "gre", "login" }, ids)
    assert.equal("MS-CHAPv1", server.logins[3].title)
    assert.equal("03 05 c2 23 80", server.logins[3].bytes)
    assert.equal("F", server.logins[3].letter)
    assert.equal("+", server.logins[3].mark)
    assert.is_nil(server.logins[1].letter)
    assert.equal(#verdict.findings, #server.findings)
    for i, finding in ipairs(verdict.findings) do
      assert.equal(finding.id, server.findings[i].id)
      assert.truthy(server.findings[i].why)
    end
    assert.equal(#verdict.remedies, #server.remedies)
    for i, remedy in ipairs(verdict.remedies) do
      assert.same(remedy.commands, server.remedies[i].commands)
      assert.equal(remedy.tested, server.remedies[i].tested)
    end
    assert.same({ "MPPE and EAP's inner method (visible only after a " ..
                  "login)" }, server.not_tested)
  end)

  it("shows SPAP where seen, and methods that have no name", function()
    local server = model.server(grade.grade(R.evidence(
      R.talk { { "spap", "nak:mschap_v2" }, { "c223:07", "ack" } })))
    local titles = {}
    for _, login in ipairs(server.logins) do
      titles[login.title] = login.state
    end
    assert.equal("offered", titles.SPAP)
    assert.truthy(titles["CHAP-SHA-256"])
  end)

  it("is printable ASCII, whatever the server was called", function()
    for _, name in ipairs(R.names) do
      local verdict = R.verdict(R.pppd("mschap_v1"), {
        control = R.control { host_name = name, vendor = name },
        name = name ~= "" and name or nil, labels = { name } })
      check_strings(model.server(verdict))
    end
  end)

  it("of a brief verdict tells what is there, and what is not", function()
    local server = model.server {
      target = "192.0.2.1", port = 1723, grade = "F", best = "F", worst = "F",
      confidence = "proven", summary = "MS-CHAPv1 is accepted.",
      caps = { { id = "C05", grade = "F" } },
      findings = { { id = "PPTP-014", severity = "high" } },
      product = { name = "Poptop", os = "Linux" },
      stages = { tcp = "open", control = "answered", call = "accepted",
                 gre = "reachable", authentication = "required" },
      methods = { pap = "refused", mschap_v1 = "offered" },
      time = "2026-11-22T22:40:00Z",
    }
    assert.is_true(server.brief)
    assert.equal("MS-CHAPv1 is accepted", server.decided)
    assert.equal("MS-CHAPv1 accepted", server.findings[1].title)
    assert.equal("reachable", server.states.gre)
    assert.equal("F", server.logins[2].letter)
    assert.equal("Poptop on Linux", server.known.text)
    assert.same({ id = "gre", title = "GRE", state = "reachable", text = "" },
                server.stages[4])
    assert.truthy(server.not_tested[2]:find("brief", 1, true))
  end)

  it("of an odd verdict raises nothing", function()
    local odd = { false, 7, "x\27", {}, { {} }, { a = 1 }, { 1, "b" }, 0.5 }
    for _, key in ipairs { "target", "name", "port", "labels", "grade",
                           "best", "worst", "confidence", "summary", "caps",
                           "findings", "product", "potential_vulnerabilities",
                           "remedies", "check_by_hand", "evidence", "change",
                           "stages", "methods", "other", "time" } do
      for _, value in ipairs(odd) do
        local verdict = R.verdict(R.pppd("mschap_v2"))
        verdict[key] = value
        check_strings(model.server(verdict))
      end
    end
  end)
end)

describe("the model", function()
  it("loads where core.so is not found yet, as it is inside Nmap", function()
    local pipe = assert(io.popen("LUA_CPATH= LUA_PATH='lua/?.lua' lua5.3 -e " ..
      "'require \"pptpgrade.nmap.result\"' 2>&1"))
    assert.equal("", pipe:read "a")
    assert.is_true(pipe:close())
  end)
end)

describe("the facts of a run", function()
  it("are safe strings and whole numbers", function()
    assert.same({ release = "0.1.0", policy = "de\\x1bfault", asked = 3,
                  options = "-d call 'a b' 'it'\\''s' ''", start = "s",
                  ["end"] = "e", source = "192.0.2.9", graded = 2,
                  excluded = 1, failed = 0 },
      model.run { release = "0.1.0", policy = "de\27fault", asked = 3,
                  options = { "-d", "call", "a b", "it's", "" }, start = "s",
                  ["end"] = "e", source = "192.0.2.9", graded = 2,
                  excluded = 1, failed = 0, other = "x" })
    assert.is_nil(model.run(nil))
    assert.same({}, model.run { asked = "many", graded = 1.5 })
  end)
end)
