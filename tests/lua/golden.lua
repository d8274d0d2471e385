-- SPDX-License-Identifier: BSD-2-Clause
--- Texts that stand in files, compared with those that are made now.
local M = {}

local function lines_of(text)
  local lines = {}
  for line in text:gmatch "([^\n]*)\n?" do
    lines[#lines + 1] = line
  end
  return lines
end

-- What of a long line differs from another.
local function around(line, other)
  local at = 1
  while at <= #line and line:byte(at) == other:byte(at) do
    at = at + 1
  end
  return ("%q"):format(line:sub(math.max(at - 60, 1), at + 60))
end

--- A file's bytes.
function M.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

--- A file's parts, each behind a line "== NAME", by name.
-- @treturn table name -> text, that line too
function M.parts(path)
  local found, name = {}, nil
  for line in io.lines(path) do
    name = line:match "^== (.*)$" or name
    if name then
      found[name] = (found[name] or "") .. line .. "\n"
    end
  end
  return found
end

--- The first line that is not as it was.
-- @tparam string old
-- @tparam string new
-- @treturn string|nil the lines, and those above them that are not indented
function M.difference(old, new)
  local was, is, above = lines_of(old), lines_of(new), ""
  for i = 1, math.max(#was, #is) do
    local a, b = was[i] or "", is[i] or ""
    if a ~= b or (was[i] == nil) ~= (is[i] == nil) then
      return ("line %d, below %s\n was: %s\n is:  %s"):format(
        i, above, around(a, b), around(b, a))
    end
    above = b:find "^%s?%s?[^%s]" and b:sub(1, 100) or above
  end
end

return M
