-- SPDX-License-Identifier: BSD-2-Clause
--- What a sweep says of itself, for the head of a study: the fields of its
-- first row (kind `scan`), whichever they are. Anyone may have written it.
local escape = require "pptpgrade.report.escape"
local markup = require "pptpgrade.report.html.markup"

local M = {}

local MOST, LONG = 32, 200 -- facts, and bytes of one
local hidden = { schema = true, kind = true }

local function value_of(value)
  if math.type(value) == "integer" then
    return value > 9999 and markup.number(value) or tostring(value)
  elseif type(value) == "number" or type(value) == "string" then
    return markup.time(escape.text(tostring(value)))
  elseif type(value) == "boolean" then
    return value and "yes" or "no"
  elseif type(value) == "table" and value[1] ~= nil then
    local parts = {}
    for i = 1, math.min(#value, MOST) do
      parts[i] = type(value[i]) ~= "table" and value_of(value[i]) or "..."
    end
    return table.concat(parts, " ")
  end
end

local function title_of(key)
  return (escape.fit(escape.text(key), 40):gsub("_", " "):gsub("^%l",
    string.upper))
end

--- The facts of a sweep.
-- @tparam table heads list of rows of kind `scan`, as they were read; where
--   there are several, those of the first, and how many there are
-- @treturn table list of { name, value }, by name; printable ASCII
function M.facts(heads)
  local facts = {}
  for key, value in pairs(type(heads[1]) == "table" and heads[1] or {}) do
    local text = type(key) == "string" and not hidden[key] and value_of(value)
    if text then
      facts[#facts + 1] = { title_of(key), escape.fit(text, LONG) }
    end
  end
  table.sort(facts, function(a, b) return a[1] < b[1] end)
  for i = #facts, MOST + 1, -1 do
    facts[i] = nil
  end
  if heads[2] then
    facts[#facts + 1] = { "Sweeps", tostring(#heads) }
  end
  return facts
end

return M
