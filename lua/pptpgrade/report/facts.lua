-- SPDX-License-Identifier: BSD-2-Clause
--- The facts of a run: what every report begins with. A run is a table of
--
-- * `release` `policy` (its name) strings
-- * `options` list of the command line's words
-- * `start` `end` strings (RFC 3339, UTC)
-- * `source` our own address; several are joined by ", "
-- * `asked` `graded` `excluded` `failed` integers: servers asked, those
--   graded, addresses that -x took out, servers and names without a verdict
-- * `partial` true where not all was done
--
-- All may lack. Tables also come from files that anyone wrote.
local escape = require "pptpgrade.report.escape"

local M = {}

--- The facts, in the order in which they are told.
M.names = { "release", "policy", "options", "start", "end", "source", "asked",
            "graded", "excluded", "failed", "partial" }

local function whole(value)
  return math.type(value) == "integer" and value or nil
end

local function text(value)
  if type(value) == "string" or type(value) == "number" then
    return escape.text(tostring(value))
  end
end

-- Words as a shell would take them again.
local function words(value)
  if type(value) ~= "table" then
    return nil
  end
  local list = {}
  for i, one in ipairs(value) do
    local word = text(one) or "?"
    list[i] = word:find("^[^ '\"]+$") and word or
      "'" .. word:gsub("'", "'\\''") .. "'"
  end
  return table.concat(list, " ")
end

local readers = {
  options = words, asked = whole, graded = whole, excluded = whole,
  failed = whole, partial = function(value)
    return value == true or nil
  end,
}

--- The facts as printable ASCII.
-- @tparam table|nil run
-- @treturn table|nil the same names, each a safe string, counts as integers;
--   `options` one string, in which a word with a blank stands in quotes
function M.of(run)
  if type(run) ~= "table" then
    return nil
  end
  local new = {}
  for _, name in ipairs(M.names) do
    new[name] = (readers[name] or text)(run[name])
  end
  return new
end

--- The facts as JSON: `options` a list, every byte as JSON reports have it.
-- @tparam table|nil run
-- @treturn string|nil nil where there are none
function M.json(run)
  local new = M.of(run)
  if not new or next(new) == nil then
    return nil
  end
  for _, name in ipairs(M.names) do
    if type(new[name]) == "string" then
      new[name] = run[name]
    end
  end
  -- Nmap's script loads this file, and has no core.so where Lua looks.
  return require "pptpgrade.report.encode".encode(new)
end

-- A time for people, in whole seconds; another text as it is.
local function moment(time)
  local date, clock = time:match("^([%d-]+)T(%d+:%d+:%d+)[.%d]*Z$")
  return date and date .. " " .. clock or time
end

-- The day once, where it is one.
local function span_of(run)
  local first = moment(run.start or "?")
  local last = moment(run["end"] or "?")
  if #last > 11 and first:sub(1, 11) == last:sub(1, 11) then
    last = last:sub(12)
  end
  return ("%s to %s UTC"):format(first, last)
end

local function first_line(run)
  local parts = { "pptpgrade " .. (run.release or "?"), span_of(run) }
  parts[3] = run.source and "from " .. run.source
  return table.concat(parts, ", ")
end

local function second_line(run)
  local counted, parts = {}, {}
  for _, name in ipairs { "asked", "graded", "excluded", "failed" } do
    local n = run[name]
    if n and (n > 0 or name == "asked" or name == "graded") then
      counted[#counted + 1] = ("%d %s"):format(n, name)
    end
  end
  parts[1] = counted[1] and table.concat(counted, ", ")
  parts[#parts + 1] = run.partial and "not all was done" or nil
  parts[#parts + 1] = run.policy and "policy " .. run.policy
  parts[#parts + 1] = run.options
  return table.concat(parts, "; ")
end

--- The facts in two lines for people.
-- @tparam table|nil run
-- @tparam integer width longer lines are cut, with ".." at the cut
-- @treturn table lines; empty where there are no facts
function M.lines(run, width)
  local facts = M.of(run)
  if not facts then
    return {}
  end
  return { escape.fit(first_line(facts), width),
           escape.fit(second_line(facts), width) }
end

return M
