-- SPDX-License-Identifier: BSD-2-Clause
--- HTML: one file for a browser, without a request. What it says first, its
-- figures and the worst 200 servers are in the HTML itself; the list of all,
-- and a card of each, are inert JSON, which its own script draws on demand.
-- The page of a sweep is a study: made of the figures alone, for any number of
-- servers, none of which it names.
local bars = require "pptpgrade.report.html.bars"
local card = require "pptpgrade.report.html.card"
local document = require "pptpgrade.report.html.document"
local figures = require "pptpgrade.report.figures"
local markup = require "pptpgrade.report.html.markup"
local model = require "pptpgrade.report.model"
local rows = require "pptpgrade.report.html.rows"
local study = require "pptpgrade.report.html.study"
local sentence = require "pptpgrade.report.html.sentence"

local M = {}

--- Servers that the HTML itself shows, and those that have a card.
M.SHOWN, M.CARDS = 200, 10000

local Report = {}
Report.__index = Report

-- Of a server what is needed to sort it, and the two texts that it becomes.
local function kept(server, texts, findings)
  return { worst_rank = server.worst_rank, best_rank = server.best_rank,
           key = server.key, summary = server.summary,
           row = rows.of(server, texts, findings),
           card = card.of(server, texts, findings) }
end

-- The worst stay; sorted now and then, because a sort for each would cost more.
function Report:trim(most)
  if #self.servers > most then
    table.sort(self.servers, model.before)
    for i = #self.servers, M.CARDS + 1, -1 do
      self.servers[i] = nil
    end
  end
end

-- A sweep's first row is read after the page was begun, and before a verdict.
function Report:sweep()
  local heads = (self.opts.run or {}).sweep
  return type(heads) == "table" and heads[1] ~= nil and heads or nil
end

function Report:add(verdict)
  self.count = self.count + 1
  local server = model.server(verdict)
  local findings = model.from(server.findings, self.opts.severity)
  self.figures:add(server, findings)
  if not self:sweep() then
    self.servers[#self.servers + 1] = kept(server, self.texts, findings)
    self.only = self.count == 1 and server or nil
    self:trim(M.CARDS + M.CARDS // 4)
  end
  return true
end

-- Places by name, for the script to sort by.
local function number_names(servers)
  local order = {}
  for i, server in ipairs(servers) do
    order[i] = server
  end
  table.sort(order, function(a, b) return a.key < b.key end)
  for i, server in ipairs(order) do
    server.row[10] = i - 1
  end
end

local function most_frequent(found)
  local most
  for _, finding in ipairs(found:findings_by_weight()) do
    if (finding.severity == "critical" or finding.severity == "high") and
       (not most or finding.count > most.count) then
      most = finding
    end
  end
  return most
end

local function changed(found)
  local parts, same = {}, 0
  for _, change in ipairs(found:changes_in_order()) do
    if change.class == "same" then
      same = change.count
    else
      parts[#parts + 1] = ("%s %s"):format(markup.number(change.count),
                                           change.class)
    end
  end
  if parts[1] or same > 0 then
    return { "Since last time:", parts[1] and table.concat(parts, ", ") or
             "nothing changed", markup.number(same) .. " as before" }
  end
end

function Report:leads()
  local leads, first = {}, self.servers[1]
  if first and first.worst_rank > 1 then
    leads[1] = { self.only and "Why:" or "First to mend:",
                 self.only and first.summary or first.row[1],
                 not self.only and first.summary or nil }
  end
  local most = not self.only and most_frequent(self.figures)
  if most then
    leads[#leads + 1] = { "Most often, of what is severe:",
      most.title or most.id, ("%s of %s"):format(markup.number(most.count),
        markup.counted(self.figures.total, "server")) }
  end
  leads[#leads + 1] = changed(self.figures)
  return leads
end

function Report:header()
  local heads = self:sweep()
  local said = self.only and sentence.of_one(self.only) or
    sentence.of(self.figures)
  return document.header(heads and "PPTP exposure: a study" or
    "PPTP exposure", said, self:leads(), model.run(self.opts.run) or {},
    heads and study.facts(heads) or {})
end

local function without_script(total, shown)
  if total <= shown then
    return ""
  end
  return ('<noscript><p class="said">This page draws the list by a script ' ..
    "of its own. Without it, the worst %d of %s are shown.</p></noscript>\n")
    :format(shown, markup.counted(total, "server"))
end

-- What does not fit is counted, and said.
local function left_out(count, servers)
  if count == #servers then
    return ""
  end
  return ('<p class="said">The figures count %s; the list holds the worst ' ..
    "%s.</p>\n"):format(markup.counted(count, "server"),
                        markup.number(#servers))
end

function Report:list(put)
  local servers, compared = self.servers, next(self.figures.changes) ~= nil
  put(('<section class="servers">\n<h2>%s</h2>\n'):format(
    self.only and "The server" or "Servers, worst first"))
  put(left_out(self.count, servers) .. document.tools(self.figures))
  put('<p id="count" class="said" role="status" hidden></p>\n')
  put(without_script(#servers, M.SHOWN))
  put('<div class="sheet"><table id="list" class="list" role="table">\n' ..
      '<caption class="vh">Servers and their grades</caption>\n' ..
      rows.head(compared) .. '<tbody role="rowgroup">\n')
  for i = 1, math.min(#servers, M.SHOWN) do
    put(rows.html(servers[i].row, self.texts, compared))
  end
  put("</tbody></table></div>\n" ..
      '<button type="button" class="plain more" id="more" hidden>Show 200 ' ..
      'more</button>\n<p id="said" class="vh" role="status"></p>\n' ..
      document.legend .. "</section>\n")
end

function Report:blocks(put)
  local list = {}
  for i, server in ipairs(self.servers) do
    list[i] = server.row
  end
  put(markup.block("texts", markup.data(self.texts.list)))
  put(markup.block("rows", markup.data(list)))
  for i, server in ipairs(self.servers) do
    put(markup.block("s" .. i - 1, server.card))
  end
end

-- In pieces of some size: a file is written through a call each.
local function gathered(write)
  local parts, size, failed = {}, 0, nil
  local function flush()
    if not failed and size > 0 then
      local ok, why = write(table.concat(parts))
      failed = not ok and (why or "cannot write") or nil
    end
    parts, size = {}, 0
  end
  return function(part)
    parts[#parts + 1] = part
    size = size + #part
    if size > 262144 then
      flush()
    end
  end, function()
    flush()
    return not failed or nil, failed
  end
end

--- Writes the page.
-- @treturn boolean|nil true, or nil and what `write` said
function Report:close()
  self:trim(M.CARDS)
  table.sort(self.servers, model.before)
  number_names(self.servers)
  local put, finish = gathered(self.write)
  put(document.head(("PPTP exposure of %s"):format(
    markup.counted(self.figures.total, "server"))))
  put(self:header() .. "<main>\n" ..
      (self.only and "" or bars.of(self.figures, self.servers[1] ~= nil)))
  if self.servers[1] then
    self:list(put)
  elseif self:sweep() then
    put(document.study)
  end
  put("</main>\n" .. document.footer)
  if self.servers[1] then
    self:blocks(put)
    put(document.foot())
  else
    put("</body>\n</html>\n")
  end
  return finish()
end

--- Begins a page; nothing is written before `close`.
-- @tparam function write bytes -> true | nil, message
-- @tparam table opts `run` the run's facts, which may grow until `close`; with
--   `sweep`, a list of rows of kind `scan`, the page is a study. `severity`:
--   findings from there up
function M.open(write, opts)
  return setmetatable({
    write = write, opts = opts or {}, servers = {}, count = 0,
    texts = card.texts(), figures = figures.new(),
  }, Report)
end

return M
