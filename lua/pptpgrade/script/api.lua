-- SPDX-License-Identifier: BSD-2-Clause
--- What an NSE script finds outside Nmap: the documented part of `nmap`,
-- `stdnse` and `shortport` that docs/lua-scripting.md lists, and no more.
-- Whatever else is touched raises, and says what is lacking.
local lists = require "pptpgrade.lists"
local timespec = require "pptpgrade.nmap.timespec"

local M = {}

local Lack = {}
Lack.__index = Lack
Lack.__tostring = function(lack)
  return lack.what .. " is not among what --script has"
end

local function lack(what)
  error(setmetatable({ what = what }, Lack), 0)
end

--- What is lacking, where an error says that something is.
-- @param err what was raised
-- @treturn string|nil
function M.lacking(err)
  return getmetatable(err) == Lack and err.what or nil
end

local function strict(name, t)
  return setmetatable(t, { __index = function(_, key)
    lack(name .. "." .. tostring(key))
  end })
end

-- ---- stdnse

local function output_table()
  local values, order = {}, {}
  local function iterate()
    local i = 0
    return function()
      i = i + 1
      return order[i], values[order[i]]
    end
  end
  return setmetatable({}, {
    __index = values, __pairs = iterate,
    __newindex = function(_, key, value)
      if values[key] == nil and value ~= nil then
        order[#order + 1] = key
      elseif value == nil then
        for i = #order, 1, -1 do
          if order[i] == key then
            table.remove(order, i)
          end
        end
      end
      values[key] = value
    end,
    __len = function()
      return #order
    end,
    __call = function()
      return order[1] ~= nil
    end,
  })
end

local function parse_timespec(text)
  local seconds = timespec.seconds(text)
  if seconds then
    return seconds
  end
  return nil, ("%q is not a time"):format(tostring(text))
end

local function tohex(value)
  if type(value) == "number" then
    return ("%x"):format(value)
  end
  return (value:gsub(".", function(c)
    return ("%02x"):format(c:byte())
  end))
end

-- debug1 to debug5 and verbose1 to verbose5 beside debug and verbose.
local function add_levels(into, name, log)
  into[name] = log
  for level = 1, 5 do
    into[name .. level] = function(...)
      return log(level, ...)
    end
  end
end

local function stdnse(world)
  local t = {
    output_table = output_table, parse_timespec = parse_timespec,
    tohex = tohex, silent_require = world.require,
    sleep = function(seconds)
      coroutine.yield { seconds = seconds }
    end,
    get_timeout = function(_, most)
      return most or 8000
    end,
    get_script_args = function(...)
      local values = table.pack(...)
      for i = 1, values.n do
        local name = values[i]
        values[i] = world.args[name] or world.args[name:match("[^.]*$")]
      end
      return table.unpack(values, 1, values.n)
    end,
  }
  add_levels(t, "debug", function() end)
  add_levels(t, "verbose", function(level, format, ...)
    if level <= world.verbosity then
      world.say(format:format(...))
    end
  end)
  return strict("stdnse", t)
end

-- ---- shortport

local function contains(wanted, value)
  if type(wanted) ~= "table" then
    return wanted == value
  end
  return lists.contains(wanted, value)
end

local function port_or_service(ports, services, protocols, states)
  return function(_, port)
    return contains(protocols or "tcp", port.protocol) and
      contains(states or { "open", "open|filtered" }, port.state) and
      (contains(ports, port.number) or contains(services, port.service))
  end
end

local function shortport()
  return strict("shortport", {
    port_or_service = port_or_service,
    version_port_or_service = port_or_service,
    portnumber = function(ports, protocols, states)
      return port_or_service(ports, {}, protocols, states)
    end,
    service = function(services, protocols, states)
      return port_or_service({}, services, protocols, states)
    end,
  })
end

-- ---- nmap

local function always(value)
  return function()
    return value
  end
end

local function nmap(world)
  return strict("nmap", {
    registry = { args = world.args }, verbosity = always(world.verbosity),
    debugging = always(0), is_privileged = always(world.raw),
    address_family = always(world.family or "inet"), get_ttl = always(64),
    get_interface = always(world.interface), timing_level = always(3),
    version_intensity = always(9), port_is_excluded = always(false),
    clock = world.clock, fetchfile = always(nil),
    clock_ms = function()
      return math.floor(world.clock() * 1000)
    end,
    log_write = function(_, text)
      world.say((tostring(text):gsub("\n$", "")))
    end,
    set_port_version = function() end, -- the script changed the table itself
  })
end

-- One conversation after the other: plans go to whoever runs the script.
local function conversations(world)
  return { converse = function(_, _, ends)
    return function(plan)
      if ends and world.clock() + (plan.wait or 0) >= ends then
        return nil, "the time limit was reached", "limit"
      end
      plan.syn = nil -- the port was looked at before
      plan.contact = plan.contact or world.contact
      return coroutine.yield { plan = plan }
    end
  end }
end

--- The modules, and the `require` that finds them.
-- @tparam table world args, verbosity, raw, family, interface, contact,
--   clock(), say()
-- @treturn function require, for the script's environment
function M.new(world)
  local modules
  local function find(name)
    if modules[name] then
      return modules[name]
    end
    local ok, found = pcall(require, name)
    if ok then
      return found
    elseif name:find("^pptpgrade") then
      error(found, 0)
    end
    return lack("the module " .. name)
  end
  world.require = find
  modules = { nmap = nmap(world), stdnse = stdnse(world),
              shortport = shortport(),
              ["pptpgrade.nmap"] = conversations(world) }
  return find
end

return M
