-- SPDX-License-Identifier: BSD-2-Clause
--- What changed about a server from one run to another. Pure: verdicts in, a
-- table out. Compared are intervals, methods, findings and product; never
-- texts, times or what a server draws anew for each call.
--
-- What was not tested is no difference: a method that one side alone asked
-- about, and a finding whose absence rests on nothing. Swapping the sides
-- mirrors all: M.mirror.
local evidence = require "pptpgrade.judge.evidence"
local findings = require "pptpgrade.judge.findings"
local lists = require "pptpgrade.lists"
local policies = require "pptpgrade.policy"
local reads = require "pptpgrade.record"
local words = require "pptpgrade.judge.words"

local M = {}

--- The classes, those that want a look first.
M.classes = { "worse", "back", "new", "vaguer", "changed", "missing",
              "clearer", "better", "gone", "same" }

--- The class of the same two sides the other way round.
M.mirror = { worse = "better", better = "worse", back = "gone", gone = "back",
             new = "missing", missing = "new", vaguer = "clearer",
             clearer = "vaguer", changed = "changed", same = "same" }

local list = reads.list

-- ---- One side: what a verdict tells, whole or brief, in a small table.

--- A stage's state in a verdict, whole or brief.
-- @tparam table verdict
-- @tparam string name
-- @treturn string as it stands there, by anybody's hand
function M.state(verdict, name)
  local e = verdict.evidence
  if type(e) == "table" then
    return list(e[name]).state or "not_tested"
  end
  return list(verdict.stages)[name] or "not_tested"
end

local stage_of = M.state

-- Names and states that are strings: the rest of a bent list names nothing.
local function methods_of(verdict)
  local known = list(list(verdict.evidence).authentication)
  local methods = {}
  for method, state in pairs(list(known.methods or verdict.methods)) do
    if type(method) == "string" and type(state) == "string" then
      methods[method] = state
    end
  end
  -- How it was met, a brief verdict does not tell.
  for _, method in ipairs(list(known.other or verdict.other)) do
    if type(method) == "string" then
      methods[method] = "met"
    end
  end
  return methods
end

local function ids_of(items)
  local ids = {}
  for _, item in ipairs(reads.tables(items)) do
    ids[tostring(item.id)] = true
  end
  return ids
end

-- How many conversations got so far; nil where a brief verdict does not tell.
local function count(verdict, name, ...)
  local e = verdict.evidence
  if type(e) ~= "table" then
    return nil
  end
  local n, states = 0, { ... }
  for _, record in ipairs(reads.tables(e.conversations)) do
    if lists.contains(states, reads.stage(record, name).state) then
      n = n + 1
    end
  end
  return n
end

-- Only a sweep asks a second port, and its rows tell an answer alone.
local function has_any_port(verdict)
  local e = list(verdict.evidence)
  for _, record in ipairs(reads.tables(e.conversations)) do
    if reads.stage(record, "tcp").answers_any_port == true then
      return true
    end
  end
  return false
end

local SEVERAL = 3 -- conversations that a habit shows in

-- What was tested so that it would have shown: by the words that findings have
-- for it in `shown_by`; methods are there by their names.
local function tested_by(verdict, methods)
  local control, call = stage_of(verdict, "control"), stage_of(verdict, "call")
  local gre = stage_of(verdict, "gre")
  local login = stage_of(verdict, "authentication")
  local offers = login ~= "not_tested"
  local challenges = count(verdict, "challenge", "seen")
  local tested = {
    control = control == "answered" or control == "refused",
    call = call == "accepted" or call == "refused",
    gre = gre == "reachable" or gre == "unreachable",
    login = login == "required" or login == "not_required",
    offer = offers,
    challenge = (challenges or 0) > 0,
    challenges = (challenges or 0) > 1,
    calls = (count(verdict, "call", "accepted") or 0) >= SEVERAL,
    offers = (count(verdict, "lcp", "offered", "opened") or 0) >= SEVERAL,
    methods = offers,
    any_port = has_any_port(verdict),
  }
  for _, method in ipairs(evidence.methods) do
    local state = methods[method] or "not_tested"
    tested[method] = state ~= "not_tested" and state ~= "unknown"
    tested.methods = tested.methods and tested[method]
  end
  return tested
end

--- One side of a comparison.
-- @tparam table verdict whole or brief
-- @treturn table grade (text), best and worst (1 for A to 6 for F; nil where
--   the grade is "?"), least (the letter of `worst`, which a decoy has too; nil
--   for none), methods (name -> state), findings (id -> true), product (its
--   name; nil where the server did not say who it is), tested (what a finding
--   is shown by -> boolean), settled (nothing of PPTP is there)
function M.side(verdict)
  local best, worst = policies.range(verdict.grade)
  local methods = methods_of(verdict)
  local name = list(verdict.product).name
  return {
    grade = best and verdict.grade or "?", best = best, worst = worst,
    least = policies.range(verdict.worst) and verdict.worst or nil,
    methods = methods, findings = ids_of(verdict.findings),
    product = type(name) == "string" and name or nil,
    tested = tested_by(verdict, methods),
    settled = worst == 1 or stage_of(verdict, "control") == "not_pptp",
  }
end

-- ---- Two sides.

-- Whether one interval lies inside another; "?" is around all.
local function is_inside(a, b)
  return not b.best or a.best and a.best >= b.best and a.worst <= b.worst
end

-- In the order of the contract; nil where the interval is the same.
local function moved(old, new)
  if old.best == new.best and old.worst == new.worst then
    return nil
  elseif new.worst == 1 then
    return "gone"
  elseif old.worst == 1 then
    return "back"
  elseif is_inside(new, old) then
    return "clearer"
  elseif is_inside(old, new) then
    return "vaguer"
  end
  return new.best < old.best and "better" or "worse"
end

-- An unassigned method has no state where it was not met: where an offer came,
-- that is a fact.
local function state_in(side, method)
  return side.methods[method] or side.tested.offer and "not_met" or
    "not_tested"
end

local function changed_methods(old, new)
  local all = lists.copy(old.methods)
  for method in pairs(new.methods) do
    all[method] = true
  end
  local changes = {}
  for _, method in ipairs(lists.keys(all)) do
    local was, now = state_in(old, method), state_in(new, method)
    if was ~= now and was ~= "not_tested" and now ~= "not_tested" then
      changes[#changes + 1] = { method = method, was = was, now = now }
    end
  end
  return changes
end

local function would_show(side, id)
  return side.settled or
    side.tested[list(findings.by_id[id]).shown_by] == true
end

-- Findings of one side that the other has not: those that it would have shown,
-- and those that it did not look for.
local function only_in(one, other)
  local proven, open = {}, {}
  for _, id in ipairs(lists.keys(one.findings)) do
    if not other.findings[id] then
      local into = would_show(other, id) and proven or open
      into[#into + 1] = id
    end
  end
  return proven, open
end

local function changed_product(old, new)
  if old.product and new.product and old.product ~= new.product then
    return { was = old.product, now = new.product }
  end
end

local function is_beyond(old, new)
  return old ~= nil and new ~= nil and old.least ~= nil and
    new.least ~= nil and new.least > old.least
end

local arrow = "%s: %s -> %s"

-- The facts in words, those that decide letters first.
local function texts_of(change)
  local texts = {}
  for _, one in ipairs(change.methods) do
    texts[#texts + 1] = arrow:format(reads.title(one.method),
                                     words.state(one.was),
                                     words.state(one.now))
  end
  for _, kind in ipairs { { "found", "%s found" }, { "lost", "%s gone" },
                          { "first_seen", "%s found, not tested before" },
                          { "not_retested", "%s not tested now" } } do
    local ids = change[kind[1]]
    texts[#texts + 1] = ids[1] and kind[2]:format(table.concat(ids, ", "))
  end
  if change.product then
    texts[#texts + 1] = arrow:format("product", change.product.was,
                                     change.product.now)
  end
  return texts
end

-- Lists that say nothing are left out.
local function lean(change)
  for key, value in pairs(change) do
    if type(value) == "table" and next(value) == nil then
      change[key] = nil
    end
  end
  return change
end

local function with_facts(change, old, new)
  change.methods = changed_methods(old, new)
  change.found, change.first_seen = only_in(new, old)
  change.lost, change.not_retested = only_in(old, new)
  change.product = changed_product(old, new)
  change.facts = texts_of(change)
  return lean(change)
end

local function has_facts(change)
  return (change.methods or change.found or change.lost or change.product) ~=
    nil
end

--- What changed. Lists are there where they have something.
-- @tparam table|nil old as M.side gives it; nil where OLD has not this server
-- @tparam table|nil new nil where it was not asked now
-- @treturn table class (of M.classes), was and now (grades; nil where there is
--   none), worse (boolean: the worst letter is beyond the old one, whatever the
--   class); and where both sides are there methods (list of { method, was, now
--   }), found and lost (ids that the other side would have shown), first_seen
--   and not_retested (ids that the other side did not look for), product ({
--   was, now } or nil), facts (the same in words)
function M.change(old, new)
  local change = { was = old and old.grade, now = new and new.grade,
                   worse = is_beyond(old, new) }
  if not old or not new then
    change.class = old and "missing" or "new"
    return change
  end
  with_facts(change, old, new)
  change.class = moved(old, new) or has_facts(change) and "changed" or "same"
  return change
end

return M
