-- SPDX-License-Identifier: BSD-2-Clause
--- Which records of one server are its newest survey. Pure, and the same
-- whatever the order of the records.
--
-- A server is judged by what was found last, or nobody could show that a
-- change worked:
--
-- * One survey is the newest record and those begun at most ten minutes before
--   it: a survey takes two and a half, and several tools may have a part in it.
-- * A run that began when all others had, and found TCP not open, stands alone:
--   what an earlier run found through that port is no longer so.
-- * A record without a time that can be read counts as the oldest, unless its
--   run is one of those chosen.
local reads = require "pptpgrade.record"

local M = {}

local WINDOW = 600 * 1000000 -- microseconds

local text_of

local function keys_of(t)
  local keys = {}
  for key in pairs(t) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

local function table_text(t)
  local parts = {}
  for i, key in ipairs(keys_of(t)) do
    parts[i] = text_of(key) .. "=" .. text_of(t[key])
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

function text_of(value)
  return type(value) == "table" and table_text(value) or
    ("%q"):format(value)
end

-- A text that two records share only where they are the same; "" for what was
-- never a record: a cycle, a function.
local function content(item)
  if not item.content then
    local ok, text = pcall(text_of, item.record)
    item.content = ok and text or ""
  end
  return item.content
end

local function before(a, b)
  if a.at ~= b.at then
    return a.at < b.at
  end
  return content(a) < content(b)
end

-- The records by time, each once.
local function in_order(records)
  local items, once = {}, {}
  for i, record in ipairs(records) do
    items[i] = { record = record,
                 at = reads.microseconds(record.time) or -math.huge }
  end
  table.sort(items, before)
  for i, item in ipairs(items) do
    local last = items[i - 1]
    if not last or last.at ~= item.at or content(last) ~= content(item) or
       content(item) == "" then
      once[#once + 1] = item
    end
  end
  return once
end

local not_open = { closed = true, filtered = true, silent = true }

-- Whether the items of a run all found TCP not open, after all others began.
local function stands_alone(items, run)
  local first, others = math.huge, -math.huge
  for _, item in ipairs(items) do
    local record = item.record
    if record.run ~= run then
      others = math.max(others, item.at)
    elseif not not_open[reads.stage(record, "tcp").state] then
      return false
    else
      first = math.min(first, item.at)
    end
  end
  return first > others
end

local function is_run(run)
  return type(run) == "string" and run ~= ""
end

-- Those that `wanted` takes.
local function filter(items, wanted)
  local kept = {}
  for _, item in ipairs(items) do
    if wanted(item) then
      kept[#kept + 1] = item
    end
  end
  return kept
end

local function runs_of(items)
  local runs = {}
  for _, item in ipairs(items) do
    if is_run(item.record.run) then
      runs[item.record.run] = true
    end
  end
  return runs
end

-- The newest and what belongs to it, among those whose time can be read.
local function recent_of(items)
  local newest = items[#items]
  local recent = filter(items, function(item)
    return item.at >= newest.at - WINDOW
  end)
  local run = newest.record.run
  if is_run(run) and stands_alone(recent, run) then
    recent = filter(recent, function(item) return item.record.run == run end)
  end
  return recent
end

-- Where no time can be read, all are equally old.
local function choose(items)
  local timed = filter(items, function(item) return item.at > -math.huge end)
  if not timed[1] then
    return items
  end
  local chosen = {}
  local recent = recent_of(timed)
  for _, item in ipairs(recent) do
    chosen[item] = true
  end
  local runs = runs_of(recent)
  return filter(items, function(item)
    return chosen[item] or item.at == -math.huge and runs[item.record.run]
  end)
end

--- The newest survey among records of one server.
-- @tparam table records one and more, of one target and port; left as they are
-- @treturn table those of the newest survey, in the order of their times
-- @treturn integer how many others were left out
function M.newest(records)
  if not records[2] then
    return { records[1] }, 0
  end
  local items = in_order(records)
  local chosen = {}
  for i, item in ipairs(choose(items)) do
    chosen[i] = item.record
  end
  return chosen, #items - #chosen
end

return M
