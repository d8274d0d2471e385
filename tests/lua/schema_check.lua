-- SPDX-License-Identifier: BSD-2-Clause
--- Values against docs/schema, by tests/schema/check.
local json = require "json"

local here = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$")

local M = {}

--- What is wrong with `values`, each of which should be a `kind`.
-- @tparam string kind record, evidence or verdict
-- @tparam table values
-- @tparam[opt] boolean broken notice every way to break one, too
-- @treturn string "N of N right", or what is wrong
function M.complaints(kind, values, broken)
  local name = os.tmpname()
  local file = assert(io.open(name, "w"))
  for _, value in ipairs(values) do
    file:write(json.encode(value), "\n")
  end
  file:close()
  local pipe = assert(io.popen(("'%s/../schema/check' %s %s '%s' 2>&1"):format(
    here, broken and "--broken" or "", kind, name)))
  local said = pipe:read("a")
  pipe:close()
  os.remove(name)
  return (said:gsub("\n$", ""))
end

--- What M.complaints says where nothing is wrong.
function M.right(values)
  return ("%d of %d right"):format(#values, #values)
end

return M
