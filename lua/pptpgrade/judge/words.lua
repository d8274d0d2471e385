-- SPDX-License-Identifier: BSD-2-Clause
--- Letters and lists in words.
local reads = require "pptpgrade.record"

local M = {}

--- The letter of a number: 1 is A.
function M.letter(number)
  return string.char(64 + number)
end

--- One letter, or a range.
function M.span(best, worst)
  if best == worst then
    return M.letter(best)
  end
  return M.letter(best) .. "-" .. M.letter(worst)
end

--- Bytes in hexadecimal with a blank between them: "03 05 c2 23".
function M.spaced(hex)
  return (hex:gsub("%x%x", "%0 "):gsub(" $", ""))
end

--- Text in quotes.
function M.quoted(text)
  return '"' .. tostring(text) .. '"'
end

--- A state's name for people: "inbound only".
function M.state(state)
  return (tostring(state):gsub("_", " "))
end

--- "a", "a and b", "a, b and c"
-- @tparam table words
-- @tparam string last "and" or "or"
function M.join(words, last)
  local n = #words
  if n < 2 then
    return words[1] or ""
  end
  return table.concat(words, ", ", 1, n - 1) .. " " .. last .. " " .. words[n]
end

--- Methods by their names for people, joined.
function M.methods(methods, last)
  local titles = {}
  for i, method in ipairs(methods) do
    titles[i] = reads.title(method)
  end
  return M.join(titles, last)
end

return M
