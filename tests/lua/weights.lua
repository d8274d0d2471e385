-- SPDX-License-Identifier: BSD-2-Clause
--- What each fact of a survey weighs: servers, every fact of which is changed
-- alone, and what that changes of the verdict and of what is asked next. It
-- stands in weights.txt, where a change of judgement is read server by server
-- before it is believed. Written anew by
-- `LUA_PATH='lua/?.lua;tests/lua/?.lua' lua5.4 tests/lua/weights.lua`.
local R = require "records"
local evidence = require "pptpgrade.evidence"
local grade = require "pptpgrade.grade"
local reads = require "pptpgrade.record"
local stacks = require "stacks"
local survey = require "pptpgrade.survey"

local M = {}

M.FILE = "tests/lua/weights.txt"

-- What may stand in a field, beside what the servers below have there.
local words = {
  ended_by = { "complete", "silent", "budget", "refused", "closed", "reset",
               "terminate", "aborted", "error" },
  reason = { "syn-ack", "rst", "timeout", "icmp-3-13", "icmp-3-3",
             "no-privilege", "error" },
  kind = { "conversation", "observed", "syn", "gre" },
  depth = { "syn", "control", "call", "auth" },
  to_server = { "proven", "unknown", "refused" },
  from_server = { "proven", "unknown" },
  authentication = { "none", "pap", "chap_md5", "mschap_v1", "c223:07" },
  answer = { "none", "ack", "nak:pap", "reject" },
  method = { "pap", "chap_md5", "mschap_v1", "mschap_v2", "eap" },
  by = { "us", "server" },
  name = { "call-clear-request", "call-disconnect-notify", "terminate-ack",
           "stop-control-connection-request", "fin", "rst", "gate", "" },
  code = { "call_clear", "capture_deaf", "capture_drops", "control_cut",
           "gre_icmp", "local_icmp", "long_message", "loopback", "lost_sync",
           "malformed", "no_guard", "not_delivered", "odd_segment",
           "other_source", "own_host", "peer_call_id", "reserved",
           "send_failed", "set_link_info", "syn_differs", "syn_icmp",
           "unexpected_control" },
  value = { "50fc0665f2f8fe976f13c1dccd7c6a46", "50fc06" },
  vendor = { "", "linux", "Microsoft", "MikroTik", "acme" },
  host_name = { "", "local", "fw01.corp.example" },
  time = { "2026-11-22T22:30:00.000000Z", "2026-11-22T23:30:00.000000Z" },
}

-- ---- servers ----------------------------------------------------------------

local function noted(record)
  record.notes = { { code = "echo_request", text = "a note", count = 1 } }
  return record
end

local function connect(record, given)
  record.tcp.connect = given
  return record
end

local function alive(asked, answered)
  return { state = "alive", reason = "echo-reply", asked = asked,
           answered = answered }
end

local function timed(records)
  for i, record in ipairs(records) do
    record.time = ("2026-11-22T22:40:%02d.000000Z"):format(2 * i)
    if record.call.state == "accepted" then
      record.call.call_id = 128 * i
    end
  end
  return records
end

local function surveyed(server)
  return timed(R.survey(server))
end

local function repeats(answer, to_server)
  local says = {}
  for i = 1, 5 do
    says[i] = { "mschap_v2", i < 5 and answer or nil,
                { identifier = 1, news = i == 1 } }
  end
  local record = R.talk(says)
  record.ended_by, record.gre.to_server = "budget", to_server
  return record
end

-- What weighs the same whichever stack it is.
local shared = { tcp = true, host = true, network = true, ended_by = true,
                 depth = true, kind = true, duration_us = true, port = true,
                 source = true, time = true }

local function hex(text)
  return (text:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end))
end

-- An SCCRP with something behind its host name's end.
local residue = hex("\0\x9c\0\1\x1a\x2b\x3c\x4d\0\2\xa1\x96\1\0\1\0" ..
  ("\0"):rep(8) .. "\0\1\0\1" .. "local\0\0gw-1" .. ("\0"):rep(53) ..
  "linux" .. ("\0"):rep(59))

local ocrp = "002000011a2b3c4d0008001004801a2d01000000000005f5e1002000" ..
  "000000000000"

local function resent(times, ids, order)
  local offers = {}
  for i, at in ipairs(times) do
    offers[i] = { "mschap_v2", nil, {
      at_us = at * 1000000, identifier = ids[i], news = i == 1,
      options = stacks.options(order, stacks.MAGIC) } }
  end
  return { R.talk(offers) }
end

-- Decoys, and habits that few servers show.
local function add_odd(add)
  add("dionaea", { noted(R.called { control = R.control { raw = residue },
    call = R.accepted { call_id = 0x0480, receive_window = 0x2000,
                        raw = ocrp } }) }, shared)
  add("who says what others found", { R.connected { control = {
    state = "not_pptp", pptp = false, vendor = "",
    first_bytes = "4669726d776172653a20310a" } } }, shared)
  add("Windows, ended by an error", { stacks.record_of(stacks.with(
    stacks.all.windows, { ending = "terminate", text = "bye",
                          data = "11223344003ccd7400000397" }), 1, 7) },
    shared)
  add("pppd that asks again",
      resent({ 0.1, 3.1, 6.2 }, { 1, 1, 1 }, "2-3-5-7-8"), shared)
  add("mpd that asks again", resent({ 0, 2, 4 }, { 255, 0, 1 },
                                    "8-7-2-1-5-3"), shared)
  add("SPAP", { R.talk { { "spap", "ack" } } }, shared)
  add("pppd's EAP prompt", { R.talk({ { "eap", "ack" } }, { record = {
    challenge = { state = "seen", method = "eap", type = 1,
                  text = "Name" } } }) }, shared)
end

local function servers()
  local list = {}
  local function add(name, records, but)
    list[#list + 1] = { name = name, records = records, but = but }
  end
  for _, name in ipairs { "poptop", "accel", "windows", "mikrotik", "cisco",
                          "draytek", "mpd", "npppd" } do
    add(name, stacks.evidence_of(stacks.all[name]).conversations,
        name ~= "poptop" and shared or nil)
  end
  add("pppd of MS-CHAPv2", surveyed(R.pppd "mschap_v2"))
  add("accel of MS-CHAPv1 and CHAP-SHA-256",
      surveyed(R.accel("mschap_v1", "c223:07")))
  add("mpd of PAP and EAP", surveyed(R.mpd("pap", "eap")))
  add("no login asked for", timed { R.login_required(),
                                    R.talk { { "none", "ack" } } })
  add("a port that is closed", { noted(R.contact("closed", "rst")) })
  add("a port that is filtered", { noted(R.contact("filtered", "icmp-3-13")) })
  add("a port that is silent", timed { R.contact("silent", "timeout"),
    noted(R.contact("silent", "timeout", { host = alive(10, 10) })) })
  add("a SYN alone", { R.syn("open", "syn-ack") })
  add("a connection, reset", { connect(R.contact("silent", "timeout"),
                                       { state = "reset" }) })
  add("another protocol", { R.connected { ended_by = "closed", control = {
    state = "not_pptp", pptp = false, protocol = "http", bytes = "485454" } } })
  add("control, silent", { R.connected { ended_by = "silent", control = {
    state = "silent", reason = "timeout" } } })
  add("control, refused", { R.connected { ended_by = "refused",
    control = R.control { state = "refused", result_code = 2,
                          error_code = 1 } } })
  add("call, refused", { noted(R.connected { ended_by = "refused", call = {
    state = "refused", result_code = 4, error_code = 1, cause_code = 0 } }) })
  add("GRE, silent", { noted(R.called { ended_by = "silent", gre = {
    state = "silent", reason = "timeout", to_server = "unknown",
    from_server = "unknown", packets_sent = 3, packets_received = 0 },
    lcp = { state = "silent", offers = {} } }) })
  add("GRE, refused", { noted(R.called { ended_by = "silent", gre = {
    state = "filtered", reason = "icmp-3-13", icmp_from = R.TARGET,
    to_server = "refused", from_server = "unknown", refusals = 2 } }) })
  add("GRE that stops", timed { R.talk { { "mschap_v2", "ack" } },
                                repeats("nak:pap", "unknown") })
  add("GRE that repeats", timed { repeats("ack", "proven"),
                                  repeats("nak:pap", "proven") })
  add("an EAP prompt", { R.talk({ { "eap", "ack" } }, { record = {
    challenge = { state = "seen", method = "eap", type = 1,
                  text = "Welcome" } } }) })
  add_odd(add)
  return list
end

-- ---- changes ----------------------------------------------------------------

local function sorted_keys(t)
  local keys = {}
  for key in pairs(t) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    if type(a) ~= type(b) then
      return type(a) < type(b)
    end
    return a < b
  end)
  return keys
end

-- Paths of all that a record has, as lists of keys.
local function paths(t, before, found)
  for _, key in ipairs(sorted_keys(t)) do
    local path = table.move(before, 1, #before, 1, {})
    path[#path + 1] = key
    found[#found + 1] = path
    if type(t[key]) == "table" then
      paths(t[key], path, found)
    end
  end
  return found
end

local function at(t, path)
  for i = 1, #path do
    t = type(t) == "table" and t[path[i]]
  end
  return t
end

local NOTHING = {} -- takes a field away

-- What else may stand where `old` does.
local function others(path, old)
  local key, list = path[#path], { NOTHING }
  if type(old) == "number" then
    list = { NOTHING, 0, 1, old - 1, old + 1, 0x8000 }
  elseif type(old) == "boolean" then
    list[2] = not old
  elseif type(old) == "string" then
    local known = key == "state" and reads.orders[path[#path - 1]]
    known = known and sorted_keys(known) or words[key] or { "x" }
    table.move(known, 1, #known, 2, list)
  end
  return list
end

local function put(record, path, value)
  local parent = at(record, table.move(path, 1, #path - 1, 1, {}))
  if type(parent) ~= "table" then
    return false
  elseif value == NOTHING and math.type(path[#path]) == "integer" then
    return parent[path[#path]] ~= nil and
      table.remove(parent, path[#path]) ~= nil
  end
  parent[path[#path]] = value ~= NOTHING and value or nil
  if value == false then
    parent[path[#path]] = false
  end
  return true
end

-- ---- what becomes of them ---------------------------------------------------

-- What a list says by what it says it of.
local function by_id(list, words_of)
  local found = {}
  for i, item in ipairs(list) do
    found[i] = { item.id, words_of and words_of(item) or "" }
  end
  return found
end

local function asked_next(e)
  local ok, plan, why = pcall(survey.next, e, { target = R.TARGET,
                                                port = 1723 })
  if not ok or type(plan) ~= "table" then
    return tostring(ok and why or plan)
  end
  local parts = {}
  for _, key in ipairs(sorted_keys(plan)) do
    if type(plan[key]) ~= "table" and key ~= "target" and key ~= "port" then
      parts[#parts + 1] = key .. "=" .. tostring(plan[key])
    end
  end
  return table.concat(parts, " ")
end

local function product_of(v)
  local found = {}
  for _, key in ipairs(sorted_keys(v.product or {})) do
    local value = v.product[key]
    if key == "habits" then
      for _, habit in ipairs(value) do
        found[#found + 1] = { "habit " .. habit, "" }
      end
    elseif key ~= "strings" then
      found[#found + 1] = { key, tostring(value) }
    end
  end
  return found
end

-- What a verdict says: parts, each a list of { name, words }.
local function told(records)
  local e = evidence.newest(records)
  local v = grade(e)
  return {
    { { "", ("%s (%s to %s), %s"):format(v.grade, v.best, v.worst,
                                         v.confidence) } },
    { { "", v.summary } }, { { "next", asked_next(e) } },
    by_id(v.caps), by_id(v.findings, function(finding)
      return tostring(finding.evidence)
    end),
    product_of(v), by_id(v.potential_vulnerabilities), by_id(v.remedies),
  }
end

local function words_by_name(part)
  local found = {}
  for _, item in ipairs(part) do
    found[item[1]] = item[2]
  end
  return found
end

local function line_of(item, sign)
  return (sign or "") .. item[1] ..
    (item[1] ~= "" and item[2] ~= "" and ": " or "") .. item[2]
end

-- What is new or otherwise, and with a "-" what went; nil where nothing is.
local function difference(old, new)
  local was, is, found = words_by_name(old), words_by_name(new), {}
  for _, item in ipairs(new) do
    if was[item[1]] ~= item[2] then
      found[#found + 1] = line_of(item)
    end
  end
  for _, item in ipairs(old) do
    found[#found + 1] = not is[item[1]] and "-" .. item[1] or nil
  end
  return found[1] and table.concat(found, "; ")
end

local function changed(base, records)
  local ok, new = pcall(told, records)
  if not ok then
    return "error " .. tostring(new):gsub("^[^ ]*: ", "")
  end
  local found = {}
  for i, part in ipairs(new) do
    found[#found + 1] = difference(base[i], part)
  end
  return table.concat(found, "\n    ")
end

local function shown(value)
  return value == NOTHING and "none" or (tostring(value):gsub("%c", "?"))
end

-- ---- the text ---------------------------------------------------------------

-- One change in one record or in each; nil where there is no such place.
local function with(records, which, path, value)
  local copy, done = R.copy(records), false
  for i, record in ipairs(copy) do
    if which == 0 or which == i then
      done = put(record, path, value) or done
    end
  end
  return done and copy or nil
end

-- What is changed at once: each record, or the last alone.
local function scopes(records)
  return #records == 1 and { 1 } or { 0, #records }
end

-- Puts a change with those that come to the same; by their place, each value.
local function note(outcomes, outcome, place, value)
  local group = outcomes[outcome]
  if not group then
    group = {}
    outcomes[outcome], outcomes[#outcomes + 1] = group, outcome
  end
  if not group[place] then
    group[place], group[#group + 1] = {}, place
  end
  table.insert(group[place], shown(value))
end

local function try_path(outcomes, base, records, which, path)
  local old = at(records[which == 0 and 1 or which], path)
  local place = (which == 0 and "" or "#" .. which .. " ") ..
    table.concat(path, ".")
  local done = { [old] = true }
  for _, value in ipairs(others(path, old)) do
    local new = not done[value] and with(records, which, path, value)
    done[value] = true
    local outcome = new and changed(base, new) or ""
    if outcome ~= "" then
      note(outcomes, outcome, place, value)
    end
  end
end

local function add_changes(outcomes, base, server)
  local records = server.records
  for _, which in ipairs(scopes(records)) do
    for _, path in ipairs(paths(records[which == 0 and 1 or which], {}, {})) do
      if not (server.but or {})[path[1]] and path[1] ~= "target" and
         path[1] ~= "schema" then
        try_path(outcomes, base, records, which, path)
      end
    end
  end
end

local function wrapped(group)
  local lines, line = {}, " "
  for _, place in ipairs(group) do
    local item = place .. ": " .. table.concat(group[place], ", ")
    if #line + #item > 76 and line ~= " " then
      lines[#lines + 1] = line
      line = " "
    end
    line = line .. " " .. item .. ";"
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

local function text_of(server)
  local base, outcomes = told(server.records), {}
  local lines = { "== " .. server.name }
  for _, part in ipairs(base) do
    lines[#lines + 1] = difference({}, part)
  end
  add_changes(outcomes, base, server)
  for _, outcome in ipairs(outcomes) do
    lines[#lines + 1] = wrapped(outcomes[outcome])
    lines[#lines + 1] = "    " .. outcome
  end
  return table.concat(lines, "\n") .. "\n"
end

--- What each server's facts weigh.
-- @treturn table list of { name =, text = function() -> string }
function M.servers()
  local list = servers()
  for _, server in ipairs(list) do
    server.text = function() return text_of(server) end
  end
  return list
end

if arg and arg[0] == "tests/lua/weights.lua" then
  local file = assert(io.open(M.FILE, "w"))
  for _, server in ipairs(M.servers()) do
    assert(file:write(server.text()))
  end
  assert(file:close())
end

return M
