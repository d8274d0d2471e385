-- SPDX-License-Identifier: BSD-2-Clause
--- CSV by RFC 4180: one row a server, as it comes; fixed columns, one fact a
-- cell. docs/reports.md describes each; columns are added at the end, and never
-- change their meaning. A cell is empty where nothing is known.
--
-- Spreadsheets take a cell for a formula that begins with = + - @ TAB or CR:
-- such a cell gets an apostrophe before it.
local model = require "pptpgrade.report.model"

local M = {}

local Report = {}
Report.__index = Report

local function known(text)
  return text ~= "" and text or nil
end

local function method(id)
  return function(row)
    return row.methods[id]
  end
end

local function state(name)
  return function(row)
    return row.states[name]
  end
end

local function of_product(key)
  return function(row)
    return row.known and row.known[key]
  end
end

local function ids(list)
  local found = {}
  for i, one in ipairs(list) do
    found[i] = one.id
  end
  return known(table.concat(found, " "))
end

local function of_first(key)
  return function(row)
    local first = row.findings[1]
    return first and first[key]
  end
end

local function others(row)
  local found = {}
  for _, login in ipairs(row.logins) do
    if not row.methods[login.id] then
      found[#found + 1] = login.id
    end
  end
  return known(table.concat(found, " "))
end

local function of_change(key)
  return function(row)
    return row.change and row.change[key]
  end
end

local function of_run(key)
  return function(_, run)
    return run and run[key]
  end
end

local function remedy(row)
  local first = row.remedies[1]
  return first and ("%s: %s"):format(first.where or "?", first.text or "?")
end

-- Name, and what the cell says of a server of the model.
local columns = {
  { "target", function(row) return row.target end },
  { "port", function(row) return row.port end },
  { "name", function(row) return row.name end },
  { "labels", function(row) return known(table.concat(row.labels, ";")) end },
  { "grade", function(row) return row.grade end },
  { "best", function(row) return row.best end },
  { "worst", function(row) return row.worst end },
  { "confidence", function(row) return row.confidence end },
  { "summary", function(row) return known(row.summary) end },
  { "decided_by", function(row) return known(row.decided) end },
  { "tcp", state "tcp" }, { "control", state "control" },
  { "call", state "call" }, { "gre", state "gre" },
  { "login", state "authentication" },
  { "pap", method "pap" }, { "spap", method "spap" },
  { "chap_md5", method "chap_md5" }, { "mschap_v1", method "mschap_v1" },
  { "mschap_v2", method "mschap_v2" }, { "eap", method "eap" },
  { "other_methods", others },
  { "product", of_product "name" }, { "product_vendor", of_product "vendor" },
  { "product_os", of_product "os" },
  { "product_confidence", of_product "confidence" },
  { "severity", of_first "severity" }, { "finding", of_first "id" },
  { "finding_title", of_first "title" },
  { "finding_count", function(row) return #row.findings end },
  { "findings", function(row) return ids(row.findings) end },
  { "potential_vulnerabilities", function(row) return ids(row.potential) end },
  { "first_remedy", remedy },
  { "time", function(row) return row.time end },
  { "source", function(row) return row.source end },
  { "change", of_change "class" }, { "change_was", of_change "was" },
  { "release", of_run "release" }, { "policy", of_run "policy" },
  { "run_start", of_run "start" },
}

--- The columns' names, in order.
M.columns = {}
for i, column in ipairs(columns) do
  M.columns[i] = column[1]
end

--- A value as a cell: defused, and quoted where it has to be.
-- @param value a string, an integer, or nil
-- @treturn string
function M.cell(value)
  local text = tostring(value == nil and "" or value)
  if text:find("^[=+%-@\t\r]") then
    text = "'" .. text
  end
  if text:find('[,"\r\n]') then
    text = '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

-- The column names come before the first row, and where there is none.
function Report:begin()
  if self.begun then
    return true
  end
  self.begun, self.run = true, model.run(self.facts)
  return self.write(table.concat(M.columns, ",") .. "\r\n")
end

function Report:add(verdict)
  local ok, why = self:begin()
  if not ok then
    return nil, why
  end
  local server, cells = model.server(verdict), {}
  server.findings = model.from(server.findings, self.severity)
  for i, column in ipairs(columns) do
    cells[i] = M.cell(column[2](server, self.run))
  end
  return self.write(table.concat(cells, ",") .. "\r\n")
end

function Report:close()
  return self:begin()
end

--- @tparam function write bytes -> true | nil, message
-- @tparam table opts run (release, policy and start are told; read before the
--   first row), severity (which findings count; nil: all)
function M.open(write, opts)
  return setmetatable({ write = write, facts = opts.run,
                        severity = opts.severity }, Report)
end

return M
