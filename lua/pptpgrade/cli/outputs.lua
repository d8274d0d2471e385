-- SPDX-License-Identifier: BSD-2-Clause
--- Where pptpgrade's reports go: standard output, and every -o with a report of
-- its own. Methods of a run.
local spool = require "pptpgrade.cli.spool"
local status = require "pptpgrade.cli.status"
local reports = require "pptpgrade.report"

local M = {}

local BROKEN_PIPE = 32 -- errno: whoever read us has seen enough
local WIDTH, NARROWEST, WIDEST = 80, 40, 240
local STDOUT = 1

local function writer(file, output)
  return function(bytes)
    local ok, why, errno = file:write(bytes)
    if ok then
      ok, why, errno = file:flush()
    end
    output.errno = errno
    return ok and true or nil, why
  end
end

local function set(world, name)
  local value = world.getenv(name) or ""
  return value ~= "" and value ~= "0"
end

-- The option beats the environment, and NO_COLOR what would force colour.
local function wants_color(options, world, terminal)
  local choice = options.color or "auto"
  if choice ~= "auto" then
    return choice == "always"
  elseif (world.getenv("NO_COLOR") or "") ~= "" then
    return false
  end
  return set(world, "CLICOLOR_FORCE") or
    terminal and world.getenv("TERM") ~= "dumb"
end

-- What COLUMNS says, else the terminal, else 80.
local function width_of(world, descriptor)
  local columns = world.getenv("COLUMNS") or ""
  local named = columns:find("^%d+$") and math.tointeger(tonumber(columns))
  if named and named >= NARROWEST and named <= WIDEST then
    return named
  end
  local own = descriptor and world.columns and world.columns(descriptor)
  own = own and own > 0 and own or WIDTH
  return math.min(math.max(own, NARROWEST), WIDEST)
end

function M:report_options(descriptor)
  local options, world = self.options, self.world
  local terminal = descriptor ~= nil and world.terminal(descriptor)
  local folder = world.getenv("TMPDIR")
  return {
    temporary = function()
      return spool.temporary(folder)
    end,
    all = options.all, verbose = options.verbose, run = self.facts,
    remedies = options.remedies, severity = options.severity,
    with_run = options.with_run, brief = options.brief, warn = options.warn,
    crit = options.crit, max_age = options.max_age, now = self.now,
    sides = (options.diff or options.baseline) and self.sides or nil,
    color = descriptor ~= nil and wants_color(options, world, terminal),
    width = width_of(world, terminal and descriptor or nil),
  }
end

function M:add_output(name, file, format, opts)
  local output = { name = name, file = file, format = format }
  output.report = self.world.pptp.report(format, writer(file, output), opts)
  self.outputs[#self.outputs + 1] = output
  return output
end

-- All files are opened before anything is sent: a wrong name costs nothing.
function M:open_outputs()
  local options, world = self.options, self.world
  local format = options.format or "text"
  if reports.for_file[format] and world.terminal(STDOUT) then
    return nil, ("-f %s is for a file: -o report.%s"):format(format, format)
  end
  for _, wanted in ipairs(options.output) do
    local file, why = world.open(wanted.path, "w")
    if not file then
      return nil, "-o " .. why
    end
    self:add_output(wanted.path, file, wanted.format, self:report_options(nil))
  end
  self.main = self:add_output("standard output", world.out, format,
                              self:report_options(STDOUT))
  return true
end

-- A comparison of two files has those servers alone that differ, in formats
-- that have no place to say so.
local differences = { json = true, jsonl = true, csv = true }

function M:wants(output, verdict)
  return not (self.options.diff and not self.options.all and
              differences[output.format] and type(verdict) == "table" and
              verdict.change and verdict.change.class == "same")
end

-- Each output that still works; one that fails is left, the others go on.
function M:emit(method, ...)
  self:clear_progress()
  for _, output in ipairs(self.outputs) do
    if not output.dead and self:wants(output, ...) then
      local ok, why = output.report[method](output.report, ...)
      if not ok then
        output.dead, self.part = true, true
        if output.errno ~= BROKEN_PIPE then
          self:say(("cannot write to %s: %s"):format(output.name, why))
        end
      end
    end
  end
end

-- What judges the next verdict, as far as anyone shows it.
function M:judge()
  local pptp = self.world.pptp
  local judge = pptp.outline
  for _, output in ipairs(self.outputs) do
    local report = output.report
    if report.shows_brief and report:shows_brief() then
      judge = pptp.brief
    elseif not (report.shows_line and report:shows_line()) then
      return pptp.grade
    end
  end
  return self.old and pptp.grade or judge
end

function M:all_dead()
  for _, output in ipairs(self.outputs) do
    if not output.dead then
      return false
    end
  end
  return true
end

--- Ends every report, once: whole though empty where nothing was graded. Who
-- used the program wrongly is told in one sentence, and by no report beside it.
-- @tparam integer|nil code the exit status, where it is known
function M:close_outputs(code)
  if self.closed then
    return
  end
  self.closed = true
  -- A script's run has no report.
  if code == status.USAGE and self.main and
     (self.options.format or "text") == "text" then
    self.main.dead = true
  end
  self:end_comparison()
  self:end_facts()
  self:emit("close")
  for _, output in ipairs(self.outputs) do
    if output.report.problem then
      self:partly(output.report.problem)
    end
    if output.file ~= self.world.out then
      local ok, why = output.file:close()
      if not ok and not output.dead then
        self:partly(("cannot write to %s: %s"):format(output.name, why))
      end
    end
  end
end

--- Writes a text to standard output.
-- @tparam table world
-- @tparam string text
-- @treturn boolean whether it is there
function M.print_out(world, text)
  local ok, why, errno = world.out:write(text)
  if ok then
    ok, why, errno = world.out:flush()
  end
  if ok then
    return true
  elseif errno ~= BROKEN_PIPE then
    world.err:write("pptpgrade: cannot write to standard output: ", why, "\n")
  end
  return false
end

return M
