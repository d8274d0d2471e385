-- SPDX-License-Identifier: BSD-2-Clause
--- One server's full report: what was seen, what it is worth, what to do.
local contact = require "pptpgrade.judge.contact"
local advice = require "pptpgrade.report.advice"
local escape = require "pptpgrade.escape"
local evidence = require "pptpgrade.evidence"
local layout = require "pptpgrade.report.layout"
local reads = require "pptpgrade.record"
local results = require "pptpgrade.results"

local M = {}

local pad, wrap = layout.pad, layout.wrap

--- Which cap tells the letter of a method, and its name for people.
M.methods = {
  { "pap", "PAP", "C07" }, { "spap", "SPAP", "C15" },
  { "chap_md5", "CHAP-MD5", "C06" }, { "mschap_v1", "MS-CHAPv1", "C05" },
  { "mschap_v2", "MS-CHAPv2", "C03" }, { "eap", "EAP", "C04" },
}

local function quoted(bytes)
  return '"' .. escape.text(tostring(bytes)) .. '"'
end

local function safe(value)
  return escape.text(tostring(value))
end

local function stage(e, name)
  return type(e[name]) == "table" and e[name] or { state = "not_tested" }
end

local function word(state)
  return (tostring(state):gsub("_", " "))
end

local function joined(list)
  return table.concat(list, ", ")
end

-- ---- The head.

function M.server_name(verdict)
  local e = verdict.evidence or {}
  local name = e.name or verdict.name
  if name then
    return ("%s (%s)"):format(safe(name), safe(verdict.target))
  end
  return safe(verdict.target)
end

local function head(put, verdict, opts)
  local left = ("%s port %s"):format(M.server_name(verdict),
                                     safe(verdict.port))
  local right = "grade " .. safe(verdict.grade)
  local gap = opts.width - #left - #right
  if gap < 2 then
    put(wrap("", left, opts.width))
    left, gap = "", opts.width - #right
  end
  put { left .. (" "):rep(gap) ..
          layout.paint(right, safe(verdict.grade), opts.color) }
  put(wrap("", safe(verdict.summary), opts.width))
  put { "" }
end

-- ---- What was seen, a line a stage.

local reasons = {
  ["syn-ack"] = "SYN-ACK", rst = "RST", refused = "connection refused",
  timeout = "no answer in time",
  error = "this host refused to send: see its firewall and its interfaces",
  ["no-privilege"] = "needs CAP_NET_RAW", ipv6 = "PPTP's GRE is IPv4 only",
  proxy = "the connection goes through a proxy",
}

--- Why a stage is what it is, for people; nil where nothing is told.
-- @tparam table s tcp or gre
function M.reason(s)
  if not s.reason then
    return nil
  end
  local icmp = tostring(s.reason):match("icmp%-(.*)$")
  if icmp then
    local ours = s.reason:find("^local") ~= nil
    return ("%sICMP %s%s%s"):format(
      ours and "our own host's " or "", (safe(icmp):gsub("%-", "/")),
      s.icmp_from and " from " .. safe(s.icmp_from) or "",
      ours and ": remove that rule" or "")
  end
  return reasons[s.reason] or safe(s.reason)
end

local connect_words = {
  refused = "was refused", unreachable = "found no way", reset = "was reset",
  timeout = "had no answer", error = "failed on this host",
}

-- What connect() met, where it did not connect.
local function connect_text(s)
  local connect = reads.list(s.connect)
  local text = connect_words[connect.state]
  if not text then
    return nil
  end
  local reason = connect.reason ~= "timeout" and M.reason(connect)
  return "connect() " .. text .. (reason and " by " .. reason or "")
end

local function tcp_text(e)
  local s = stage(e, "tcp")
  local parts = { M.reason(s) }
  if s.rtt_us and parts[1] then
    parts[1] = parts[1] .. " in " .. layout.duration(s.rtt_us)
  end
  if s.ttl then
    parts[#parts + 1] = "TTL " .. safe(s.ttl)
  end
  parts[#parts + 1] = connect_text(s)
  local host = stage(e, "host")
  if host.state ~= "not_tested" then
    parts[#parts + 1] = "the host is " .. word(host.state)
  end
  return joined(parts)
end

local function product_text(verdict)
  local product = verdict.product
  if not product or not product.name or product.name == "unknown" then
    return nil
  end
  local text = safe(product.name)
  if product.os and not text:find(product.os, 1, true) then
    text = text .. " on " .. safe(product.os)
  end
  return text
end

local function control_text(e, verdict)
  local s = stage(e, "control")
  if s.state == "not_pptp" then
    return ("%s: %s"):format(safe(s.service or "unknown"),
                             safe(s.first_bytes or "no bytes"))
  elseif s.state ~= "answered" and s.state ~= "refused" then
    return ""
  end
  local told = { quoted(s.host_name or ""), quoted(s.vendor or ""),
                 "firmware " .. safe(s.firmware_revision) }
  local text = joined(told)
  if s.state == "refused" then
    text = safe(results.text("control", s)) .. "; " .. text
  end
  local product = product_text(verdict)
  return product and ("%s (%s)"):format(product, text) or text
end

-- How well the product is known, and by what.
local function product_row(put, verdict, opts)
  local product = verdict.product
  if not product or not product.confidence or product.name == "unknown" or
     not (opts.verbose or product.contradiction) then
    return
  end
  local parts = { safe(product.basis or "") }
  for _, habit in ipairs(product.habits or {}) do
    parts[#parts + 1] = safe(habit)
  end
  local text = product.contradiction and safe(product.contradiction) or
    joined(parts)
  put(wrap("  product   " .. pad(safe(product.confidence), 12), text,
           opts.width))
end

local function call_text(e)
  local s = stage(e, "call")
  if s.state == "accepted" then
    return ("from %s; call ID %s"):format(e.source and safe(e.source) or
                                          "our address", safe(s.call_id))
  elseif s.state == "refused" then
    return safe(results.text("call", s))
  end
  return ""
end

local function any_note(e, code)
  for _, record in ipairs(e.conversations or {}) do
    if evidence.has_note(record, code) then
      return true
    end
  end
  return false
end

local function gre_text(e)
  local s = stage(e, "gre")
  local parts = { M.reason(s) }
  local first = s.first_packet_us or s.rtt_us
  if s.state == "reachable" or s.state == "inbound_only" then
    parts = {}
    if first then
      parts[1] = "first packet after " .. layout.duration(first)
    end
    if s.packets_received then
      parts[#parts + 1] = ("%s packets"):format(safe(s.packets_received))
    end
    parts[#parts + 1] = M.reason(s) -- what our own host did
  end
  if s.state == "inbound_only" and s.reason ~= "error" and
     s.to_server ~= "refused" then
    parts[#parts + 1] = "ours were not answered"
  end
  if any_note(e, "capture_drops") then
    parts[#parts + 1] = "our capture lost packets: take fewer --jobs"
  end
  if s.state ~= "reachable" and s.local_path then
    parts[#parts + 1] = s.local_path == "proven" and
      "another server's passes" or "nor does another server's pass"
  end
  return joined(parts)
end

local farewells = { clean = "closed cleanly", aborted = "not closed cleanly",
                    server_closed = "closed by the server" }

-- "all closed cleanly", or how many were closed in which way.
local function closed_text(records)
  local counts, order = {}, {}
  for _, record in ipairs(records) do
    local how = farewells[stage(record, "teardown").state]
    if how and not counts[how] then
      order[#order + 1] = how
    end
    if how then
      counts[how] = (counts[how] or 0) + 1
    end
  end
  if #order == 1 and counts[order[1]] == #records then
    return (#records > 1 and "all " or "") .. order[1]
  end
  for i, how in ipairs(order) do
    order[i] = counts[how] .. " " .. how
  end
  return order[1] and joined(order)
end

local SURVEY = 150000000 -- microseconds, at most

-- From the first one's start to the last one's end, pauses and all. Where a
-- start is not known, or a survey cannot have taken so long (several were, or
-- the clock jumped), the conversations alone.
local function time_taken(records)
  local first, last, total = math.huge, 0, 0
  for _, record in ipairs(records) do
    local took = tonumber(record.duration_us) or 0
    local start = reads.microseconds(record.time)
    first = math.min(first, start or -math.huge)
    last = math.max(last, (start or 0) + took)
    total = total + took
  end
  local whole = last - first
  return first > 0 and whole >= total and whole <= SURVEY and whole or total
end

local function login_text(e)
  local records = e.conversations or {}
  local total = time_taken(records)
  local parts = { ("%d conversation%s in %s"):format(
    #records, #records == 1 and "" or "s", layout.duration(total)) }
  parts[2] = closed_text(records)
  return joined(parts)
end

-- Notes that say how a server was asked, or that it was heard in part.
local told = { "syn_differs", "odd_segment", "syn_icmp", "not_delivered",
               "capture_deaf", "own_host", "gre_icmp", "control_cut",
               "odd_result" }

local function note_rows(put, e, opts)
  for _, code in ipairs(told) do
    for _, record in ipairs(e.conversations or {}) do
      local text = reads.note_text(record, code)
      if text and (code ~= "capture_deaf" or contact.is_deaf(record)) then
        put(wrap("  note      ", safe(text), opts.width))
        break
      end
    end
  end
  if e.older then
    put(wrap("  note      ", ("%s older record%s of this server left out: " ..
      "a newer survey decides"):format(safe(e.older),
      e.older == 1 and "" or "s"), opts.width))
  end
end

local function row(put, name, state, text, width)
  local shown = word(state)
  put(wrap(("  %s%s"):format(pad(name, 10),
                             pad(shown, math.max(12, #shown + 2))),
           text, width))
end

local function stages(put, verdict, opts)
  local e = verdict.evidence
  row(put, "port", stage(e, "tcp").state, tcp_text(e), opts.width)
  row(put, "control", stage(e, "control").state, control_text(e, verdict),
      opts.width)
  product_row(put, verdict, opts)
  row(put, "call", stage(e, "call").state, call_text(e), opts.width)
  row(put, "GRE", stage(e, "gre").state, gre_text(e), opts.width)
  row(put, "login", stage(e, "authentication").state, login_text(e),
      opts.width)
  note_rows(put, e, opts)
  put { "" }
end

-- ---- Methods.

--- The letter of each cap of a verdict.
function M.letters(verdict)
  local found = {}
  for _, cap in ipairs(verdict.caps or {}) do
    found[cap.id] = found[cap.id] or cap.grade
  end
  return found
end

--- The letter of a method without a field of its own, of those letters.
function M.letter_of(found, method)
  return found[reads.hashes[method] and "C29" or "C16"]
end

local function spaced(hex)
  return (hex:gsub("%x%x", "%0 "):gsub(" $", ""))
end

local function proof_text(proof)
  if not proof then
    return ""
  end
  local text = safe(proof.text or "")
  local shown = proof.state == "offered" or proof.state == "accepted"
  if shown and type(proof.bytes) == "string" then
    return safe(spaced(proof.bytes)) .. " " .. text
  end
  return text
end

local function method_row(put, name, state, text, letter, opts)
  local taken = state == "offered" or state == "accepted"
  local shown = taken and state:upper() or word(state)
  local lines = wrap(("  %s%s"):format(pad(name, 11), pad(shown, 11)), text,
                     opts.width - 6)
  if taken and letter then
    lines[1] = pad(lines[1], opts.width - 6 - (#letter - 1)) .. "  -> " ..
      layout.paint(letter, letter, opts.color)
  end
  put(lines)
end

local function method_rows(put, verdict, opts)
  local known = stage(verdict.evidence, "authentication")
  local states, proofs = known.methods or {}, known.proofs or {}
  local found = M.letters(verdict)
  local any = false
  for _, row_of in ipairs(M.methods) do
    any = any or (states[row_of[1]] or "not_tested") ~= "not_tested"
  end
  if not any and not (known.other or {})[1] then
    return
  end
  for _, row_of in ipairs(M.methods) do
    local method, title, cap = row_of[1], row_of[2], row_of[3]
    if states[method] then
      method_row(put, title, states[method], proof_text(proofs[method]),
                 found[cap], opts)
    end
  end
  for _, method in ipairs(known.other or {}) do
    local proof = proofs[method] or { state = "offered" }
    method_row(put, safe(reads.title(method)), proof.state, proof_text(proof),
               M.letter_of(found, method), opts)
  end
  put { "" }
end

-- ---- Findings and the rest.

local function findings(put, verdict, opts)
  local list = verdict.findings or {}
  for _, finding in ipairs(list) do
    local text = safe(finding.title)
    if opts.verbose and finding.evidence then
      text = text .. ": " .. safe(finding.evidence)
    end
    put(wrap(("  %s  %s  "):format(pad(safe(finding.severity), 8),
                                   safe(finding.id)), text, opts.width))
  end
  if list[1] then
    put { "" }
  end
end

local function caps(put, verdict, opts)
  for _, cap in ipairs(opts.verbose and verdict.caps or {}) do
    put(wrap(("  %s  %s  "):format(pad(safe(cap.grade), 8), safe(cap.id)),
             ("%s (%s)"):format(safe(cap.reason), safe(cap.source)),
             opts.width))
  end
  for _, known in ipairs(opts.verbose and verdict.potential_vulnerabilities
                         or {}) do
    put(wrap("  potential  ", ("%s: %s, %s; %s"):format(safe(known.id),
      safe(known.affects), safe(known.condition), safe(known.basis)),
             opts.width))
  end
  if opts.verbose and (verdict.caps or {})[1] then
    put { "" }
  end
end

--- All lines of a server's report.
-- @tparam table verdict
-- @tparam table opts width, color, verbose, remedies (all of them)
-- @treturn string
function M.render(verdict, opts)
  local lines = {}
  local function put(more)
    for _, line in ipairs(more) do
      lines[#lines + 1] = line:gsub(" +$", "")
    end
  end
  head(put, verdict, opts)
  stages(put, verdict, opts)
  method_rows(put, verdict, opts)
  findings(put, verdict, opts)
  caps(put, verdict, opts)
  put(advice.remedies(verdict, opts))
  put(advice.by_hand(verdict, opts))
  if stage(verdict.evidence, "call").state == "accepted" then
    put(wrap("  not tested: ", "MPPE and EAP's inner method (visible only " ..
             "after a login)", opts.width))
  end
  return table.concat(lines, "\n") .. "\n"
end

return M
