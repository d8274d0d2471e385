-- SPDX-License-Identifier: BSD-2-Clause
--- What pptp-exposure.nse says: arguments in, a verdict as an ordered table
-- out. Pure, and the same in Nmap and in `pptpgrade --script`. No time and no
-- random number is shown: two runs against one server print the same.
local escape = require "pptpgrade.report.escape"
local evidence = require "pptpgrade.judge.evidence"
local lists = require "pptpgrade.lists"
local model = require "pptpgrade.report.model"
local results = require "pptpgrade.judge.results"
local stages = require "pptpgrade.report.stages"
local timespec = require "pptpgrade.nmap.timespec"
local words = require "pptpgrade.judge.words"

local M = {}

local NAME = "pptp-exposure"
local CONTACT = 64 -- bytes of the SCCRQ's host name

-- ---- Arguments.

local function duration(text)
  local seconds = timespec.seconds(text)
  return seconds and seconds > 0 and seconds <= 3600 and seconds or nil
end

local readers = {
  depth = function(text)
    return (text == "control" or text == "call" or text == "auth") and text,
      "there are control, call and auth"
  end,
  timeout = function(text)
    return duration(text), "a time up to one hour is needed, such as 5s"
  end,
  limit = function(text)
    return duration(text), "a time up to one hour is needed, such as 90s"
  end,
  contact = function(text)
    return type(text) == "string" and #text <= CONTACT and text,
      "at most 64 bytes of text fit"
  end,
  policy = function(path)
    if type(path) ~= "string" then
      return nil, "a file's name is needed"
    end
    return require "pptpgrade.policy".load(path)
  end,
}

-- Of our own prefix: others' arguments are none of our business.
local function unknown_argument(given)
  for key in pairs(given) do
    local name = type(key) == "string" and key:match("^" .. NAME:gsub("%-",
      "%%-") .. "%.(.*)$")
    if name and not readers[name] then
      return ("%s.%s: there is no such argument, but %s"):format(
        NAME, name, table.concat(lists.keys(readers), ", "))
    end
  end
end

--- The script's arguments.
-- @tparam function get a name -> its value, as stdnse.get_script_args
-- @tparam table given all arguments of the run, as nmap.registry.args
-- @treturn table|nil depth, timeout, limit (seconds), contact, policy
-- @treturn string where one is wrong: which, and what it may be
function M.options(get, given)
  local options, why = {}, unknown_argument(given)
  if why then
    return nil, why
  end
  for name, read in pairs(readers) do
    local text = get(NAME .. "." .. name)
    if text ~= nil then
      options[name], why = read(text)
      if not options[name] then
        return nil, ("%s.%s=%s: %s"):format(NAME, name, tostring(text), why)
      end
    end
  end
  return options
end

-- ---- The result.

local function in_brackets(text, note)
  return note and ("%s (%s)"):format(text, note) or text
end

local function named(product)
  if product and product.name and product.name ~= "unknown" then
    local name, os = product.name, product.os
    return escape.value(name) .. (os and not name:find(os, 1, true) and
                                  " on " .. escape.value(os) or "")
  end
end

local function control_text(verdict)
  local s = evidence.stage(verdict.evidence, "control")
  if s.state == "not_pptp" then
    return in_brackets("not PPTP", escape.value(s.service or "unknown"))
  elseif s.state == "refused" then
    return in_brackets("refused", escape.value(results.text("control", s)))
  end
  return in_brackets(words.state(s.state), named(verdict.product))
end

local function call_text(verdict)
  local s = evidence.stage(verdict.evidence, "call")
  if s.state == "refused" then
    return in_brackets("refused", escape.value(results.text("call", s)))
  end
  return words.state(s.state)
end

local function gre_text(verdict)
  local s = evidence.stage(verdict.evidence, "gre")
  return in_brackets(words.state(s.state),
                     s.state ~= "reachable" and stages.reason(s) or nil)
end

-- One method as one line, and in XML as its parts.
local function method_item(new, title, state, letter)
  local item = new()
  item.name = title
  item.state = words.state(state)
  item.strength = letter
  getmetatable(item).__tostring = function()
    return in_brackets(title, item.state) .. (letter and " - " .. letter or "")
  end
  return item
end

local function sort_methods(new, verdict)
  local found = model.letters(verdict)
  local known = verdict.evidence.authentication
  local by = { taken = {}, refused = {}, unknown = {}, not_tested = {} }
  for _, row in ipairs(model.methods) do
    local state = known.methods[row[1]]
    if state == "offered" or state == "accepted" then
      by.taken[#by.taken + 1] = method_item(new, row[2], state, found[row[3]])
    elseif by[state] then
      by[state][#by[state] + 1] = row[2]
    end
  end
  for _, method in ipairs(known.other or {}) do
    local proof = (known.proofs or {})[method] or { state = "offered" }
    by.taken[#by.taken + 1] = method_item(new,
      escape.value(evidence.title(method)), proof.state,
      model.letter_of(found, method))
  end
  return by
end

local function put(into, key, value)
  if value ~= nil and value ~= "" then
    into[key] = type(value) == "string" and escape.text(value) or value
  end
end

-- The first name that is one: a challenge of EAP's has none.
local function challenge_name(e)
  for _, record in ipairs(e.conversations) do
    local name = evidence.stage(record, "challenge").name
    if type(name) == "string" and name ~= "" then
      return name
    end
  end
end

local function disclosed(new, e)
  local told = new()
  local control = evidence.stage(e, "control")
  local challenge = evidence.stage(e, "challenge")
  put(told, "host name", control.host_name)
  put(told, "vendor", control.vendor)
  put(told, "firmware", control.firmware_revision)
  put(told, "challenge name", challenge_name(e))
  put(told, "EAP prompt", challenge.text)
  local offer = evidence.offers(e)[1]
  local endpoint = offer and evidence.option(offer, 19)
  put(told, "endpoint", type(endpoint) == "table" and endpoint.address or nil)
  return #told > 0 and told or nil
end

local function warnings(verdict, verbosity)
  local list = {}
  for _, finding in ipairs(verdict.findings) do
    if finding.severity ~= "info" or verbosity >= 2 then
      list[#list + 1] = ("%s %s %s"):format(escape.value(finding.severity),
                                            escape.value(finding.id),
                                            escape.value(finding.title))
    end
  end
  return list
end

local function not_tested(verdict, by)
  local e, list = verdict.evidence, {}
  local gre = evidence.stage(e, "gre")
  local last = e.conversations[#e.conversations]
  if e.error then
    list[1] = escape.value(e.error)
  elseif last and last.ended_by == "aborted" then
    list[1] = "the survey was stopped before its end"
  end
  if evidence.stage(e, "call").state == "not_tested" then
    list[#list + 1] = "whether calls are taken"
  end
  if gre.state == "not_tested" then
    list[#list + 1] = in_brackets("GRE", stages.reason(gre))
  end
  if #by.not_tested == #evidence.methods then
    list[#list + 1] = "logins"
  elseif by.not_tested[1] then
    list[#list + 1] = table.concat(by.not_tested, ", ")
  end
  if evidence.stage(e, "call").state == "accepted" then
    list[#list + 1] = "MPPE and EAP's inner method (visible only after a login)"
  end
  return list
end

local function filled(list)
  return list[1] ~= nil and list or nil
end

--- A verdict as NSE shows results.
-- @tparam function new makes an ordered table, as stdnse.output_table
-- @tparam table verdict
-- @tparam int verbosity from 2 on findings that only inform are listed too
-- @treturn table ordered; the last key is `grade`
function M.result(new, verdict, verbosity)
  local out, by = new(), sort_methods(new, verdict)
  out.control = control_text(verdict)
  out.call = call_text(verdict)
  out.gre = gre_text(verdict)
  out.login = words.state(verdict.evidence.authentication.state)
  out.methods = filled(by.taken)
  out.refused = filled(by.refused)
  out.unknown = filled(by.unknown)
  out.disclosed = disclosed(new, verdict.evidence)
  out.warnings = filled(warnings(verdict, verbosity))
  out["not tested"] = filled(not_tested(verdict, by))
  out.summary = escape.value(verdict.summary)
  out.confidence = verdict.confidence
  out.grade = verdict.grade
  return out
end

--- Nothing was asked: why, and no grade.
-- @tparam function new makes an ordered table
-- @tparam string why
-- @treturn table ordered
function M.refusal(new, why)
  local out = new()
  out["not tested"] = { escape.line(why) .. "; no conversation was held" }
  out.grade = "?"
  return out
end

--- Fills what nobody knew yet about a port's service.
-- @tparam table version NSE's port.version; changed
-- @tparam table verdict
-- @treturn boolean whether anything was filled
function M.fill_version(version, verdict)
  local control = evidence.stage(verdict.evidence, "control")
  local product, changed = verdict.product or {}, false
  local function fill(key, value)
    if (version[key] == nil or version[key] == "") and value and
       value ~= "" then
      version[key], changed = value, true
    end
  end
  if control.state ~= "answered" and control.state ~= "refused" then
    return false
  end
  fill("name", "pptp")
  fill("product", product.name ~= "unknown" and product.name or
       escape.text(control.vendor or ""))
  fill("version", control.firmware_revision and
       ("(Firmware: %d)"):format(control.firmware_revision))
  fill("hostname", escape.text(control.host_name or ""))
  fill("ostype", product.os)
  fill("devicetype", product.device_type)
  if product.cpe and (version.cpe == nil or version.cpe[1] == nil) then
    version.cpe, changed = { product.cpe }, true
  end
  return changed
end

-- What is not known is worse than what is known to be good.
local function badness(verdict)
  return verdict.worst == "?" and "A?" or verdict.worst
end

--- The worse of two verdicts, for a host with several ports.
-- @tparam table|nil one
-- @tparam table two
-- @treturn table
function M.worse(one, two)
  return one and badness(one) > badness(two) and one or two
end

return M
