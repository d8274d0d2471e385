-- SPDX-License-Identifier: BSD-2-Clause
--- Columns, wrapped lines and colour. All text here is printable ASCII: what
-- comes from elsewhere was escaped before.
local M = {}

local NARROWEST = 16 -- of the text: a long head makes the line longer

local colors = { A = 32, B = 36, C = 33, D = 33, E = 31, F = 31 }

-- Words, and those too long for a line in pieces.
local function words_of(text, room)
  local words = {}
  for word in text:gmatch("%S+") do
    for at = 1, #word, room do
      words[#words + 1] = word:sub(at, at + room - 1)
    end
  end
  return words
end

--- Text in lines: the first begins with `head`, the others with as many
-- spaces.
-- @tparam string head
-- @tparam string text
-- @tparam int width
-- @tparam[opt] string join put at the end of every line but the last
-- @treturn table lines
function M.wrap(head, text, width, join)
  join = join or ""
  local room = math.max(width - #head - #join, NARROWEST)
  local lines, line = {}, nil
  for _, word in ipairs(words_of(text, room)) do
    if line and #line + 1 + #word <= room then
      line = line .. " " .. word
    else
      lines[#lines + 1] = line
      line = word
    end
  end
  lines[#lines + 1] = line or ""
  for i = 1, #lines do
    lines[i] = (i == 1 and head or (" "):rep(#head)) .. lines[i] ..
      (i < #lines and join or "")
  end
  return lines
end

--- Pads to a width; longer text stays as it is.
function M.pad(text, width)
  return text .. (" "):rep(width - #text)
end

--- A grade's worst letter decides its colour.
-- @tparam string text what to colour
-- @tparam string grade
-- @tparam boolean color
function M.paint(text, grade, color)
  local code = color and colors[grade:sub(-1)]
  if not code then
    return text
  end
  return ("\27[1;%dm%s\27[0m"):format(code, text)
end

-- Days since 1970-01-01, by the Gregorian calendar's cycle of 400 years, whose
-- years begin with March.
local function days(year, month, day)
  if month < 3 then
    year, month = year - 1, month + 12
  end
  local of_year = (153 * (month - 3) + 2) // 5 + day - 1
  return 365 * year + year // 4 - year // 100 + year // 400 + of_year - 719468
end

--- A record's time (RFC 3339, UTC) as microseconds since 1970.
-- @param text
-- @treturn integer|nil
function M.microseconds(text)
  if type(text) ~= "string" then
    return nil
  end
  local year, month, day, hour, minute, second, rest =
    text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)([.%d]*)Z$")
  if not year then
    return nil
  end
  local fraction = math.tointeger((rest:sub(2) .. "000000"):sub(1, 6)) or
    math.tointeger(tonumber((rest:sub(2) .. "000000"):sub(1, 6)))
  local date = days(math.tointeger(tonumber(year)),
                    math.tointeger(tonumber(month)),
                    math.tointeger(tonumber(day)))
  return ((date * 24 + tonumber(hour)) * 60 + tonumber(minute)) * 60000000 +
    tonumber(second) * 1000000 + (fraction or 0)
end

--- How long, for people: from microseconds; "?" where that is no number.
function M.duration(us)
  if type(us) ~= "number" then
    return "?"
  elseif us < 1000000 then
    return (us < 10000 and "%.1f ms" or "%.0f ms"):format(us / 1000)
  end
  return ("%.1f s"):format(us / 1000000)
end

return M
