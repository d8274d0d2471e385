-- SPDX-License-Identifier: BSD-2-Clause
--- Reports: verdicts in, one format out, through a function that writes.
local M = {}

local formats = {
  text = "pptpgrade.report.text",
  json = "pptpgrade.report.json",
  jsonl = "pptpgrade.report.jsonl",
}

--- Begins a report.
-- @tparam string format text, json or jsonl
-- @tparam function write bytes -> true | nil, message
-- @tparam[opt] table opts color, width, all, verbose, policy (text only)
-- @treturn table r: r:add(verdict) and r:close(); each gives true, or nil and
--   what `write` said
-- @raise where the format is unknown
function M.open(format, write, opts)
  local name = formats[format]
  if not name then
    error("no such report format: " .. tostring(format), 2)
  elseif type(write) ~= "function" then
    error("a report needs a function that writes", 2)
  end
  return require(name).open(write, opts or {})
end

return M
