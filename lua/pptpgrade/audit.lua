-- SPDX-License-Identifier: BSD-2-Clause
--- Live surveys, of one server or of many at once. Needs pptpgrade.net, Lua 5.4
-- and libpcap, and asks for it only when it is called.
local evidence = require "pptpgrade.judge.evidence"
local lists = require "pptpgrade.lists"
local survey = require "pptpgrade.survey"

local M = {}

local APART = 1 -- seconds between two conversations with one server
local TICK = 0.25 -- seconds between two looks at opts.stop and opts.tick

local function has_elements(t)
  return type(t) == "table" and t[1] ~= nil
end

local function is_opened(targets)
  return type(targets) == "userdata" or
    type(targets) == "table" and targets.next ~= nil
end

-- A string, a list of strings, or an object that net.targets made.
local function open_targets(net, targets, opts)
  if is_opened(targets) then
    return targets
  elseif type(targets) == "string" then
    targets = { targets }
  elseif not has_elements(targets) then
    error("targets: a string or a list of strings is needed", 3)
  end
  return net.targets { specs = targets, port = opts.port,
                       family = opts.family, lazy = true }
end

-- What the list excludes pptp-wire leaves alone by itself too.
local function open_prober(net, list, opts)
  return net.prober { exclude = type(list) == "userdata" and list or nil,
                      interface = opts.interface, source = opts.source,
                      jobs = opts.jobs, write = opts.write, stay = true,
                      apart = opts.apart, trace = opts.trace ~= nil }
end

-- Evidence as it finishes, target by target: a survey a target, which gives
-- plans; one prober, which holds the conversations.
local Audit = {}
Audit.__index = Audit

-- Begins a survey's next conversation, or has its evidence ready.
function Audit:continue(one)
  local plan, found = one:plan()
  while plan do
    local ok, message, code = self.prober:start(plan, one)
    if ok then
      return
    end
    one:take(nil, message, code)
    plan, found = one:plan()
  end
  self.begun = self.begun - 1
  self.ready[#self.ready + 1] = found
end

-- What the survey of one target is told. The server that was asked about the
-- way has just been talked to.
function Audit:options_of(target)
  local control = self.control
  if not control then
    return self.opts
  end
  local opts = lists.copy(self.opts)
  opts.local_path = opts.local_path or control.path
  if control.target == target.target and control.port == target.port then
    opts.first_wait = APART
  end
  return opts
end

function Audit:begin(target)
  self.begun = self.begun + 1
  self:continue(survey.begin(target, self:options_of(target)))
end

local function end_control(control, record, message)
  control.done, control.record, control.message = true, record, message
  control.path = survey.local_path(record)
end

-- The conversation with the server that is known to work, before any other.
function Audit:ask_control()
  local control = self.control
  local ok, message = self.prober:start(survey.control(control, self.opts),
                                        control)
  if not ok then
    end_control(control, nil, message)
  end
  while not control.done do
    local record, tag, code = self.prober:next(TICK)
    self:look()
    if record then
      end_control(control, record)
    elseif tag == nil then
      end_control(control, nil, "no conversation was held")
    elseif tag ~= "timeout" then
      end_control(control, nil, tag)
      self.failure = { message = tag, code = code }
      self:stop()
    end
  end
end

function Audit:stop()
  if not self.stopped then
    self.stopped = true
    self.prober:abort()
  end
end

-- A job is free: for the next target, if there is one now.
function Audit:begin_next()
  local take = self.targets.take or self.targets.next
  local target, message, code = take(self.targets)
  if target then
    self:begin(target)
  elseif target == false then
    self.none_yet = true
  else
    self.exhausted = true
  end
  if message then -- standard input holds a line that is no target
    self.misread = true
    self.failure = self.failure or { message = message, code = code }
    self:stop()
  end
end

function Audit:look()
  if self.opts.trace then
    for _, line in ipairs(self.prober:trace()) do
      self.opts.trace(line)
    end
  end
  if self.opts.tick then
    self.opts.tick(self.begun)
  end
  if self.opts.stop and self.opts.stop() then
    self:stop()
  end
end

-- One step: a target begins, or a record comes to its target. False where
-- nothing is under way. A failure ends the run, but what was learnt until then
-- still comes back; a second one says that it cannot. Where no target can be
-- had, the next step does not ask for one.
function Audit:step()
  local more = not (self.stopped or self.exhausted)
  local waiting = more and self.none_yet
  self.none_yet = false
  local record, tag, code = self.prober:next(TICK, more and not waiting)
  if not record and tag == "free" then
    self:begin_next()
    return true
  end
  self:look()
  if record then
    tag:take(record)
    self:continue(tag)
  elseif tag == nil and waiting then
    self.targets:wait(TICK)
  elseif tag == nil then
    return false
  elseif tag ~= "timeout" then
    local again = self.failure ~= nil
    self.failure = self.failure or { message = tag, code = code }
    self:stop()
    return not again
  end
  return true
end

function Audit:next()
  if self.control and not self.control.done and self.prober then
    self:ask_control()
  end
  if self.prober and not self.ready[1] then
    self:look()
  end
  while self.prober and not self.ready[1] and self:step() do
  end
  return table.remove(self.ready, 1)
end

--- Farewell to every server that is talked to, then everything is closed.
function Audit:close()
  if not self.prober then
    return
  end
  self:stop()
  repeat
    local record, why = self.prober:next(TICK)
  until not record and why ~= "timeout"
  self.prober:close()
  self.prober = nil
end

Audit.__gc = Audit.close
Audit.__close = Audit.close
Audit.__call = Audit.next

-- The one server of opts.gre_control, or nil and why there is none.
local function open_control(net, opts)
  local list, message, code = open_targets(net, opts.gre_control, opts)
  if not list then
    return nil, message, code
  end
  local target = list:next()
  local unresolved = list:unresolved()[1]
  if unresolved or not target then
    return nil, unresolved or "gre_control: no server is named", "name"
  elseif list:next() then
    return nil, "gre_control: one server is needed, and more are named",
      "argument"
  end
  return { target = target.target, port = target.port, name = target.name }
end

--- Surveys many servers, and gives the evidence of each as it finishes.
-- @param targets a string, a list of strings, or what net.targets gave
-- @tparam[opt] table opts depth, port, timeout, contact, interface, source,
--   jobs, write (a pcap file), family (4 or 6), gre_control (a PPTP server
--   that is known to work, as targets are given: one conversation with it
--   comes first, and evidence.gre.local_path tells whether its GRE passed),
--   apart (pptp-wire's packets, if it is there, though this process may send
--   them too);
--   and functions: trace(line), tick(how many are under way), stop() (true:
--   nothing new, say farewell)
-- @treturn table|nil iterator (callable), nil, nil, closer; a target's own
--   failure is evidence.error. The iterator can be asked: `failure` ({message,
--   code}), `raw` (GRE can be tested), `cause` and `cure` (why not, and what
--   mends that), `apart` (pptp-wire has the packets), `problem()` (what was
--   lost, such as the rest of a capture file on a full disk), `control` (of
--   gre_control: target,
--   port, done, path, record or message)
-- @treturn string message where nothing can begin
-- @treturn string code
function M.audit_all(targets, opts)
  opts = opts or {}
  local net = require "pptpgrade.net"
  local list, message, code = open_targets(net, targets, opts)
  if not list then
    return nil, message, code
  end
  local control
  if opts.gre_control then
    control, message, code = open_control(net, opts)
    if not control then
      return nil, message, code
    end
  end
  local prober
  prober, message, code = open_prober(net, list, opts)
  if not prober then
    return nil, message, code
  end
  local raw, cause, cure = prober:raw()
  local audit = setmetatable({
    targets = list, prober = prober, opts = opts, ready = {}, begun = 0,
    control = control,
    raw = raw, cause = cause, cure = cure, apart = prober:apart(),
    problem = function()
      return prober:error() or prober:refusal()
    end,
  }, Audit)
  return audit, nil, nil, audit
end

--- Surveys one server.
-- @tparam string target an address or a host name, with an optional port
-- @tparam[opt] table opts as for audit_all
-- @treturn table|nil evidence; nil, message, code where nothing was learnt
function M.audit(target, opts)
  local audit, message, code = M.audit_all({ target }, opts)
  if not audit then
    return nil, message, code
  end
  local found = audit:next()
  local names = audit.targets:unresolved()
  audit:close()
  if found and evidence.was_asked(found) then
    return found
  elseif found and found.error then
    return nil, found.error, found.code
  elseif audit.failure then
    return nil, audit.failure.message, audit.failure.code
  elseif found then
    return found
  elseif names[1] then
    return nil, names[1], "name"
  end
  return nil, "no target is left", "argument"
end

return M
