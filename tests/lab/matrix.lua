-- SPDX-License-Identifier: BSD-2-Clause
--- The survey and the grader against the server model, in virtual time: every
-- stack, every set of methods, orders, links and seeds; each verdict is then
-- compared with the truth.
--
-- A contradiction is a verdict that says something false: a range that does
-- not hold the truth, a method falsely offered, accepted or refused, a login
-- falsely required or not. It is never right. Not to know is right only where
-- packets were lost or late, where the stack gives no answer, or where a budget
-- cut the survey.
local lab = require "pptplab"
local grade = require "pptpgrade.grade".grade
local survey = require "pptpgrade.survey"

local M = {}

M.methods = survey.methods

-- ---- what there is to try ---------------------------------------------------

local usual = { 0.001, 0.02, 0.1, 0.3 }

M.weathers = {
  { loss = 0, duplicate = 0, reorder = 0, delays = usual },
  { loss = 0, duplicate = 10, reorder = 10, delays = usual },
  { loss = 5, duplicate = 0, reorder = 0, delays = usual },
  { loss = 5, duplicate = 10, reorder = 10, delays = usual },
  { loss = 20, duplicate = 0, reorder = 0, delays = usual },
  { loss = 20, duplicate = 10, reorder = 10, delays = usual },
  -- Ways on which a server's own timers come before our answers, and ways that
  -- stand still and then deliver all at once.
  { loss = 0, duplicate = 0, reorder = 0, slow = true,
    delays = { 0.6, 1, 1.4, 1.8 } },
  { loss = 5, duplicate = 10, reorder = 10, slow = true, stall = 2.3,
    delays = usual },
  { loss = 0, duplicate = 0, reorder = 0, slow = true, stall = 0.7,
    delays = usual },
}

-- Every quirk with the details that matter.
local details = {
  rst_at = { 0, 1, 2, 3, 4 }, fin_at = { 0, 1, 2, 3, 4 },
  truncated = { 0, 1, 11, 12, 155 }, sccrp_result = { 2, 3, 4, 5 },
  ocrp_result = { 2, 3, 4, 5, 6, 7 }, gre_late = { 5, 20, 60 },
  icmp_gre = { 2, 9, 10, 13 }, icmp_router = { 2, 13 },
  challenge_size = { 0, 1, 8, 255 },
}

local PAP, MD5, V1, V2, EAP = 2, 4, 8, 16, 32

local quirky_stacks = {
  { "poptop_pppd", V2 }, { "poptop_pppd", V1 | V2 | EAP }, { "accel_ppp", V2 },
  { "accel_ppp", MD5 | V2 }, { "windows_rras", V2 | EAP },
  { "windows_rras", PAP | V2 }, { "npppd", V2 }, { "mikrotik", V1 | V2 },
}

local function friendly_cases()
  local cases = {}
  for _, stack in ipairs(lab.stacks()) do
    for methods = 1, stack.mask do
      if methods & ~stack.mask == 0 then
        cases[#cases + 1] = { stack = stack.name, methods = methods,
                              orders = stack.orders, quirk = "friendly",
                              detail = 0, row = stack.name }
      end
    end
  end
  return cases
end

local function quirky_cases()
  local cases = {}
  for _, quirk in ipairs(lab.quirks()) do
    for _, detail in ipairs(quirk == "friendly" and {} or
                            details[quirk] or { 0 }) do
      for _, pair in ipairs(quirky_stacks) do
        cases[#cases + 1] = { stack = pair[1], methods = pair[2], orders = 1,
                              quirk = quirk, detail = detail, row = quirk }
      end
      if quirk == "callback" then -- what a server without login asks for
        cases[#cases + 1] = { stack = "poptop_pppd", methods = 1, orders = 1,
                              quirk = quirk, detail = detail, row = quirk }
      end
    end
  end
  return cases
end

local function scramble(n)
  n = n * 0x9E3779B97F4A7C15
  n = (n ~ n >> 30) * 0xBF58476D1CE4E5B9
  n = (n ~ n >> 27) * 0x94D049BB133111EB
  return n ~ n >> 31
end

-- ---- what stands on the way -------------------------------------------------

-- Every box with the details that matter.
local box_details = {
  handmade_icmp = { 3, 13 }, soft_icmp = { 0, 1, 3, 13 },
  forged_icmp = { 0, 3, 13 }, gateway = { 1, 3 }, ban = { 2, 3, 5 },
  rate = { 1, 3 }, forward = { 0, 2, 13 }, forward_out = { 0, 2, 13 },
  late_socket = { 0, 1 },
}

-- Past these a caller gets to know all that there is to know.
local transparent = {
  none = true, handmade_drop = true, handmade_rst = true, handmade_icmp = true,
  handmade_ack = true, soft_icmp = true, forged_icmp = true, gateway = true,
  late_socket = true,
}

-- How we look on: as root, without CAP_NET_RAW, with a capture that loses
-- packets, hears nothing (replies come by another card), or lags behind.
M.views = {
  { view = "root" }, { view = "user", unprivileged = true },
  { view = "lossy", capture_loss = 20 }, { view = "deaf", capture_loss = 100 },
  { view = "lagging", capture_lag = 0.003 },
}

-- What stands behind a box: servers, and ports that are none.
local boxed = {
  { "poptop_pppd", V2, "friendly" }, { "accel_ppp", MD5 | V2, "friendly" },
  { "windows_rras", PAP | V2, "friendly" }, { "mikrotik", V2, "friendly" },
  { "poptop_pppd", V2, "rst_port" }, { "poptop_pppd", V2, "filtered" },
  { "poptop_pppd", V2, "deaf" }, { "poptop_pppd", V2, "icmp_tcp" },
  { "poptop_pppd", V2, "http" }, { "poptop_pppd", V2, "busy" },
}

local function boxed_cases()
  local cases = {}
  for _, box in ipairs(lab.boxes()) do
    for _, detail in ipairs(box_details[box] or { 0 }) do
      for _, server in ipairs(boxed) do
        for _, view in ipairs(M.views) do
          cases[#cases + 1] = {
            stack = server[1], methods = server[2], orders = 1,
            quirk = server[3], detail = 0, box = box, box_detail = detail,
            view = view, row = box .. " " .. view.view }
        end
      end
    end
  end
  return cases
end

--- The case of a number: 1, 2, 3 … go through all stacks and sets, then
-- through all links, then on with other orders and seeds.
-- @tparam integer number
-- @tparam table cases of M.cases
-- @treturn table a case as M.audit takes it
function M.case(number, cases)
  local i = number - 1
  local base = cases[i % #cases + 1]
  local weather = M.weathers[i // #cases % #M.weathers + 1]
  local dice = scramble(number)
  return {
    stack = base.stack, methods = base.methods, quirk = base.quirk,
    detail = base.detail, row = base.row,
    order = (dice >> 8 & 0xffffff) % base.orders,
    loss = weather.loss, duplicate = weather.duplicate,
    reorder = weather.reorder, delay = weather.delays[(dice & 3) + 1],
    stall = weather.stall or 0, slow = weather.slow,
    seed = (dice >> 32 & 0x7fffffff) + 1,
    box = base.box or "none", box_detail = base.box_detail or 0,
    view = base.view and base.view.view or "root",
    unprivileged = base.view and base.view.unprivileged,
    capture_loss = base.view and base.view.capture_loss,
    capture_lag = base.view and base.view.capture_lag,
  }
end

local kinds = { stacks = friendly_cases, quirks = quirky_cases,
                boxes = boxed_cases }

--- @tparam string kind "stacks", "quirks" or "boxes"
-- @treturn table
function M.cases(kind)
  return kinds[kind]()
end

-- ---- one audit --------------------------------------------------------------

local function rank(letter)
  return letter and letter:find("^[A-F]$") and letter:byte() or nil
end

local function text_of(truth)
  return truth.best == truth.worst and truth.best or
    truth.best .. "-" .. truth.worst
end

-- It answers our GRE by ICMP, which is a D of its own, and what stands behind
-- it still asks for a login: where no packet of that came, D is true.
local function refuses_gre(case)
  return case.box == "forward_out" and case.box_detail > 0
end

local function check_range(verdict, truth, wrong)
  local best, worst = rank(verdict.best), rank(verdict.worst)
  if not rank(truth.best) then
    if verdict.grade ~= "?" then
      wrong[#wrong + 1] = "a grade where nothing can be known"
    end
  elseif best and (best > rank(truth.worst) or worst < rank(truth.worst)) then
    wrong[#wrong + 1] = ("grade %s (%s-%s), not %s"):format(verdict.grade,
      verdict.best, verdict.worst, text_of(truth))
  end
end

local function check_method(method, state, truth, wrong)
  if state == "offered" and not truth.offered[method] or
     state == "accepted" and not truth.accepted[method] or
     state == "refused" and truth.accepted[method] then
    wrong[#wrong + 1] = method .. " falsely " .. state
  end
end

local function check_login(state, truth, wrong)
  if state == "required" and not truth.login_required or
     state == "not_required" and truth.login_required then
    wrong[#wrong + 1] = "login falsely " .. state
  end
end

-- Servers that cut a conversation short: what was under way is then unknown.
local cuts = { busy = true, rst_at = true, fin_at = true }

-- What a server does may not come to us, or not in time.
local function is_disturbed(case)
  return case.capture_loss or
    case.loss + case.duplicate + case.reorder + case.stall > 0 or
    case.delay > 0.3
end

-- Whether not to know which methods it takes may be the stack's fault: where
-- nobody gets as far as a login, and nothing stands between, there is nothing
-- that a stack could hide.
local function hides_methods(case, truth)
  return not truth.declining_tells and
    ((case.box or "none") ~= "none" or next(truth.offered) ~= nil)
end

-- Whether all that is not known is so for a reason that is not our fault.
local function is_excused(case, result)
  return case.unprivileged or is_disturbed(case) or
    not transparent[case.box or "none"] or hides_methods(case, result.truth) or
    result.cut or cuts[case.quirk]
end

local function count_unknown(evidence)
  local unknown = 0
  for _, method in ipairs(M.methods) do
    local state = evidence.authentication.methods[method]
    if state == "unknown" or state == "not_tested" then
      unknown = unknown + 1
    end
  end
  return unknown
end

local function judge(case, result)
  local evidence, truth, wrong = result.evidence, result.truth, {}
  local login = evidence.authentication
  if not (result.refuses_gre and result.verdict.grade == "D") then
    check_range(result.verdict, truth, wrong)
  end
  for method, state in pairs(login.methods) do
    check_method(method, state, truth, wrong)
  end
  for _, method in ipairs(login.other) do
    check_method(method, "accepted", truth, wrong)
  end
  check_login(login.state, truth, wrong)
  if truth.decoy and not is_disturbed(case) and result.verdict.grade ~= "?" then
    wrong[#wrong + 1] = ("grade %s of a decoy"):format(result.verdict.grade)
  end
  result.wrong = wrong
  result.equal = result.verdict.grade == (truth.decoy and "?" or
                                          text_of(truth))
  result.asks = next(truth.offered) ~= nil and not truth.offered.none and
    login.state ~= "not_required"
  result.unknown = result.asks and count_unknown(evidence) or 0
  local answers = result.equal and result.unknown == 0
  if #wrong == 0 and not answers and not is_excused(case, result) then
    wrong[1] = ("on a clean link, grade %s for %s, %d unknown"):format(
      result.verdict.grade, text_of(truth), result.unknown)
  end
end

--- Surveys and grades one server of the model.
-- @tparam table case stack, methods, order, quirk, detail, loss, duplicate,
--   reorder, delay, seed
-- @treturn table evidence, verdict, truth, wrong (a list of sentences), equal,
--   unknown (methods of five), refuses_gre (D is true too)
function M.audit(case)
  local host = lab.host(case)
  local result = { truth = host:truth(), asked = {},
                   refuses_gre = refuses_gre(case) }
  result.evidence = survey.run("192.0.2.1", {}, function(plan)
    result.asked[#result.asked + 1] = (plan.decline and "decline " or "") ..
      (plan.ask or "-")
    return host:converse(plan, case)
  end)
  local cisco = case.stack == "cisco_ios"
  result.cut = #result.evidence.conversations >= (cisco and 3 or 7)
  result.verdict = grade(result.evidence)
  judge(case, result)
  return result
end

local function line_of_box(case)
  local text = ""
  if (case.box or "none") ~= "none" then
    text = (', box = "%s", box_detail = %d'):format(case.box, case.box_detail)
  end
  if case.unprivileged then
    text = text .. ", unprivileged = true"
  end
  for _, key in ipairs { "capture_loss", "capture_lag" } do
    if case[key] then
      text = text .. (", %s = %g"):format(key, case[key])
    end
  end
  return text
end

--- A case as one line of Lua, for seeds.lua.
-- @tparam table case
-- @treturn string
function M.line(case)
  return ('{ stack = "%s", methods = %d, order = %d, quirk = "%s", ' ..
    'detail = %d, loss = %d, duplicate = %d, reorder = %d, delay = %g, ' ..
    'stall = %g, seed = %d%s },'):format(case.stack, case.methods, case.order,
    case.quirk, case.detail, case.loss, case.duplicate, case.reorder,
    case.delay, case.stall, case.seed, line_of_box(case))
end

-- ---- many audits ------------------------------------------------------------

-- A row's column: the loss in percent, or "slow".
local function column(case)
  return case.slow and "slow" or ("%d%%"):format(case.loss)
end

local function cell(counts, row, loss)
  local key = row .. "\t" .. loss
  counts[key] = counts[key] or { audits = 0, equal = 0, wider = 0, wrong = 0,
                                 asked = 0, unknown = 0, conversations = 0 }
  return counts[key]
end

local function add(counts, case, result)
  local c = cell(counts, case.row or case.stack, column(case))
  c.audits = c.audits + 1
  c.conversations = c.conversations + #result.evidence.conversations
  if #result.wrong > 0 then
    c.wrong = c.wrong + 1
  elseif result.equal then
    c.equal = c.equal + 1
  else
    c.wider = c.wider + 1
  end
  if result.asks then
    c.asked = c.asked + #M.methods
    c.unknown = c.unknown + result.unknown
  end
end

--- Runs audits first, first + step, … up to last.
-- @tparam table opts kind, first, last, step
-- @tparam function failed called with each case that is wrong, and its result
-- @treturn table counts by "row\tloss"
function M.run(opts, failed)
  local cases, counts = M.cases(opts.kind), {}
  for number = opts.first, opts.last, opts.step or 1 do
    local case = M.case(number, cases)
    local result = M.audit(case)
    add(counts, case, result)
    if #result.wrong > 0 then
      failed(case, result)
    end
  end
  return counts
end

local fields = { "audits", "equal", "wider", "wrong", "asked", "unknown",
                 "conversations" }

--- Adds counts that a worker wrote.
function M.merge(counts, line)
  local row, loss, rest = line:match("^([^\t]+)\t([^\t]+)\t(.*)$")
  local c, i = cell(counts, row, loss), 0
  for value in rest:gmatch("%d+") do
    i = i + 1
    c[fields[i]] = c[fields[i]] + tonumber(value)
  end
end

--- Counts as lines that M.merge reads.
function M.lines(counts)
  local lines = {}
  for key, c in pairs(counts) do
    local values = {}
    for i, field in ipairs(fields) do
      values[i] = c[field]
    end
    lines[#lines + 1] = key .. "\t" .. table.concat(values, " ")
  end
  return lines
end

local function sort_key(key)
  local row, loss = key:match("^(.*)\t(.*)$")
  return row .. ("\t%5s"):format(loss == "slow" and "~" or loss)
end

local function percent(part, whole)
  return whole > 0 and ("%.2f"):format(100 * part / whole) or "-"
end

--- The confusion table.
-- @tparam table counts
-- @tparam function write
-- @treturn integer audits
-- @treturn integer wrong ones
function M.print(counts, write)
  local keys, audits, wrong = {}, 0, 0
  for key in pairs(counts) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    return sort_key(a) < sort_key(b)
  end)
  write(("%-22s %4s %9s %8s %8s %6s %9s %6s\n"):format("row", "loss", "audits",
        "equal", "wider", "wrong", "unknown", "calls"))
  for _, key in ipairs(keys) do
    local c = counts[key]
    local row, loss = key:match("^(.*)\t(.*)$")
    write(("%-22s %4s %9d %7s%% %7s%% %6d %8s%% %6.2f\n"):format(row, loss,
      c.audits, percent(c.equal, c.audits), percent(c.wider, c.audits),
      c.wrong, percent(c.unknown, c.asked), c.conversations / c.audits))
    audits, wrong = audits + c.audits, wrong + c.wrong
  end
  return audits, wrong
end

return M
