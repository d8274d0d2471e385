-- SPDX-License-Identifier: BSD-2-Clause
--- One run of the program: what it says, the verdicts it counts, and the exit
-- status that follows. Its other methods are in the files beside this one.
local escape = require "pptpgrade.report.escape"
local diff = require "pptpgrade.cli.diff"
local facts = require "pptpgrade.cli.facts"
local live = require "pptpgrade.cli.live"
local outputs = require "pptpgrade.cli.outputs"
local records = require "pptpgrade.cli.records"
local render = require "pptpgrade.cli.render"
local script = require "pptpgrade.cli.script"
local status = require "pptpgrade.cli.status"

local TRIPPED_SHOWN = 10

local Run = {}
Run.__index = Run

for _, methods in ipairs { diff, facts, live, outputs, records, render,
                           script } do
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
  self.facts.problem = sentence
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

-- "?" may have a worst letter: that of a likely decoy, if it is none.
local function trips(verdict, letter)
  if letter == "worse" then
    return verdict.change.worse
  end
  return verdict.worst >= letter
end

-- No more is judged than what is shown: of most servers of a sweep, a line.
function Run:grade(evidence)
  self:tell(self:judge()(evidence, self.policy))
end

--- Counts a verdict, and gives it to every report.
function Run:tell(verdict)
  local trip = self.options.fail_on
  self.graded = self.graded + 1
  self:see_source(verdict)
  if self.old then
    self:compare(verdict)
  end
  if verdict.worst == "?" or not verdict.worst then
    self.unknown = self.unknown + 1
  elseif trip and trips(verdict, trip) then
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

--- The exit status that the run deserves.
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
  local differs = self.old and not self.options.fail_on and self.differ > 0
  return (self.tripped or differs) and status.TRIPPED or status.DONE
end

--- A run that has found out nothing so far.
-- @tparam table world as main takes it
-- @tparam table options as options.parse gives them
-- @tparam[opt] table policy
-- @tparam[opt] table args the command line's words
-- @treturn table run
return function(world, options, policy, args)
  local run = setmetatable({ options = options, world = world, policy = policy,
                             outputs = {}, sides = {}, graded = 0, unknown = 0,
                             trippers = {} }, Run)
  run:begin_facts(args or {})
  return run
end
