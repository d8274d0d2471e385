-- SPDX-License-Identifier: BSD-2-Clause
--- `--doctor`: what this host can do, a line a thing. Asks the host alone.
local host = require "pptpgrade.judge.host"
local escape = require "pptpgrade.report.escape"
local layout = require "pptpgrade.report.layout"

local M = {}

local STDOUT = 1
local NAME, STATE = 12, 9 -- columns
-- RFC 5737: nobody's, and routed as any public address is.
local ANYONE = "203.0.113.1"

local function try_capture(net, interface)
  local capture, message, code = net.capture {
    interface = interface, filter = "ip proto 47",
  }
  if not capture then
    return { message = message, code = code }
  end
  local apart = capture:apart()
  capture:close()
  return { ok = true, apart = apart }
end

local function find_route(net, options)
  local route, message = net.route(ANYONE, options.interface, options.source)
  if not route then
    return { message = message }
  end
  local source = net.targets { specs = { route.source } }
  route.private = source ~= nil and source:public() == 0
  return route
end

--- What judge/host wants to know.
-- @tparam table|nil net pptpgrade.net
-- @tparam table options `interface`, `source`
-- @tparam[opt] string missing why there is no `net`
-- @treturn table facts
function M.facts(net, options, missing)
  if not net then
    return { missing = "pptpgrade.net and libpcap are needed to tell: " ..
                       (missing or "not found") }
  end
  local facts = net.host()
  facts.interface = options.interface
  facts.capture = try_capture(net, options.interface)
  facts.route = find_route(net, options)
  return facts
end

--- Rows as text, one line each; on a terminal of so many columns they go on
-- below.
-- @tparam table rows
-- @tparam[opt] int columns
-- @treturn string
function M.text(rows, columns)
  local lines = {}
  for _, row in ipairs(rows) do
    local head = layout.pad(row.name, NAME) .. layout.pad(row.state, STATE)
    local text = escape.line(row.text ..
                             (row.cure and ". To do: " .. row.cure or ""))
    if columns then
      for _, line in ipairs(layout.wrap(head, text, columns)) do
        lines[#lines + 1] = line
      end
    else
      lines[#lines + 1] = head .. text
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

--- Looks and judges.
-- @tparam table world `net`, `net_missing`, `terminal`, `columns`
-- @tparam table options
-- @treturn string|nil what to print; nil where an option is wrong
-- @treturn boolean|string whether an audit can go to its end from here; then
--   one sentence
function M.look(world, options)
  local source, net = options.source, world.net
  if source and net and select(3, net.route(source)) == "argument" then
    return nil, ("-S %s is not an address"):format(source)
  end
  local rows = host.rows(M.facts(world.net, options, world.net_missing))
  local columns = world.terminal(STDOUT) and
    (world.columns and world.columns(STDOUT) or 80)
  return M.text(rows, columns and columns > 0 and columns or columns and 80),
    host.able(rows)
end

return M
