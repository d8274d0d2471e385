-- SPDX-License-Identifier: BSD-2-Clause
--- Columns, wrapped lines and colour. All text here is printable ASCII: what
-- comes from elsewhere was escaped before.
local M = {}

local NARROWEST = 16 -- of the text
local INDENT = 6 -- of text whose head leaves it no room

local severities = { critical = 31, high = 31, medium = 33, low = 36 }
local colors = { A = 32, B = 36, C = 33, D = 33, E = 31, F = 31 }

-- Words, and those too long for a line in pieces. Several blanks in a row are
-- bytes that a server sent: they stay as they are, inside a word.
local function words_of(text, room)
  local words = {}
  text = text:gsub("  +", function(run) return ("\0"):rep(#run) end)
  for word in text:gmatch("[^ ]+") do
    for at = 1, #word, room do
      words[#words + 1] = (word:sub(at, at + room - 1):gsub("\0", " "))
    end
  end
  return words
end

-- A head that leaves its text no room has a line of its own.
local function below(head, text, width, join)
  local lines = text == "" and {} or
    M.wrap((" "):rep(INDENT), text, width, join)
  table.insert(lines, 1, (head:gsub(" +$", "")))
  return lines
end

--- Text in lines: the first begins with `head`, the others with as many
-- spaces; where the head leaves no room, it has a line of its own.
-- @tparam string head
-- @tparam string text
-- @tparam int width
-- @tparam[opt] string join put at the end of every line but the last
-- @treturn table lines
function M.wrap(head, text, width, join)
  join = join or ""
  if width - #head - #join < NARROWEST and #head > INDENT then
    return below(head, text, width, join)
  end
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

--- Text in a colour of the terminal's, where colour is wanted.
-- @tparam string text
-- @tparam integer|nil code of SGR; nil for none
-- @tparam boolean color
function M.colored(text, code, color)
  if not color or not code then
    return text
  end
  return ("\27[1;%dm%s\27[0m"):format(code, text)
end

--- A severity in its colour, padded to a width.
function M.severity(text, width, color)
  return M.colored(text, severities[text], color) ..
    (" "):rep(width - #text)
end

--- A grade's worst letter decides its colour.
-- @tparam string text what to colour
-- @tparam string grade
-- @tparam boolean color
function M.paint(text, grade, color)
  return M.colored(text, colors[grade:sub(-1)], color)
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
