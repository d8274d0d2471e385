-- SPDX-License-Identifier: BSD-2-Clause
--- The one sentence of a verdict. It tells what happened: what was not asked,
-- or could not be delivered, got "no reply" from nobody.
local caps = require "pptpgrade.judge.caps"
local contact = require "pptpgrade.judge.contact"
local gre = require "pptpgrade.judge.gre"
local lists = require "pptpgrade.lists"
local reads = require "pptpgrade.record"
local results = require "pptpgrade.judge.results"
local words = require "pptpgrade.judge.words"

local M = {}

local stage, has_note = reads.stage, reads.has_note

local function cap_of(view, id)
  return view.cap_by_id[id]
end

local function records_of(view)
  return view.evidence.conversations
end

local function find(view, test)
  return lists.find(records_of(view), test)
end

local function any_note(view, code)
  return find(view, function(record) return has_note(record, code) end) ~= nil
end

-- Texts have %s where the port belongs.
local function with_port(text, view)
  local at = text:find("%s", 1, true)
  if not at then
    return text
  end
  return text:sub(1, at - 1) .. tostring(view.evidence.port or reads.PORT) ..
    with_port(text:sub(at + 2), view)
end

local function capital(text)
  return text:sub(1, 1):upper() .. text:sub(2)
end

-- ---- logins -----------------------------------------------------------------

local leads = {
  C08 = "No login is required: the server %s",
  C09 = "The server's own name says that it was compromised",
  C10 = "The same login challenge came twice: a login that was recorded " ..
    "once lets in again",
  C07 = "PAP is accepted: one recorded login shows the password",
  C15 = "SPAP is accepted: one recorded login gives up the password",
  C05 = "MS-CHAPv1 is accepted: one recorded login gives up the password " ..
    "where the client sends its LM response",
  C06 = "CHAP-MD5 is accepted: a tunnel opened with it cannot be encrypted",
  C29 = "%s: a tunnel opened with it cannot be encrypted",
  C03 = "MS-CHAPv2 is accepted: one recorded login yields the password's " ..
    "hash for 2^56 work",
}

-- What is left open. `beside`: a method is known to be accepted.
local function doubts(view, beside)
  local list, unknown = {}, cap_of(view, "C17")
  if unknown then
    local one = #unknown.methods == 1
    list[1] = "whether " .. (unknown.methods[1] and
      words.methods(unknown.methods, "or") or "other methods") ..
      (one and " is " or " are ") .. (beside and "too" or "accepted")
  end
  if cap_of(view, "C18") then
    list[#list + 1] = "whether a login is required"
  end
  if cap_of(view, "C28") then
    list[#list + 1] = "whether GRE passes both ways"
  end
  return words.join(list, "and")
end

-- Only where the letter is open; else what is not known changes nothing.
local function with_doubts(view, text)
  local open = doubts(view, true)
  if view.best == view.worst then
    return text
  elseif open ~= "" then
    return text .. "; " .. open .. " is not known"
  elseif cap_of(view, "C04") then
    return text .. "; what runs inside EAP, beside it, does not show"
  elseif cap_of(view, "C16") then
    return text .. "; an unassigned method stands beside it"
  end
  return text .. "; the policy leaves the letter open"
end

local function lead_of(view, id)
  local proof = view.evidence.authentication.proof
  if id == "C08" then
    return leads.C08:format(proof and proof.text or "went on without one")
  elseif id == "C29" then
    return leads.C29:format(cap_of(view, id).reason)
  end
  return leads[id]
end

-- No method by which the letter could be told.
local function open_login(view)
  local other, eap = cap_of(view, "C16"), cap_of(view, "C04")
  local open = doubts(view, (other or eap) ~= nil)
  local text = "PPP answers, but no login method was seen"
  if other then
    text = capital(other.reason)
  elseif eap then
    text = (open == "" and "Only EAP" or "EAP") ..
      " is accepted, and what runs inside it does not show"
  end
  return text .. (open ~= "" and "; " .. open .. " is not known" or "")
end

local function login_summary(view)
  for _, cap in ipairs(caps.list) do
    if leads[cap.id] and cap_of(view, cap.id) then
      return with_doubts(view, lead_of(view, cap.id))
    end
  end
  return open_login(view)
end

-- ---- stages before a login --------------------------------------------------

local function is_asked(record)
  return stage(record, "control").state ~= "not_tested"
end

-- A SYN-ACK of a box that answers for others often has none. A record has its
-- window where the SYN-ACK was captured.
local function without_options(record)
  local tcp = stage(record, "tcp")
  return tcp.state == "open" and tcp.window ~= nil and
    reads.list(tcp.options)[1] == nil
end

local function box_hint(view)
  return find(view, without_options) and "; its SYN-ACK has no option, " ..
    "which hints at a box on the way" or ""
end

local function undelivered(record)
  local window = stage(record, "tcp").window
  return ("Port %%s opens%s, but took nothing of the request"):format(
    window == 0 and " with a window of 0" or "")
end

local function not_asked(view)
  if find(view, contact.is_half_open) then
    return "A SYN to port %s was answered, the connection after it was not: " ..
      "perhaps a limit on new connections"
  elseif find(view, function(record) return record.ended_by == "error" end)
  then
    return "Port %s is open, but this host failed before anything was asked"
  end
  return "Port %s is open; nothing was asked, so what answers is not known"
end

local function no_reply(view)
  local stuck = find(view, function(record)
    return has_note(record, "not_delivered")
  end)
  local text
  if stuck then
    text = undelivered(stuck)
  elseif not find(view, is_asked) then
    text = not_asked(view)
  elseif any_note(view, "control_cut") then
    text = "Port %s opens, but what came ended too early to show what answers"
  elseif stage(view.evidence, "control").state == "closed" then
    text = "Port %s opens, and the connection ended without a reply"
  else
    text = "Port %s opens, but no reply came to the whole request"
  end
  return text .. box_hint(view)
end

-- The refusal of a call, or of the connection where there was no call.
local function refusal_of(view)
  for _, name in ipairs { "call", "control" } do
    local one = stage(view.evidence, name)
    if one.state == "refused" then
      return name == "call" and "the call" or "the connection",
        results.text(name, one)
    end
  end
end

local function disconnect_result(view)
  for _, record in ipairs(records_of(view)) do
    local notify = stage(record, "call").disconnect
    if type(notify) == "table" then
      return " (" .. results.text("disconnect", notify) .. ")"
    end
  end
  return ""
end

local function refused(view)
  local what, result = refusal_of(view)
  if not what then
    return "PPTP answers and took the call, but ended it before PPP" ..
      disconnect_result(view)
  end
  return ("PPTP answers and refused %s this time (%s)"):format(what, result)
end

local function not_authorized(view)
  local what, result = refusal_of(view)
  return ("PPTP answers and refuses us %s (%s); what reads requests is open " ..
          "to us all the same"):format(what or "", result or "")
end

local function call_unknown(view)
  if stage(view.evidence, "control").state ~= "answered" then
    return "PPTP answers, but its reply was not whole; whether it takes " ..
      "calls is not known"
  end
  return "PPTP answers; whether it takes calls is not known"
end

local forwarded = "Calls are taken, but the host itself answers our GRE " ..
  "with ICMP %s: perhaps a port forward without GRE"

-- What another server says about the silence of this one.
local paths = {
  proven = "; it passes to another server, so that what drops it is on this " ..
    "one's side",
  unproven = "; nor did it to a server that should work, so that what drops " ..
    "it may be on our side",
}

local untested = {
  ["no-privilege"] = " (that needs CAP_NET_RAW)", ipv6 = " (PPTP's is IPv4's)",
  proxy = " (the connection goes through a proxy)",
}

local function gre_unknown(view)
  local found, icmp = stage(view.evidence, "gre"),
    gre.is_forwarded(records_of(view))
  if icmp then
    return forwarded:format(icmp)
  elseif found.state == "not_tested" then
    return "Calls are taken; GRE was not tested" ..
      (untested[found.reason] or "") .. ", so the logins are not known"
  elseif found.state == "reachable" then
    return "Calls are taken and GRE passes, but no LCP request came, so the " ..
      "logins are not known"
  end
  local text = "Calls are taken; GRE was not shown to pass, so the logins " ..
    "are not known"
  if find(view, contact.is_deaf) then
    return text .. "; our capture heard nothing while the kernel connected, " ..
      "so this silence proves nothing"
  end
  return text .. (paths[view.silence] or "")
end

local states = {
  C20 = function() return "Port %s is closed: no PPTP here" end,
  C21 = function() return "Port %s does not answer, though the host does" end,
  C22 = function(view)
    return stage(view.evidence, "control").service == "echo" and
      "Port %s is open, and what answers echoes what it is sent: no PPTP" or
      "Port %s is open, but what answers is not PPTP"
  end,
  C23 = no_reply, C24 = not_authorized, C25 = refused, C26 = call_unknown,
  C27 = function(view)
    return forwarded:format(gre.is_forwarded(records_of(view)) or "3/2")
  end,
  C28 = gre_unknown,
}

local function stage_summary(view)
  for _, cap in ipairs(caps.list) do
    if states[cap.id] and cap_of(view, cap.id) then
      return with_port(states[cap.id](view), view)
    end
  end
  return leads.C09
end

-- ---- nothing that a grade could rest on -------------------------------------

local met_words = { connected = "a connection", refused = "a refusal",
                    unreachable = "no way there", reset = "a RST",
                    timeout = "no answer", error = "an error of this host",
                    not_tried = "nothing" }

local function reason_words(reason)
  if reason == "rst" then
    return "a RST"
  elseif type(reason) == "string" and reason:sub(1, 5) == "icmp-" then
    return "ICMP " .. reason:sub(6):gsub("-", "/")
  end
end

-- What the hand-made SYN met.
local function syn_met(record)
  return reason_words(stage(record, "tcp").reason) or "no answer"
end

local function connect_met(record)
  local connect = contact.connect(record)
  return reason_words(connect.reason) or met_words[connect.state] or
    connect.state
end

local flag_names = { "FIN", "SYN", "RST", "PSH", "ACK", "URG" }

-- The flags of an odd segment, by name.
local function odd_flags(record)
  local flags = tonumber((reads.note_text(record, "odd_segment") or "")
                           :match("flags (0x%x+)"))
  local names = {}
  for i, name in ipairs(flags and flag_names or {}) do
    if math.tointeger(flags) & 1 << (i - 1) ~= 0 then
      names[#names + 1] = name
    end
  end
  return names[1] and table.concat(names, " and ")
end

local nothing_heard = "Nothing was heard from the host, which does not " ..
  "prove that nothing is there"

local unsettled = {
  differs = function(record)
    return ("A hand-made SYN to port %%s met %s, and this host's connect() " ..
            "met %s: something on the way, or on this host, treats the two " ..
            "differently"):format(syn_met(record), connect_met(record))
  end,
  odd = function(record)
    local flags = odd_flags(record)
    return "Port %s answered a SYN with a segment" ..
      (flags and " (" .. flags .. ")" or "") ..
      " that neither opens nor closes it"
  end,
  lossy = function()
    return "Port %s did not answer, nor did some echo requests: the way " ..
      "there loses packets"
  end,
  unwitnessed = function()
    return "Port %s did not answer, and whether the way there loses packets " ..
      "was not found out"
  end,
  alone = function(record)
    local untried = contact.connect(record).state == "error" and
      "this host could try no connection" or "no connection was tried"
    return "A hand-made SYN to port %s met " .. syn_met(record) .. ", and " ..
      untried .. ": that alone proves nothing"
  end,
  untold = function(record)
    return contact.connect(record).state == "refused" and
      "A hand-made SYN to port %s met a RST, and connect() a refusal of " ..
      "which no RST was seen: that proves nothing" or
      "Port %s is said to be closed, but not by what: that proves nothing"
  end,
  silence = function(record)
    return contact.connect(record).state == "unreachable" and
      "There was no way to port %s, which does not prove that nothing is " ..
      "there" or nothing_heard
  end,
  unheard = function()
    return "Port %s was asked, but the answer was not waited for or was " ..
      "lost here"
  end,
}

local function no_grade(view)
  local failure = view.evidence.error
  if type(failure) == "table" then
    failure = failure.message
  end
  if failure then
    return "Nothing could be learned: " .. tostring(failure)
  end
  local say = unsettled[view.contact.kind]
  if not say then
    return "Nothing was asked that a grade could rest on"
  end
  return with_port(say(view.contact.record), view)
end

-- ---- what stands beside it --------------------------------------------------

-- How many connections came about before the server took no more; nil where
-- it took the last one.
local function stopped_after(records)
  if not records[2] then
    return nil
  end
  local last
  for i, record in ipairs(records) do
    if contact.is_open(record) and not contact.is_half_open(record) then
      last = i
    end
  end
  for i = (last or #records) + 1, #records do
    local state = stage(records[i], "tcp").state
    if state == "silent" or state == "closed" or state == "filtered" or
       state == "open" then
      return last
    end
  end
end

local not_open = { closed = true, refused = true, unanswered = true }

local function beside(view)
  local list, records = {}, records_of(view)
  if view.evidence.older and not_open[view.contact.kind] then
    list[1] = "older records are left out: where they found it open, a ban " ..
      "of this host's address looks the same"
  end
  local count = stopped_after(records)
  if count then
    list[#list + 1] = ("it stopped answering after %d connection%s: " ..
      "perhaps a limit or a ban"):format(count, count == 1 and "" or "s")
  end
  list[#list + 1] = not view.bare and gre.stopped(records) or nil
  local icmp = view.has_offer and gre.is_forwarded(records)
  if icmp then
    list[#list + 1] = ("the host itself answers our GRE with ICMP %s: " ..
                       "perhaps a port forward without GRE"):format(icmp)
  end
  if any_note(view, "own_host") then
    list[#list + 1] = "it was asked from its own host, past its firewall"
  end
  return list
end

local function main_summary(view)
  if #view.caps == 0 then
    return no_grade(view)
  elseif view.has_offer and not view.disconnected and cap_of(view, "C02") then
    return login_summary(view)
  end
  return stage_summary(view)
end

--- The sentence.
-- @tparam table view evidence, caps, cap_by_id, best, worst, contact,
--   deception, disconnected, has_offer, silence; bare: there is nothing but
--   first contact
-- @treturn string
function M.text(view)
  local text = main_summary(view)
  if view.deception.likely and #view.caps > 0 then
    text = ("What answers looks like a decoy; if it is none, the grade is " ..
            "%s: %s"):format(words.span(view.best, view.worst), text)
  end
  local more = beside(view)
  if more[1] then
    text = text .. "; " .. table.concat(more, "; ")
  end
  return text .. "."
end

return M
