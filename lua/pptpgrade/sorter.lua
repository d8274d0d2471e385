-- SPDX-License-Identifier: BSD-2-Clause
--- Strings sorted, of which only so many are in memory: beyond a bound, sorted
-- runs of them lie in temporary files, and are merged in the end. For other
-- bytes than digits and small letters, `<` asks the locale.
local M = {}

local COST = 48 -- bytes that a short string takes beside its own
local RUNS = 16 -- files that are open at a time

local Sorter = {}
Sorter.__index = Sorter

-- Gives a run's strings in turn, and closes it behind the last.
local function reader(file)
  file:seek("set")
  return function()
    local head = file:read(4)
    if not head then
      file:close()
      return nil
    end
    local length = string.unpack(">I4", head)
    return length > 0 and file:read(length) or "" -- read(0) at the end is nil
  end
end

-- The smallest of what several readers have next, in turn.
local function merged(readers)
  local heads = {}
  for i, read in ipairs(readers) do
    heads[i] = read() or false
  end
  return function()
    local first
    for i, head in ipairs(heads) do
      if head and (not first or head < heads[first]) then
        first = i
      end
    end
    if first then
      local text = heads[first]
      heads[first] = readers[first]() or false
      return text
    end
  end
end

local function listed(texts)
  local i = 0
  return function()
    i = i + 1
    return texts[i]
  end
end

-- What a function gives in turn, as a run.
function Sorter:write(next_text)
  local file, why = self.open()
  if not file then
    return nil, why
  end
  for text in next_text do
    local ok
    ok, why = file:write(string.pack(">s4", text))
    if not ok then
      return nil, why
    end
  end
  self.runs[#self.runs + 1] = file
  return true
end

function Sorter:readers()
  local readers = {}
  for i, file in ipairs(self.runs) do
    readers[i] = reader(file)
  end
  self.runs = {}
  return readers
end

function Sorter:flush()
  if #self.runs == RUNS then
    local ok, why = self:write(merged(self:readers()))
    if not ok then
      return nil, why
    end
  end
  table.sort(self.held)
  local ok, why = self:write(listed(self.held))
  self.held, self.bytes = {}, 0
  return ok, why
end

--- @tparam string text digits and small letters
-- @treturn boolean|nil
-- @treturn string why it could not be kept
function Sorter:add(text)
  self.held[#self.held + 1] = text
  self.bytes = self.bytes + #text + COST
  if self.bytes > self.most then
    return self:flush()
  end
  return true
end

--- All of them in their order; once.
-- @treturn function iterator
function Sorter:sorted()
  table.sort(self.held)
  local readers = self:readers()
  readers[#readers + 1] = listed(self.held)
  return merged(readers)
end

--- @tparam function open () -> file | nil, why: a temporary file
-- @tparam integer most bytes that stay in memory
function M.new(open, most)
  return setmetatable({ open = open, most = most, runs = {}, held = {},
                        bytes = 0 }, Sorter)
end

return M
