-- SPDX-License-Identifier: BSD-2-Clause
--- Commands that show by hand what was found, as far as ordinary tools can.
-- Each is one line to paste, and says what it shows and what it cannot.
local reads = require "pptpgrade.record"

local M = {}

-- Our whole request: 28 bytes of header and numbers, 128 of empty names.
local SCCRQ = "printf '009c00011a2b3c4d0001000001000000000000030000000300000" ..
  "000%0256d' 0 | xxd -r -p"

local reply = "the whole request in one piece; a reply begins with 009c " ..
  "0001 1a2b 3c4d 0002, its result is byte 14. It does not test GRE."

local idle = "It sends no request, and while it is idle Poptop answers " ..
  "nobody, up to 10 s: end it at once."

-- {host}, {port}; {url}: the address as URLs have it; {six}: -6 for IPv6.
local checks = {
  { command = SCCRQ .. " | nc -w 12 {host} {port} | xxd", shows = reply },
  { command = "nmap {six}-n -Pn -p{port} --script +pptp-version {host}",
    shows = "the reply's host name, as Service Info. Its vendor and " ..
      "firmware come with -sV alone, which first waits idle for 6 s: " ..
      "meanwhile Poptop answers nobody. It does not test GRE." },
  { command = SCCRQ .. " | curl -s -m 12 telnet://{url}:{port} | xxd",
    shows = "without nc: " .. reply },
  { command = "bash -c \"exec 3<>/dev/tcp/{host}/{port}; " .. SCCRQ ..
      " >&3; timeout 12 head -c 156 <&3 | xxd\"",
    shows = "with bash and xxd alone: " .. reply },
  { command = "telnet {host} {port}",
    shows = "whether TCP connects (Connected to), and nothing of PPTP. " ..
      idle },
}

-- What silence means depends on the way between here and there.
local ways = {
  unasked = {
    command = "pptpgrade --gre-control WORKING_SERVER {server}",
    shows = "whether GRE passes between here and a server that is known to " ..
      "work: only then does the silence of this one mean something.",
  },
  unproven = {
    command = "tcpdump -ni any ip proto 47 and host {host}",
    shows = "whether our GRE leaves this network. It did not pass to the " ..
      "server named by --gre-control either: ask from another network.",
  },
  proven = {
    command = "tcpdump -ni any ip proto 47",
    shows = "on the server: whether our GRE arrives. It passes to the " ..
      "server named by --gre-control, so look at filters on this one's side.",
  },
}

-- Each command has one word at most that is not the same for all addresses of
-- a family: taken apart around it, once for each family and port.
local function cut(check, values)
  local command = check.command:gsub("{(%a+)}", values)
  local before, name, after = command:match("^(.*){(%a+)}(.*)$")
  return { before = before or command, name = name, after = after,
           shows = check.shows }
end

local function cut_all(six, port)
  local values = { port = tostring(port), six = six and "-6 " or "" }
  local cuts = { ways = {} }
  for i, check in ipairs(checks) do
    cuts[i] = cut(check, values)
  end
  for silence, check in pairs(ways) do
    cuts.ways[silence] = cut(check, values)
  end
  return cuts
end

local MOST = 64
local known, count = {}, 0

local function cuts_of(six, port)
  local key = six and -port or port
  local cuts = known[key]
  if not cuts then
    if count == MOST then
      known, count = {}, 0
    end
    cuts = cut_all(six, port)
    known[key], count = cuts, count + 1
  end
  return cuts
end

local function filled(check, values)
  return { shows = check.shows,
           command = not check.name and check.before or
             check.before .. values[check.name] .. check.after }
end

--- An address, and nothing that a shell would act on.
function M.address(target)
  if type(target) == "string" and target:find("^[%x.:]+$") and
     target:find("%x") then
    return target
  end
  return "ADDRESS"
end

--- A port number; 1723 where it is none.
function M.port(port)
  local number = math.type(port) and math.tointeger(port)
  return number and number > 0 and number < 65536 and number or
    reads.PORT
end

--- A check by ordinary tools each, and one more for silent GRE.
-- @tparam string target
-- @tparam integer port
-- @tparam[opt] string silence where GRE was silent: proven, unproven (the way
--   to another server), unasked
-- @treturn table list of { command, shows }; only what is there for silent GRE
--   tests GRE, and comes first
function M.list(target, port, silence)
  local host, number = M.address(target), M.port(port)
  local six = host:find(":", 1, true) ~= nil
  local url = six and "[" .. host .. "]" or host
  local values = { host = host, url = url,
                   server = number == reads.PORT and host or
                     url .. ":" .. number }
  local cuts = cuts_of(six, number)
  local way = cuts.ways[silence]
  local list = { way and filled(way, values) }
  for i = 1, #cuts do
    list[#list + 1] = filled(cuts[i], values)
  end
  return list
end

return M
