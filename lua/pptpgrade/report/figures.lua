-- SPDX-License-Identifier: BSD-2-Clause
--- Counts over all servers of a report: what its bars and its sentence say.
-- Needs as much memory for a million servers as for ten.
local compare = require "pptpgrade.judge.compare"
local escape = require "pptpgrade.report.escape"

local M = {}

local Figures = {}
Figures.__index = Figures

M.letters = { "F", "E", "D", "C", "B", "A" }
M.methods = { "pap", "chap_md5", "mschap_v1", "mschap_v2", "eap" }

local PRODUCTS = 4096 -- names that are told apart; the rest are one

local FINDINGS = 256 -- ids that are told apart

local known_classes = {}
for _, class in ipairs(compare.classes) do
  known_classes[class] = true
end

local severities = { critical = 1, high = 2, medium = 3, low = 4, info = 5 }

--- @treturn table figures: `total`; `unknown` (graded "?"); `certain` and
--   `possible` by letter (a range counts at its worst letter, as possible);
--   `methods` by name: `taken` (offered or accepted), `refused`, `open` (no
--   answer, or not tested); `products` and `changes` by name; `findings` by
--   id: `{ id, title, severity, count }`; `reachable` (GRE both ways)
function M.new()
  local new = { total = 0, unknown = 0, reachable = 0, certain = {},
                possible = {}, methods = {}, products = {}, names = 0, ids = 0,
                findings = {}, changes = {} }
  for _, letter in ipairs(M.letters) do
    new.certain[letter], new.possible[letter] = 0, 0
  end
  for _, method in ipairs(M.methods) do
    new.methods[method] = { taken = 0, refused = 0, open = 0 }
  end
  return setmetatable(new, Figures)
end

local places = { offered = "taken", accepted = "taken", refused = "refused" }

function Figures:count_grade(row)
  if row.grade == "?" or not self.certain[row.worst] then
    self.unknown = self.unknown + 1
  elseif row.best == row.worst then
    self.certain[row.worst] = self.certain[row.worst] + 1
  else
    self.possible[row.worst] = self.possible[row.worst] + 1
  end
end

-- A reply that fits no row of ours has the name "unknown".
function Figures:count_product(name)
  name = name ~= "unknown" and name or ""
  if not self.products[name] then
    if self.names == PRODUCTS then
      name = "others"
    else
      self.names = self.names + 1
    end
  end
  self.products[name] = (self.products[name] or 0) + 1
end

--- Counts one server.
-- @tparam table row as report/model's row gives
-- @tparam table findings list of { id, title, severity }
function Figures:add(row, findings)
  local class = row.change and row.change.class
  if known_classes[class] then
    self.changes[class] = (self.changes[class] or 0) + 1
  end
  if class == "missing" then
    return -- it was not asked now: it counts for nothing else
  end
  self.total = self.total + 1
  self:count_grade(row)
  for _, method in ipairs(M.methods) do
    local counts = self.methods[method]
    local place = places[row.methods[method]] or "open"
    counts[place] = counts[place] + 1
  end
  self:count_product(row.product)
  if row.states.gre == "reachable" then
    self.reachable = self.reachable + 1
  end
  for _, finding in ipairs(findings) do
    self:count_finding(finding)
  end
end

-- Saved verdicts come from files that anyone wrote, with any number of ids.
function Figures:count_finding(finding)
  local known = self.findings[finding.id]
  if not known and self.ids < FINDINGS then
    known = { id = escape.fit(finding.id, 12), count = 0,
              title = escape.fit(finding.title or finding.id, 120),
              severity = escape.fit(finding.severity, 12) }
    self.findings[finding.id], self.ids = known, self.ids + 1
  end
  if known then
    known.count = known.count + 1
  end
end

--- Products, the most frequent first.
-- @treturn table list of { name, count }; "" is a server without one
function Figures:products_by_count()
  local list = {}
  for name, count in pairs(self.products) do
    list[#list + 1] = { name = name, count = count }
  end
  table.sort(list, function(a, b)
    if a.count ~= b.count then
      return a.count > b.count
    end
    return a.name < b.name
  end)
  return list
end

--- Findings, the worst first, and among these the most frequent.
-- @treturn table list of { id, title, severity, count }
function Figures:findings_by_weight()
  local list = {}
  for _, finding in pairs(self.findings) do
    list[#list + 1] = finding
  end
  table.sort(list, function(a, b)
    local x, y = severities[a.severity] or 6, severities[b.severity] or 6
    if x ~= y then
      return x < y
    elseif a.count ~= b.count then
      return a.count > b.count
    end
    return a.id < b.id
  end)
  return list
end

--- What changed, in the order of judge/compare's classes.
-- @treturn table list of { class, count }
function Figures:changes_in_order()
  local list = {}
  for _, class in ipairs(compare.classes) do
    if self.changes[class] then
      list[#list + 1] = { class = class, count = self.changes[class] }
    end
  end
  return list
end

--- The worst letter that any server has or may have; nil where none has one.
function Figures:worst()
  for _, letter in ipairs(M.letters) do
    if self.certain[letter] + self.possible[letter] > 0 then
      return letter
    end
  end
end

return M
