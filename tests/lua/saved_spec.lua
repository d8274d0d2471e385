-- SPDX-License-Identifier: BSD-2-Clause
-- Verdicts that were saved: read back, and shown again.
local R = require "records"
local core = require "pptpgrade.core"
local evidence = require "pptpgrade.judge.evidence"
local grade = require "pptpgrade.grade"
local json = require "pptpgrade.report.encode"
local main = require "pptpgrade.cli.main".main
local pptp = require "pptpgrade"
local saved = require "pptpgrade.cli.saved"

local function verdict(target, server, time)
  local found
  for _, record in ipairs(R.survey(server or R.pppd("mschap_v2"))) do
    record.target, record.time = target, time or record.time
    found = evidence.merge(found, record)
  end
  return grade.grade(found)
end

local paths = {}

local function file_of(text)
  local path = os.tmpname()
  paths[#paths + 1] = path
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

local function lines(...)
  local parts = {}
  for i, value in ipairs { ... } do
    parts[i] = (type(value) == "string" and value or json.encode(value)) .. "\n"
  end
  return table.concat(parts)
end

-- Runs the program over a file: status, standard output, complaints.
local function run(args, stdin)
  local out, err = io.tmpfile(), io.tmpfile()
  local status = main(args, {
    out = out, err = err, stdin = stdin, open = io.open, pptp = pptp,
    getenv = function() return nil end,
    terminal = function() return false end,
    signals = function() return 0 end,
    clock = function() return 1795387200 end,
  })
  out:seek("set", 0)
  err:seek("set", 0)
  return status, out:read "a", err:read "a"
end

local a, b = verdict("192.0.2.1"), verdict("192.0.2.2", R.pppd("pap"))

describe("saved verdicts", function()
  after_each(function()
    for i, path in ipairs(paths) do
      os.remove(path)
      paths[i] = nil
    end
  end)

  it("come back byte for byte, from lines and from a document", function()
    local text = lines(a, b)
    local status, out, said = run { "--render", file_of(text), "-f", "jsonl" }
    assert.equal(0, status)
    assert.equal("", said)
    assert.equal(text, out)
    local _, document = run { "--render", file_of(text), "-f", "json" }
    assert.equal(text, select(2, run { "--render", file_of(document), "-f",
                                       "jsonl" }))
    assert.equal(document, select(2, run { "--render", file_of(document),
                                           "-f", "json" }))
    -- On one line, or laid out anew, as other programs write it.
    for _, other in ipairs { (document:gsub("\n", "")),
                             (document:gsub("^{", "{\n ")) } do
      assert.equal(text, select(2, run { "--render", file_of(other), "-f",
                                         "jsonl" }))
    end
  end)

  it("come from standard input too", function()
    local file = assert(io.open(file_of(lines(a)), "rb"))
    assert.equal(lines(a), select(2, run({ "--render", "-", "-f", "jsonl" },
                                         file)))
    local pipe = assert(io.popen("cat " .. file_of(lines(a, b))))
    assert.equal(lines(a, b), select(2, run({ "--render", "-", "-f",
                                              "jsonl" }, pipe)))
    pipe:close()
  end)

  it("keep the facts of their run", function()
    local _, document = run { "--render", file_of(lines(
      a, { run = { release = "9.9", asked = 7 } })), "-f", "json" }
    local facts = assert(core.record(document)).run
    assert.equal("9.9", facts.release)
    assert.equal(7, facts.asked)
    _, document = run { "--render", file_of(document), "-f", "json" }
    assert.same(facts, assert(core.record(document)).run)
    local _, rows = run { "--render", file_of(document), "-f", "csv" }
    assert.truthy(rows:find(",9.9,default,[^,]*\r\n$"), rows)
    local status, partial = run { "--render", file_of(lines(
      a, { run = { release = "9.9" } }, "{")), "-f", "json" }
    assert.equal(4, status)
    assert.is_true(assert(core.record(partial)).run.partial)
  end)

  it("are told by line number where they are broken, and the rest counts: 4",
     function()
    local cut = json.encode(b):sub(1, -9)
    for _, broken in ipairs { "{", "nonsense", cut, '{"target":7}', "[]",
                              '{"a":1}' } do
      local status, out, said = run { "--render", file_of(lines(a, broken)),
                                      "-f", "jsonl" }
      assert.equal(4, status)
      assert.equal(lines(a), out)
      assert.truthy(said:find "^pptpgrade: [^\n]* line 2: [^\n]+\n$", said)
    end
  end)

  it("count once a server, by the newest, whatever their order", function()
    local old = verdict("192.0.2.1", R.pppd("pap"),
                        "2020-01-01T00:00:00.000000Z")
    for _, text in ipairs { lines(old, b, a), lines(a, b, old) } do
      local status, out, said = run { "--render", file_of(text), "-f",
                                      "jsonl" }
      assert.equal(0, status)
      assert.equal(lines(a, b), out)
      assert.truthy(said:find("1 older verdict of a server left out", 1, true))
    end
    -- One that cannot be read does not displace one that can.
    local status, out = run { "--render", file_of(lines(
      a, json.encode(a):sub(1, -5))), "-f", "jsonl" }
    assert.equal(4, status)
    assert.equal(lines(a), out)
    -- Another port is another server.
    local other = verdict("192.0.2.1")
    other.port = 99
    assert.equal(lines(a, other), select(2, run { "--render",
      file_of(lines(a, other)), "-f", "jsonl" }))
  end)

  it("may be brief", function()
    local brief = { target = "192.0.2.1", port = 1723, grade = "E", best = "E",
                    worst = "E", confidence = "proven", summary = "x",
                    brief = true, stages = { tcp = "open" } }
    for format, want in pairs { text = "grade E", csv = "192.0.2.1,1723",
                                json = '"grade":"E"', jsonl = '"E"' } do
      local status, out = run { "--render", file_of(lines(brief)), "-f",
                                format }
      assert.equal(0, status)
      assert.truthy(out:find(want, 1, true), out)
    end
    assert.equal(1, (run { "--render", file_of(lines(brief)), "--fail-on",
                           "E" }))
    assert.equal(2, (run { "--render", file_of(lines(brief)), "-f",
                           "icinga" }))
  end)

  it("are records instead: these are graded", function()
    local records = {}
    for i, record in ipairs(a.evidence.conversations) do
      records[i] = record
    end
    local text = lines(table.unpack(records))
    for _, stdin in ipairs { false, true } do
      local file = stdin and assert(io.open(file_of(text), "rb")) or nil
      local status, out = run({ "--render", stdin and "-" or file_of(text),
                                "-f", "jsonl" }, file)
      assert.equal(0, status)
      assert.equal(select(2, run { "-e", file_of(text), "-f", "jsonl" }), out)
      assert.truthy(out:find('"grade":"E"', 1, true))
    end
  end)

  it("are none: 2, and why", function()
    for text, why in pairs {
      [""] = "no verdict in ", ["\n\n"] = "no verdict in ",
      ['{"schema":1,"verdicts":[]}\n'] = "no verdict in ",
      ['{"schema":2,"verdicts":[{}]}\n'] = "of schema 2; schema 1 is known",
      ['{\n"a":1}\n'] = "no verdict in ",
    } do
      local status, out, said = run { "--render", file_of(text) }
      assert.equal(2, status, text)
      assert.equal("", out)
      assert.truthy(said:find("^pptpgrade: %-%-render: [^\n]+\n$"), said)
      assert.truthy(said:find(why, 1, true), said)
    end
    local status, _, said = run { "--render", "/nothing/here" }
    assert.equal(2, status)
    assert.truthy(said:find("No such file or directory", 1, true))
  end)

  it("are many, and none is kept in memory", function()
    local many = {}
    for i = 1, 400 do
      many[i] = json.encode(a):gsub('"target":"192.0.2.1"',
        ('"target":"192.0.2.%d"'):format(i % 250), 1):gsub(
        '"port":1723', ('"port":%d'):format(1000 + i), 1)
    end
    local path = file_of(table.concat(many, "\n") .. "\n")
    collectgarbage()
    collectgarbage()
    local before, most, count = collectgarbage "count", 0, 0
    local file = assert(saved.open({ open = io.open }, path, error))
    assert.equal(400, #file.entries)
    file:each(function()
      count = count + 1
      collectgarbage()
      most = math.max(most, collectgarbage "count")
    end)
    file:close()
    assert.equal(400, count)
    assert.is_true(most - before < 1500, most - before)
  end)
end)
