-- SPDX-License-Identifier: BSD-2-Clause
-- CSV, Icinga's line, and the facts of a run in every format.
local R = require "records"
local core = require "pptpgrade.core"
local csv = require "pptpgrade.report.csv"
local facts = require "pptpgrade.report.facts"
local icinga = require "pptpgrade.report.icinga"
local model = require "pptpgrade.report.model"
local report = require "pptpgrade.report"

local names = R.names

local run_facts = {
  release = "0.1.0", policy = "default", options = { "-e", "a b" },
  start = "2026-11-22T22:40:00.000000Z", ["end"] =
  "2026-11-22T22:41:10.000000Z", source = "192.0.2.9", asked = 3, graded = 2,
  excluded = 4, failed = 1, partial = true,
}

local function render(format, verdicts, opts)
  local parts = {}
  local r = report.open(format, function(bytes)
    parts[#parts + 1] = bytes
    return true
  end, opts)
  for _, verdict in ipairs(verdicts) do
    assert.is_true(r:add(verdict))
  end
  assert.is_true(r:close())
  return table.concat(parts), r
end

local function named(name)
  return R.verdict(R.pppd("mschap_v1", "eap"), {
    control = R.control { host_name = name, vendor = name },
    name = name ~= "" and name or nil, labels = { name, "x" } })
end

-- What another program makes of a file: its rows, as lists of strings.
local function read_by_python(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  local pipe = assert(io.popen("python3 -c 'import csv, json, sys\n" ..
    "with open(sys.argv[1], newline=\"\", encoding=\"ascii\") as f:\n" ..
    "    print(json.dumps({\"rows\": list(csv.reader(f, strict=True))}))' " ..
    path))
  local rows = assert(core.record(pipe:read "a")).rows
  assert(pipe:close())
  os.remove(path)
  return rows
end

local function undefused(cell)
  return (cell:gsub("^'", ""))
end

describe("CSV", function()
  it("has the columns that the documentation lists, in that order", function()
    local file = assert(io.open "docs/reports.md")
    local text = file:read("a"):match "\n## CSV\n(.-)\n## "
    file:close()
    local listed = {}
    for row in text:gmatch "\n| (`[^|]+) |" do
      for name in row:gmatch "`([^`]+)`" do
        listed[#listed + 1] = name
      end
    end
    assert.same(listed, csv.columns)
  end)

  it("read by another program is what the model says", function()
    local verdicts = {}
    for i, name in ipairs(names) do
      verdicts[i] = named(name)
    end
    local rows = read_by_python((render("csv", verdicts,
                                        { run = run_facts })))
    assert.equal(#verdicts + 1, #rows)
    for i, verdict in ipairs(verdicts) do
      local server, cells = model.server(verdict), {}
      for k, column in ipairs(csv.columns) do
        cells[column] = rows[i + 1][k]
      end
      assert.equal(#csv.columns, #rows[i + 1])
      assert.equal(server.name or "", undefused(cells.name))
      assert.equal(table.concat(server.labels, ";"), undefused(cells.labels))
      assert.equal(server.summary, cells.summary)
      assert.equal(server.decided, cells.decided_by)
      assert.equal(server.known and server.known.vendor or "",
                   undefused(cells.product_vendor))
      assert.equal("1723", cells.port)
      assert.equal("F", cells.grade)
      assert.equal("reachable", cells.gre)
      assert.equal("required", cells.login)
      for _, method in ipairs { "pap", "chap_md5", "mschap_v1", "mschap_v2",
                                "eap" } do
        assert.equal(server.methods[method], cells[method])
      end
      assert.equal("", cells.spap)
      assert.equal(tostring(#server.findings), cells.finding_count)
      assert.equal(server.findings[1].id, cells.finding)
      assert.equal("default", cells.policy)
    end
  end)

  it("has no formula, and nothing but ASCII", function()
    for _, name in ipairs(names) do
      local text = render("csv", { named(name) })
      assert.is_nil(text:find "[^\r\n\x20-\x7e]")
      for _, row in ipairs(read_by_python(text)) do
        for _, cell in ipairs(row) do
          assert.is_nil(cell:find "^[=+%-@\t\r]", cell)
        end
      end
    end
  end)

  it("ends rows by CRLF, and quotes what has to be", function()
    assert.equal("", csv.cell(nil))
    assert.equal("7", csv.cell(7))
    assert.equal('"a,b"', csv.cell "a,b")
    assert.equal('"a ""b"""', csv.cell 'a "b"')
    assert.equal("'=1", csv.cell "=1")
    assert.equal("\"'@a,b\"", csv.cell "@a,b")
    assert.equal("a=1", csv.cell "a=1")
    local text = render("csv", {})
    assert.equal(table.concat(csv.columns, ",") .. "\r\n", text)
  end)

  it("leaves out findings below a severity, and none that it does not know",
     function()
    local verdict = R.verdict(R.pppd("pap", "mschap_v2"))
    local function findings(severity)
      local rows = read_by_python((render("csv", { verdict },
                                          { severity = severity })))
      for k, column in ipairs(rows[1]) do
        if column == "findings" then
          return rows[2][k]
        end
      end
    end
    local all, some = findings(nil), findings "critical"
    assert.equal(all, findings "info")
    assert.truthy(some:find("PPTP-011", 1, true))
    assert.is_nil(some:find("PPTP-001", 1, true))
    assert.truthy(all:find("PPTP-001", 1, true))
    verdict.findings = { { id = "PPTP-001", severity = "odd" } }
    assert.equal("PPTP-001", findings "critical")
  end)

  it("shows a brief verdict, and what became of it", function()
    local rows = read_by_python((render("csv", { {
      target = "192.0.2.1", port = 1723, grade = "E", best = "E", worst = "E",
      stages = { tcp = "open" }, methods = { mschap_v2 = "offered" },
      change = { class = "worse", was = "C" },
    } })))
    local cells = {}
    for k, column in ipairs(rows[1]) do
      cells[column] = rows[2][k]
    end
    assert.equal("open", cells.tcp)
    assert.equal("not_tested", cells.gre)
    assert.equal("offered", cells.mschap_v2)
    assert.equal("worse", cells.change)
    assert.equal("C", cells.change_was)
    assert.equal("", cells.product)
  end)
end)

local function graded(letter, given)
  local verdict = { target = "192.0.2.1", port = 1723, grade = letter,
                    best = letter, worst = letter, caps = {},
                    time = "2026-11-22T22:40:00.000000Z" }
  for key, value in pairs(given or {}) do
    verdict[key] = value
  end
  return verdict
end

local NOW = 1795387200 -- 2026-11-22T22:40:00Z

describe("Icinga's line", function()
  local function check(list, opts)
    opts = opts or {}
    opts.now = opts.now or NOW
    local line, r = render("icinga", list, opts)
    assert.truthy(line:find "^PPTP %u+ %- [^|\n]+ | [^|\n]+\n$", line)
    assert.is_nil(line:find "[^\n\x20-\x7e]")
    for item in line:match("| (.*)\n"):gmatch "%S+" do
      assert.truthy(item:find "^%l+=%d+s?;?%d*;?%d*;?%d*;?%d*$", item)
    end
    local words = { [0] = "OK", "WARNING", "CRITICAL", "UNKNOWN" }
    assert.equal(words[r:status()], line:match "^PPTP (%u+)")
    return r:status(), line
  end

  it("has a status by the worst letter that is possible", function()
    for letter, want in pairs { A = 0, B = 0, C = 1, D = 1, E = 2, F = 2,
                                ["?"] = 3 } do
      assert.equal(want, (check { graded(letter) }), letter)
    end
    assert.equal(2, (check { graded("B-F", { best = "B", worst = "F" }) }))
    -- A likely decoy counts by what it is if it is none.
    assert.equal(2, (check { graded("?", { best = "F", worst = "F" }) }))
    for letter, want in pairs { A = 0, B = 1, E = 1, F = 2 } do
      assert.equal(want, (check({ graded(letter) },
                                { warn = "B", crit = "F" })), letter)
    end
  end)

  it("is as bad as the worst server", function()
    local a, c, e, q = graded "A", graded "C", graded "E", graded "?"
    for _, case in ipairs { { 2, a, c, e, q }, { 1, q, a, c }, { 3, a, q },
                            { 0, a, a }, { 2, e, a }, { 3 } } do
      local list = { table.unpack(case, 2) }
      assert.equal(case[1], (check(list)))
    end
  end)

  it("is unknown where not all was done, and no better where it was worse",
     function()
    local partial = { partial = true }
    assert.equal(3, (check({ graded "A" }, { run = partial })))
    assert.equal(1, (check({ graded "C" }, { run = partial })))
    assert.equal(2, (check({ graded "F" }, { run = partial })))
    local status, line = check({}, { run = { problem = "no\27 file | x" } })
    assert.equal(3, status)
    assert.truthy(line:find("no\\x1b file \\x7c x", 1, true))
  end)

  it("takes what is too old for unknown, unless it is worse", function()
    local function at(age, letter, given)
      return (check({ graded(letter, given) },
                    { max_age = 60, now = NOW + age }))
    end
    assert.equal(0, at(60, "A"))
    assert.equal(3, at(61, "A"))
    assert.equal(1, at(61, "C"))
    assert.equal(2, at(61, "E"))
    assert.equal(0, at(-60, "A"))
    assert.equal(3, at(-61, "A")) -- a time that is yet to come
    assert.equal(3, at(0, "A", { time = "yesterday" }))
    -- The newest of its records counts.
    assert.equal(0, at(90, "A", { evidence = {
      time = "2026-11-22T22:40:00.000000Z", conversations = {
        { time = "2026-11-22T22:40:00.000000Z" },
        { time = "2026-11-22T22:40:40.000000Z" } } } }))
  end)

  it("names the worst, and counts the rest", function()
    local list = {}
    for i = 1, 9 do
      list[i] = graded(i == 7 and "F" or "E", { target = "192.0.2." .. i })
    end
    local _, line = check(list)
    assert.truthy(line:find("9 of 9 servers: 192.0.2.7 grade F; 192.0.2.1 " ..
                            "grade E; ", 1, true), line)
    assert.truthy(line:find("; and 4 more | servers=9;", 1, true), line)
    assert.truthy(line:find(" worst=6;2;4;0;6", 1, true), line)
  end)

  it("is one line, whatever a server is called", function()
    for _, name in ipairs(names) do
      check { named(name) }
    end
    assert.equal("PPTP UNKNOWN - a\\x7cb\n", icinga.failure "a|b")
  end)
end)

describe("the facts of a run", function()
  it("are two lines at the head of the text", function()
    local text = render("text", { graded("E", { brief = true }) },
                        { run = run_facts })
    assert.truthy(text:find("^pptpgrade 0.1.0, 2026%-11%-22 22:40:00 to " ..
      "22:41:10 UTC, from 192.0.2.9\n3 asked, 2 graded, 4 excluded, 1 " ..
      "failed; not all was done; policy default; %-e %.%.\n\n192.0.2.1"), text)
    assert.truthy(render("text", {}, { run = run_facts })
                    :find "\n\nno server was graded\n$")
    assert.equal("2026-11-22 22:40:00 to 2026-11-23 01:00:00 UTC",
      facts.lines({ start = run_facts.start,
                    ["end"] = "2026-11-23T01:00:00Z" }, 80)[1]:sub(14))
  end)

  it("end a JSON document, and JSON Lines where asked", function()
    local text = render("json", {}, { run = run_facts })
    assert.same(run_facts, assert(core.record(text)).run)
    assert.equal("", (render("jsonl", {}, { run = run_facts })))
    text = render("jsonl", {}, { run = run_facts, with_run = true })
    assert.same({ run = run_facts }, assert(core.record(text)))
    assert.equal('{"schema":1,"verdicts":[]}\n', (render("json", {})))
  end)

  it("are safe, whoever wrote them", function()
    for _, odd in ipairs { false, 7, "x\27\n", {}, { {} }, { a = 1 }, 0.5 } do
      for _, name in ipairs(facts.names) do
        local run = { [name] = odd }
        for _, line in ipairs(facts.lines(run, 80)) do
          assert.is_nil(line:find "[^\x20-\x7e]")
          assert.is_true(#line <= 80)
        end
        local text = facts.json(run)
        assert(text == nil or core.record(text))
        for _, format in ipairs { "text", "json", "jsonl", "csv" } do
          render(format, { graded "E" }, { run = run, with_run = true })
        end
      end
    end
    assert.same({}, facts.lines(nil, 80))
    assert.is_nil(facts.json "x")
  end)

  it("hold a document to its schema", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write((render("json", {}, { run = run_facts })))
    file:close()
    local pipe = assert(io.popen("tests/schema/check document " .. path ..
                                 " 2>&1"))
    local said = pipe:read "a"
    assert(pipe:close(), said)
    os.remove(path)
    assert.equal("1 of 1 right\n", said)
  end)
end)
