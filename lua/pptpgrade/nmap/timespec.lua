-- SPDX-License-Identifier: BSD-2-Clause
--- Times as Nmap's arguments have them: "90", "500ms", "5s", "2m", "1h".
local M = {}

local units = { [""] = 1, ms = 0.001, s = 1, m = 60, h = 3600 }

--- @param text
-- @treturn number|nil seconds; nil where it is no time
function M.seconds(text)
  local number, unit = tostring(text):match("^([%d.]+)(%a*)$")
  number = tonumber(number)
  return number and units[unit] and number * units[unit]
end

return M
