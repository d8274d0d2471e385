-- SPDX-License-Identifier: BSD-2-Clause
--- What -e does: records from files, sorted by server, each server's newest
-- survey graded. Methods of a run.
local status = require "pptpgrade.cli.status"
local core = require "pptpgrade.core"

local M = {}

local BROKEN_LINES_SHOWN = 10

-- A sweep's first row tells of the sweep, and of no server.
function M:see_sweep(record)
  if record.kind ~= "scan" then
    return false
  end
  self.facts.sweep = self.facts.sweep or {}
  self.facts.sweep[#self.facts.sweep + 1] = record
  return true
end

local function is_record(value)
  if type(value) ~= "table" or type(value.kind) ~= "string" or
     type(value.target) ~= "string" then
    return nil, "not a record: pptp-probe writes those"
  elseif value.schema ~= 1 then
    return nil, ("a record of schema %s; schema 1 is known"):format(
      tostring(value.schema))
  end
  return true
end

-- Servers in the order in which the records name them, each with its records.
local function new_collection()
  return { order = {}, servers = {}, broken = 0, records = 0 }
end

local function key_of(record)
  return record.target .. " " .. tostring(record.port)
end

function M:add_record(collection, line)
  local record, why, offset = core.record(line)
  if not record then
    return nil, ("not a record: %s (byte %d)"):format(why, offset + 1)
  end
  if self:see_sweep(record) then
    return true
  end
  local ok
  ok, why = is_record(record)
  if not ok then
    return nil, why
  end
  -- A record that somebody wrote by hand may lack what the rules rest on.
  if not pcall(self.world.pptp.evidence.newest, { record }) then
    return nil, "a record that makes no sense"
  end
  local key = key_of(record)
  local known = collection.servers[key]
  if not known then
    known = {}
    collection.servers[key] = known
    collection.order[#collection.order + 1] = key
  end
  known[#known + 1] = record
  collection.records = collection.records + 1
  return true
end

-- One line of a file; a broken one is told, and the rest still counts.
function M:read_record(collection, name, number, line)
  local ok, why = true, nil
  if line:find("%S") then
    ok, why = self:add_record(collection, line)
  end
  if not ok then
    collection.broken = collection.broken + 1
    if collection.broken <= BROKEN_LINES_SHOWN then
      self:partly(("%s line %d: %s"):format(name, number, why))
    end
  end
end

function M:open_records(path)
  if path == "-" then
    return self.world.stdin
  end
  return self.world.open(path, "rb")
end

function M:read_records(collection, path)
  local name = path == "-" and "standard input" or path
  local file, why = self:open_records(path)
  if not file then
    return nil, "-e " .. why
  end
  local number, line = 0, ""
  while line and self.world.signals() == 0 do
    self:read_record(collection, name, number, line)
    number = number + 1
    line, why = file:read("l")
  end
  if path ~= "-" then
    file:close()
  end
  if self.world.signals() > 0 then
    self:partly(("stopped by a signal at line %d of %s"):format(number, name))
  elseif why then
    return nil, ("-e %s: %s"):format(name, why)
  end
  return true
end

function M:grade_newest(records)
  self:grade(self.world.pptp.evidence.newest(records))
end

-- Each server by its newest survey.
function M:grade_collection(collection)
  for _, key in ipairs(collection.order) do
    if self:all_dead() then
      break
    end
    local ok, why = pcall(self.grade_newest, self, collection.servers[key])
    if not ok then
      self:partly(("%s: its records make no sense (%s)"):format(key,
                                                                tostring(why)))
    end
  end
  self:close_outputs()
  return self:status()
end

function M:grade_records()
  local collection = new_collection()
  for _, path in ipairs(self.options.records) do
    local ok, why = self:read_records(collection, path)
    if not ok then
      self:say(why)
      return status.USAGE
    end
  end
  local hidden = collection.broken - BROKEN_LINES_SHOWN
  if hidden > 0 then
    self:partly(("%d more broken lines"):format(hidden))
  end
  if collection.records > 0 then
    return self:grade_collection(collection)
  elseif collection.broken > 0 then
    return status.PART
  end
  self:say("-e: no record in " .. table.concat(self.options.records, ", "))
  return status.USAGE
end

return M
