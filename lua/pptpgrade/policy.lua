-- SPDX-License-Identifier: BSD-2-Clause
--- The judgement's data, which a user can replace in part or in whole.
--
-- A policy file is Lua that returns a table, such as
--
--     return { methods = { mschap_v2 = "F" },
--              findings = { ["PPTP-034"] = false } }
--
-- It is loaded as text, in an empty environment, with a bound on how long it
-- runs; what it names is laid over the default, and what it misspells is said.
local findings = require "pptpgrade.judge.findings"
local lists = require "pptpgrade.lists"

local M = {}

--- What holds where no file says otherwise: docs/grading.md explains it.
M.default = {
  name = "default",
  -- What a server is worth at best and at worst that accepts a method.
  methods = {
    pap = "F", spap = "F", chap_md5 = "F", mschap_v1 = "F", mschap_v2 = "E",
    eap = "D-F", -- its inner method shows only in a login
    chap_hash = "F", -- CHAP with SHA-1, SHA-256 or SHA3-256
    other = "D-F", -- any that no RFC or vendor named
  },
  no_login = "F", -- a network protocol was requested without a login
  challenge_reused = "F", -- one challenge in two conversations
  -- How far one gets.
  stages = {
    closed = "A", -- a RST, or connect() refused
    unanswered = "A", -- no answer on this port, but another from the host
    other_protocol = "B",
    no_reply = "B-F", -- TCP opens; silence or an end after the whole SCCRQ
    not_authorized = "C", -- SCCRP 4 or 5, OCRP 7
    refused = "C-F", -- any other refusal, or an end before LCP
    answers = "C",
    call_unknown = "C-F", -- the control channel answers; a call is unknown
    call = "D",
    no_gre = "D", -- ICMP from the target itself
    gre_unknown = "D-F", -- GRE silent, one-way, untested, or no LCP
  },
  -- A name that says "hacked": reported, but the letter tells of the protocol.
  compromised = false,
  deception = { indicators = 2 }, -- so many, or one that decides alone
  findings = {}, -- id -> false (leave out), or another severity
  names = { -- that tell nothing about whose server it is
    host = { "", "local", "Vigor", "MikroTik", "pptp server" },
    challenge = { "", "pptpd", "MikroTik", "Draytek", "DrayTek", "Vigor",
                  "pptp server" }, -- as shipped
    prompt = { "", "Name" }, -- of EAP; pppd's is a constant
  },
}

local STEPS = 1000000 -- Lua instructions that a policy file may take
local SIZE = 1048576

local severities = { critical = true, high = true, medium = true, low = true,
                     info = true }

-- Every letter and range that there is: text -> number.
local bests, worsts = {}, {}
for best = 1, 6 do
  for worst = best, 6 do
    local text = string.char(64 + best) ..
      (worst > best and "-" .. string.char(64 + worst) or "")
    bests[text], worsts[text] = best, worst
  end
end

--- A letter or a range as numbers, 1 for A to 6 for F.
-- @tparam any text "E", "D-F"
-- @treturn integer|nil best; nil where it is neither
-- @treturn integer worst
function M.range(text)
  if text ~= nil then
    return bests[text], worsts[text]
  end
end

-- What may lie behind a stage that hides it.
local hidden = { "other_protocol", "not_authorized", "answers", "call",
                 "no_gre" }

--- The worst that a server can turn out to be by a policy: what is not known
-- is never better than that.
-- @tparam table policy
-- @treturn integer 1 for A to 6 for F
function M.worst(policy)
  local worst = math.max(worsts[policy.no_login],
                         worsts[policy.challenge_reused])
  for _, grade in next, policy.methods do
    worst = math.max(worst, worsts[grade])
  end
  for i = 1, #hidden do
    worst = math.max(worst, worsts[policy.stages[hidden[i]]])
  end
  return worst
end

local function is_grade(value)
  return M.range(value) ~= nil, 'a letter or a range such as "D-F"'
end

local function is_grade_or_false(value)
  return value == false or is_grade(value), 'a letter, a range, or false'
end

local function is_text(value)
  return type(value) == "string", "a string"
end

local function is_count(value)
  return math.type(value) == "integer" and value >= 1, "a count from 1"
end

local function is_texts(value)
  local count = 0
  for key, text in pairs(type(value) == "table" and value or { false }) do
    count = count + 1
    if math.type(key) ~= "integer" or type(text) ~= "string" then
      return false, "a list of strings"
    end
  end
  return type(value) == "table" and #value == count, "a list of strings"
end

local function is_finding(value)
  return value == false or severities[value] == true,
    "false, or critical, high, medium, low or info"
end

-- The shape of a policy: a test for a value, or a table of them.
local function each(keys, test)
  local shape = {}
  for key in pairs(keys) do
    shape[key] = test
  end
  return shape
end

local shape = {
  name = is_text,
  methods = each(M.default.methods, is_grade),
  no_login = is_grade,
  challenge_reused = is_grade,
  stages = each(M.default.stages, is_grade),
  compromised = is_grade_or_false,
  deception = { indicators = is_count },
  findings = {},
  names = { host = is_texts, challenge = is_texts, prompt = is_texts },
}
for _, finding in ipairs(findings.list) do
  shape.findings[finding.id] = is_finding
end

local function shown(value)
  return type(value) == "string" and '"' .. value .. '"' or tostring(value)
end

local merge

-- One value, checked: it, or nil and what is wrong.
local function take(default, given, wanted, path)
  if type(wanted) == "table" then
    if type(given) ~= "table" then
      return nil, path .. " must be a table, not " .. shown(given)
    end
    return merge(default, given, wanted, path .. ".")
  end
  local ok, what = wanted(given)
  if not ok then
    return nil, path .. " must be " .. what .. ", not " .. shown(given)
  end
  return given
end

-- The default with `given` laid over it, or nil and what is wrong.
function merge(default, given, wanted, path)
  local new = {}
  for key, value in pairs(default) do
    new[key] = value
  end
  for key, value in pairs(given) do
    if wanted[key] == nil then
      return nil, ("unknown key %s%s (known: %s)"):format(
        path, tostring(key), table.concat(lists.keys(wanted), ", "))
    end
    local taken, message = take(default[key], value, wanted[key],
                                path .. tostring(key))
    if message then
      return nil, message
    end
    new[key] = taken
  end
  return new
end

--- A table laid over the default.
-- @tparam table given
-- @treturn table|nil policy
-- @treturn string what is wrong
function M.over_default(given)
  return merge(M.default, given, shape, "")
end

-- Runs a chunk for at most STEPS instructions.
local function run(chunk)
  local thread = coroutine.create(chunk)
  debug.sethook(thread, function()
    error("it runs for too long", 0)
  end, "", STEPS)
  local ok, value = coroutine.resume(thread)
  if ok and coroutine.status(thread) ~= "dead" then
    return nil, "it yields"
  elseif not ok then
    return nil, tostring(value)
  elseif type(value) ~= "table" then
    return nil, "it must return a table"
  end
  return value
end

local function contents(file)
  local handle, message = io.open(file, "rb")
  if not handle then
    return nil, message
  end
  local text
  text, message = handle:read(SIZE + 1)
  handle:close()
  if not text then
    return nil, file .. ": " .. (message or "it is empty")
  elseif #text > SIZE then
    return nil, file .. ": more than 1 MB is no policy"
  end
  return text
end

--- A policy from a file.
-- @tparam string file
-- @treturn table|nil policy, complete
-- @treturn string what is wrong, with the file's name
function M.load(file)
  if type(file) ~= "string" then
    error("policy.load: a file name is needed", 2)
  end
  local text, message = contents(file)
  if not text then
    return nil, message
  end
  local chunk
  chunk, message = load(text, "@" .. file, "t", {})
  if not chunk then
    return nil, message
  end
  local given
  given, message = run(chunk)
  if not given then
    return nil, file .. ": " .. message
  end
  local policy
  policy, message = M.over_default(given)
  if not policy then
    return nil, file .. ": " .. message
  end
  return policy
end

return M
