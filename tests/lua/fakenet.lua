-- SPDX-License-Identifier: BSD-2-Clause
-- pptpgrade.net without a network: servers are functions, time is virtual.
-- install(world) puts it where `require` finds it; what happened stays in
-- world: prober (its options), started (plans), aborted, closed, clock.
local M = {}

local Prober = {}
Prober.__index = Prober

local function queue(self, plan, tag)
  local world = self.world
  world.started[#world.started + 1] = plan
  self.queue[#self.queue + 1] = {
    plan = plan, tag = tag, at = world.clock + (plan.wait or 0),
  }
  world.most = math.max(world.most, #self.queue)
  return true
end

function Prober:due()
  local due = 0
  for _, item in ipairs(self.queue) do
    due = due + (item.at <= self.world.clock and 1 or 0)
  end
  return due
end

-- Whether a job is free for a plan that has not been started yet.
function Prober:is_free()
  local jobs = self.world.prober.jobs or 256
  return self:due() < jobs and #self.queue < 24 * jobs
end

function Prober:start(plan, tag)
  local failure = self.world.refuse and self.world.refuse(plan)
  if failure then
    return nil, failure, "route"
  end
  return queue(self, plan, tag)
end

local function aborted(plan)
  return { schema = 1, kind = "conversation", target = plan.target,
           port = plan.port, depth = plan.depth, ended_by = "aborted",
           duration_us = 0, packets_sent = 0, packets_received = 0,
           tcp = { state = "not_tested" } }
end

-- The one that is due first; "timeout" until its time has come.
function Prober:next(seconds, more)
  local world, best = self.world, nil
  if world.fail then
    return nil, world.fail, "system"
  elseif world.fail_after and #world.started >= world.fail_after then
    world.fail_after = nil
    return nil, "it failed", "system"
  end
  if more and not world.aborted and self:is_free() then
    return nil, "free"
  end
  for i, item in ipairs(self.queue) do
    if not best or item.at < self.queue[best].at then
      best = i
    end
  end
  if not best then
    return nil
  elseif world.aborted then
    local item = table.remove(self.queue, best)
    return aborted(item.plan), item.tag
  elseif self.queue[best].at > world.clock then
    world.clock = math.min(world.clock + seconds, self.queue[best].at)
    return nil, "timeout"
  end
  local item = table.remove(self.queue, best)
  local record = world.server(item.plan, #world.started)
  world.clock = world.clock + record.duration_us / 1000000
  return record, item.tag
end

function Prober:abort()
  self.world.aborted = true
end

function Prober:close()
  self.world.closed = true
end

function Prober:raw()
  if self.world.raw then
    return true
  end
  return false, "no pptp-wire at PATH", "install all of it"
end

function Prober:apart()
  return self.world.apart or false
end

function Prober:refusal()
  return self.world.refusal
end

function Prober.trace()
  return { "192.0.2.1 0.000001 > SCCRQ\27" }
end

function Prober:error()
  return self.world.lost
end

local Targets = {}
Targets.__index = Targets

function Targets:next()
  return table.remove(self.list, 1)
end

function Targets:take()
  return self:next()
end

function Targets.wait()
  return true
end

function Targets.begin()
end

function Targets:excluded()
  return self.out
end

function Targets:count()
  return self.total
end

function Targets:public()
  return self.world.public or 0
end

function Targets:unresolved()
  return self.missing
end

local function targets(world, given)
  world.asked_targets = given
  if world.bad_target then
    return nil, world.bad_target, "argument"
  end
  local t = { list = {}, missing = {}, out = 0, world = world }
  for _, spec in ipairs(given.specs or {}) do
    if spec:find "invalid$" then
      t.missing[#t.missing + 1] = spec .. ": no such host"
    elseif spec ~= (given.exclude or {})[1] then -- a file of that name
      t.list[#t.list + 1] = { target = spec, port = given.port or 1723 }
    else
      t.out = t.out + 1
    end
  end
  t.total = #t.list + (given.lazy and t.out or 0)
  return setmetatable(t, Targets)
end

function M.install(world)
  world.started, world.clock, world.most = {}, 0, 0
  world.raw = world.raw ~= false
  package.loaded["pptpgrade.net"] = {
    drop_capabilities = function()
      world.dropped = true
      return not world.no_drop, world.no_drop
    end,
    prober = function(options)
      world.prober = options
      if world.no_prober then
        return nil, world.no_prober, "interface"
      end
      return setmetatable({ world = world, queue = {} }, Prober)
    end,
    targets = function(given)
      return targets(world, given)
    end,
    route = function(text)
      if text:find "^%d" then
        return { source = text, interface = "eth0" }
      end
      return nil, "not an address", "argument"
    end,
    on_signal = function()
      error("a test's signals come from the test")
    end,
  }
  return world
end

function M.remove()
  package.loaded["pptpgrade.net"] = nil
end

return M
