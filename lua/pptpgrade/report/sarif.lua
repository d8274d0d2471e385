-- SPDX-License-Identifier: BSD-2-Clause
--- SARIF 2.1.0 (OASIS): each finding of each server as a result, for tools that
-- keep findings beside code. What they want beyond the standard:
--
-- * A server is a file that is none: `pptp/ADDRESS/PORT`, relative, with a
--   region (GitHub refuses a whole file for one URI with a scheme, and for a
--   logical location alone).
-- * Rules are the same in every run, so that an index means the same.
-- * GitHub orders by `security-severity` of the rule, follows a finding by its
--   `primaryLocationLineHash`, and shows 5,000 results: the worst are written,
--   and `left_out` counts the others.
local compare = require "pptpgrade.judge.compare"
local facts = require "pptpgrade.report.facts"
local findings = require "pptpgrade.judge.findings"
local json = require "pptpgrade.report.encode"
local model = require "pptpgrade.report.model"
local reads = require "pptpgrade.record"
local remedies = require "pptpgrade.remedy.choice"

local M = {}

--- How many results are written; the worst.
M.LIMIT = 5000

local NAMED = 5 -- servers that a notification names
-- The project has no page of its own: the protocol's.
local INFORMATION = "https://www.rfc-editor.org/info/rfc2637"
local SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

local levels = { critical = "error", high = "error", medium = "warning",
                 low = "note", info = "note" }
local severity_rank = reads.ranks(model.severities)

local function array(list)
  return setmetatable(list, { __jsontype = "array" })
end

-- ---- Rules.

-- "MsChapv1Accepted": a name is letters and digits.
local function name_of(title)
  local name = title:gsub("%b()", ""):gsub("[%w']+", function(word)
    word = word:gsub("'", "")
    return word:sub(1, 1):upper() .. word:sub(2)
  end)
  return (name:gsub("%W", ""))
end

local function sentence(text)
  return (text:find("[.!?]$") and text) or text .. "."
end

local function tags_of(row)
  local tags = array { "security" }
  for _, number in ipairs(row.cwe) do
    tags[#tags + 1] = ("external/cwe/cwe-%03d"):format(number)
  end
  return tags
end

local function rule_of(row)
  local fix = remedies.text(row.remedy)
  local help = ("%s\n\nWhat it does not show: %s\n\nWhat to do: %s\n\n" ..
                "Source: %s"):format(row.why, row.blind, fix, row.source)
  return {
    id = row.id, name = name_of(row.title),
    shortDescription = { text = sentence(row.title) },
    fullDescription = { text = sentence(row.why) },
    help = { text = help, markdown = "**" .. row.title .. "**\n\n" .. help },
    messageStrings = { default = { text = "{0}: {1}." } },
    defaultConfiguration = { level = levels[row.severity] },
    properties = { ["security-severity"] = row.cvss:match("^[%d.]+"),
                   precision = "high", tags = tags_of(row) },
  }
end

local index_of = {}

local function rules()
  local list = array {}
  for i, row in ipairs(findings.list) do
    list[i] = rule_of(row)
  end
  return list
end

for i, row in ipairs(findings.list) do
  index_of[row.id] = i - 1
end

-- ---- Results.

-- In a message brackets make a link, and braces a place for an argument
-- (3.11.5, 3.11.6): what a server chose makes neither.
local function plain(text)
  return (text:gsub("[%[%]{}]", function(c)
    return ("\\x%02x"):format(c:byte())
  end))
end

-- RFC 3986: what is no plain character of a path stands as %HH.
local function segment(text)
  return (text:gsub("[^%w%-._~:]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

local function location_of(server)
  local name = ("%s port %d"):format(server.target, server.port)
  return array { {
    physicalLocation = {
      artifactLocation = { uri = ("pptp/%s/%d"):format(segment(server.target),
                                                       server.port) },
      region = { startLine = 1 },
    },
    logicalLocations = array { { name = name, fullyQualifiedName = name,
                                 kind = "resource" } },
  } }
end

local function result_of(server, finding, text, state)
  local key = ("%s/%s/%d"):format(finding.id, server.target, server.port)
  local where = plain(("%s port %d"):format(server.title, server.port))
  text = plain(text)
  local severity = levels[finding.severity] and finding.severity or "info"
  return {
    ruleId = finding.id, ruleIndex = index_of[finding.id], kind = "fail",
    level = levels[severity], baselineState = state,
    message = { id = "default", text = ("%s: %s."):format(where, text),
                arguments = array { where, text } },
    locations = location_of(server),
    partialFingerprints = { ["ruleAndTarget/v1"] = key,
                            primaryLocationLineHash = key .. ":1" },
    properties = { grade = server.grade, severity = severity },
  }
end

local Report = {}
Report.__index = Report

local function is_worse(a, b)
  for _, key in ipairs { "severity", "worst", "number" } do
    if a[key] ~= b[key] then
      return a[key] < b[key]
    end
  end
  return false
end

-- The worst so far; twice as many are kept between two looks.
function Report:trim(most)
  if #self.results > most then
    table.sort(self.results, is_worse)
    for i = #self.results, M.LIMIT + 1, -1 do
      self.results[i] = nil
      self.left_out = self.left_out + 1
    end
  end
end

function Report:put(server, finding, text, state)
  if not index_of[finding.id] then
    return -- of another release's making: there is no rule
  end
  self.number = self.number + 1
  self.results[#self.results + 1] = {
    severity = severity_rank[finding.severity] or math.huge,
    worst = -server.worst_rank, number = self.number,
    text = json.encode(result_of(server, finding, text, state)),
  }
  self:trim(2 * M.LIMIT)
end

local function set_of(...)
  local set = {}
  for _, ids in ipairs { ... } do
    for _, id in ipairs(ids) do
      set[id] = true
    end
  end
  return set
end

-- What became of each finding; nil where nothing was compared.
local function states_of(verdict)
  local change = reads.list(verdict.change)
  if not compare.mirror[change.class] then
    return nil
  end
  local new = set_of(reads.list(change.found), reads.list(change.first_seen))
  return function(id)
    return (change.class == "new" or new[id]) and "new" or "unchanged"
  end
end

function Report:put_absent(server, verdict)
  local lost = reads.list(reads.list(verdict.change).lost)
  local gone = {}
  for i, id in ipairs(lost) do
    gone[i] = findings.by_id[id]
  end
  for _, row in ipairs(model.from(gone, self.severity)) do
    self:put(server, row, row.title ..
             ": it was so before, and is not any more", "absent")
  end
end

-- ---- What was not tested.

function Report:notice(text, server)
  local notice = self.notices[text]
  if not notice then
    notice = { text = text, count = 0, servers = {} }
    self.notices[text] = notice
    self.notices[#self.notices + 1] = notice
  end
  notice.count = notice.count + 1
  if notice.count <= NAMED then
    notice.servers[notice.count] = server.server
  end
end

local function notification(notice)
  local more = notice.count - #notice.servers
  return { level = "note", descriptor = { id = "PPTP-NOT-TESTED" },
           message = { text = ("%s (%s%s)."):format(plain(notice.text),
             plain(table.concat(notice.servers, ", ")),
             more > 0 and (" and %d more"):format(more) or "") } }
end

function Report:put_notices(server, verdict)
  if reads.list(verdict.change).class == "missing" then
    return self:notice("Not asked now, though it was before", server)
  elseif server.grade == "?" then
    self:notice("No grade: " .. (server.summary:gsub("%.$", "")), server)
  end
  for _, text in ipairs(server.not_tested) do
    self:notice("Not tested: " .. text, server)
  end
end

function Report:add(verdict)
  local server, state = model.server(verdict), states_of(verdict)
  self:put_notices(server, verdict)
  for _, finding in ipairs(model.from(server.findings, self.severity)) do
    local text = finding.title or finding.id
    self:put(server, finding,
             finding.evidence and text .. ": " .. finding.evidence or text,
             state and state(finding.id))
  end
  self:put_absent(server, verdict)
  return true
end

-- ---- The document.

local function utc(time)
  return time and time:match("^%d+%-%d+%-%d+T%d+:%d+:%d+[.%d]*Z$")
end

function Report:invocation()
  local run, notes = facts.of(self.run) or {}, array {}
  for i, notice in ipairs(self.notices) do
    notes[i] = notification(notice)
  end
  if self.left_out > 0 then
    notes[#notes + 1] = { level = "warning",
      descriptor = { id = "PPTP-LEFT-OUT" },
      message = { text = ("%d results that are less severe are left out."):
                    format(self.left_out) } }
  end
  return { executionSuccessful = not run.partial, commandLine = run.options,
           startTimeUtc = utc(run.start), endTimeUtc = utc(run["end"]),
           toolExecutionNotifications = notes,
           properties = setmetatable({
             policy = run.policy, asked = run.asked, graded = run.graded,
             excluded = run.excluded, failed = run.failed,
             source = run.source }, { __jsontype = "object" }) }
end

local function driver(release)
  return { name = "pptpgrade", version = release, semanticVersion = release,
           informationUri = INFORMATION,
           fullName = release and "pptpgrade " .. release or nil,
           shortDescription = { text = "Tells how exposed a PPTP server is." },
           rules = rules(),
           notifications = array {
             { id = "PPTP-NOT-TESTED", name = "NotTested", shortDescription =
                 { text = "What nobody may take for safe." } },
             { id = "PPTP-LEFT-OUT", name = "LeftOut", shortDescription =
                 { text = "More results than readers show." } } } }
end

function Report:close()
  self:trim(M.LIMIT)
  table.sort(self.results, is_worse)
  local release = facts.of(self.run) and facts.of(self.run).release
  local texts = {}
  for i, result in ipairs(self.results) do
    texts[i] = result.text
  end
  if self.left_out > 0 then
    self.problem = ("%d results are left out of the SARIF report: it has " ..
      "the %d worst, as many as readers show; --severity leaves out lesser " ..
      "ones"):format(self.left_out, M.LIMIT)
  end
  return self.write(table.concat {
    '{"$schema":', json.encode(SCHEMA), ',"version":"2.1.0","runs":[{"tool":',
    json.encode { driver = driver(release) },
    ',"automationDetails":{"id":"pptpgrade/"},"columnKind":"utf16CodeUnits"',
    ',"invocations":[', json.encode(self:invocation()), '],"results":[\n',
    table.concat(texts, ",\n"), "\n]}]}\n" })
end

--- @tparam function write bytes -> true | nil, message
-- @tparam table opts run (its facts, read when the report is closed), severity
--   (findings from there up; nil: all)
-- @treturn table r; after r:close() `problem` is a sentence where results were
--   left out, and `left_out` how many
function M.open(write, opts)
  return setmetatable({ write = write, run = opts.run,
                        severity = opts.severity, results = {}, number = 0,
                        left_out = 0, notices = {} }, Report)
end


return M
