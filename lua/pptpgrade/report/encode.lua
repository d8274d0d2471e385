-- SPDX-License-Identifier: BSD-2-Clause
--- JSON in the shape that pptp-probe writes.
-- One rule for every string, ours or the wire's: a Lua string is bytes, and a
-- byte is the character of the same number (Latin-1). What is outside
-- 0x20-0x7e is written as \u00XX, one escape a byte, so whatever a server sent
-- is valid JSON and comes back as the same bytes. Our own texts are ASCII.
--
-- Keys stand in a fixed order: those below first, the others by name.
local choice = require "pptpgrade.remedy.choice"
local core = require "pptpgrade.core"
local cves = require "pptpgrade.product.cves"

local M = {}

local first = {
  "schema", "kind", "id", "target", "name", "port", "labels", "grade", "best",
  "worst", "confidence", "summary", "state", "time", "source", "title",
  "severity", "reason", "caps", "findings", "product",
  "potential_vulnerabilities", "remedies", "check_by_hand", "evidence",
}
local last = { "authentication", "conversations", "raw" }

local rank = {}
for i, key in ipairs(first) do
  rank[key] = i - 1000
end
for i, key in ipairs(last) do
  rank[key] = i
end

-- The text of each list that servers share, by its key: the most of a verdict,
-- and the same for many.
local told = setmetatable({}, { __mode = "k" })
local shared = { remedies = choice.shared,
                 potential_vulnerabilities = cves.shared }

local function tell_shared(value)
  for key, lists in next, shared do
    local list = rawget(value, key)
    if list and lists[list] and not told[list] then
      told[list] = core.json(list, rank)
    end
  end
end

local function encode(value, line)
  if type(value) == "table" then
    tell_shared(value)
  end
  return core.json(value, rank, told, line)
end

--- A value as JSON, in one line.
-- @param value tables, strings, numbers, booleans. A table is a list where
--   `__jsontype` of its metatable says "array", or, without that, where it is
--   empty or has a first element
-- @treturn string
-- @raise where a value has no JSON: a function, NaN, a cycle
function M.encode(value)
  return encode(value, false)
end

--- The same with the newline behind it, which costs no second copy.
-- @param value
-- @treturn string
function M.line(value)
  return encode(value, true)
end

return M
