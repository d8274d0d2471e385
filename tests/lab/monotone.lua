-- SPDX-License-Identifier: BSD-2-Clause
--- Not knowing never betters: takes the records of one simulated survey, takes
-- facts out of them or adds noise, and compares the verdicts with the truth and
-- with each other.
--
-- A weakened set of records may give a wider range, or "?". It must still hold
-- the truth, and its worst letter must not be better than before. Records in
-- another order, from another source address, or alone, contradict nothing.
local grade = require "pptpgrade.grade".grade
local merge = require "pptpgrade.evidence".merge

local M = {}

-- ---- dice -------------------------------------------------------------------

-- xorshift64* (Vigna 2016): one seed, one sequence, in every Lua.
local function dice_of(seed)
  local x = seed * 0x9E3779B97F4A7C15 | 1
  return function(n)
    x = x ~ x >> 12
    x = x ~ x << 25
    x = x ~ x >> 27
    return (x * 0x2545F4914F6CDD1D >> 33) % n + 1
  end
end

local function copy(value)
  if type(value) ~= "table" then
    return value
  end
  local new = {}
  for key, item in pairs(value) do
    new[key] = copy(item)
  end
  return setmetatable(new, getmetatable(value))
end

-- ---- taking facts away ------------------------------------------------------

-- Who, when, and what kind of record: without them it is no record of this
-- target, and nothing is taken from the verdict by taking them away.
local identity = { schema = true, kind = true, target = true, port = true,
                   time = true, depth = true, run = true }

-- All places in a record from which something can go, as { table, key, path }.
local function places(record, found, path)
  local keys = {}
  for key in pairs(record) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    return tostring(a) < tostring(b)
  end)
  for _, key in ipairs(keys) do
    if path ~= "" or not identity[key] then
      local at = path .. "/" .. tostring(key)
      found[#found + 1] = { record, key, at }
      if type(record[key]) == "table" then
        places(record[key], found, at)
      end
    end
  end
  return found
end

-- One of a list is taken out, one of a table is set to nil.
local function take(place)
  local from, key = place[1], place[2]
  if math.type(key) == "integer" and from[key] ~= nil then
    table.remove(from, key)
  else
    from[key] = nil
  end
end

local function without_a_field(records, roll)
  local record = records[roll(#records)]
  local all = places(record, {}, "")
  local place = all[roll(#all)]
  take(place)
  return "without " .. place[3]
end

local function without_fields(records, roll)
  local said = {}
  for _ = 1, 1 + roll(8) do
    said[#said + 1] = without_a_field(records, roll)
  end
  return table.concat(said, ", ")
end

local function without_records(records, roll)
  local said = {}
  for i = #records, 1, -1 do
    if #records > 1 and roll(2) == 1 then
      table.remove(records, i)
      table.insert(said, 1, tostring(i))
    end
  end
  return "without records " .. table.concat(said, ", ")
end

local stages = { "host", "control", "call", "gre", "lcp", "challenge",
                 "network", "teardown" }

-- The conversation as if it had ended before a stage.
local function cut_short(records, roll)
  local record = records[roll(#records)]
  local from = roll(#stages)
  for i = from, #stages do
    record[stages[i]] = { state = "not_tested" }
  end
  record.ended_by = "aborted"
  return "cut before " .. stages[from]
end

-- ---- adding what proves nothing ---------------------------------------------

local noise = { "capture_drops", "syn_differs", "odd_segment", "syn_icmp",
                "connect_again", "capture_deaf", "own_host", "gre_icmp",
                "gre_late", "gre_duplicate", "no_guard", "local_icmp",
                "send_failed", "unexpected_control", "wan_error_notify",
                "set_link_info", "malformed", "lost_sync", "not_delivered" }

local function with_a_note(records, roll)
  local record = records[roll(#records)]
  local code = noise[roll(#noise)]
  record.notes = record.notes or {}
  table.insert(record.notes, { code = code, text = code })
  return "note " .. code
end

-- The server was heard, and from here on nothing more was.
local function with_silence(records, roll)
  local record = records[roll(#records)]
  record.lcp = { state = "silent", offers = {} }
  record.challenge = { state = "not_tested" }
  record.network = { state = "not_tested" }
  record.teardown = { state = "aborted", messages = {} }
  record.gre = { state = "silent", from_server = "unknown",
                 to_server = "unknown", reason = "timeout" }
  record.ended_by = "silent"
  return "silence after the call"
end

local function with_icmp(records, roll)
  local record = records[roll(#records)]
  record.gre = { state = "filtered", from_server = "unknown",
                 to_server = "unknown", reason = "icmp-3-13",
                 icmp_from = "192.0.2.254" }
  record.lcp = { state = "silent", offers = {} }
  return "a router's ICMP about GRE"
end

local function with_lost_contact(records, roll)
  local record = records[roll(#records)]
  for _, stage in ipairs(stages) do
    record[stage] = { state = "not_tested" }
  end
  record.tcp = { state = "silent", reason = "timeout",
                 connect = { state = "timeout", reason = "timeout" } }
  record.host = { state = "silent", asked = 2, answered = 0 }
  record.ended_by = "silent"
  return "no contact"
end

local ways = { without_a_field, without_a_field, without_fields,
               without_records, cut_short, with_a_note, with_silence,
               with_icmp, with_lost_contact }

-- ---- comparing --------------------------------------------------------------

local function verdict_of(records)
  local evidence
  for _, record in ipairs(records) do
    evidence = merge(evidence, copy(record))
  end
  return grade(evidence)
end

local function rank(letter)
  return type(letter) == "string" and letter:find("^[A-F]$") and
    letter:byte() or nil
end

local function text_of(verdict)
  return ("%s (%s-%s)"):format(verdict.grade, verdict.best or "",
                               verdict.worst or "")
end

-- Whether a verdict is the other true one.
local function is_also(verdict, also)
  return also ~= nil and verdict.grade == also
end

--- Why a verdict does not hold the truth, or nil. A question mark holds it,
-- unless it says a range.
function M.denies(verdict, truth)
  local best, worst = rank(verdict.best), rank(verdict.worst)
  local least, most = rank(truth.best), rank(truth.worst)
  if not least or not best or is_also(verdict, truth.also) then
    return nil
  elseif best > most or worst < most then
    return ("%s does not hold %s-%s"):format(text_of(verdict), truth.best,
                                             truth.worst)
  end
end

-- Whether less knowledge made it better.
local function betters(verdict, base, also)
  local worst, before = rank(verdict.worst), rank(base.worst)
  if worst and before and verdict.grade ~= "?" and base.grade ~= "?" and
     not is_also(verdict, also) and worst < before then
    return ("%s is better than %s"):format(text_of(verdict), text_of(base))
  end
end

--- The truth about a host, and a letter that is as true where nothing came of
-- what stands behind it: a host that answers GRE by ICMP is a D of its own.
-- @tparam table result as matrix.audit gives it
-- @treturn table best, worst, also (a grade, or nil)
function M.truth(result)
  return { best = result.truth.best, worst = result.truth.worst,
           also = result.refuses_gre and "D" or nil }
end

--- One weakening.
-- @tparam table records of one survey; not changed
-- @tparam table base their verdict
-- @tparam table truth as M.truth gives it
-- @tparam function roll dice
-- @treturn string|nil what is wrong
function M.weaken(records, base, truth, roll)
  local weaker, said = copy(records), {}
  for _ = 1, roll(3) do
    said[#said + 1] = ways[roll(#ways)](weaker, roll)
  end
  local ok, verdict = pcall(verdict_of, weaker)
  local why = not ok and tostring(verdict) or
    M.denies(verdict, truth) or betters(verdict, base, truth.also)
  return why and table.concat(said, "; ") .. ": " .. why
end

local function shuffled(records, roll)
  local new = copy(records)
  for i = #new, 2, -1 do
    local k = roll(i)
    new[i], new[k] = new[k], new[i]
  end
  return new
end

local function with_source(records, source)
  local new = copy(records)
  for _, record in ipairs(new) do
    record.source = source
  end
  return new
end

local function meets(a, b)
  local best, worst = rank(a.best), rank(a.worst)
  local other, last = rank(b.best), rank(b.worst)
  return not best or not other or best <= last and other <= worst
end

--- The same facts told otherwise.
-- @treturn string|nil what is wrong
function M.retell(records, base, truth, roll)
  local tellings = {
    ["in another order"] = shuffled(records, roll),
    ["from another source"] = with_source(records, "192.0.2.77"),
    ["from no source"] = with_source(records, nil),
    ["the first alone"] = { records[1] },
    ["the last alone"] = { records[#records] },
    ["twice"] = table.move(copy(records), 1, #records, #records + 1,
                           copy(records)),
  }
  for how, told in pairs(tellings) do
    local verdict = verdict_of(told)
    local why = M.denies(verdict, truth) or
      not is_also(verdict, truth.also) and not is_also(base, truth.also) and
      not meets(verdict, base) and
      ("%s contradicts %s"):format(text_of(verdict), text_of(base))
    if why then
      return how .. ": " .. why
    end
  end
  local other = verdict_of(tellings["in another order"])
  if other.grade ~= base.grade then
    return ("in another order: %s, not %s"):format(text_of(other),
                                                   text_of(base))
  end
end

--- All of it about one survey.
-- @tparam table result as matrix.audit gives it
-- @tparam integer seed
-- @tparam integer times how many weakenings
-- @treturn table sentences, each a violation
function M.check(result, seed, times)
  local records, wrong = result.evidence.conversations, {}
  local roll, base = dice_of(seed), verdict_of(result.evidence.conversations)
  local truth = M.truth(result)
  wrong[1] = M.retell(records, base, truth, roll)
  for _ = 1, times do
    wrong[#wrong + 1] = M.weaken(records, base, truth, roll)
  end
  return wrong
end

--- Two views of the same server: their ranges meet.
-- @tparam table verdicts
-- @tparam string|nil also the grade that M.truth gives beside
-- @treturn string|nil
function M.disagree(verdicts, also)
  for i = 1, #verdicts do
    for k = i + 1, #verdicts do
      local a, b = verdicts[i], verdicts[k]
      if not is_also(a, also) and not is_also(b, also) and
         not meets(a, b) then
        return ("%s and %s"):format(text_of(a), text_of(b))
      end
    end
  end
end

return M
