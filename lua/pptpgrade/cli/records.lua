-- SPDX-License-Identifier: BSD-2-Clause
--- What -e does: records from files, each server's newest survey graded.
-- Methods of a run.
--
-- A sweep begins with a row of kind `scan`, which promises one record a target
-- at most: such a file is graded as it comes, and nothing of it is kept.
-- Anything else is kept by lines until it has ended.
local collections = require "pptpgrade.cli.collection"
local core = require "pptpgrade.core"
local spool = require "pptpgrade.cli.spool"
local status = require "pptpgrade.cli.status"

local M = {}

local BROKEN_LINES_SHOWN = 10

local function is_known(value)
  if type(value.kind) ~= "string" or
     type(value.target) ~= "string" and value.kind ~= "scan" then
    return nil, "not a record: pptp-probe writes those"
  elseif value.schema ~= 1 then
    return nil, ("a record of schema %s; schema 1 is known"):format(
      tostring(value.schema))
  end
  return true
end

local function read_line(line)
  local record, why, offset = core.record(line)
  if not record then
    return nil, ("not a record: %s (byte %d)"):format(why, offset + 1)
  end
  local ok
  ok, why = is_known(record)
  return ok and record, why
end

local function key_of(record)
  return record.target .. " " .. tostring(record.port)
end

function M:new_input()
  local folder = self.world.getenv("TMPDIR")
  return {
    broken = 0, records = 0, alone = #self.options.records == 1,
    collection = collections.new(function()
      return spool.temporary(folder)
    end),
  }
end

-- A sweep's first row tells of the sweep, and of no server.
function M:see_sweep(input, row)
  self.facts.sweep = self.facts.sweep or {}
  self.facts.sweep[#self.facts.sweep + 1] = row
  input.promised = input.promised or input.alone and input.records == 0
end

-- Makes sure that a record can be judged, and judges it where no other of its
-- server can come.
function M:try_record(input, record)
  local evidence = self.world.pptp.evidence.newest { record }
  if input.promised then
    self:grade(evidence)
  end
end

-- Keeps a record, or grades it where no other of its server can come.
function M:add_record(input, line)
  local record, why = read_line(line)
  if not record then
    return nil, why
  elseif record.kind == "scan" then
    self:see_sweep(input, record)
    return true
  end
  -- A record that somebody wrote by hand may lack what the rules rest on.
  if not pcall(self.try_record, self, input, record) then
    return nil, "a record that makes no sense"
  end
  input.records = input.records + 1
  if not input.promised then
    input.failure = select(2, input.collection:add(key_of(record), line))
  end
  return true
end

-- One line of a file; a broken one is told, and the rest still counts.
function M:read_record(input, name, number, line)
  local ok, why = true, nil
  if line:find("%S") then
    ok, why = self:add_record(input, line)
  end
  if not ok then
    input.broken = input.broken + 1
    if input.broken <= BROKEN_LINES_SHOWN then
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

-- Whether another line is worth reading.
function M:wants_more(input)
  return self.world.signals() == 0 and not input.failure and
    not (input.promised and self:all_dead())
end

function M:read_records(input, path)
  local name = path == "-" and "standard input" or path
  local file, why = self:open_records(path)
  if not file then
    return nil, "-e " .. why
  end
  local number, line = 0, ""
  while line and self:wants_more(input) do
    self:read_record(input, name, number, line)
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

function M:grade_newest(lines)
  local records = {}
  for i, line in ipairs(lines) do
    records[i] = core.record(line)
  end
  self:grade(self.world.pptp.evidence.newest(records))
end

function M:say_lost(why)
  self:partly(("records are kept in a temporary file, and that failed: %s; " ..
               "TMPDIR names a folder with room"):format(tostring(why)))
end

-- Each server by its newest survey.
function M:grade_collection(collection)
  local servers, why = collection:servers()
  if not servers then
    return self:say_lost(why)
  end
  for lines, fault in servers do
    if self:all_dead() then
      return
    elseif not lines then
      return self:say_lost(fault)
    end
    local ok
    ok, why = pcall(self.grade_newest, self, lines)
    if not ok then
      self:partly(("%s: its records make no sense (%s)"):format(
        key_of(core.record(lines[1])), tostring(why)))
    end
  end
end

-- Everything is read: what is left to grade, and the exit status.
function M:finish_records(input)
  local hidden = input.broken - BROKEN_LINES_SHOWN
  if hidden > 0 then
    self:partly(("%d more broken lines"):format(hidden))
  end
  if input.failure then
    self:say_lost(input.failure)
  end
  if input.records > 0 then
    self:grade_collection(input.collection)
    self:close_outputs()
    return self:status()
  elseif input.broken > 0 then
    return status.PART
  elseif input.promised then
    return self:status()
  end
  self:say("-e: no record in " .. table.concat(self.options.records, ", "))
  return status.USAGE
end

function M:grade_records()
  local input = self:new_input()
  for _, path in ipairs(self.options.records) do
    local ok, why = self:read_records(input, path)
    if not ok then
      self:say(why)
      return status.USAGE
    end
  end
  return self:finish_records(input)
end

return M
