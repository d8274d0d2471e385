-- SPDX-License-Identifier: BSD-2-Clause
--- One server's full report: what was seen, what it is worth, what to do.
local advice = require "pptpgrade.report.advice"
local layout = require "pptpgrade.report.layout"
local model = require "pptpgrade.report.model"

local M = {}

local pad, wrap = layout.pad, layout.wrap

local function head(put, server, opts)
  local left = ("%s port %d"):format(server.title, server.port)
  local right = "grade " .. server.grade
  local gap = opts.width - #left - #right
  if gap < 2 then
    put(wrap("", left, opts.width))
    left, gap = "", opts.width - #right
  end
  put { left .. (" "):rep(gap) ..
          layout.paint(right, server.grade, opts.color) }
  put(wrap("", server.summary, opts.width))
  put { "" }
end

-- ---- What was seen, a line a stage.

-- How well the product is known, and by what.
local function product_row(put, server, opts)
  local product = server.known
  if not product or not product.confidence or product.name == "unknown" or
     not (opts.verbose or product.contradiction) then
    return
  end
  local parts = { product.basis or "" }
  table.move(product.habits, 1, #product.habits, 2, parts)
  put(wrap("  product   " .. pad(product.confidence, 12),
           product.contradiction or table.concat(parts, ", "), opts.width))
end

local function stages(put, server, opts)
  if server.labels[1] then
    put(wrap("  labels    ", table.concat(server.labels, ", "), opts.width))
  end
  for _, stage in ipairs(server.stages) do
    local shown = pad(stage.state, math.max(12, #stage.state + 2))
    put(wrap(("  %s%s"):format(pad(stage.title, 10), shown), stage.text,
             opts.width))
    if stage.id == "control" then
      product_row(put, server, opts)
    end
  end
  for _, text in ipairs(server.notes) do
    put(wrap("  note      ", text, opts.width))
  end
  if server.stages[1] then
    put { "" }
  end
end

-- ---- Methods.

local function proof_text(login)
  local text = login.text or ""
  return login.bytes and login.bytes .. " " .. text or text
end

-- The word that stands at this place of a line, in a grade's colour.
local function painted(line, at, text, grade, color)
  return line:sub(1, at - 1) .. layout.paint(text, grade, color) ..
    line:sub(at + #text)
end

local function login_row(put, login, opts)
  local state = login.taken and login.state:upper() or login.state
  local lines = wrap(("  %s%s"):format(pad(login.title, 11), pad(state, 11)),
                     proof_text(login), opts.width - 6)
  if login.letter then
    lines[1] = pad(lines[1], opts.width - 6 - (#login.letter - 1)) ..
      "  -> " .. layout.paint(login.letter, login.letter, opts.color)
  end
  if login.taken then
    lines[1] = painted(lines[1], 14, state, login.letter or "F", opts.color)
  end
  put(lines)
end

local function login_rows(put, server, opts)
  local any = false
  for _, login in ipairs(server.logins) do
    any = any or login.state ~= "not tested"
  end
  for _, login in ipairs(any and server.logins or {}) do
    login_row(put, login, opts)
  end
  if any then
    put { "" }
  end
end

-- ---- Findings and the rest.

local function findings(put, server, opts)
  for _, finding in ipairs(server.findings) do
    local text = finding.title or ""
    if opts.verbose and finding.evidence then
      text = text .. ": " .. finding.evidence
    end
    local lines = wrap(("  %s  %s  "):format(pad(finding.severity, 8),
                                             finding.id), text, opts.width)
    lines[1] = "  " .. layout.severity(finding.severity, 8, opts.color) ..
      lines[1]:sub(math.max(8, #finding.severity) + 3)
    put(lines)
  end
  if server.findings[1] then
    put { "" }
  end
end

local function caps(put, server, opts)
  for _, cap in ipairs(server.caps) do
    put(wrap(("  %s  %s  "):format(pad(cap.grade, 8), cap.id),
             ("%s (%s)"):format(cap.reason, cap.source or "?"), opts.width))
  end
  for _, known in ipairs(server.potential) do
    put(wrap("  potential  ", ("%s: %s, %s; %s"):format(
      known.id or "?", known.affects or "?", known.condition or "?",
      known.basis or "?"), opts.width))
  end
  if server.caps[1] then
    put { "" }
  end
end

--- All lines of a server's report.
-- @tparam table verdict
-- @tparam table opts width, color, verbose, remedies (all of them)
-- @treturn string
function M.render(verdict, opts)
  local server, lines = model.server(verdict), {}
  local function put(more)
    for _, line in ipairs(more) do
      lines[#lines + 1] = line:gsub(" +$", "")
    end
  end
  head(put, server, opts)
  stages(put, server, opts)
  login_rows(put, server, opts)
  findings(put, server, opts)
  if opts.verbose then
    caps(put, server, opts)
  end
  put(advice.remedies(server, opts))
  put(advice.by_hand(server, opts))
  if server.not_tested[1] then
    put(wrap("  not tested: ", table.concat(server.not_tested, "; "),
             opts.width))
  end
  return table.concat(lines, "\n") .. "\n"
end

return M
