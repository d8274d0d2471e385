-- SPDX-License-Identifier: BSD-2-Clause
--- The last part of a server's page: what to do, and how to look by hand.
-- Commands stand on lines of their own and are never wrapped, however narrow
-- the page: what is selected there can be pasted as it stands.
local layout = require "pptpgrade.report.layout"

local M = {}

local MOST = 12 -- lines of remedies, where not all were asked for
local CHECKS = 2 -- by hand

local pad, wrap = layout.pad, layout.wrap

local labels = { migrate = "  then   ", allow_list = "  until  " }

local function label(remedy)
  return labels[remedy.kind] or
    ("  to %s"):format(pad(remedy.to or "?", 4))
end

-- A row's heading: what it is for, whether anybody tried it, and what a reader
-- has to know before typing it.
local function heading(remedy)
  if remedy.kind == "migrate" then
    return remedy.text or ""
  end
  local tried = remedy.commands or remedy.take_out
  local parts = { ("%s (%s%s)"):format(
    remedy.where or "?", remedy["for"] or "?",
    tried and (remedy.tested and ", tried" or ", not tried") or "") }
  local notes = { remedy.text or "" }
  if remedy.take_out then
    notes[1] = ("%s take out %s; have %s"):format(
      notes[1], table.concat(remedy.take_out, ", "),
      table.concat(remedy.keep or {}, ", "))
  end
  if remedy.also_hits then
    notes[#notes + 1] = "also hits " .. remedy.also_hits
  end
  parts[2] = table.concat(notes, "; ")
  return table.concat(parts, ": ")
end

local function add_commands(lines, commands)
  for _, command in ipairs(commands or {}) do
    lines[#lines + 1] = "    " .. command
  end
end

-- All lines of one remedy.
local function block(remedy, opts)
  local lines = wrap(label(remedy), heading(remedy), opts.width)
  add_commands(lines, remedy.commands)
  local undo = remedy.undo
  if undo and #undo == 1 then
    lines[#lines + 1] = "  undo   " .. undo[1]
  elseif undo then
    lines[#lines + 1] = "  undo"
    add_commands(lines, undo)
  end
  return lines
end

local function tail(left, opts)
  return wrap("  more   ", ("--remedies: %d more way%s"):format(
    left, left == 1 and "" or "s"), opts.width)
end

-- The first of each kind before the second of any.
local function in_order(list)
  local order, seen = {}, {}
  for _, kind in ipairs { "off", "migrate", "settings", "wall" } do
    for i, remedy in ipairs(list) do
      if remedy.kind == kind and not seen[kind] then
        seen[kind], seen[i] = true, true
        order[#order + 1] = i
      end
    end
  end
  for i in ipairs(list) do
    if not seen[i] then
      order[#order + 1] = i
    end
  end
  return order
end

-- Which of them fit, each as a whole.
local function chosen(blocks, list, room)
  local shown, count = {}, 0
  for _, i in ipairs(in_order(list)) do
    if #blocks[i] <= room then
      room, shown[i], count = room - #blocks[i], true, count + 1
    end
  end
  return shown, count
end

--- What to do.
-- @tparam table server as report/model gives it
-- @tparam table opts width; remedies or verbose: all of them
-- @treturn table lines, not more than 12 where not all were asked for
function M.remedies(server, opts)
  local list, blocks, room = server.remedies, {}, 0
  for i, remedy in ipairs(list) do
    blocks[i] = block(remedy, opts)
    room = room + #blocks[i]
  end
  local last = tail(#list, opts)
  if not (opts.remedies or opts.verbose) and room > MOST then
    room = MOST - #last
  end
  local shown, count = chosen(blocks, list, room)
  local lines = {}
  for i = 1, #list do
    table.move(blocks[i], 1, shown[i] and #blocks[i] or 0, #lines + 1, lines)
  end
  if count < #list then
    last = tail(#list - count, opts)
    table.move(last, 1, #last, #lines + 1, lines)
  end
  return lines
end

--- How to look by hand.
-- @tparam table server as report/model gives it
-- @tparam table opts as above
-- @treturn table lines
function M.by_hand(server, opts)
  local lines = {}
  for i, hand in ipairs(server.by_hand) do
    if i > CHECKS and not (opts.remedies or opts.verbose) then
      break
    end
    local shows = wrap("  by hand  ", hand.shows or "", opts.width)
    table.move(shows, 1, #shows, #lines + 1, lines)
    add_commands(lines, { hand.command })
  end
  return lines
end

return M
