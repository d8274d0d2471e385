-- SPDX-License-Identifier: BSD-2-Clause
--- What changed: --diff OLD NEW between saved runs, --baseline OLD in a run of
-- any other kind. Of OLD a small table a server stays in memory. Methods of a
-- run.
local saved = require "pptpgrade.cli.saved"
local status = require "pptpgrade.cli.status"
local compare = require "pptpgrade.judge.compare"
local lists = require "pptpgrade.lists"
local reads = require "pptpgrade.record"

local M = {}

local function key_of(verdict)
  return tostring(verdict.target) .. " " .. tostring(verdict.port)
end

-- ---- One run as a side: its verdicts, and what it is known by.

-- Verdicts that were saved are judged anew, where they hold what they rest on.
function M:judged_anew(verdict)
  if type(verdict.evidence) ~= "table" then
    return verdict
  end
  local ok, new = pcall(self.world.pptp.grade, verdict.evidence, self.policy)
  if ok then
    return new
  end
  self:partly(("%s: its evidence makes no sense"):format(key_of(verdict)))
end

-- Records instead of verdicts are graded, as -e does, by a run of their own
-- that tells `take`.
function M:grade_side(path, file, take)
  local side = {
    options = setmetatable({ records = { path } }, { __index = self.options }),
    world = setmetatable({ stdin = file.file }, { __index = self.world }),
    tell = function(_, verdict) take(verdict) end,
    partly = function(_, sentence) self:partly(sentence) end,
    all_dead = function() return false end,
    judge = function() return self.world.pptp.grade end,
    close_outputs = function() end, status = function() return status.DONE end,
  }
  setmetatable(side, { __index = self }):grade_records()
end

local depths = { "syn", "control", "call", "auth" }
local depth_rank = reads.ranks(depths)

-- How far a record went: what asks about methods is of a whole survey.
local function depth_of(record)
  return (type(record.asked) == "string" or record.declined) and "auth" or
    depth_rank[record.depth] and record.depth or nil
end

local function look_at(side, verdict)
  local e = reads.list(verdict.evidence)
  local at = reads.microseconds(e.time or verdict.time)
  side.servers = side.servers + 1
  if at and at > (side.at or -math.huge) then
    side.at, side.time = at, e.time or verdict.time
  end
  for _, record in ipairs(reads.tables(e.conversations)) do
    local depth = depth_of(record)
    if depth and depth_rank[depth] > (depth_rank[side.depth] or 0) then
      side.depth = depth
    end
  end
end

local function new_side(name, run)
  run = reads.list(run)
  return { name = name, servers = 0, release = run.release, start = run.start,
           policy = run.policy }
end

-- Reads a file; gives what it is known by, or nil and why not.
function M:read_side(path, take)
  local name = path == "-" and "standard input" or path
  local file, why = saved.open(self.world, path, self:line_teller(name))
  if not file then
    return nil, why
  end
  local side = new_side(name, file.run)
  local function see(verdict)
    look_at(side, verdict)
    take(verdict)
    return self.world.signals() == 0
  end
  if file.kind == "verdicts" then
    file:each(function(verdict)
      local new = reads.list(verdict.change).class ~= "missing" and
        self:judged_anew(verdict)
      return not new or see(new)
    end)
    self:tell_left_out(file)
    file:close()
  else
    self:grade_side(path, file, see)
  end
  return side.servers > 0 and side or nil, "no verdict in " .. name
end

-- ---- OLD.

-- What its place in a report needs, where a server is not asked any more.
local function head_of(verdict)
  local e = reads.list(verdict.evidence)
  return { target = verdict.target, port = verdict.port,
           name = e.name or verdict.name, labels = verdict.labels }
end

--- Reads the run that the other is compared with.
-- @treturn boolean|nil true; nil and why not
function M:load_old(path)
  local old = { order = {}, servers = {} }
  local side, why = self:read_side(path, function(verdict)
    local key = key_of(verdict)
    if not old.servers[key] then
      old.order[#old.order + 1] = key
    end
    old.servers[key] = { side = compare.side(verdict),
                         head = head_of(verdict) }
  end)
  if not side then
    return nil, why
  end
  self.old, self.sides.old, self.differ = old, side, 0
  return true
end

--- Adds to a verdict what changed.
function M:compare(verdict)
  local known = self.old.servers[key_of(verdict)]
  local change = compare.change(known and known.side, compare.side(verdict))
  if known then
    known.seen = true
  end
  verdict.change = change
  if change.class ~= "same" then
    self.differ = self.differ + 1
  end
end

-- A server that was not asked: nothing is known of it now.
local function missing(known)
  local verdict = lists.copy(known.head)
  local change = compare.change(known.side, nil)
  verdict.change = change
  verdict.grade, verdict.best, verdict.worst = "?", "?", "?"
  verdict.confidence = "none"
  verdict.summary = ("It was not asked now; before, its grade was %s."):format(
    change.was)
  verdict.caps, verdict.findings = {}, {}
  return verdict
end

--- Gives the servers of OLD that were not asked now to every report, and what
-- each side is known by.
function M:end_comparison()
  if not self.old then
    return
  end
  if not self.sides.new then
    local new = new_side("this run", self.facts)
    new.servers = self.graded
    self.sides.new = new
  end
  for _, key in ipairs(self.old.order) do
    local known = self.old.servers[key]
    if not known.seen then
      self.differ = self.differ + 1
      self:emit("add", missing(known))
    end
  end
end

-- ---- Two files.

local function both(text, old, new)
  return old and new and old ~= new and text:format(tostring(old),
                                                    tostring(new)) or nil
end

-- What makes two runs less alike than their verdicts: one sentence each.
function M:warn_of_sides()
  local old, new = self.sides.old, self.sides.new
  if old.at and new.at and new.at < old.at then
    self:warn(("NEW, of %s, is older than OLD, of %s"):format(new.time,
                                                              old.time))
  end
  for _, row in ipairs {
    { "release", "OLD is of release %s, NEW of release %s" },
    { "policy", "OLD was graded by policy %s, NEW by policy %s" },
    { "depth", "OLD was asked to depth %s, NEW to depth %s: what one side " ..
        "did not test is no difference" } } do
    local sentence = both(row[2], old[row[1]], new[row[1]])
    if sentence then
      self:warn(sentence)
    end
  end
end

--- Compares two saved runs; load_old has read the first.
-- @treturn integer exit status
function M:diff()
  local new, why = self:read_side(self.options.diff[2], function(verdict)
    self:tell(verdict)
  end)
  if not new then
    return self:give_up("--diff " .. why, status.USAGE)
  end
  self.sides.new = new
  self:warn_of_sides()
  self:close_outputs()
  return self:status()
end

return M
