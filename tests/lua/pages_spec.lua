-- SPDX-License-Identifier: BSD-2-Clause
-- Every format's report of the same servers is, byte for byte, the one that
-- the folder `pages` has.
local pages = require "pages"

local function text_of(name)
  local file = assert(io.open(pages.FOLDER .. name, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function lines_of(text)
  local lines = {}
  for line in text:gmatch "([^\n]*)\n?" do
    lines[#lines + 1] = line
  end
  return lines
end

-- Where a line is long, what of it differs.
local function around(line, other)
  local at = 1
  while at <= #line and line:byte(at) == other:byte(at) do
    at = at + 1
  end
  return ("%q"):format(line:sub(math.max(at - 60, 1), at + 60))
end

local function first_difference(old, new)
  old, new = lines_of(old), lines_of(new)
  for i = 1, math.max(#old, #new) do
    local was, is = old[i] or "", new[i] or ""
    if was ~= is or (old[i] == nil) ~= (new[i] == nil) then
      return ("line %d\n was: %s\n is:  %s"):format(i, around(was, is),
                                                   around(is, was))
    end
  end
end

describe("a report", function()
  for _, one in ipairs(pages.reports()) do
    it("is what pages/" .. one.name .. " has", function()
      assert.is_nil(first_difference(text_of(one.name), one.text()))
    end)
  end
end)
