-- SPDX-License-Identifier: BSD-2-Clause
--- Research sweeps: very many addresses, one SYN each, and whoever is open
-- asked further. Needs pptpgrade.net, Lua 5.4, libpcap, and CAP_NET_RAW or
-- pptp-wire, and asks for them only when it is called.
local evidence = require "pptpgrade.judge.evidence"
local lists = require "pptpgrade.lists"

local M = {}

local TICK = 0.25 -- seconds between two looks at opts.stop and opts.tick

local LOST = "replies were lost, and asking again did not heal it: sweep " ..
  "with a lower rate"
local EARLY = "the sweep ended early, at position %d of %d"

-- Evidence of one row after the other. Nobody new is asked while nobody asks
-- for the next.
local Sweep = {}
Sweep.__index = Sweep

local function fail(sweep, message, code)
  sweep.failure = sweep.failure or { message = message, code = code }
end

-- Why something is missing, once no row comes any more.
local function judge_end(sweep, facts)
  if not facts.done then
    fail(sweep, EARLY:format(facts.low, facts["end"]), "early")
  elseif facts.lossy then
    fail(sweep, LOST, "lost")
  end
end

-- Looks between two rows. A sentence of the sweep's own stands before what
-- follows from it.
function Sweep:look()
  local problem = self.handle:problem()
  if problem then
    fail(self, problem, "system")
  end
  if self.opts.tick then
    self.opts.tick(self.handle:facts())
  end
  if self.opts.stop and self.opts.stop() then
    self.handle:stop()
  end
end

--- Seed, rate and the like; `done`, `lossy`, `counts`; also once it is over.
-- @treturn table see net.sweep in docs/lua-api.md
function Sweep:facts()
  return self.last or self.handle:facts()
end

function Sweep:next()
  if self.handle then
    self:look()
  end
  while self.handle do
    local record, why, code = self.handle:next(TICK)
    if record then
      return evidence.merge(nil, record)
    end
    self:look()
    if why ~= "timeout" then
      if why then
        fail(self, why, code)
      end
      judge_end(self, self.handle:facts())
      self:close()
    end
  end
end

--- Farewell to every server that is talked to, then everything is closed.
function Sweep:close()
  if self.handle then
    local handle = self.handle
    self.last, self.handle = handle:facts(), nil
    handle:close()
  end
end

Sweep.__gc = Sweep.close
Sweep.__close = Sweep.close
Sweep.__call = Sweep.next

-- What net.sweep is told: all but what is for us.
local function request_of(opts)
  local request = lists.copy(opts)
  request.stop, request.tick = nil, nil
  for _, key in ipairs { "targets", "files", "exclude" } do
    if type(request[key]) == "string" then
      request[key] = { request[key] }
    end
  end
  return request
end

local function check_function(opts, key)
  local given = type(opts[key])
  if given ~= "nil" and given ~= "function" then
    error(("field '%s' is a %s, not a function"):format(key, given), 3)
  end
end

--- Sweeps many targets, and gives the evidence of each that has a row.
-- @tparam table opts targets (a string, or a list of them), files and exclude
--   (files of targets, and of what to leave out), port (one, or a list of
--   them), family, numeric; depth (syn, control or call), only (any, open,
--   answered, accepted), rate (packets a second), per_24, seed, shard ("2/7"),
--   retries, retry_after and cooldown (seconds), memory (MiB), journal (a file,
--   which a sweep that is there already goes on by), interface, source, jobs,
--   timeout, contact; and functions: tick(facts), stop() (true: nobody new, say
--   farewell)
-- @treturn table|nil iterator (callable), nil, nil, closer. The iterator can be
--   asked: `failure` ({message, code} where something is missing), facts()
-- @treturn string message where nothing can begin
-- @treturn string code
-- @raise where an option is none, or out of its range
function M.scan(opts)
  if type(opts) ~= "table" then
    error("scan: a table of options is needed", 2)
  end
  check_function(opts, "stop")
  check_function(opts, "tick")
  local net = require "pptpgrade.net"
  local handle, message, code = net.sweep(request_of(opts))
  if not handle then
    return nil, message, code
  end
  local sweep = setmetatable({ handle = handle, opts = opts }, Sweep)
  return sweep, nil, nil, sweep
end

return M
