-- SPDX-License-Identifier: BSD-2-Clause
--- pptpgrade, the program: options in, reports out, an exit status back.
-- Whatever it needs of the world comes in a table, so that tests can run it.
local escape = require "pptpgrade.escape"
local outputs = require "pptpgrade.cli.outputs"
local records = require "pptpgrade.cli.records"
local status = require "pptpgrade.cli.status"

local M = {}

local PUBLIC_WITHOUT_CONTACT = 256
local TRIPPED_SHOWN = 10

-- A shell inherits our descriptors; Lua itself cannot ask.
local function is_terminal(descriptor)
  return os.execute("[ -t " .. descriptor .. " ]") == true
end

local function none()
  return 0
end

-- Records can be graded where libpcap is missing, and then nothing counts
-- signals.
local function real_world()
  local ok, net = pcall(require, "pptpgrade.net")
  return {
    out = io.stdout, err = io.stderr, stdin = io.stdin, open = io.open,
    getenv = os.getenv, terminal = is_terminal, pptp = require "pptpgrade",
    signals = ok and net.on_signal() or none,
  }
end

-- ---- One run: what it has found out so far.

local Run = {}
Run.__index = Run

for _, methods in ipairs { outputs, records } do
  for name, method in pairs(methods) do
    Run[name] = method
  end
end

function Run:clear_progress()
  if self.progress then
    self.world.err:write("\r\27[K")
    self.progress = nil
  end
end

function Run:say(sentence)
  self:clear_progress()
  self.world.err:write("pptpgrade: ", escape.line(sentence), "\n")
end

function Run:warn(sentence)
  if not self.options.quiet then
    self:say(sentence)
  end
end

-- Ends early or in part, and says why.
function Run:partly(sentence)
  self:say(sentence)
  self.part = true
end

-- ---- Verdicts.

-- "?" may have a worst letter: that of a likely decoy, if it is none.
local function is_beyond(verdict, letter)
  return verdict.worst ~= "?" and verdict.worst >= letter
end

function Run:grade(evidence)
  local verdict = self.world.pptp.grade(evidence, self.policy)
  local trip = self.options.fail_on
  self.graded = self.graded + 1
  if verdict.worst == "?" then
    self.unknown = self.unknown + 1
  elseif trip and is_beyond(verdict, trip) then
    self.tripped = (self.tripped or 0) + 1
    if self.tripped <= TRIPPED_SHOWN then
      self.trippers[self.tripped] = ("%s port %s (%s)"):format(
        tostring(verdict.name or verdict.target), tostring(verdict.port),
        verdict.worst)
    end
  end
  self:emit("add", verdict)
end

-- Who tripped --fail-on; and where the run is not whole besides, which of the
-- two the exit status tells.
function Run:tell_tripped()
  local more = self.tripped - #self.trippers
  self:say(("--fail-on %s: %s%s%s"):format(self.options.fail_on,
    table.concat(self.trippers, ", "),
    more > 0 and (" and %d more"):format(more) or "",
    self.part and "; the exit status is 4, because not all was done" or ""))
end

function Run:status()
  if self.options.fail_on and self.unknown > 0 then
    self:say(("%d of %d servers graded ? without a worst letter: that trips " ..
              "no --fail-on"):format(self.unknown, self.graded))
  end
  if self.tripped then
    self:tell_tripped()
  end
  if self.part then
    return status.PART
  end
  return self.tripped and status.TRIPPED or status.DONE
end

-- ---- Live servers.

-- A file of -x is told as one.
local function name_excludes(why, paths)
  for _, path in ipairs(paths) do
    if why:find("target file '" .. path .. "'", 1, true) then
      return (why:gsub("target file", "exclude file", 1))
    end
  end
  return why
end

function Run:open_targets(net)
  local options = self.options
  local targets, why = net.targets {
    specs = options.targets, files = options.target_files,
    exclude = options.exclude, port = options.port,
    family = options.ipv4 and 4 or options.ipv6 and 6 or nil,
    numeric = options.numeric,
  }
  if not targets then
    return nil, name_excludes(why, options.exclude)
  elseif targets:public() > PUBLIC_WITHOUT_CONTACT and not options.contact then
    return nil, ("%d addresses outside private space: --contact TEXT tells " ..
                 "their owners whom to ask"):format(targets:public())
  end
  return targets
end

function Run:check_source(net)
  local source = self.options.source
  if not source then
    return true
  end
  local _, _, code = net.route(source)
  if code == "argument" then
    return nil, ("-S %s is not an address"):format(source)
  end
  return true
end

function Run:tick(total, under_way)
  if self.show_progress then
    local text = ("%d of %d servers, %d under way"):format(
      self.graded, total, under_way)
    if text ~= self.progress then
      self.world.err:write("\r\27[K", text)
      self.world.err:flush()
      self.progress = text
    end
  end
end

-- The server that tells whether GRE passes from here; excluded ones are not
-- touched for that either.
function Run:open_control(net)
  local options = self.options
  if not options.gre_control then
    return true
  end
  local list, why = net.targets {
    specs = { options.gre_control }, exclude = options.exclude,
    port = options.port, numeric = options.numeric,
    family = options.ipv4 and 4 or options.ipv6 and 6 or nil,
  }
  local unresolved = list and list:unresolved()[1]
  if not list or unresolved then
    return nil, "--gre-control " .. (why or unresolved)
  elseif list:count() ~= 1 then
    return nil, ("--gre-control %s is %s"):format(options.gre_control,
      list:count() == 0 and "excluded by -x" or "more than one server")
  end
  self.control = list
  return true
end

-- Said once, because all silence that follows rests on it.
function Run:tell_control(audit)
  local control = audit.control
  if control and control.path == "unproven" and not self.told_control then
    self.told_control = true
    local record = control.record
    local gre = record and record.gre and record.gre.state
    self:warn(("--gre-control %s: GRE did not pass (%s): the silence of " ..
               "others may be this network's"):format(
      self.options.gre_control, control.message or
      gre and "GRE " .. gre:gsub("_", " ") or "no GRE"))
  end
end

-- A line a message, or nil where nobody asked for it.
function Run:tracer()
  return self.options.trace and function(line)
    self:clear_progress()
    self.world.err:write(escape.line(line), "\n")
  end or nil
end

function Run:audit_options(targets)
  local o, signals = self.options, self.world.signals
  local total = targets:count()
  return {
    depth = o.depth, port = o.port, timeout = o.timeout, contact = o.contact,
    interface = o.interface, source = o.source, jobs = o.jobs, write = o.write,
    gre_control = self.control, trace = self:tracer(),
    tick = function(under_way)
      self:tick(total, under_way)
    end,
    stop = function()
      return signals() > 0 or self:all_dead()
    end,
  }
end

-- What keeps one server from being asked may keep thousands: said once.
function Run:say_failure(sentence)
  self.failed = (self.failed or 0) + 1
  if sentence == self.last_failure then
    self.same = (self.same or 0) + 1
  else
    self:say(sentence)
    self.last_failure = sentence
  end
end

function Run:finish(evidence)
  if evidence.error then
    self:say_failure(evidence.error)
  end
  if require "pptpgrade.evidence".was_asked(evidence) then
    self:grade(evidence)
  end
end

function Run:warn_without_privilege(audit)
  local depth = self.options.depth
  if audit.raw or depth == "control" then
    return
  elseif depth == "syn" then
    self:warn("without CAP_NET_RAW no SYN is made by hand: a connection " ..
              "alone is tried")
  else
    self:warn("without CAP_NET_RAW the control connection and the call are " ..
              "tested, GRE and logins are not; run it as root to test them")
  end
end

-- Every verdict is out: what the run as a whole says.
function Run:conclude(audit, problem, stopped)
  if self.same then
    self:say(("so it was with %d more servers"):format(self.same))
  end
  if audit.failure then
    self:partly(audit.failure.message)
  elseif problem then
    self:partly(problem)
  end
  if stopped then
    self:partly(("stopped by a signal; %d servers graded"):format(self.graded))
  elseif self.failed then
    self.part = true
  end
  self:close_outputs()
  if self.graded > 0 or stopped then
    return self:status()
  elseif self.failed or audit.failure then
    return status.COULD_NOT
  end
  self:warn("no target is left: -x excludes them all")
  return self:status()
end

-- Nothing can be asked: why, and outputs that are whole though empty.
function Run:give_up(sentence, code)
  if sentence then
    self:say(sentence)
  end
  self:close_outputs()
  return code
end

function Run:begin(targets)
  local audit, why = self.world.pptp.audit_all(targets,
                                               self:audit_options(targets))
  if not audit then
    return nil, why
  end
  self:warn_without_privilege(audit)
  return audit
end

-- What a verdict needs is loaded while files can still be opened: the
-- conversations may take all that there are.
local function load_judges()
  for _, name in ipairs { "survey", "evidence", "grade" } do
    require("pptpgrade." .. name)
  end
end

function Run:ask(targets)
  load_judges()
  self.show_progress = not self.options.quiet and not self.options.trace and
    self.world.terminal(2)
  local audit, why = self:begin(targets)
  if not audit then
    return self:give_up(why, status.COULD_NOT)
  end
  for evidence in audit do
    self:tell_control(audit)
    self:finish(evidence)
  end
  local problem = audit.problem()
  audit:close()
  return self:conclude(audit, problem, self.world.signals() > 0)
end

function Run:audit()
  local found, net = pcall(require, "pptpgrade.net")
  if not found then
    return self:give_up("pptpgrade.net and libpcap are needed to ask " ..
                        "servers: " .. net:match("[^\n]*"), status.COULD_NOT)
  end
  local targets
  local ok, why = self:check_source(net)
  if ok then
    ok, why = self:open_control(net)
  end
  if ok then
    targets, why = self:open_targets(net)
  end
  if not targets then
    return self:give_up(why, status.USAGE)
  end
  for _, sentence in ipairs(targets:unresolved()) do
    self:partly(sentence)
  end
  if targets:count() == 0 then
    return self:give_up(nil, status.PART) -- only names, and none resolved
  end
  if self.options.script then
    return self:run_script(targets)
  end
  return self:ask(targets)
end

-- ---- --script: what a script of somebody's says.


function Run:run_script(targets)
  local signals, dead = self.world.signals, false
  local ok, why, code = require "pptpgrade.nse".run(self.options, targets, {
    write = function(text)
      dead = dead or not outputs.print_out(self.world, text)
      self.part = self.part or dead
    end,
    fail = function(sentence)
      self:partly(sentence)
    end,
    say = function(sentence)
      self:warn(sentence)
    end,
    trace = self:tracer(),
    stop = function()
      return dead or signals() > 0
    end,
  })
  if not ok then
    self:say(why)
    return code == "script" and status.USAGE or status.COULD_NOT
  elseif signals() > 0 then
    self:partly("stopped by a signal")
  end
  return self.part and status.PART or status.DONE
end

-- ---- The rest.

-- A text that is all that was asked for.
local function told(world, text)
  return outputs.print_out(world, text) and status.DONE or status.PART
end

local function complain(world, sentence)
  world.err:write("pptpgrade: ", escape.line(sentence), "\n")
  return status.USAGE
end

local function explain(world, id)
  local text, why = world.pptp.explain(id)
  if not text then
    return complain(world, ("--explain %s: %s"):format(id, why))
  end
  return told(world, text:gsub("\n*$", "\n"))
end

function Run:start()
  local options, world = self.options, self.world
  if options.policy then
    local policy, why = world.pptp.policy(options.policy)
    if not policy then
      return complain(world, why)
    end
    self.policy = policy
  end
  local ok, why = true, nil
  if not options.script then
    ok, why = self:open_outputs()
  end
  if not ok then
    return complain(world, why)
  elseif options.records[1] then
    return self:grade_records()
  end
  return self:audit()
end

--- Runs the program.
-- @tparam table args the command line, without the program's name
-- @tparam[opt] table world out, err, stdin, open, getenv, terminal, pptp,
--   signals (how many came)
-- @treturn int exit status
function M.main(args, world)
  world = world or real_world()
  local options, why = require "pptpgrade.options".parse(args)
  if not options then
    return complain(world, why)
  elseif options.help then
    return told(world, require "pptpgrade.options".help)
  elseif options.version then
    return told(world, "pptpgrade " .. world.pptp.version .. "\n")
  elseif options.explain then
    return explain(world, options.explain)
  end
  local run = setmetatable({ options = options, world = world, outputs = {},
                             graded = 0, unknown = 0,
                             trippers = {} }, Run)
  return run:start()
end

return M
