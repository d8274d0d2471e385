-- SPDX-License-Identifier: BSD-2-Clause
--- Reports: verdicts in, one format out, through a function that writes.
local M = {}

-- What a format is called, the suffix of its files, its module, and whether it
-- is for files and no terminal.
local formats = {
  { "text", "txt", "pptpgrade.report.text" },
  { "json", "json", "pptpgrade.report.json" },
  { "jsonl", "jsonl", "pptpgrade.report.jsonl" },
  { "csv", "csv", "pptpgrade.report.csv" },
  { "html", "html", "pptpgrade.report.html", file = true },
  { "sarif", "sarif", "pptpgrade.report.sarif", file = true },
  { "icinga", nil, "pptpgrade.report.icinga" },
}

--- The formats, in order.
M.names = {}
--- A file's suffix -> its format.
M.suffixes = {}
--- The suffixes, in order.
M.suffix_names = {}
--- A format -> true where it is for a file alone.
M.for_file = {}

local module_of = {}

for _, format in ipairs(formats) do
  local name, suffix = format[1], format[2]
  M.names[#M.names + 1] = name
  module_of[name], M.for_file[name] = format[3], format.file
  if suffix then
    M.suffixes[suffix] = name
    M.suffix_names[#M.suffix_names + 1] = "." .. suffix
  end
end

--- Begins a report.
-- @tparam string format one of M.names
-- @tparam function write bytes -> true | nil, message
-- @tparam[opt] table opts color, width, all, verbose, remedies (text);
--   sides (text: what two runs are known by; then what changed is told, as
--   report/diff has it); severity (csv, html, sarif: which findings count);
--   with_run (jsonl: a last line with the run's facts); brief (json, jsonl:
--   verdicts of about 1 KB); warn, crit, max_age, now (icinga); run: the facts
--   of the run as report/model.run takes them, read when the report is closed
-- @treturn table r: r:add(verdict) and r:close(); each gives true, or nil and
--   what `write` said. Where there is r:shows_line(), it tells whether of the
--   next verdict no more is shown than what grade.outline gives; likewise
--   r:shows_brief() and grade.brief
-- @raise where the format is unknown
function M.open(format, write, opts)
  local name = module_of[format]
  if format == "text" and opts and opts.sides then
    name = "pptpgrade.report.diff"
  end
  if not name then
    error("no such report format: " .. tostring(format), 2)
  elseif type(write) ~= "function" then
    error("a report needs a function that writes", 2)
  end
  return require(name).open(write, opts or {})
end

return M
