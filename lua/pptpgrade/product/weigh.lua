-- SPDX-License-Identifier: BSD-2-Clause
--- Who a server is: its strings (product/strings.lua) weighed against how it
-- behaves (product/habits.lua).
--
-- What is not seen says nothing; one habit that is not a row's rules the row
-- out, unless the challenge proves the row; of those left the one with the most
-- weight is the answer, where it is the only one and weighs enough.
local habits = require "pptpgrade.product.habits"
local lists = require "pptpgrade.lists"
local strings = require "pptpgrade.product.strings"

local M = {}

local ENOUGH = 3 -- weight, to be named

-- Two habits that nobody else has, by the source code of who has them.
local function is_drawn(row, seen)
  return row.drawn == true and seen.drawn == true
end

local function is_proof(row, seen)
  return row.basis == "source code" and
    (is_drawn(row, seen) or type(row.call_ids) == "table" and
     row.call_ids["128"] == true and seen.call_ids == "128")
end

-- The weight of the habits that fit a row; nil where one rules it out. What a
-- challenge proves outvotes habits: settings change those.
local function weigh(row, keys, seen)
  local weight, needed = 0, row.needs == nil
  for _, key in ipairs(keys) do
    local fits, more = habits.fits(row, key, seen)
    if fits == false and not is_drawn(row, seen) then
      return nil
    elseif fits then
      weight = weight + more
      needed = needed or key == row.needs
    end
  end
  return needed and weight or nil
end

-- A row's habits that are seen, in words: only the best row's are wanted.
local function words_of(row, keys, seen)
  local words = {}
  for _, key in ipairs(keys) do
    local fits, _, text = habits.fits(row, key, seen)
    if fits then
      words[#words + 1] = text
    end
  end
  return words
end

-- The habits that a row tells of, in their order.
local function keys_of(row)
  local keys = {}
  for _, key in ipairs(habits.order) do
    if row[key] ~= nil then
      keys[#keys + 1] = key
    end
  end
  return keys
end

local halves = { tunnel = {}, ppp = {} }
for _, row in ipairs(habits.rows) do
  local rows = halves[row.half]
  rows[#rows + 1] = { row = row, keys = keys_of(row) }
end

local function best_of(half, seen)
  local best, most, tie
  for _, one in ipairs(halves[half]) do
    local weight = weigh(one.row, one.keys, seen)
    if best and weight == most then
      tie = true
    elseif weight and weight >= ENOUGH and (not best or weight > most) then
      best, most, tie = one, weight, false
    end
  end
  if not best or tie then
    return nil
  end
  local row = best.row
  return { row = row, name = row.name, weight = most,
           habits = words_of(row, best.keys, seen),
           proven = is_proof(row, seen) }
end

--- Who each half of a server is, as far as its habits tell.
-- @tparam table seen what observe.observe gave
-- @treturn table tunnel and ppp, each nil or { name, row, weight, habits (in
--   words), proven }
function M.identify(seen)
  if not seen.replies[1] then
    return {}
  end
  return { tunnel = best_of("tunnel", seen), ppp = best_of("ppp", seen) }
end

-- ---- strings and behaviour --------------------------------------------------

-- Which behaviour goes with a family's strings, by the names of habits.lua.
-- A family that is not here may ship anyone's.
local expected = {
  tunnel = {
    poptop = { Poptop = true }, poptop_old = { Poptop = true },
    accel = { ["accel-ppp"] = true }, mpd = { mpd = true },
    npppd = { npppd = true }, windows = { Windows = true },
    windows_nt = { Windows = true }, cisco = {}, pix = {}, mikrotik = {},
    apple = {},
  },
  ppp = {
    poptop = { pppd = true, slirp = true },
    poptop_old = { pppd = true, slirp = true },
    accel = { ["accel-ppp"] = true }, mpd = { mpd = true },
    npppd = { npppd = true }, windows = { Windows = true },
    windows_nt = { Windows = true }, cisco = { ["Cisco IOS"] = true },
    pix = {}, mikrotik = { MikroTik = true },
    draytek = { DrayTek = true, pppd = true },
    apple = { pppd = true },
  },
}

-- true: it behaves as its strings say; false: not so; nil: nothing to say.
local function agrees(half, family, found)
  local names = expected[half][family]
  if found and names then
    return names[found.name] == true
  end
end

local function all_habits(found)
  local list = {}
  for _, half in ipairs { "tunnel", "ppp" } do
    for _, habit in ipairs(found[half] and found[half].habits or {}) do
      list[#list + 1] = habit
    end
  end
  return list
end

-- Behaviour that is proven to be another's than the strings say.
local function contradiction(row, found)
  for _, half in ipairs { "ppp", "tunnel" } do
    local one = found[half]
    if one and one.proven and agrees(half, row.family, one) == false then
      return one, ("strings of %s, but behaviour of %s: %s"):format(
        row.name, one.name, one.habits[1])
    end
  end
end

local function from_row(row, found)
  local tunnel = agrees("tunnel", row.family, found.tunnel)
  local ppp = agrees("ppp", row.family, found.ppp)
  local both = tunnel or ppp
  local confidence = "inferred"
  if both then
    confidence = tunnel and found.tunnel.proven and ppp ~= false and "proven"
      or "observed"
  end
  return { name = row.name, vendor = row.vendor, os = row.os, cpe = row.cpe,
           device_type = row.device_type, note = row.note,
           family = row.family, source = row.source, ended = row.ended,
           confidence = confidence,
           basis = both and "strings and behaviour" or "strings" }
end

-- What others found out about a stack is no more than inferred alone.
local function from_behaviour(one)
  local row = one.row
  local p = row.product
  return { name = p.name, vendor = p.vendor, os = p.os, cpe = p.cpe,
           device_type = p.device_type, family = p.family,
           source = row.source, basis = "behaviour",
           confidence = one.proven and "proven" or
             row.basis == "second hand" and "inferred" or "observed" }
end

local unknown = { name = "unknown", confidence = "none",
                  source = "no row fits" }

-- A row that names no product: what it behaves like says more.
local function names_nothing(row)
  return row == unknown or row.confidence == "low" and not row.family and
    row.device_type ~= "honeypot"
end

-- dionaea is told by its call's reply: its strings are settings, and its
-- numbers are Poptop's too.
local dionaea = {
  name = "dionaea honeypot", vendor = "DinoTools", device_type = "honeypot",
  cpe = "cpe:/a:dionaea:dionaea", confidence = "observed",
  basis = "behaviour", source = "dionaea packets.py, pptp.py",
}

local function decide(row, found)
  if found.dionaea then
    return lists.copy(dionaea)
  end
  local belied, text = contradiction(row, found)
  if belied then
    local product = from_behaviour(belied)
    product.contradiction = text
    return product
  elseif names_nothing(row) and (found.tunnel or found.ppp) then
    return from_behaviour(found.tunnel or found.ppp)
  end
  local product = from_row(row, found)
  if row == unknown then
    product.confidence = "none"
  end
  return product
end

--- The product of a verdict.
-- @tparam table control the stage
-- @tparam[opt] table found what M.identify gave; and dionaea, where its call's
--   reply was seen
-- @tparam[opt] table match what strings.match gives for the stage, where that
--   is known already
-- @treturn table|nil name, vendor, os, device_type, cpe; confidence in a
--   verdict's words: proven, observed, inferred, none; basis: "strings",
--   "behaviour", "strings and behaviour"; strings (what the reply says), match
--   (how well its row is known: high, medium, low), habits (list), source; and
--   where there are any note, family, ppp, ppp_proven, ended, contradiction
function M.product(control, found, match)
  if control.state ~= "answered" and control.state ~= "refused" then
    return nil
  end
  found = found or {}
  local row = match or strings.match(control) or unknown
  local product = decide(row, found)
  product.strings, product.match = strings.describe(control), row.confidence
  product.habits = all_habits(found)
  product.ppp = found.ppp and found.ppp.name or nil
  product.ppp_proven = found.ppp and found.ppp.proven or nil
  return product
end

return M
