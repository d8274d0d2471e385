-- SPDX-License-Identifier: BSD-2-Clause
--- Lines kept in their order: in memory, and beyond a bound in a temporary file
-- that has no name any more.
local core = require "pptpgrade.core"

local M = {}

local Spool = {}
Spool.__index = Spool

--- A temporary file, open for both, which is gone when it is closed.
-- @tparam[opt] string folder as TMPDIR names it; nil for the system's
-- @treturn file|nil
-- @treturn string why not
function M.temporary(folder)
  if not folder or folder == "" then
    return io.tmpfile()
  end
  local name = folder .. "/pptpgrade-" ..
    core.random(8):gsub(".", function(c) return ("%02x"):format(c:byte()) end)
  local file, why = io.open(name, "w+b")
  if file then
    os.remove(name)
  end
  return file, why
end

-- All that was held goes into a file.
function Spool:move_out()
  local file, why = self.open()
  if not file then
    return nil, why
  end
  self.file = file
  for _, line in ipairs(self.lines) do
    local ok
    ok, why = file:write(line, "\n")
    if not ok then
      return nil, why
    end
  end
  self.lines, self.at = nil, {}
  return true
end

--- Keeps a line.
-- @tparam string line without a newline
-- @treturn integer|nil its place, for get(); places rise
-- @treturn string why it could not be kept
function Spool:put(line)
  local place = self.size
  self.size = place + #line + 1
  if self.file then
    local ok, why = self.file:write(line, "\n")
    return ok and place, why
  end
  self.lines[#self.lines + 1] = line
  self.at[place] = line
  if self.size > self.most then
    local ok, why = self:move_out()
    return ok and place, why
  end
  return place
end

--- A line again; after the first, nothing can be kept any more.
-- @tparam integer place
-- @treturn string|nil
-- @treturn string why it cannot be read
function Spool:get(place)
  if not self.file then
    return self.at[place]
  end
  if self.next ~= place then
    local ok, why = self.file:seek("set", place)
    if not ok then
      return nil, why
    end
  end
  local line, why = self.file:read("l")
  self.next = line and place + #line + 1
  return line, why or "it ends too early"
end

function Spool:close()
  if self.file then
    self.file:close()
  end
end

--- @tparam function open () -> file | nil, why: a temporary file
-- @tparam integer most bytes that stay in memory
function M.new(open, most)
  return setmetatable({ open = open, most = most, size = 0, lines = {},
                        at = {} }, Spool)
end

return M
