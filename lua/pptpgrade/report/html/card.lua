-- SPDX-License-Identifier: BSD-2-Clause
--- A server's card: all that a page tells of it when it is opened, as JSON of a
-- bounded size. Our own texts, which many servers share, stand once a page.
--
-- A card is an object: `target`; `summary`; `about`; `stages` list of
-- [title, state, text]; `methods` list of [title, state, proof, letter];
-- `caps` list of [letter, reason, source]; `findings` list of
-- [id, severity, title, seen, why, remedy]; `remedies` and `hands` lists of
-- shared texts; `lacks` list of strings. A number where a string is expected
-- is the place of a shared text (from 0); in one, byte 1 is the target.
local escape = require "pptpgrade.report.escape"
local markup = require "pptpgrade.report.html.markup"

local M = {}

--- Bytes that a card has at most.
M.MOST = 2560

local SHARED = 4096 -- texts that a page keeps once
local LONGEST = 4000 -- bytes of one of them
local TARGET = 48 -- of an address, and of the longest that has a zone
local WORD = 12 -- of a letter, a severity, an id
local INLINE = 24 -- of one that is not kept

-- Tried in turn until a card fits: bytes a text, items a list.
local measures = {
  { text = 600, items = 64 }, { text = 240, items = 40 },
  { text = 120, items = 24 }, { text = 60, items = 16 },
  { text = 40, items = 9 }, { text = 24, items = 5 }, { text = 8, items = 4 },
}

-- ---- Texts that many cards share.

local Texts = {}
Texts.__index = Texts

--- @treturn table texts: `list` is what a page holds
function M.texts()
  return setmetatable({ list = {}, places = {} }, Texts)
end

local function put(texts, key, value)
  local place = texts.places[key]
  if not place and #texts.list < SHARED then
    place = #texts.list
    texts.list[place + 1], texts.places[key] = value, place
  end
  return place
end

--- The place of a text of ours, or where no more are kept its beginning.
-- @tparam string|nil text
-- @treturn int|string
function Texts:place(text)
  text = escape.fit(text or "", LONGEST)
  return put(self, text, text) or escape.fit(text, INLINE)
end

--- The place of several texts that belong together, which are never cut.
-- @tparam table parts strings and lists of strings
-- @treturn int|nil nil where they are too long, or no more are kept
function Texts:list_place(parts)
  local flat = {}
  for i, value in ipairs(parts) do
    flat[i] = type(value) == "table" and table.concat(value, "\0") or value
  end
  local key = table.concat(flat, "\2")
  return #key <= LONGEST and put(self, key, parts) or nil
end

-- ---- Parts of a card.

local function word(value)
  return escape.fit(value or "", WORD)
end

local function fit(value, measure)
  return escape.fit(value or "", measure.text)
end

-- Of a list as many as fit, each made by `make`, and how many were left.
local function some(list, measure, make)
  local made = {}
  for i = 1, math.min(#list, measure.items) do
    made[#made + 1] = make(list[i], measure)
  end
  return made, #list - #made
end

local function stage_row(stage, measure)
  return { word(stage.title), fit(stage.state, measure),
           fit(stage.text, measure) }
end

local function stages_of(server, measure)
  local rows = some(server.stages, measure, stage_row)
  local left = 0
  local notes = server.notes or {}
  for i, note in ipairs(notes) do
    if i > measure.items // 4 then
      left = #notes - i + 1
      break
    end
    rows[#rows + 1] = { "note", "", fit(note, measure) }
  end
  return rows, left
end

local function method_row(login, measure)
  local proof = (login.bytes and login.bytes .. " " or "") ..
    (login.text or "")
  return { fit(login.title, measure), fit(login.state, measure),
           fit(proof, measure), word(login.letter) }
end

local function remedy_text(remedy)
  local head = remedy.where or "?"
  if remedy["for"] then
    head = ("%s (%s)"):format(head, remedy["for"])
  end
  local said = { remedy.text }
  if remedy.take_out then
    said[#said + 1] = ("take out %s; have %s"):format(
      table.concat(remedy.take_out, ", "),
      table.concat(remedy.keep or {}, ", "))
  end
  if remedy.also_hits then
    said[#said + 1] = "also hits " .. remedy.also_hits
  end
  if remedy.commands then
    said[#said + 1] = remedy.tested and "tried" or "not tried"
  end
  return { remedy.to or "", head, table.concat(said, "; "),
           remedy.commands or {}, remedy.undo or {} }
end

-- Commands name the target: without it they are the same for many servers.
local function without(value, target)
  local parts, at = {}, 1
  local first, last = value:find(target, 1, true)
  while first and target ~= "" do
    parts[#parts + 1] = value:sub(at, first - 1)
    at = last + 1
    first, last = value:find(target, at, true)
  end
  parts[#parts + 1] = value:sub(at)
  return table.concat(parts, "\1")
end

local function about_of(server)
  local parts = { "Grade " .. server.grade, "confidence: " ..
                  server.confidence }
  if server.time then
    parts[#parts + 1] = "seen " .. markup.time(server.time) ..
      (server.source and " from " .. server.source or "")
  end
  local known = server.known
  if known and known.text then
    parts[#parts + 1] = ("%s (%s, by its %s)"):format(known.text,
      known.confidence or "none", known.basis or "strings")
  end
  if known and known.contradiction then
    parts[#parts + 1] = known.contradiction
  end
  local change = server.change
  if change then
    parts[#parts + 1] = "since last time: " .. (change.class or "?") ..
      (change.was and ", was " .. change.was or "")
  end
  return table.concat(parts, "; ")
end

local function changes_of(server, rows, measure)
  for i, fact in ipairs(server.change and server.change.facts or {}) do
    if i <= measure.items // 4 then
      rows[#rows + 1] = { "change", "", fit(fact, measure) }
    end
  end
end

local function lacks_of(server, left, shortened)
  local lacks = {}
  for _, text in ipairs(server.not_tested) do
    lacks[#lacks + 1] = text
  end
  for _, row in ipairs { { "finding", left.findings }, { "note", left.notes },
                         { "login method", left.methods },
                         { "remedy", left.remedies, "remedies" } } do
    local name, count, many = row[1], row[2], row[3]
    if count > 0 then
      lacks[#lacks + 1] = ("%d more %s than fit here"):format(count,
        count == 1 and name or many or name .. "s")
    end
  end
  if shortened then
    lacks[#lacks + 1] = "texts with .. at their end are cut: the verdict " ..
      "has them whole"
  end
  return lacks
end

-- ---- The card.

local function build(server, texts, findings, measure, shortened)
  local card, left = { target = escape.fit(server.target, TARGET) }, {}
  card.summary, card.about = fit(server.summary, measure),
    fit(about_of(server), measure)
  card.stages, left.notes = stages_of(server, measure)
  changes_of(server, card.stages, measure)
  card.methods, left.methods = some(server.logins, measure, method_row)
  card.caps = some(server.caps, measure, function(cap)
    return { word(cap.grade), texts:place(cap.reason),
             texts:place(cap.source or "") }
  end)
  card.findings, left.findings = some(findings, measure, function(finding)
    return { word(finding.id), word(finding.severity),
             texts:place(finding.title or finding.id),
             fit(finding.evidence, measure), texts:place(finding.why or ""),
             texts:place(not server.remedies[1] and finding.remedy or "") }
  end)
  card.remedies, left.remedies = some(server.remedies, measure, function(given)
    return texts:list_place(remedy_text(given))
  end)
  card.hands = some(server.by_hand, measure, function(hand)
    return texts:list_place { without(hand.shows or "", server.target),
                              without(hand.command, server.target) }
  end)
  card.lacks = lacks_of(server, left, shortened)
  return markup.data(card)
end

--- A server's card.
-- @tparam table server as report/model's server gives
-- @tparam table texts as M.texts gives: what is shared is put there
-- @tparam table findings those of its findings that are shown
-- @treturn string JSON, at most M.MOST bytes
function M.of(server, texts, findings)
  local data
  for i, measure in ipairs(measures) do
    data = build(server, texts, findings, measure, i > 1)
    if #data <= M.MOST then
      break
    end
  end
  return data
end

return M
