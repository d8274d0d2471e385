-- SPDX-License-Identifier: BSD-2-Clause
--- A sweep in figures, for people: what its text ends with. Counts alone, in as
-- much memory for a million rows as for ten.
local escape = require "pptpgrade.report.escape"
local figures_of = require "pptpgrade.report.figures"
local layout = require "pptpgrade.report.layout"
local model = require "pptpgrade.report.model"
local reads = require "pptpgrade.record"

local M = {}

local PRODUCTS = 8 -- that have a name; the rest are counted

local Study = {}
Study.__index = Study

--- @treturn table study
function M.new()
  return setmetatable({ figures = figures_of.new(), ranges = 0, dropped = {},
                        drops = 0 }, Study)
end

local none = {}

-- What the figures count of a verdict; no more is made of it, for every server
-- of a sweep.
local function row_of(verdict)
  return { grade = verdict.grade, best = verdict.best, worst = verdict.worst,
           methods = model.method_states(verdict),
           product = reads.list(verdict.product).name or "",
           states = { gre = model.state(verdict, "gre") } }
end

-- Why an open port was asked nothing more, by the reason that its row has.
local reasons = { silent_network = "in networks that accept and say nothing",
                  stopped = "when the sweep was stopped",
                  error = "because this host could not" }

local function drop_of(verdict)
  local e = verdict.evidence
  local record = type(e) == "table" and reads.tables(e.conversations)[1]
  local control = record and reads.stage(record, "control")
  return control and control.state == "not_tested" and
    reasons[control.reason]
end

--- Counts one server.
-- @tparam table verdict whole or brief
function Study:add(verdict)
  local row = row_of(verdict)
  if type(row.product) ~= "string" then
    row.product = ""
  end
  self.figures:add(row, none)
  if row.grade ~= "?" and row.best ~= row.worst then
    self.ranges = self.ranges + 1
  end
  local drop = drop_of(verdict)
  if drop then
    self.dropped[drop] = (self.dropped[drop] or 0) + 1
    self.drops = self.drops + 1
  end
end

local function share(count, total)
  return ("%d (%.1f %%)"):format(count, 100 * count / math.max(total, 1))
end

local function grades(figures)
  local parts = {}
  for _, letter in ipairs(figures_of.letters) do
    local certain, possible = figures.certain[letter], figures.possible[letter]
    if certain > 0 then
      parts[#parts + 1] = ("%s %s"):format(letter,
                                           share(certain, figures.total))
    end
    if possible > 0 then
      parts[#parts + 1] = ("perhaps %s %s"):format(letter,
        share(possible, figures.total))
    end
  end
  return parts
end

local titles = reads.titles

local function methods(figures)
  local parts = {}
  for _, method in ipairs(figures_of.methods) do
    parts[#parts + 1] = ("%s %d"):format(titles[method],
                                         figures.methods[method].taken)
  end
  return parts
end

local function products(figures)
  local parts, rest, more = {}, 0, 0
  for _, one in ipairs(figures:products_by_count()) do
    if one.name ~= "" and #parts < PRODUCTS then
      parts[#parts + 1] = ("%s %d"):format(
        escape.fit(escape.text(one.name), 40), one.count)
    elseif one.name ~= "" then
      rest, more = rest + one.count, more + 1
    end
  end
  if more > 0 then
    parts[#parts + 1] = ("%d others %d"):format(more, rest)
  end
  parts[#parts + 1] = ("not told %d"):format(figures.products[""] or 0)
  return parts
end

local function unknowns(study)
  return { ("graded ? %s"):format(share(study.figures.unknown,
                                        study.figures.total)),
           ("a range %s"):format(share(study.ranges, study.figures.total)) }
end

local function drops(study)
  local parts = {}
  for _, why in pairs(reasons) do
    if study.dropped[why] then
      parts[#parts + 1] = ("%d %s"):format(study.dropped[why], why)
    end
  end
  table.sort(parts)
  return parts[1] and parts or { "none" }
end

-- Of the first sweep, where several were joined.
local function head_of(heads, total)
  local head = reads.list(heads[1])
  local parts = { ("The sweep in figures: %d row%s"):format(
    total, total == 1 and "" or "s") }
  for _, key in ipairs { "count", "seed", "shard", "shards", "depth", "only" }
  do
    local value = head[key]
    if math.type(value) == "integer" or type(value) == "string" then
      parts[#parts + 1] = ("%s %s"):format(
        key == "count" and "targets" or key,
        escape.fit(escape.text(tostring(value)), 24))
    end
  end
  parts[#parts + 1] = heads[2] and ("the first of %d sweeps"):format(#heads)
  return table.concat(parts, ", ")
end

--- The study in lines for people.
-- @tparam table heads rows of kind `scan`, as they were read
-- @tparam integer width
-- @treturn table lines
function Study:lines(heads, width)
  local figures = self.figures
  local lines = layout.wrap("", head_of(heads, figures.total), width)
  for _, row in ipairs {
    { "grades", grades(figures) }, { "methods", methods(figures) },
    { "products", products(figures) }, { "unknown", unknowns(self) },
    { "not asked", drops(self) } } do
    local more = layout.wrap("  " .. layout.pad(row[1], 10),
                             row[2][1] and table.concat(row[2], ", ") or
                               "none", width)
    table.move(more, 1, #more, #lines + 1, lines)
  end
  local more = layout.wrap("", "Replies that this host lost stand in the " ..
    "sweep's metadata: lossy, lost, replies_dropped.", width)
  return table.move(more, 1, #more, #lines + 1, lines)
end

return M
