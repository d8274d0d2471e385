-- SPDX-License-Identifier: BSD-2-Clause
-- Saved verdicts that somebody bent: whatever stands in them, every report
-- writes its own format, as it does of a sound one beside it, and the
-- comparison of two runs gives a class that its mirror agrees with.
local R = require "records"
local bend = require "bent"
local brief = require "pptpgrade.report.brief"
local compare = require "pptpgrade.judge.compare"
local json = require "json"
local report = require "pptpgrade.report"

local ROUNDS = tonumber(os.getenv "PPTP_BENT") or 250

local verdicts = {
  R.verdict(R.pppd("pap", "mschap_v2", "eap")),
  R.verdict(R.accel("mschap_v1", "c223:07")),
  R.verdict(R.mpd("mschap_v2"), { name = "vpn.example.net" }),
}
for i = 1, #verdicts do
  verdicts[i].change = { class = "changed", was = "E", facts = { "PAP gone" } }
  verdicts[#verdicts + 1] = brief.of(verdicts[i])
end

local function written(format, opts, list)
  local parts = {}
  local out = report.open(format, function(bytes)
    parts[#parts + 1] = bytes
    return true
  end, opts)
  for _, verdict in ipairs(list) do
    assert(out:add(verdict))
  end
  assert(out:close())
  return table.concat(parts)
end

local function count(text, pattern)
  return select(2, text:gsub(pattern, ""))
end

local function is_printable(text)
  return not text:find("[^\n\x20-\x7e]")
end

-- Fields of each row: a quoted one may hold anything.
local function columns(text)
  local counts = {}
  for line in text:gsub('"[^"]*"', "q"):gmatch "[^\r\n]+" do
    counts[#counts + 1] = count(line, ",")
  end
  return counts
end

local function is_lines_of_json(text)
  for line in text:gmatch "[^\n]+" do
    if type(json.decode(line)) ~= "table" then
      return false
    end
  end
  return count(text, "\n") == 2
end

local function is_json(text)
  return is_printable(text) and type(json.decode(text)) == "table"
end

local side = { name = "old.jsonl", servers = 2 }

-- What a text must be, of two verdicts, for each way to write them.
local ways = {
  { "text", { verbose = true, all = true }, is_printable },
  { "text", { all = true, color = true, remedies = true }, function(text)
    return is_printable((text:gsub("\27%[[%d;]*m", "")))
  end },
  { "text", { sides = { old = side, new = side }, all = true,
              verbose = true },
    is_printable },
  { "json", {}, is_json }, { "json", { brief = true }, is_json },
  { "jsonl", {}, is_lines_of_json }, { "jsonl", { brief = true },
                                       is_lines_of_json },
  { "csv", {}, function(text)
    local found = columns(text)
    return is_printable((text:gsub("\r\n", "\n"))) and #found == 3 and
      found[2] == found[1] and found[3] == found[1]
  end },
  { "html", {}, function(text)
    return is_printable(text) and count(text, "<tr class=\"row\"") <= 2 and
      count(text, "<script") == count(text, "</script>")
  end },
  { "sarif", {}, is_json },
  { "icinga", { max_age = 3600, now = 1790000000 }, function(text)
    return is_printable(text) and count(text, "\n") == 1 and
      count(text, "|") == 1 and text:find("^PPTP %u+ %- ") ~= nil
  end },
}

local function all_written(bent, sound)
  for _, way in ipairs(ways) do
    local format, opts, fits = way[1], way[2], way[3]
    local ok, text = xpcall(written, debug.traceback, format, opts,
                            { bent, sound })
    if not ok or not fits(text) then
      return false, format .. ": " .. text
    end
  end
  return true
end

local function compared(bent, sound)
  local old, new = compare.side(bent), compare.side(sound)
  local there, back = compare.change(old, new), compare.change(new, old)
  assert(compare.mirror[there.class] == back.class, there.class)
  return true
end

describe("a verdict that somebody bent", function()
  for i, sound in ipairs(verdicts) do
    it("is written by every report and compared: " .. i, function()
      for seed = 1, ROUNDS do
        math.randomseed(seed)
        local bent = bend.bent(sound, 6)
        assert(all_written(bent, sound))
        local ok, why = xpcall(compared, debug.traceback, bent, sound)
        assert(ok, ("seed %d: %s"):format(seed, tostring(why)))
      end
    end)
  end

  it("is written as a sound one is", function()
    for _, sound in ipairs(verdicts) do
      assert(all_written(R.copy(sound), sound))
    end
  end)
end)
