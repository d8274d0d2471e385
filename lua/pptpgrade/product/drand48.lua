-- SPDX-License-Identifier: BSD-2-Clause
--- pppd draws its LCP magic number and its CHAP challenge from one drand48().
--
-- One output is the upper 32 of the generator's 48 bits, and the lower 16 of
-- its state depend only on how many numbers were drawn. So a magic number is,
-- for each guess of that count, the whole state, and the challenge follows
-- from it. RFC 1994 2.3 wants challenges that cannot be predicted; and nobody
-- else's challenge fits, so that this tells pppd apart, too.
--
-- The seed (host id, clock, process id) would follow as well. It is nobody's
-- business, and is not computed here.
local M = {}

local A, C = 0x5DEECE66D, 0xB
local MASK = (1 << 48) - 1
local START = 0x330E -- lower bits after srand48()
local DRAWN = 64 -- how many numbers may have been drawn for the magic
local SLACK = 8 -- and how many between the magic and the challenge

--- Bytes of challenge that make a chance match negligible.
M.LEAST = 8

local function step(state)
  return (A * state + C) & MASK
end

local function is_drawn(state, challenge)
  for i = 1, #challenge do
    state = step(state)
    if state >> 40 ~= challenge:byte(i) then
      return false
    end
  end
  return true
end

-- The state k draws after a magic number is a factor times that, plus what its
-- lower bits make of it: one addend for each count of draws. By the upper byte
-- of the addends: which counts can lead to a challenge's first byte at all.
local function tabulate()
  local made, power, constant = { low = {} }, 1, 0
  local low = START
  for drawn = 1, DRAWN do
    low = step(low) & 0xffff
    made.low[drawn] = low
  end
  for k = 1, SLACK + 1 do
    power, constant = power * A & MASK, step(constant)
    made[k] = { factor = power << 16 & MASK }
    for drawn, bits in ipairs(made.low) do
      local byte = (power * bits + constant & MASK) >> 40
      made[k][byte] = made[k][byte] or {}
      table.insert(made[k][byte], drawn)
    end
  end
  return made
end

local rows -- made when first needed

-- Of the counts of draws in one list, the one that the whole challenge fits.
local function find(list, magic, between, challenge)
  for _, drawn in ipairs(list) do
    local state = magic << 16 | rows.low[drawn]
    for _ = 1, between do
      state = step(state)
    end
    if is_drawn(state, challenge) then
      return drawn
    end
  end
end

--- Whether a challenge follows from a magic number.
-- @tparam number magic of the Configure-Request that was acknowledged
-- @tparam string challenge its bytes
-- @treturn integer|nil which drawn number the magic is, from 1
-- @treturn integer how many were drawn between it and the challenge, from 0
function M.relation(magic, challenge)
  magic = math.tointeger(magic)
  if not magic or magic < 0 or magic > 0xffffffff or
     type(challenge) ~= "string" or #challenge < M.LEAST then
    return nil
  end
  rows = rows or tabulate()
  for between = 0, SLACK do
    local row = rows[between + 1]
    local byte = challenge:byte() - ((row.factor * magic & MASK) >> 40)
    for carry = 0, 1 do
      local list = row[byte - carry & 0xff]
      local drawn = list and find(list, magic, between, challenge)
      if drawn then
        return drawn, between
      end
    end
  end
  return nil
end

return M
