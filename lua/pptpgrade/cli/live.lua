-- SPDX-License-Identifier: BSD-2-Clause
--- Live servers: targets in, each server's evidence graded as it comes. Methods
-- of a run.
local status = require "pptpgrade.cli.status"
local evidence = require "pptpgrade.judge.evidence"
local escape = require "pptpgrade.report.escape"

local M = {}

local PUBLIC_WITHOUT_CONTACT = 256
local STDERR, NARROWEST = 2, 40

-- A file of -x is told as one.
local function name_excludes(why, paths)
  for _, path in ipairs(paths) do
    if why:find("target file '" .. path .. "'", 1, true) then
      return (why:gsub("target file", "exclude file", 1))
    end
  end
  return why
end

function M:open_targets(net)
  local options = self.options
  local targets, why = net.targets {
    specs = options.targets, files = options.target_files,
    exclude = options.exclude, port = options.port,
    family = options.ipv4 and 4 or options.ipv6 and 6 or nil,
    numeric = options.numeric, lazy = true,
  }
  if not targets then
    return nil, name_excludes(why, options.exclude)
  end
  targets:begin(options.contact and math.maxinteger or PUBLIC_WITHOUT_CONTACT)
  if self:lacks_contact(targets) then
    return nil, self.lacking
  end
  return targets
end

-- Too many addresses are public to be asked by nobody; `lacking` says so. What
-- comes by standard input is counted as it comes.
function M:lacks_contact(targets)
  local public = targets:public()
  if public > PUBLIC_WITHOUT_CONTACT and not self.options.contact then
    self.lacking = ("%d addresses outside private space: --contact TEXT " ..
                    "tells their owners whom to ask"):format(public)
  end
  return self.lacking ~= nil
end

-- The names that have turned out not to resolve since the last look.
function M:tell_unresolved(targets)
  local sentences = targets:unresolved()
  for i = (self.told_names or 0) + 1, #sentences do
    self:clear_progress()
    self:partly(sentences[i])
  end
  self.told_names = #sentences
end

function M:check_source(net)
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

-- What the run is at, how fast, and for how long still. The rate is that of
-- the whole run, because servers that do not answer end together.
local function progress_text(done, total, under_way, seconds)
  local stage = done + under_way < total and "asking" or "waiting for the last"
  local text = ("%s: %d of %d servers, %d under way"):format(stage, done,
                                                             total, under_way)
  if done == 0 or seconds <= 0 then
    return text
  end
  local left = math.ceil((total - done) * seconds / done)
  return ("%s, %.1f/s, about %d:%02d left"):format(text, done / seconds,
                                                   left // 60, left % 60)
end

function M:tick(total, under_way)
  if self.show_progress then
    local done = self.graded + (self.ungraded or 0)
    local columns = self.world.columns and self.world.columns(STDERR)
    local text = escape.fit(progress_text(done, total, under_way,
                                          self:elapsed()),
                            math.max(columns or 80, NARROWEST) - 1)
    if text ~= self.progress then
      self.world.err:write("\r\27[K", text)
      self.world.err:flush()
      self.progress = text
    end
  end
end

-- The server that tells whether GRE passes from here; excluded ones are not
-- touched for that either.
function M:open_control(net)
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
function M:tell_control(audit)
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
function M:tracer()
  return self.options.trace and function(line)
    self:clear_progress()
    self.world.err:write(escape.line(line), "\n")
  end or nil
end

function M:audit_options(targets)
  local o, signals = self.options, self.world.signals
  return {
    depth = o.depth, port = o.port, timeout = o.timeout, contact = o.contact,
    interface = o.interface, source = o.source, jobs = o.jobs, write = o.write,
    apart = true,
    gre_control = self.control, trace = self:tracer(),
    tick = function(under_way)
      self:tell_unresolved(targets)
      self:tick(targets:count(), under_way)
    end,
    stop = function()
      return signals() > 0 or self:all_dead() or self:lacks_contact(targets)
    end,
  }
end

-- What keeps one server from being asked may keep thousands: said once.
function M:say_failure(sentence)
  self.failed = (self.failed or 0) + 1
  if sentence == self.last_failure then
    self.same = (self.same or 0) + 1
  else
    self:say(sentence)
    self.last_failure = sentence
  end
end

function M:finish(found)
  if found.error then
    self:say_failure(found.error)
  end
  if evidence.was_asked(found) then
    self:grade(found)
  else
    self.ungraded = (self.ungraded or 0) + 1
  end
end

function M:warn_without_privilege(audit)
  local depth = self.options.depth
  if audit.raw or depth == "control" then
    return
  elseif depth == "syn" then
    self:warn(("%s: no SYN is made by hand, a connection alone is tried; %s")
      :format(audit.cause, audit.cure))
  else
    self:warn(("%s: control and call alone are tested, GRE and logins are " ..
               "not; %s")
      :format(audit.cause, audit.cure))
  end
end

-- How many a run that failed has left out, for its sentence.
local function left_out(audit, targets)
  local count = targets:count() - audit.begun
  return count > 0 and not audit.misread and
    ("; %d server%s not asked"):format(count, count == 1 and " was" or
                                       "s were") or ""
end

-- Every verdict is out: what the run as a whole says.
function M:conclude(audit, targets, problem)
  local stopped = self.world.signals() > 0
  if self.same then
    self:say(("so it was with %d more server%s"):format(
      self.same, self.same == 1 and "" or "s"))
  end
  if audit.failure then
    self:partly(audit.failure.message .. left_out(audit, targets))
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
  if not self.ungraded and (self.told_names or 0) == 0 then
    self:warn("no target is left: -x excludes them all")
  end
  return self:status()
end

-- Nothing can be asked: why, and outputs that are whole though empty.
function M:give_up(sentence, code)
  if sentence then
    self:say(sentence)
  end
  self.old = nil -- nothing was compared
  self:close_outputs(code)
  return code
end

-- Where pptp-wire has the packets, no capability is of use any more.
local function drop_capabilities(audit)
  local ok, why = true, nil
  if audit.apart then
    ok, why = require "pptpgrade.net".drop_capabilities()
  end
  return ok, why and "cannot give up capabilities: " .. why
end

function M:begin(targets)
  local audit, why, code = self.world.pptp.audit_all(targets,
    self:audit_options(targets))
  if not audit then
    return nil, why, code
  end
  local ok
  ok, why = drop_capabilities(audit)
  if not ok then
    audit:close()
    return nil, why
  end
  self:warn_without_privilege(audit)
  return audit
end

-- What a verdict needs is loaded while files can still be opened: the
-- conversations may take all that there are.
local function load_judges()
  for _, name in ipairs { "pptpgrade.audit", "pptpgrade.grade" } do
    require(name)
  end
end

function M:ask(targets)
  load_judges()
  self.show_progress = not self.options.quiet and not self.options.trace and
    self.world.terminal(2)
  local audit, why, code = self:begin(targets)
  if not audit then -- "malformed": pptp-wire began, and broke
    return self:give_up(why, code == "malformed" and status.PART or
                        status.COULD_NOT)
  end
  for found in audit do
    self:tell_control(audit)
    self:finish(found)
  end
  local problem = audit.problem()
  audit:close()
  self:tell_unresolved(targets)
  self.excluded = targets:excluded()
  if self.lacking then
    self:partly(self.lacking)
  end
  code = self:conclude(audit, targets, problem)
  return (self.lacking or audit.misread) and status.USAGE or code
end

function M:reads_stdin()
  for _, file in ipairs(self.options.target_files) do
    if file == "-" then
      return true
    end
  end
  return false
end

function M:audit()
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
  self:tell_unresolved(targets)
  if targets:count() == 0 and not self:reads_stdin() then
    return self:give_up(nil, status.PART) -- only names, and none resolved
  end
  if self.options.script then
    return self:run_script(targets)
  end
  return self:ask(targets)
end

return M
