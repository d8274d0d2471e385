-- SPDX-License-Identifier: BSD-2-Clause
--- The facts of a run, as report/facts.lua has them. Methods of a run.
local M = {}

local SOURCES = 4 -- of our own addresses that are told

-- RFC 3339, UTC, from seconds since 1970.
local function text_of(seconds)
  local whole = math.floor(seconds)
  return ("%s.%06dZ"):format(os.date("!%Y-%m-%dT%H:%M:%S", whole),
                             math.floor((seconds - whole) * 1000000))
end

-- A policy file that does not name itself is told by its path.
local function policy_name(run)
  local name = run.policy and run.policy.name or "default"
  return name == "default" and run.options.policy or name
end

function M:begin_facts(args)
  local now = (self.world.clock or os.time)()
  self.now = now
  self.facts = {
    release = self.world.pptp.version,
    policy = policy_name(self),
    options = table.move(args, 1, #args, 1, {}), start = text_of(now),
  }
end

--- How long the run has taken so far, in seconds.
function M:elapsed()
  return (self.world.clock or os.time)() - self.now
end

--- Which of our own addresses a server was asked from.
function M:see_source(verdict)
  local source = (verdict.evidence or verdict).source
  local known = self.sources or {}
  self.sources = known
  if type(source) == "string" and not known[source] then
    known[source] = true
    known[#known + 1] = source
  end
end

-- What is known when all is done, just before the reports are closed.
function M:end_facts()
  local facts, known = self.facts, self.sources or {}
  if self.saved then
    facts.partial = self.part or facts.partial
    return
  end
  facts["end"] = text_of((self.world.clock or os.time)())
  facts.source = known[1] and table.concat(known, ", ", 1,
                                           math.min(#known, SOURCES)) ..
    (known[SOURCES + 1] and ", ..." or "")
  facts.graded = self.graded
  facts.failed = (self.ungraded or 0) + (self.told_names or 0)
  facts.asked = self.graded + facts.failed
  facts.excluded = self.excluded
  facts.partial = self.part == true or nil
end

return M
