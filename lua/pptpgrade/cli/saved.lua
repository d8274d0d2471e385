-- SPDX-License-Identifier: BSD-2-Clause
--- Verdicts that were saved, whole or brief: JSON Lines, or the document that
-- -f json writes, as it is or laid out anew. A file is read twice: once to
-- learn who is in it, so that of one server's verdicts the newest counts, and
-- once a verdict at a time. Neither pass keeps verdicts in memory.
local core = require "pptpgrade.core"
local reads = require "pptpgrade.record"

local M = {}

local HEAD = '{"schema":1,"verdicts":['
local SCHEMA = 1

local Saved = {}
Saved.__index = Saved

local function key_of(verdict)
  return verdict.target .. " " .. tostring(verdict.port)
end

local function is_verdict(value)
  return type(value) == "table" and type(value.target) == "string" and
    type(value.grade) == "string"
end

local function is_record(value)
  return type(value) == "table" and type(value.target) == "string" and
    type(value.kind) == "string"
end

-- When the survey behind a verdict began; 0 where that is not told.
local function time_of(verdict)
  return reads.microseconds(reads.list(verdict.evidence).time or
                            verdict.time) or 0
end

-- ---- The first pass: who is where.

-- Our own writer's first members, so that a line need not be read twice.
local function quick_key(text)
  local target, port = text:match('^{"target":"([^"\\]+)","port":(%d+)[,}]')
  if not target then
    target, port = text:match('^{"target":"([^"\\]+)","name":"[^"\\]*",' ..
                              '"port":(%d+)[,}]')
  end
  return target and target .. " " .. port
end

function Saved:complain(number, why)
  self.broken = self.broken + 1
  self.fail(number, why)
end

function Saved:verdict_at(entry)
  if entry.value then
    return entry.value
  end
  self.file:seek("set", entry.offset)
  self.moved = true
  local text = self.file:read("l") or ""
  local verdict, why = core.record((text:gsub(",%s*$", "")))
  if is_verdict(verdict) then
    return verdict
  end
  return nil, why and "not JSON: " .. tostring(why) or "not a verdict"
end

-- Of two of one server, the newer; of the same time, the later.
function Saved:enter(key, entry)
  local known = self.known[key]
  if not known then
    self.known[key] = entry
    self.entries[#self.entries + 1] = entry
    return
  end
  local new, why = self:verdict_at(entry)
  local old = self:verdict_at(known)
  if not new then
    return self:complain(entry.number, why)
  end
  self.older = self.older + 1
  if not old or time_of(new) >= time_of(old) then
    known.offset, known.value = entry.offset, entry.value
    known.number = entry.number
  end
end

-- A document that came as one value.
function Saved:enter_document(document)
  if document.schema ~= SCHEMA then
    return nil, ("%s is of schema %s; schema %d is known"):format(self.name,
      tostring(document.schema), SCHEMA)
  end
  self.run = type(document.run) == "table" and document.run or nil
  for number, verdict in ipairs(reads.list(document.verdicts)) do
    if is_verdict(verdict) then
      self:enter(key_of(verdict), { value = verdict, number = number })
    else
      self:complain(number, "not a verdict")
    end
  end
  return true
end

-- What a line holds that `quick_key` does not know.
function Saved:enter_line(text, entry)
  local value, why = core.record(text)
  if value == nil then
    self:complain(entry.number, "not JSON: " .. tostring(why))
  elseif is_verdict(value) then
    self:enter(key_of(value), entry)
  elseif is_record(value) and not self.entries[1] then
    self.kind = "records"
  elseif type(value) == "table" and type(value.verdicts) == "table" then
    return self:enter_document(value)
  elseif type(value) == "table" and type(value.run) == "table" then
    self.run = value.run
  else
    self:complain(entry.number, "not a verdict")
  end
  return true
end

-- The end of a document that stands a verdict a line: `],"run":{...}}`.
function Saved:enter_end(text)
  local run = text:match('^%],"run":(.*)}%s*$')
  self.run = run and core.record(run) or self.run
  return true
end

function Saved:enter_text(text, entry)
  if text:sub(1, #HEAD) == HEAD and text:find("^%s*$", #HEAD + 1) then
    self.lines = true
    return true
  elseif self.lines and text:sub(1, 1) == "]" then
    return self:enter_end(text)
  end
  text = self.lines and text:gsub(",%s*$", "") or text
  local key = quick_key(text)
  if key then
    self:enter(key, entry)
    return true
  end
  return self:enter_line(text, entry)
end

-- A document that was laid out anew begins with a brace alone.
function Saved:read_whole()
  self.file:seek("set", 0)
  local document, why = core.record(self.file:read("a"))
  if type(document) ~= "table" or type(document.verdicts) ~= "table" then
    return nil, ("no verdict in %s: %s"):format(self.name, why or
                                                "another kind of JSON")
  end
  return self:enter_document(document)
end

function Saved:index()
  local number, offset = 0, 0
  while not self.kind do
    if self.moved then
      self.file:seek("set", offset)
      self.moved = false
    end
    local line, failure = self.file:read("L")
    if not line then
      return not failure and true or nil, failure
    end
    number = number + 1
    if number == 1 and line:find("^%s*{%s*$") then
      return self:read_whole()
    end
    local text = line:gsub("[\r\n]+$", "")
    if text:find("%S") then
      local ok, why = self:enter_text(text, { offset = offset,
                                              number = number })
      if not ok then
        return nil, why
      end
    end
    offset = offset + #line
  end
  return true
end

-- ---- The second.

--- Gives every verdict, each server's newest, in the order of the file.
-- @tparam function take verdict -> false to stop
function Saved:each(take)
  for _, entry in ipairs(self.entries) do
    local verdict, why = self:verdict_at(entry)
    if not verdict then
      self:complain(entry.number, why)
    elseif take(verdict) == false then
      return
    end
  end
end

function Saved:close()
  self.file:close()
end

-- What cannot be read twice is copied.
local function seekable(file)
  if file.seek and file:seek("set", 0) then
    return file
  end
  local copy = assert(io.tmpfile())
  repeat
    local block = file:read(65536)
    if block then
      assert(copy:write(block))
    end
  until not block
  return copy
end

local function open_file(world, path)
  if path == "-" then
    return world.stdin
  end
  return world.open(path, "rb")
end

--- Opens a file of verdicts.
-- @tparam table world open, stdin
-- @tparam string path "-" for standard input
-- @tparam function fail number, why: told of each line that is left out
-- @treturn table|nil saved: `kind` "verdicts" or "records" (nothing of those
--   was read: `file` stands at its begin), `run` (the facts that were saved, or
--   nil), `entries` (as many as servers), `older` (verdicts left out for a
--   newer one), `broken` (lines left out), s:each(take), s:close()
-- @treturn string what is wrong: no such file, another schema, no verdict
function M.open(world, path, fail)
  local name = path == "-" and "standard input" or path
  local file, why = open_file(world, path)
  if not file then
    return nil, why
  end
  local self = setmetatable({ file = seekable(file), name = name, fail = fail,
                              moved = true, entries = {}, known = {},
                              older = 0, broken = 0 }, Saved)
  local ok
  ok, why = self:index()
  if not ok then
    return nil, why
  elseif not self.kind and not self.entries[1] then
    return nil, "no verdict in " .. name
  end
  self.kind = self.kind or "verdicts"
  self.file:seek("set", 0)
  return self
end

return M
