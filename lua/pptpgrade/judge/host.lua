-- SPDX-License-Identifier: BSD-2-Clause
--- What a host can do, from facts about it: a row each for capability, helper,
-- capture, GRE's way out and clock. Pure: the facts are net.host()'s and what
-- was tried beside it.
--
-- "yes" is said of what was tried and went well. That GRE passes is never said:
-- what lies beyond this host only a server can tell.
local M = {}

local STEP = 100000 -- us by which a clock that nobody set does not move

local CONTAINER = "in a container: start it with --cap-add NET_RAW and " ..
  "--network host"
local FIREWALL = "as root, where iptables rules the host: iptables -I " ..
  "OUTPUT -p gre -j ACCEPT; iptables -I INPUT -p gre -j ACCEPT; elsewhere " ..
  "let protocol 47 out and in the firewall's own way"

local function who(facts)
  local user = facts.user
  return user == 0 and "root" or user and ("user %d"):format(user) or
    "this process"
end

-- Why a process without the capability in force has none, and what to do.
local function lacking(facts)
  local c = facts.capability
  if c.permitted then
    return "CAP_NET_RAW is held and not in force",
      "start it anew without whatever took it out of the effective set"
  elseif not c.bounding then
    return "CAP_NET_RAW is outside the bounding set, so nobody here can " ..
      "have it", CONTAINER
  elseif c.no_new_privs and facts.user ~= 0 then
    return "no CAP_NET_RAW, and no_new_privs keeps every program from it",
      "run it as root, from a shell that is not so confined"
  end
  return ("%s has no CAP_NET_RAW: control connections and calls are " ..
          "tested, GRE and logins are not"):format(who(facts)),
    "run it as root"
end

local function capability(facts)
  local c, gre = facts.capability, facts.gre or {}
  if not c then
    return "unknown", facts.missing or "the system does not tell"
  elseif not c.effective then
    return "no", lacking(facts)
  elseif gre.state == "not_tried" then
    return "no", ("CAP_NET_RAW is held, without effect: a raw socket gives " ..
                  "\"%s\""):format(gre.reason or "no reason"),
      "run it in the user namespace that the network belongs to"
  end
  return "yes", ("CAP_NET_RAW is held, by %s"):format(who(facts))
end

local function works(helper)
  return helper ~= nil and helper.state == "works"
end

local function helper(facts)
  local one = facts.helper
  if not one then
    return "unknown", facts.missing or "it was not tried"
  elseif works(one) then
    return "yes", ("%s starts, and may send"):format(one.path)
  end
  return "no", one.cause, one.cure ~= "" and one.cure or nil
end

local function capture(facts)
  local seen = facts.capture
  if works(facts.helper) and
     (not seen or seen.apart or seen.code == "privilege") then
    return "yes", "pptp-wire has the packets of every interface; this " ..
      "process has none"
  elseif not seen then
    return "unknown", facts.missing or "it was not tried"
  elseif seen.ok then
    return "yes", ("packets of %s can be captured"):format(
      facts.interface or "every interface")
  elseif seen.code == "interface" then
    return "no", seen.message, "name an interface that is there: -i NAME"
  end
  return "no", seen.message, seen.code == "privilege" and
    "what gives the capability gives this too" or nil
end

-- What became of the packet to ourselves: whether it stops here, a clause, and
-- what mends it.
local function loopback(gre)
  if gre.state == "came_back" then
    return false, "a GRE packet over lo to itself came back"
  elseif gre.state == "refused" then
    return true, ("a filter of this host lets no GRE out: over lo it gave " ..
                  "\"%s\""):format(gre.reason), FIREWALL
  elseif gre.state == "failed" then
    return true, ("GRE could not be sent over lo: \"%s\""):format(gre.reason),
      "as root: ip link set lo up"
  elseif gre.state == "lost" then
    return true, "a filter of this host lets no GRE in, or lo is down: over " ..
      "lo it left and did not arrive", FIREWALL
  end
  return false, "no GRE packet was tried without a raw socket"
end

local function way_out(route)
  return ("leaves by %s from %s%s"):format(route.interface, route.source,
    route.private and " (private: who translates it has to know PPTP)" or "")
end

local function gre(facts)
  local route = facts.route
  if not route then
    return "unknown", facts.missing or "no route was asked for"
  elseif not route.interface then
    return "no", ("no way to public addresses: %s"):format(route.message),
      "add a default route, or name -i and -S that have one"
  end
  local stopped, clause, cure = loopback(facts.gre or {})
  if stopped then
    return "no", clause, cure
  end
  return "unknown", ("%s; %s; rules for other interfaces and what lies " ..
                     "beyond were not looked at: --gre-control HOST asks a " ..
                     "server that works"):format(way_out(route), clause)
end

local function clock(facts)
  local c = facts.clock
  if not c then
    return "unknown", facts.missing or "the system does not tell"
  elseif math.abs(c.moved_us) >= STEP then
    return "no", ("the wall clock was set by %.1f s against the monotonic " ..
                  "one meanwhile"):format(c.moved_us / 1e6),
      "wait until nothing sets it any more"
  elseif c.synchronised == nil then
    return "unknown", "the kernel does not tell whether it is synchronised"
  elseif not c.synchronised then
    return "no", "the kernel calls it unsynchronised: times in records are " ..
      "this host's own", "run a time service here, such as " ..
      "systemd-timesyncd or chrony"
  end
  return "yes", ("synchronised; wrong by %.3f s at most, as the kernel says")
    :format(c.maximum_error_us / 1e6)
end

--- The rows, in the order in which they are told.
-- @tparam table facts what net.host() gives; `capture`: {ok=} or {message=,
--   code=}; `route`: {interface=, source=, private=} or {message=};
--   `interface`: the one that was named; `missing`: why there are no facts
-- @treturn table of {name=, state="yes"|"no"|"unknown", text=, cure=}
function M.rows(facts)
  local rows = {}
  for _, one in ipairs { { "capability", capability }, { "helper", helper },
                         { "capture", capture }, { "GRE", gre },
                         { "clock", clock } } do
    local state, text, cure = one[2](facts)
    rows[#rows + 1] = { name = one[1], state = state, text = text, cure = cure }
  end
  return rows
end

--- Whether an audit can go to its end from here, as far as this host can tell:
-- somebody may send, packets can be captured, and nothing stops GRE.
-- @tparam table rows
-- @treturn boolean
function M.able(rows)
  local state = {}
  for _, row in ipairs(rows) do
    state[row.name] = row.state
  end
  return (state.capability == "yes" or state.helper == "yes") and
    state.capture == "yes" and state.GRE ~= "no"
end

return M
