-- SPDX-License-Identifier: BSD-2-Clause
--- What a finding, a cap or a grade means, why, by whose word, what it cannot
-- see, and how to fix it.
local caps = require "pptpgrade.judge.caps"
local findings = require "pptpgrade.judge.findings"
local glossary = require "pptpgrade.judge.glossary"
local layout = require "pptpgrade.report.layout"
local policies = require "pptpgrade.policy"
local remedies = require "pptpgrade.remedy.choice"

local M = {}

local WIDTH = 80

local grades = {
  A = { what = "no PPTP here",
        why = "The port is closed (proven by a RST to our SYN and to the " ..
          "kernel's), or nothing answers on it while the host answers " ..
          "otherwise (inferred).",
        blind = "What other addresses are told: a filter may let them in.",
        fix = "none" },
  B = { what = "the port is open, but what answers is not PPTP",
        why = "Its first bytes are another protocol's.",
        blind = "What that service is worth.", fix = "close" },
  C = { what = "PPTP answers, and refuses us",
        why = "A result code says that we are not authorised, or that calls " ..
          "are not taken. What reads requests is open to us all the same.",
        blind = "Who is let in.", fix = "close" },
  D = { what = "calls are taken, but no tunnel comes of them",
        why = "The target itself refuses GRE by ICMP.",
        blind = "Whether that is so for other callers.", fix = "close" },
  E = { what = "the weakest login that works is MS-CHAPv2",
        why = "One recorded login yields the password's hash for 2^56 work. " ..
          "No setting of a working PPTP server is better than this with a " ..
          "login that can be seen.",
        blind = "Whether MPPE is required, and how strong: that shows only " ..
          "after a login.", fix = "migrate" },
  F = { what = "a login is worth nothing, or is not required",
        why = "No login, PAP, SPAP, CHAP-MD5 (or CHAP with SHA) or " ..
          "MS-CHAPv1 is accepted, or a challenge came twice: the password, " ..
          "or the tunnel, is open to whoever listens or asks.",
        blind = "Whether anyone logs in that way.", fix = "migrate" },
  ["?"] = { what = "nothing is known, or what answers looks like a decoy",
        why = "Nothing that proves anything was heard from the port, or " ..
          "what answers shows the signs of a decoy (PPTP-060); then the " ..
          "letters beside it say what it deserves if it is none.",
        blind = "Everything: silence does not prove absence.",
        fix = "again" },
}

local ranges = {
  ["B-F"] = "TCP opens, and there is no reply to judge by.",
  ["C-F"] = "PPTP answers, and the call was refused this time, or not tried.",
  ["D-F"] = "Calls are taken, and what decides stayed out of sight: GRE, " ..
    "the logins, or what runs inside EAP.",
  ["D-E"] = "Calls are taken, and whether MS-CHAPv2 is accepted is not known.",
  ["E-F"] = "MS-CHAPv2 is accepted, and something weaker may be: a method " ..
    "that is not known, or one inside EAP.",
}

local function text_of(heading, row, source)
  return table.concat({
    heading,
    "What   " .. row.what,
    "Why    " .. row.why,
    "Source " .. source,
    "Blind  " .. row.blind,
    "Fix    " .. remedies.text(row.fix or row.remedy),
  }, "\n")
end

local function finding_text(row)
  local weaknesses = {}
  for i, number in ipairs(row.cwe) do
    weaknesses[i] = ("CWE-%d"):format(number)
  end
  local source = row.source
  if #weaknesses > 0 then
    source = source .. "; " .. table.concat(weaknesses, ", ")
  end
  return text_of(("%s  %s, CVSS 3.1 %s"):format(row.id, row.severity,
                                                row.cvss),
                 { what = row.title, why = row.why, blind = row.blind,
                   fix = row.remedy }, source)
end

local GRADING = "the table of grades in docs/grading.md"

local function range_text(id)
  local best, worst = id:sub(1, 1), id:sub(3, 3)
  return text_of("grade " .. id, {
    what = ("at best %s, at worst %s; what decides is not known")
      :format(best, worst),
    why = (ranges[id] or "What is not known widens a grade, and never " ..
             "betters it.") ..
      (" %s: %s. %s: %s."):format(best, grades[best].what, worst,
                                  grades[worst].what),
    blind = "What lies between the two; the verdict's caps name it.",
    fix = grades[worst].fix }, GRADING)
end

--- All that can be explained: grades, findings, caps and words, a line or two
-- each, of 80 columns.
-- @treturn string text of several lines
function M.list()
  local lines = {}
  local function put(heading, rows, id, text)
    lines[#lines + 1] = (lines[1] and "\n" or "") .. heading
    for _, row in ipairs(rows) do
      local more = layout.wrap(("  %-9s "):format(row[id]), text(row), WIDTH)
      table.move(more, 1, #more, #lines + 1, lines)
    end
  end
  put("Grades, and ranges of them such as D-F: at best D, at worst F",
      { { "A" }, { "B" }, { "C" }, { "D" }, { "E" }, { "F" }, { "?" } }, 1,
      function(row) return grades[row[1]].what end)
  put("Findings", findings.list, "id", function(row)
    return row.severity .. ": " .. row.title
  end)
  put("Caps: what holds a grade down", caps.list, "id", function(row)
    return row.reason
  end)
  put("Words", glossary.list, 1, function(row)
    return ("%s (%s)"):format(row[2], row[3])
  end)
  return table.concat(lines, "\n") .. "\n"
end

local function word_text(row)
  return ("%s: %s\nSource %s"):format(row[1], row[2], row[3])
end

--- Explains one finding, cap, grade, range or word of the reports.
-- @tparam string id such as "PPTP-014", "C05", "E", "D-F", "?", "GRE"
-- @treturn string|nil text of several lines, without a newline at its end
-- @treturn string what is wrong
function M.explain(id)
  if type(id) ~= "string" then
    error("explain: an id or a grade is needed", 2)
  end
  id = id:upper()
  local finding, cap = findings.by_id[id], caps.by_id[id]
  if finding then
    return finding_text(finding)
  elseif cap then
    return text_of(id, { what = cap.reason, why = cap.why, blind = cap.blind,
                         fix = cap.fix }, cap.source)
  elseif grades[id] then
    return text_of("grade " .. id, grades[id], GRADING)
  elseif policies.range(id) and #id == 3 and id:sub(1, 1) ~= id:sub(3) then
    return range_text(id)
  elseif glossary.by_word[id] then
    return word_text(glossary.by_word[id])
  end
  return nil, "there is no finding, cap, grade or word of that name: try " ..
    "PPTP-014, C05, E, D-F, ? or GRE; --explain alone lists them"
end

return setmetatable(M, { __call = function(_, id)
  return M.explain(id)
end })
