-- SPDX-License-Identifier: BSD-2-Clause
--- The least of HTML that the page's parts share. What goes in is printable
-- ASCII, as the model gives it.
local json = require "pptpgrade.report.encode"

local M = {}

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;",
                   ['"'] = "&quot;", ["'"] = "&#39;" }

--- Text for an element's content or a quoted attribute's value.
-- @tparam string|number value
-- @treturn string
function M.text(value)
  return (tostring(value):gsub("[&<>\"']", entities))
end

--- A value for a page's fragment.
-- @tparam string value
-- @treturn string
function M.fragment(value)
  return (value:gsub("[^%w._~-]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

--- A value as JSON that ends no script element and begins no comment in it.
-- @tparam any value
-- @treturn string
function M.data(value)
  local data = json.encode(value)
  if not data:find("<", 1, true) then
    return data
  end
  return (data:gsub("<", "\\u003c"))
end

--- An inert block that the page's script reads.
-- @tparam string id
-- @tparam string data as M.data gives
-- @treturn string
function M.block(id, data)
  return ('<script type="application/json" id="%s">%s</script>\n')
    :format(id, data)
end

--- A count for people: 12345 as "12,345".
-- @tparam int n
-- @treturn string
function M.number(n)
  local text = ("%d"):format(n)
  return (text:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

--- "1 server", "2 servers".
function M.counted(n, noun)
  return ("%s %s%s"):format(M.number(n), noun, n == 1 and "" or "s")
end

--- A time for people.
-- @tparam string value RFC 3339, as "2026-11-27T22:30:59.012Z"
-- @treturn string "2026-11-27 22:30:59 UTC"; what is no time stays as it is
function M.time(value)
  local day, hour = value:match("^(%d+%-%d+%-%d+)T(%d%d:%d%d:%d%d)[%d.]*Z$")
  return day and ("%s %s UTC"):format(day, hour) or value
end

--- A grade in its colour; a range, which proves less, is drawn dashed.
-- @tparam string grade a letter, a range or "?"
-- @treturn string HTML
function M.badge(grade)
  local last = grade:match("[A-F]$") or "Q"
  return ('<span class="letter l%s%s">%s</span>'):format(last,
    #grade > 1 and " range" or "", M.text(grade))
end

return M
