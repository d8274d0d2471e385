-- SPDX-License-Identifier: BSD-2-Clause
--- What every report shows of a verdict and of a run: one model, many writers,
-- so that no two formats disagree. Pure: no I/O, no clock.
--
-- Every string of the model is printable ASCII; what a server or a user chose
-- stands in it as \xHH (report/escape). A writer adds what its own format needs
-- (quotes, entities) and never escapes bytes again. What is not known is nil,
-- never "". Verdicts also come from files that anyone wrote: nothing raises.
--
-- A verdict is whole or brief. A brief one has no `evidence`; it has instead
-- `stages` (name -> state: tcp, control, call, gre, authentication),
-- `methods` (name -> state), `time` and `source`; its caps and findings may be
-- an id each with letter or severity: titles and reasons are then looked up.
local caps = require "pptpgrade.judge.caps"
local compare = require "pptpgrade.judge.compare"
local escape = require "pptpgrade.report.escape"
local run_facts = require "pptpgrade.report.facts"
local findings = require "pptpgrade.judge.findings"
local reads = require "pptpgrade.record"
local stages = require "pptpgrade.report.stages"
local words = require "pptpgrade.judge.words"

local M = {}

--- The methods that a row has a place for, in order: id, title, the cap that
-- tells its letter.
M.methods = {
  { "pap", "PAP", "C07" }, { "spap", "SPAP", "C15" },
  { "chap_md5", "CHAP-MD5", "C06" }, { "mschap_v1", "MS-CHAPv1", "C05" },
  { "mschap_v2", "MS-CHAPv2", "C03" }, { "eap", "EAP", "C04" },
}

--- What a method's state is in a table: state -> mark.
M.marks = { offered = "*", accepted = "+", refused = "-", unknown = "?",
            not_tested = "." }
M.gre_marks = { reachable = "yes", inbound_only = "in", unreachable = "no",
                filtered = "no", silent = "?", not_tested = "." }

local list, tables = reads.list, reads.tables

local function safe(value)
  if value == nil or type(value) == "table" then
    return nil
  end
  return escape.text(tostring(value))
end

local function word(state)
  return words.state(safe(state or "not_tested"))
end

-- ---- Who, and how bad: what a line of a table shows.

local function server_of(verdict)
  local name = list(verdict.evidence).name or verdict.name
  local text = safe(name) or safe(verdict.target) or "?"
  if verdict.port ~= reads.PORT then
    if text:find(":", 1, true) then
      text = "[" .. text .. "]"
    end
    text = ("%s:%s"):format(text, safe(verdict.port) or "?")
  end
  return text
end

-- Numbers count as numbers: 192.0.2.9 comes before 192.0.2.10.
local function padded(digits)
  return ("%012d"):format(math.tointeger(tonumber(digits:sub(1, 12))))
end

-- Those of an address, made once.
local octets = setmetatable({}, { __index = function(_, digits)
  return padded(digits)
end })
for byte = 0, 255 do
  octets[tostring(byte)] = padded(tostring(byte))
end

local function sort_key(text)
  return (text:gsub("%d+", octets))
end

-- "?" is nothing: there is nothing to be worse than.
local function rank(letter)
  return type(letter) == "string" and letter:find("^[A-F]$") and
    letter:byte() - 64 or 0
end

local state_of = compare.state

--- A stage's state in a verdict, whole or brief.
M.state = state_of

local function method_states(verdict)
  local e = verdict.evidence
  if type(e) == "table" then
    return list(list(e.authentication).methods)
  end
  return list(verdict.methods)
end

--- The state of each method in a verdict, whole or brief: id -> state. As they
-- stand there, by anybody's hand.
M.method_states = method_states

local function reason_of(cap)
  return safe(cap.reason) or safe(list(caps.by_id[cap.id]).reason) or ""
end

-- What decided; where no letter holds, what it would be.
local function decided_by(verdict)
  local cap = tables(verdict.caps)[1]
  if not cap then
    return ""
  elseif verdict.grade ~= "?" then
    return reason_of(cap)
  end
  local best, worst = safe(verdict.best) or "?", safe(verdict.worst) or "?"
  return ("looks like a decoy; if not: %s, %s"):format(
    best == worst and worst or best .. "-" .. worst, reason_of(cap))
end

local no_labels = {}

local function labels_of(verdict)
  if verdict.labels == nil then
    return no_labels
  end
  local labels = {}
  for i, label in ipairs(list(verdict.labels)) do
    labels[i] = safe(label) or "?"
  end
  return labels
end

local function change_of(verdict)
  local change = verdict.change
  if type(change) ~= "table" then
    return nil
  end
  local facts = {}
  for i, fact in ipairs(list(change.facts)) do
    facts[i] = safe(fact) or "?"
  end
  return { class = safe(change.class), was = safe(change.was), facts = facts }
end

local columns = { "pap", "chap_md5", "mschap_v1", "mschap_v2", "eap" }

-- Servers with the same marks share their list: there are few different ones.
local marks_by_text = {}

-- GRE's mark, and the methods'.
local function marks_of(verdict)
  local known = method_states(verdict)
  local text = M.gre_marks[state_of(verdict, "gre")] or "."
  for _, method in ipairs(columns) do
    text = text .. (M.marks[known[method]] or ".")
  end
  local made = marks_by_text[text]
  if not made then
    made = { text:match("^(.-)(.)(.)(.)(.)(.)$") }
    marks_by_text[text] = made
  end
  return made
end

--- What one line shows of a verdict. Cheap: for every server of a sweep.
-- @tparam table verdict whole, brief, or what grade.outline gave
-- @treturn table line
--
-- * `server` the name or address, with the port where it is not 1723
-- * `key` string to sort by: numbers in it count as numbers
-- * `labels` list of strings, maybe empty; it may be shared
-- * `grade` string
-- * `best_rank` `worst_rank` 1 (A) to 6 (F); 0 where it is `?`
-- * `decided` string: the first cap's reason; "" where there is none
-- * `product` string: its name; "" where none is known
-- * `marks` list of 6: of GRE (M.gre_marks), and of PAP, CHAP-MD5, MS-CHAPv1,
--   MS-CHAPv2 and EAP (M.marks); it is shared
function M.line(verdict)
  local server = server_of(verdict)
  return {
    server = server, key = sort_key(server), labels = labels_of(verdict),
    grade = safe(verdict.grade) or "?",
    best_rank = rank(verdict.best), worst_rank = rank(verdict.worst),
    decided = decided_by(verdict),
    product = safe(list(verdict.product).name) or "",
    marks = marks_of(verdict),
  }
end

--- What reports of one server, and of changes, show of a verdict.
-- @tparam table verdict whole or brief
-- @treturn table row: what `line` gives, and
--
-- * `target` string; `port` integer; `name` string or nil (the host name asked)
-- * `best` `worst` `confidence` `summary` strings
-- * `states` table: `tcp` `control` `call` `gre` `authentication` -> state
-- * `methods` table: `pap` `chap_md5` `mschap_v1` `mschap_v2` `eap` (`spap`
--   where seen) -> state
-- * `change` nil, or what a diff gave: { class, was (grade) or nil, facts }
-- * `brief` boolean: no evidence in it
function M.row(verdict)
  local row, methods, states = M.line(verdict), {}, {}
  local known = method_states(verdict)
  for _, method in ipairs(M.methods) do
    local id = method[1]
    methods[id] = safe(known[id]) or id ~= "spap" and "not_tested" or nil
  end
  for _, name in ipairs { "tcp", "control", "call", "gre",
                          "authentication" } do
    states[name] = safe(state_of(verdict, name)) or "not_tested"
  end
  row.states, row.methods, row.change = states, methods, change_of(verdict)
  row.target, row.name = safe(verdict.target) or "?", safe(verdict.name)
  row.port = math.type(verdict.port) == "integer" and verdict.port or 0
  row.best, row.worst = safe(verdict.best) or "?", safe(verdict.worst) or "?"
  row.summary = safe(verdict.summary) or ""
  row.confidence = safe(verdict.confidence) or "none"
  row.brief = type(verdict.evidence) ~= "table"
  return row
end

--- Whether one row comes before another: worst first, then by name.
-- @tparam table a
-- @tparam table b
-- @treturn boolean
function M.before(a, b)
  if a.worst_rank ~= b.worst_rank then
    return a.worst_rank > b.worst_rank
  elseif a.best_rank ~= b.best_rank then
    return a.best_rank > b.best_rank
  end
  return a.key < b.key
end

-- ---- Methods.

--- The letter of each cap of a verdict: id -> letter.
function M.letters(verdict)
  local found = {}
  for _, cap in ipairs(tables(verdict.caps)) do
    if type(cap.id) == "string" then
      found[cap.id] = found[cap.id] or safe(cap.grade)
    end
  end
  return found
end

--- The letter of a method without a field of its own, of those letters.
function M.letter_of(found, method)
  return found[reads.hashes[method] and "C29" or "C16"]
end

local function method_of(id, title, state, proof, letter)
  local taken = state == "offered" or state == "accepted"
  local bytes = taken and proof.bytes
  return {
    id = id, title = title, state = word(state), taken = taken,
    mark = M.marks[state] or ".", letter = taken and letter or nil,
    bytes = type(bytes) == "string" and safe(words.spaced(bytes)) or nil,
    text = safe(proof.text),
  }
end

local function methods_of(verdict)
  local known = list(list(verdict.evidence).authentication)
  local proofs, found, rows = list(known.proofs), M.letters(verdict), {}
  local states = method_states(verdict)
  for _, method in ipairs(M.methods) do
    local id, state = method[1], states[method[1]]
    if state then
      rows[#rows + 1] = method_of(id, method[2], state, list(proofs[id]),
                                  found[method[3]])
    end
  end
  for _, id in ipairs(list(known.other or verdict.other)) do
    local proof = list(proofs[id])
    rows[#rows + 1] = method_of(safe(id) or "?",
      safe(reads.title(id)) or "?", proof.state or "offered", proof,
      M.letter_of(found, id))
  end
  return rows
end

-- ---- Findings and the rest.

-- What is typed as it stands: a backslash stays one.
local function exact(value)
  return escape.line(tostring(value))
end

-- Strings of `from` by these keys, and lists of exact lines by those.
local function picked(from, strings, lines)
  local new = {}
  for _, key in ipairs(strings) do
    new[key] = safe(from[key])
  end
  for _, key in ipairs(lines or {}) do
    if type(from[key]) == "table" then
      new[key] = {}
      for i, line in ipairs(from[key]) do
        new[key][i] = exact(line)
      end
    end
  end
  return new
end

local function finding_of(finding)
  local known = list(findings.by_id[finding.id])
  local cwe = {}
  for i, number in ipairs(list(finding.cwe or known.cwe)) do
    cwe[i] = math.tointeger(number) or 0
  end
  return {
    id = safe(finding.id) or "?", title = safe(finding.title or known.title),
    severity = safe(finding.severity) or "info", cwe = cwe,
    cvss = safe(finding.cvss or known.cvss), why = known.why,
    blind = known.blind, evidence = safe(finding.evidence),
    remedy = safe(finding.remedy),
  }
end

local function each(items, make)
  local made = {}
  for i, item in ipairs(tables(items)) do
    made[i] = make(item)
  end
  return made
end

local function cap_of(cap)
  local known = list(caps.by_id[cap.id])
  return { id = safe(cap.id) or "?", grade = safe(cap.grade) or "?",
           reason = reason_of(cap), why = known.why, blind = known.blind,
           source = safe(cap.source or known.source) }
end

local function remedy_of(remedy)
  local new = picked(remedy, { "id", "kind", "to", "where", "for", "text",
                               "also_hits", "source" },
                     { "commands", "undo", "take_out", "keep" })
  new.tested, new.lasts = remedy.tested == true, remedy.lasts == true
  return new
end

local function potential_of(known)
  return picked(known, { "id", "product", "affects", "condition", "nature",
                         "basis", "source", "fixed", "check" })
end

local function product_of(verdict)
  local product = verdict.product
  if type(product) ~= "table" then
    return nil
  end
  local new = picked(product, { "name", "vendor", "os", "device_type", "cpe",
                                "confidence", "basis", "contradiction",
                                "ended" })
  new.habits = {}
  for i, habit in ipairs(list(product.habits)) do
    new.habits[i] = safe(habit) or "?"
  end
  new.text = stages.product(product)
  return new
end

local INNER = "MPPE and EAP's inner method (visible only after a login)"

-- What nobody may take for "safe": it was not looked at.
local function not_tested(row)
  local texts, open = {}, row.states
  if open.call == "not_tested" and open.control == "answered" then
    texts[1] = "whether calls are taken"
  end
  if open.call == "accepted" then
    if open.gre == "not_tested" then
      texts[#texts + 1] = "GRE"
    end
    texts[#texts + 1] = INNER
  end
  if row.brief then
    texts[#texts + 1] = "this verdict is brief: it holds no conversations, " ..
      "no proofs and no remedies"
  end
  return texts
end

--- All that a page or a card shows of one server.
-- @tparam table verdict whole or brief
-- @treturn table what `row` gives, and
--
-- * `title` string: "name (address)", or the address
-- * `time` `source` strings or nil: when and from which address it was asked
-- * `stages` list of { id, title, state (words), text }; no text in a brief one
-- * `notes` list of strings: how the server was asked and heard
-- * `logins` list of { id, title, state (words), taken, mark, letter, bytes
--   ("03 05 c2 23 80"), text }: the methods, SPAP where seen, then unassigned
-- * `findings` list of { id, title, severity, cwe (integers), cvss, why,
--   blind, evidence, remedy }, worst first
-- * `caps` list of { id, grade, reason, why, blind, source }, worst first
-- * `potential` list of { id, product, affects, condition, nature, basis,
--   source, fixed, check }
-- * `remedies` list as the verdict's, `commands` `undo` `take_out` `keep` lists
--   of exact lines; `by_hand` list of { command, shows }
-- * `known` the product: { name, text (with its system), vendor, os,
--   device_type, cpe, confidence, basis, contradiction, ended, habits (a
--   list) } or nil
-- * `not_tested` list of strings
function M.server(verdict)
  local row, e = M.row(verdict), verdict.evidence
  row.title = row.target
  local name = safe(list(e).name or verdict.name)
  if name then
    row.title = ("%s (%s)"):format(name, row.target)
  end
  row.time = safe(list(e).time or verdict.time)
  row.source = safe(list(e).source or verdict.source)
  row.stages = row.brief and stages.brief(row.states) or stages.of(verdict)
  row.notes = row.brief and {} or stages.notes(verdict)
  row.logins = methods_of(verdict)
  row.findings = each(verdict.findings, finding_of)
  row.caps = each(verdict.caps, cap_of)
  row.potential = each(verdict.potential_vulnerabilities, potential_of)
  row.remedies = each(verdict.remedies, remedy_of)
  row.by_hand = each(verdict.check_by_hand, function(hand)
    return { command = exact(hand.command), shows = safe(hand.shows) }
  end)
  row.known = product_of(verdict)
  row.not_tested = not_tested(row)
  return row
end

--- The severities, worst first, and the place of each.
M.severities = { "critical", "high", "medium", "low", "info" }
local severity_rank = reads.ranks(M.severities)

--- The findings of one severity and worse.
-- @tparam table all of a server of the model
-- @tparam string|nil severity nil: all
-- @treturn table list
function M.from(all, severity)
  if not severity then
    return all
  end
  local found = {}
  for _, finding in ipairs(all) do
    if (severity_rank[finding.severity] or 0) <= severity_rank[severity] then
      found[#found + 1] = finding
    end
  end
  return found
end

-- ---- The run.

--- What every report begins with, as report/facts gives it.
-- @tparam table|nil run
-- @treturn table|nil
M.run = run_facts.of

return M
