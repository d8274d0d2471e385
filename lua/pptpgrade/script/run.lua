-- SPDX-License-Identifier: BSD-2-Clause
--- NSE-style scripts without Nmap: `pptpgrade --script FILE TARGET`. Each
-- target's script is a coroutine; what it waits for, a conversation or a pause,
-- it yields, and one prober holds all conversations. docs/lua-scripting.md
-- lists what a script finds here.
local api = require "pptpgrade.script.api"
local layout = require "pptpgrade.script.layout"

local M = {}

local TICK = 0.05 -- seconds between two looks at who has slept enough
local JOBS = 64

-- ---- The script and its arguments.

local function value_at(text, at)
  local quote = text:sub(at, at)
  local close = text:find(quote, at + 1, true)
  if (quote == "'" or quote == '"') and close then
    return text:sub(at + 1, close - 1), close + 1
  end
  local value = text:match("^[^,]*", at)
  return value, at + #value
end

--- Arguments as --script-args has them: name=value pairs with commas between
-- them; a value may stand in quotes, and a name alone is "1".
-- @tparam string|nil text
-- @treturn table|nil
-- @treturn string where they make no sense: why
function M.arguments(text)
  local args, at = {}, 1
  text = text or ""
  while at <= #text do
    local name, equals, after = text:match("^%s*([^=,{}]+)(=?)()", at)
    if not name then
      return nil, ("no name at %q"):format(text:sub(at))
    end
    args[name], at = "1", after
    if equals == "=" then
      if text:sub(after, after) == "{" then
        return nil, name .. ": lists in braces are Nmap's alone"
      end
      args[name], at = value_at(text, after)
    end
    if at <= #text and text:sub(at, at) ~= "," then
      return nil, ("%q follows the value of %s"):format(text:sub(at), name)
    end
    at = at + 1
  end
  return args
end

local function check(env)
  if type(env.action) ~= "function" then
    return "it has no action"
  elseif type(env.categories) ~= "table" then
    return "it has no categories"
  elseif type(env.portrule) ~= "function" then
    return "it has no portrule, and only such scripts run here"
  end
end

-- What a failure was, for people; and whether something is lacking here.
local function reason(err)
  local lacking = api.lacking(err)
  return lacking and "it uses " .. lacking .. ", which --script has not; " ..
    "docs/lua-scripting.md lists what it has" or tostring(err), lacking ~= nil
end

--- Loads a script.
-- @tparam string path
-- @tparam table world as api.new takes it
-- @treturn table|nil id, portrule, action
-- @treturn string where it is none: why
-- @treturn boolean whether it needs what is not here
function M.load(path, world)
  local id = path:match("([^/]*)$"):gsub("%.nse$", "")
  local env = setmetatable({
    SCRIPT_NAME = id, SCRIPT_PATH = path, SCRIPT_TYPE = "portrule",
    require = api.new(world),
  }, { __index = _G })
  local chunk, why = loadfile(path, "t", env)
  if not chunk then
    return nil, why
  end
  local ok, err = pcall(chunk)
  if not ok then
    local text, lacking = reason(err)
    return nil, path .. ": " .. text, lacking
  end
  why = check(env)
  if why then
    return nil, path .. ": " .. why
  end
  return { id = id, portrule = env.portrule, action = env.action }
end

-- ---- One target.

local function packed(address)
  if not address:find(":", 1, true) then
    return (address:gsub("(%d+)%.?", function(byte)
      return string.char(tonumber(byte))
    end))
  end
  local parts = { "", "" }
  local front, back = address:match("^(.-)::(.*)$")
  for i, half in ipairs { front or address, back or "" } do
    for group in half:gmatch("%x+") do
      parts[i] = parts[i] .. string.pack(">I2", tonumber(group, 16))
    end
  end
  return parts[1] .. ("\0"):rep(16 - #parts[1] - #parts[2]) .. parts[2]
end

local function host_of(target)
  return { ip = target.target, bin_ip = packed(target.target),
           name = target.name or "", targetname = target.name,
           registry = {}, times = { srtt = 0.1, rttvar = 0.1, timeout = 1 } }
end

local function port_of(target)
  return { number = target.port, protocol = "tcp", state = "open",
           reason = "syn-ack", service = "pptp",
           version = { name = "pptp", name_confidence = 3,
                       service_tunnel = "none", cpe = {} } }
end

local states = { open = "open", closed = "closed", silent = "filtered",
                 filtered = "filtered", not_tested = "unknown" }

local Run = {}
Run.__index = Run

-- Inside a coroutine: what becomes of one target.
function Run:script_on(target)
  local report = { target = target, host = host_of(target),
                   port = port_of(target) }
  if self.world.raw then
    local record, why = coroutine.yield { plan = {
      target = target.target, port = target.port, depth = "syn",
      connect = true } }
    if not record then
      report.problem = why
      return report
    end
    report.port.state = states[record.tcp.state] or "unknown"
  end
  if report.port.state == "open" and
     self.script.portrule(report.host, report.port) then
    report.value, report.words = self.script.action(report.host, report.port)
  end
  return report
end

function Run:finish(task, ok, result)
  self.alive = self.alive - 1
  if not ok then
    local text, lacking = reason(result)
    text = ("%s on %s: %s"):format(self.script.id, task.target.target, text)
    result = { target = task.target, port = port_of(task.target),
               failed = true }
    if lacking then -- the same on every target: told once, at the end
      self.lacking, self.stopped = text, true
    else
      self.io.fail(text)
    end
  elseif result.problem then
    self.io.fail(result.problem)
  end
  self.report(self.script, result)
end

function Run:continue(task, ...)
  local ok, wish = coroutine.resume(task.thread, ...)
  if not ok or coroutine.status(task.thread) == "dead" then
    return self:finish(task, ok, wish)
  elseif type(wish) == "table" and wish.plan then
    local started, why, code = self.prober:start(wish.plan, task)
    if not started then
      return self:continue(task, nil, why, code)
    end
  else
    local seconds = type(wish) == "table" and tonumber(wish.seconds) or 0
    self.asleep[#self.asleep + 1] = { task = task,
                                      due = self.world.clock() + seconds }
  end
end

function Run:wake()
  local now, asleep = self.world.clock(), self.asleep
  self.asleep = {}
  for _, sleeper in ipairs(asleep) do
    if sleeper.due <= now or self.stopped then
      self:continue(sleeper.task)
    else
      self.asleep[#self.asleep + 1] = sleeper
    end
  end
end

function Run:fill()
  self.none_yet = false
  while not self.stopped and self.alive < self.jobs do
    local target, why = self.targets:take()
    if not target then
      self.none_yet = target == false
      self.failure = self.failure or why
      return
    end
    self.alive = self.alive + 1
    self:continue({ target = target, thread = coroutine.create(function()
      return self:script_on(target)
    end) })
  end
end

function Run:stop()
  if not self.stopped then
    self.stopped = true
    self.prober:abort()
  end
end

-- False where a failure ended the run, and then a second one its end.
function Run:step()
  if self.io.stop() then
    self:stop()
  end
  local record, tag = self.prober:next(TICK)
  for _, line in ipairs(self.io.trace and self.prober:trace() or {}) do
    self.io.trace(line)
  end
  if record then
    self:continue(tag, record)
  elseif tag and tag ~= "timeout" then
    if self.failure then
      return false
    end
    self.failure = tag
    self:stop()
  elseif not tag and self.asleep[1] then
    self.pause(TICK)
  end
  return true
end

local function open_world(prober, net, opts, args, say)
  return { args = args, verbosity = opts.verbose and 2 or 1,
           raw = prober:raw(), interface = opts.interface,
           family = opts.ipv6 and "inet6" or "inet", clock = net.clock,
           contact = opts.contact, say = say }
end

-- One step, if there is anything to be waited for.
function Run:is_going()
  if self.alive > 0 then
    return self:step()
  elseif self.none_yet and not self.io.stop() then
    self.targets:wait(TICK)
    return true
  end
  return false
end

function Run:go()
  self:fill()
  while self:is_going() do
    self:wake()
    self:fill()
  end
  local problem = self.failure or self.prober:error()
  if problem then
    self.io.fail(problem)
  end
  self.prober:close()
end

-- Each result at once, or, as one document, at the end.
local function writer(format, write)
  local json = require "pptpgrade.report.encode"
  local kept = setmetatable({}, { __jsontype = "array" })
  return function(script, result)
    if format == "json" then
      kept[#kept + 1] = M.object(script, result)
    elseif format == "jsonl" then
      write(json.encode(M.object(script, result)) .. "\n")
    else
      write(M.text(script, result))
    end
  end, function()
    if format == "json" then
      write(json.encode { schema = 1, results = kept } .. "\n")
    end
  end
end

--- Runs a script on each target.
-- @tparam table opts the program's: script (a path), script_args, format,
--   interface, source, jobs, write, contact, verbose, ipv6
-- @param targets what net.targets gave
-- @tparam table io write(text), fail(sentence), say(sentence), stop(), and
--   trace(line) or nil
-- @treturn boolean|nil true; nil where it could not run
-- @treturn string why
-- @treturn string code: "script" (it is none), "lacking", or of net
function M.run(opts, targets, io)
  local net = require "pptpgrade.net"
  local args, why = M.arguments(opts.script_args)
  if not args then
    return nil, "--script-args: " .. why, "script"
  end
  local prober, message, code = net.prober {
    exclude = type(targets) == "userdata" and targets or nil,
    interface = opts.interface, source = opts.source, jobs = opts.jobs,
    write = opts.write, stay = true, trace = io.trace ~= nil }
  if not prober then
    return nil, message, code
  end
  local world = open_world(prober, net, opts, args, io.say)
  local script, problem, lacking = M.load(opts.script, world)
  if not script then
    prober:close()
    return nil, "--script " .. problem, lacking and "lacking" or "script"
  end
  local report, finish = writer(opts.format, io.write)
  local run = setmetatable({
    script = script, world = world, io = io, prober = prober, alive = 0,
    report = report, targets = targets, jobs = opts.jobs or JOBS, asleep = {},
    pause = net.sleep }, Run)
  run:go()
  finish()
  if run.lacking then
    return nil, run.lacking, "lacking"
  end
  return true
end

-- ---- What is printed.

local function heading(target)
  return target.name and ("%s (%s)"):format(target.name, target.target) or
    target.target
end

--- A result as Nmap would lay it out.
-- @tparam table script
-- @tparam table result
-- @treturn string
function M.text(script, result)
  local port = result.port
  local name = ("%d/tcp"):format(port.number)
  local width = math.max(#name, 4)
  local text = ("Script report for %s\n%s STATE %sSERVICE\n%s %s %s\n"):format(
    heading(result.target), "PORT" .. (" "):rep(width - 4),
    (" "):rep(math.max(#port.state - 5, 0)), name .. (" "):rep(width - #name),
    port.state .. (" "):rep(math.max(5 - #port.state, 0)), port.service)
  if result.failed then
    text = text .. layout.block(script.id, "ERROR: the script failed")
  elseif result.words or result.value ~= nil and result.value ~= false then
    local words = result.words and tostring(result.words)
    text = text .. layout.block(script.id, words or layout.text(result.value))
  end
  return text .. "\n"
end

--- The same as a plain table for JSON.
-- @tparam table script
-- @tparam table result
-- @treturn table
function M.object(script, result)
  local value = result.value
  return {
    target = result.target.target, name = result.target.name,
    port = result.port.number, labels = result.target.labels,
    state = result.port.state, service = result.port.service,
    version = layout.plain(result.port.version), script = script.id,
    output = value ~= nil and value ~= false and layout.plain(value) or nil,
    failed = result.failed,
  }
end

return M
