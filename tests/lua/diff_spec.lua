-- SPDX-License-Identifier: BSD-2-Clause
-- --diff, --baseline and --fail-on worse, with files of their own.
local cli = require "pptpgrade.cli.main"
local fakenet = require "fakenet"
local json = require "json"
local pptp = require "pptpgrade"
local scripted = require "scripted"

local names

local function file(text)
  local name = os.tmpname()
  names[#names + 1] = name
  local f = assert(io.open(name, "w"))
  f:write(text)
  f:close()
  return name
end

local function text_of(name)
  local f = assert(io.open(name))
  local text = f:read "a"
  f:close()
  return text
end

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

-- Runs the program: status, standard output, complaints.
local function run(args, server)
  local out, err = memory(), memory()
  fakenet.install { server = server }
  local ok, status = pcall(cli.main, args, {
    out = out, err = err, stdin = io.stdin, open = io.open, pptp = pptp,
    signals = function() return 0 end, getenv = function() end,
    terminal = function() return false end })
  fakenet.remove()
  assert(ok, status)
  return status, out.written, err.written
end

local function survey(methods, target)
  local server = scripted.pppd(methods)
  return pptp.survey.run(target or "192.0.2.1", {}, function(plan)
    return scripted.converse(server, plan)
  end)
end

local function brief(target, changes)
  local verdict = {
    target = target, port = 1723, grade = "E", best = "E", worst = "E",
    confidence = "proven", summary = "MS-CHAPv2 is accepted.",
    caps = { { id = "C03", grade = "E" } },
    findings = { { id = "PPTP-015", severity = "high" } },
    stages = { tcp = "open", control = "answered", call = "accepted",
               gre = "reachable", authentication = "required" },
    methods = { pap = "refused", mschap_v2 = "offered" },
    product = { name = "Poptop" },
  }
  for key, value in pairs(changes or {}) do
    verdict[key] = value
  end
  return verdict
end

local function lines(list)
  local texts = {}
  for i, value in ipairs(list) do
    texts[i] = json.encode(value) .. "\n"
  end
  return table.concat(texts)
end

local F = { grade = "F", best = "F", worst = "F" }
local A = { grade = "A", best = "A", worst = "A", findings = {},
            stages = { tcp = "closed" }, methods = {} }

local function pair(old, new)
  return file(lines(old)), file(lines(new))
end

local function some()
  return pair({ brief "192.0.2.1", brief "192.0.2.2", brief "192.0.2.3" },
              { brief "192.0.2.1", brief("192.0.2.2", F),
                brief("192.0.2.4", A) })
end

describe("two saved runs", function()
  before_each(function() names = {} end)
  after_each(function()
    for _, name in ipairs(names) do
      os.remove(name)
    end
  end)

  it("are told apart, the worst first, with exit status 1", function()
    local old, new = some()
    local status, text, complaints = run { "--diff", old, new }
    assert.equal(1, status)
    assert.equal("", complaints)
    assert.truthy(text:find("3 of 4 servers differ: 1 worse, 1 new, " ..
                            "1 missing; 1 is as before.", 1, true), text)
    local at = {}
    for i, row in ipairs { "worse    E    F    192.0.2.2",
                           "new      .    A    192.0.2.4",
                           "missing  E    .    192.0.2.3" } do
      at[i] = assert(text:find(row, 1, true), text)
    end
    assert.truthy(at[1] < at[2] and at[2] < at[3])
    assert.is_nil(text:find("192.0.2.1 ", 1, true))
    text = select(2, run { "--diff", old, new, "--all" })
    assert.truthy(text:find("same     E    E    192.0.2.1", 1, true), text)
  end)

  it("of the same content differ in nothing, in any format", function()
    local list = { brief "192.0.2.1", brief("192.0.2.2", F),
                   brief("192.0.2.3", A) }
    local old, new = pair(list, list)
    for format, empty in pairs { jsonl = "^$", csv = "^[^\n]*\n$",
                                 text = "No difference: 3 servers are as",
                                 json = '"verdicts":%[%]' } do
      local status, text, complaints = run { "--diff", old, new, "-f",
                                             format }
      assert.equal(0, status)
      assert.truthy(text:find(empty), text)
      assert.equal("", complaints)
    end
  end)

  it("mirror each other", function()
    local old, new = some()
    local function classes(...)
      local found = {}
      for line in select(2, run { "--diff", "-f", "jsonl", ... })
        :gmatch "[^\n]+" do
        local verdict = json.decode(line)
        found[verdict.target] = verdict.change.class
      end
      return found
    end
    assert.same({ ["192.0.2.2"] = "worse", ["192.0.2.3"] = "missing",
                  ["192.0.2.4"] = "new" }, classes(old, new))
    assert.same({ ["192.0.2.2"] = "better", ["192.0.2.3"] = "new",
                  ["192.0.2.4"] = "missing" }, classes(new, old))
  end)

  it("may be records on either side", function()
    local e = survey { "mschap_v2" }
    local old = file(lines(e.conversations))
    local new = file(lines { pptp.grade(survey { "mschap_v2" }) })
    assert.equal(0, (run { "--diff", old, new }))
    local worse = file(lines(survey({ "mschap_v2", "mschap_v1" })
                               .conversations))
    local status, text = run { "--diff", new, worse }
    assert.equal(1, status)
    assert.truthy(text:find("worse    E    F    192.0.2.1", 1, true), text)
    assert.truthy(text:find("PPTP-014, PPTP-022 found", 1, true), text)
  end)

  it("are judged by today's rules where they hold evidence", function()
    local verdict = pptp.grade(survey { "mschap_v2" })
    local new = file(lines { verdict })
    verdict.grade, verdict.best, verdict.worst = "C", "C", "C"
    assert.equal(0, (run { "--diff", file(lines { verdict }), new }))
  end)

  it("give a document, in which a server that is missing has no grade",
     function()
    local old, new = some()
    local document = json.decode(select(2, run { "--diff", old, new, "-f",
                                                 "json" }))
    assert.equal(3, #document.verdicts)
    local last = document.verdicts[3]
    assert.equal("?", last.grade)
    assert.same({ class = "missing", was = "E", worse = false }, last.change)
    assert.equal("It was not asked now; before, its grade was E.",
                 last.summary)
  end)

  it("trip --fail-on worse by the worst letter, whatever the class",
     function()
    local wider = { grade = "E-F", best = "E", worst = "F" }
    local old, new = pair({ brief "192.0.2.1" },
                          { brief("192.0.2.1", wider) })
    local status, text, complaints = run { "--diff", old, new, "--fail-on",
                                           "worse" }
    assert.equal(1, status)
    assert.truthy(text:find("vaguer   E    E-F", 1, true), text)
    assert.truthy(complaints:find("--fail-on worse: 192.0.2.1", 1, true))
    assert.equal(0, (run { "--diff", new, old, "--fail-on", "worse" }))
    local status_of_letter = run { "--diff", new, old, "--fail-on", "F" }
    assert.equal(0, status_of_letter)
  end)

  it("are told what makes them less alike", function()
    local old = brief("192.0.2.1", { time = "2026-11-22T10:00:00Z" })
    local new = brief("192.0.2.1", { time = "2026-11-21T10:00:00Z" })
    local a = file(lines { old, { run = { release = "0.1.0",
                                          policy = "default" } } })
    local b = file(lines { new, { run = { release = "0.2.0",
                                          policy = "ours" } } })
    local status, _, complaints = run { "--diff", a, b }
    assert.equal(0, status)
    for _, sentence in ipairs {
      "NEW, of 2026-11-21T10:00:00Z, is older than OLD, of 2026-11-22T",
      "OLD is of release 0.1.0, NEW of release 0.2.0",
      "OLD was graded by policy default, NEW by policy ours" } do
      assert.truthy(complaints:find(sentence, 1, true), complaints)
    end
    assert.equal("", select(3, run { "--diff", a, b, "-q" }))
    local shallow = survey { "mschap_v2" }
    shallow = pptp.evidence.merge(nil, shallow.conversations[1])
    local deep = file(lines(survey { "mschap_v2" }.conversations))
    complaints = select(3, run { "--diff", deep,
                                 file(lines { pptp.grade(shallow) }) })
    assert.truthy(complaints:find("depth auth, NEW to depth call", 1, true),
                  complaints)
  end)

  it("are refused in one sentence where there are not two", function()
    local old, new = some()
    local empty, junk = file "", file '{"a":1}\n'
    for _, case in ipairs {
      { "wants OLD and NEW", "--diff", old },
      { "wants OLD and NEW", "--diff", "-q", old },
      { "wants OLD and NEW", "--diff" },
      { "are the same file", "--diff", old, old },
      { "missing/file: No such file or directory", "--diff", "missing/file",
        new },
      { "missing/file: No such file or directory", "--diff", old,
        "missing/file" },
      { "no verdict in " .. empty, "--diff", old, empty },
      { "no verdict in " .. empty, "--diff", empty, new },
      { "--diff sends nothing", "--diff", old, new, "-w", "x.pcap" },
      { "give it no targets", "--diff", old, new, "192.0.2.1" },
      { "name --baseline FILE", "--fail-on", "worse", "-e", old },
      { "or worse", "--fail-on", "Z", "192.0.2.1" },
    } do
      local status, text, complaints = run { table.unpack(case, 2) }
      assert.equal(2, status, case[1])
      assert.equal("", text)
      assert.truthy(complaints:find "^pptpgrade: [^\n]+\n$", complaints)
      assert.truthy(complaints:find(case[1], 1, true), complaints)
    end
    local status, _, complaints = run { "--diff", old, junk }
    assert.equal(2, status)
    assert.truthy(complaints:find("no verdict in " .. junk, 1, true))
  end)

  it("with a broken line, and one server twice, are compared as far as " ..
     "they go", function()
    local twice = lines { brief("192.0.2.1", F), brief "192.0.2.1" }
    local old = file(lines { brief "192.0.2.1" })
    local new = file(twice .. "{bro\n")
    local status, text, complaints = run { "--diff", old, new }
    assert.equal(4, status)
    assert.truthy(text:find("No difference: 1 server is", 1, true), text)
    assert.truthy(complaints:find(new .. " line 3: ", 1, true), complaints)
    assert.truthy(complaints:find("1 older verdict of a server", 1, true))
    local schema_2 = file '{"schema":2,"verdicts":[]}\n'
    local refused_status, _, why = run { "--diff", old, schema_2 }
    assert.equal(2, refused_status)
    assert.truthy(why:find("schema 1 is known", 1, true), why)
  end)
end)

describe("a run with a baseline", function()
  before_each(function() names = {} end)
  after_each(function()
    for _, name in ipairs(names) do
      os.remove(name)
    end
  end)

  local function serve(...)
    local server = scripted.pppd { ... }
    return function(plan)
      return scripted.converse(server, plan)
    end
  end

  it("tells what changed, and its report is the next one's baseline",
     function()
    local keep = file(lines { brief "192.0.2.200" }) .. ".jsonl"
    names[#names + 1] = keep
    assert.equal(0, (run({ "192.0.2.1", "192.0.2.2", "-o", keep },
                         serve "mschap_v2")))
    local status, text = run({ "192.0.2.1", "192.0.2.2", "--baseline", keep,
                               "-o", keep }, serve "mschap_v2")
    assert.equal(0, status, text)
    assert.truthy(text:find("No difference: 2 servers are as", 1, true), text)
    status, text = run({ "192.0.2.1", "--baseline", keep, "-o", keep },
                       serve("mschap_v2", "mschap_v1"))
    assert.equal(1, status)
    assert.truthy(text:find("2 of 2 servers differ: 1 worse, 1 missing.", 1,
                            true), text)
    -- What was missing was not asked: it is no part of what was found.
    status, text = run({ "192.0.2.1", "--baseline", keep },
                       serve("mschap_v2", "mschap_v1"))
    assert.equal(0, status, text)
    assert.truthy(text_of(keep):find('"class":"missing"', 1, true))
  end)

  it("asks nobody where it cannot be read", function()
    local status, text, complaints = run({ "192.0.2.1", "--baseline",
                                           "missing/file" }, function()
      error "asked"
    end)
    assert.equal(2, status)
    assert.equal("", text)
    assert.truthy(complaints:find("--baseline missing/file: No such", 1, true))
  end)

  it("that could not run calls nothing missing", function()
    local old = file(lines { brief "192.0.2.1" })
    local _, text = run({ "--baseline", old, "192.0.2.1", "-S", "nonsense" },
                        serve "mschap_v2")
    assert.is_nil(text:find("missing", 1, true), text)
  end)
end)
