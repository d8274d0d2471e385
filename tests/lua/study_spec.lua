-- SPDX-License-Identifier: BSD-2-Clause
-- The figures that the text of a sweep ends with.
local R = require "records"
local grade = require "pptpgrade.grade"
local report = require "pptpgrade.report"
local study = require "pptpgrade.report.study"

local HEAD = { kind = "scan", count = 400, seed = 7, shard = 1, shards = 2,
               depth = "call", only = "any" }

local function text_of(verdicts, heads, width)
  local parts = {}
  local r = report.open("text", function(text)
    parts[#parts + 1] = text
    return true
  end, { run = { sweep = heads }, width = width })
  for _, verdict in ipairs(verdicts) do
    assert(r:add(verdict))
  end
  assert(r:close())
  return table.concat(parts)
end

local function syn(state, control)
  return grade(R.evidence(R.record {
    kind = "syn", depth = "syn", control = control,
    tcp = { state = state, reason = state == "open" and "syn-ack" or nil } }))
end

local function call(method)
  return grade(R.evidence(R.talk { { method, "ack" } }))
end

local function some()
  return { call "pap", call "mschap_v2", call "mschap_v2", syn "silent",
           syn "open", syn("open", { state = "not_tested",
                                     reason = "silent_network" }),
           syn("open", { state = "not_tested", reason = "stopped" }),
           syn("open", { state = "silent" }) }
end

describe("a sweep's text", function()
  it("ends with its figures", function()
    local want = [[
The sweep in figures: 8 rows, targets 400, seed 7, shard 1, shards 2, depth
call, only any
  grades    F 1 (12.5 %), perhaps F 6 (75.0 %)
  methods   PAP 1, CHAP-MD5 0, MS-CHAPv1 0, MS-CHAPv2 2, EAP 0
  products  Poptop 3, not told 5
  unknown   graded ? 1 (12.5 %), a range 6 (75.0 %)
  not asked 1 in networks that accept and say nothing, 1 when the sweep was
            stopped
Replies that this host lost stand in the sweep's metadata: lossy, lost,
replies_dropped.
]]
    local text = text_of(some(), { HEAD })
    assert.equal(want, text:sub(-#want))
  end)

  it("ends so with one row, too", function()
    local text = text_of({ call "pap" }, { HEAD })
    assert.truthy(text:find("The sweep in figures: 1 row,", 1, true))
    assert.truthy(text:find("grade F", 1, true))
  end)

  it("has none where no sweep stood before the verdicts", function()
    for _, heads in ipairs { {}, 7, "x" } do
      assert.is_nil(text_of(some(), heads):find("figures", 1, true))
    end
    assert.is_nil(text_of(some(), nil):find("figures", 1, true))
  end)

  it("counts each row once, whatever it is", function()
    local s = study.new()
    for _, verdict in ipairs(some()) do
      s:add(verdict)
    end
    local f, sum = s.figures, s.figures.unknown
    for _, letter in ipairs { "A", "B", "C", "D", "E", "F" } do
      sum = sum + f.certain[letter] + f.possible[letter]
    end
    assert.same({ 8, 8 }, { f.total, sum })
  end)

  it("is printable and narrow, whoever wrote head and verdicts", function()
    for _, junk in ipairs { "\27[2J", "\255\0\n", {}, 7.5, true,
                            ("x"):rep(1000) } do
      local verdict = call "pap"
      verdict.product = { name = junk }
      verdict.grade, verdict.worst = junk, junk
      local text = text_of({ verdict, { grade = junk, evidence = junk,
                                        methods = junk, product = junk } },
                           { { count = junk, seed = junk, depth = junk } },
                           60)
      assert.is_nil(text:find "[^\n\x20-\x7e]")
    end
    for _, heads in ipairs { { 7 }, { "x" }, { HEAD, HEAD } } do
      local text = text_of(some(), heads, 40)
      for line in text:gmatch "[^\n]+" do
        assert.is_true(#line <= 80, line)
      end
    end
    assert.truthy(text_of(some(), { HEAD, HEAD }, 80)
      :find("first of 2 sweeps", 1, true))
  end)
end)
