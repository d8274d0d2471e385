-- SPDX-License-Identifier: BSD-2-Clause
--- What a page says first: how exposed, in one sentence that claims no more
-- than was seen.
local markup = require "pptpgrade.report.html.markup"

local M = {}

local number, counted = markup.number, markup.counted

local function are(n)
  return n == 1 and "is" or "are"
end

-- How bad it is at the worst letter there is.
local function worst_of(figures, letter)
  local certain, possible = figures.certain[letter], figures.possible[letter]
  local all = counted(figures.total, "server")
  if letter == "A" and certain == figures.total then
    return ("All of %s %s closed: grade A"):format(all, are(figures.total))
  elseif certain == 0 then
    return ("No server is certain to be graded %s, and %s of %s may be")
      :format(letter, number(possible), all)
  end
  local text = ("%s of %s %s graded %s"):format(number(certain), all,
    are(certain), letter)
  if letter ~= "F" and letter ~= "A" then
    text = text .. ", and none worse" ..
      (figures.unknown > 0 and " that could be graded" or "")
  end
  if possible > 0 then
    text = ("%s; %s more may be"):format(text, number(possible))
  end
  return text
end

--- @tparam table figures
-- @treturn string
function M.of(figures)
  local letter, unknown = figures:worst(), figures.unknown
  if figures.total == 0 then
    return "No server was graded."
  elseif not letter then
    return ("None of %s could be graded."):format(
      counted(figures.total, "server"))
  end
  local text = worst_of(figures, letter)
  if unknown > 0 then
    text = ("%s; %s could not be graded"):format(text, number(unknown))
  end
  return text .. "."
end

--- A single server's.
-- @tparam table row as report/model's row gives
-- @treturn string
function M.of_one(row)
  if row.grade == "?" then
    return ("%s could not be graded."):format(row.server)
  end
  return ("%s is graded %s."):format(row.server, row.grade)
end

return M
