-- SPDX-License-Identifier: BSD-2-Clause
--- One line for Icinga, Nagios and what reads their plugins: a status, who is
-- worst, and performance data. Source: the Monitoring Plugins' guidelines.
--
-- A server's worst possible letter counts, so not to know never betters a
-- status: what is graded "?" without a letter is unknown, and so is what is
-- older than it may be, unless it was worse than that. The worst server
-- decides: critical before warning before unknown before ok.
local escape = require "pptpgrade.report.escape"
local model = require "pptpgrade.report.model"
local reads = require "pptpgrade.record"

local M = {}

--- Where nobody says otherwise: something speaks PPTP; a login can be broken.
M.WARN, M.CRIT = "C", "E"

M.OK, M.WARNING, M.CRITICAL, M.UNKNOWN = 0, 1, 2, 3

local names = { [0] = "OK", "WARNING", "CRITICAL", "UNKNOWN" }
local SHOWN = 5 -- servers that are named

local Report = {}
Report.__index = Report

local function rank(letter)
  return letter:byte() - 64
end

-- A bar begins the performance data.
local function plain(text)
  return (text:gsub("|", "\\x7c"))
end

-- Seconds since the newest record began; nil where that is not told. A time
-- that is yet to come is none either.
local function age_of(verdict, now)
  local e = reads.list(verdict.evidence)
  local newest = reads.microseconds(e.time or verdict.time)
  for _, record in ipairs(reads.tables(e.conversations)) do
    newest = math.max(newest or 0, reads.microseconds(record.time) or 0)
  end
  local age = newest and now and now - newest // 1000000
  return age and age >= -60 and math.max(math.floor(age), 0) or nil
end

local function level_of(self, row, stale)
  if row.worst_rank >= rank(self.crit) then
    return M.CRITICAL
  elseif row.worst_rank >= rank(self.warn) then
    return M.WARNING
  end
  return (row.worst_rank == 0 or stale) and M.UNKNOWN or M.OK
end

function Report:add(verdict)
  local row = model.row(verdict)
  local age = self.max_age and age_of(verdict, self.now)
  local stale = self.max_age ~= nil and (not age or age > self.max_age)
  local level = level_of(self, row, stale)
  if age then
    self.age = math.max(self.age or 0, age)
  end
  self.stale = self.stale + (stale and 1 or 0)
  self.counts[level] = self.counts[level] + 1
  self.total = self.total + 1
  self.worst = math.max(self.worst, row.worst_rank)
  local list = self.rows[level]
  list[#list + 1] = { server = row.server, grade = row.grade, key = row.key,
                      worst_rank = row.worst_rank, best_rank = row.best_rank,
                      decided = row.decided }
  table.sort(list, model.before)
  list[SHOWN + 1] = nil
  return true
end

--- The status that the servers so far deserve.
-- @treturn integer 0 ok, 1 warning, 2 critical, 3 unknown
function Report:status()
  for _, level in ipairs { M.CRITICAL, M.WARNING, M.UNKNOWN } do
    if self.counts[level] > 0 then
      return level
    end
  end
  local partial = self.run and self.run.partial
  return (partial or self.total == 0) and M.UNKNOWN or M.OK
end

local function named(self, level)
  local texts, rows = {}, self.rows[level]
  for i, row in ipairs(rows) do
    texts[i] = ("%s grade %s"):format(row.server, row.grade)
  end
  if #rows == 1 and rows[1].decided ~= "" then
    texts[1] = ("%s, %s"):format(texts[1], rows[1].decided)
  end
  local more = self.counts[level] - #rows
  return table.concat(texts, "; ") ..
    (more > 0 and ("; and %d more"):format(more) or "")
end

-- What is said behind the status.
local function sentence(self, level)
  if self.total == 0 then
    local why = self.run and self.run.problem
    return "no server was graded" .. (why and ": " .. escape.line(why) or "")
  end
  local parts = { ("%d of %d server%s: %s"):format(self.counts[level],
    self.total, self.total == 1 and "" or "s", named(self, level)) }
  if self.counts[level] == 0 then
    parts[1] = ("%d server%s graded, and not all was done"):format(
      self.total, self.total == 1 and " is" or "s are")
  end
  if self.stale > 0 then
    parts[#parts + 1] = ("%d older than %d s, or of unknown age"):format(
      self.stale, self.max_age)
  end
  return table.concat(parts, "; ")
end

local function performance(self)
  local c = self.counts
  local parts = { ("servers=%d;;;0 critical=%d;;0;0 warning=%d;0;;0 " ..
                   "unknown=%d;0;;0 ok=%d;;;0"):format(self.total,
    c[M.CRITICAL], c[M.WARNING], c[M.UNKNOWN], c[M.OK]) }
  if self.worst > 0 then
    parts[2] = ("worst=%d;%d;%d;0;6"):format(self.worst, rank(self.warn) - 1,
                                             rank(self.crit) - 1)
  end
  if self.age then
    parts[#parts + 1] = ("age=%ds;%d;;0"):format(self.age, self.max_age)
  end
  return table.concat(parts, " ")
end

--- The line of a check that could not begin.
-- @tparam string why one sentence
-- @treturn string
function M.failure(why)
  return "PPTP UNKNOWN - " .. plain(why) .. "\n"
end

function Report:close()
  local level = self:status()
  return self.write(("PPTP %s - %s | %s\n"):format(names[level],
    plain(sentence(self, level)), performance(self)))
end

--- @tparam function write bytes -> true | nil, message
-- @tparam table opts warn, crit (letters), max_age (seconds), now (seconds
--   since 1970), run (`partial`: not all was done; `problem`: what was said
--   last)
function M.open(write, opts)
  local counts, rows = {}, {}
  for level = M.OK, M.UNKNOWN do
    counts[level], rows[level] = 0, {}
  end
  return setmetatable({
    write = write, warn = opts.warn or M.WARN, crit = opts.crit or M.CRIT,
    max_age = opts.max_age, now = opts.now, run = opts.run, total = 0,
    stale = 0, worst = 0, counts = counts, rows = rows,
  }, Report)
end

return M
