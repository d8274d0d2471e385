-- SPDX-License-Identifier: BSD-2-Clause
--- Who a server is, by how it behaves: strings can be set, habits seldom are.
--
-- A server has two halves that need not be of one make: the tunnel (control
-- connection, Call-IDs, GRE) and PPP behind it. A row tells the habits of one
-- half of one product. What is not seen says nothing; one habit that is not the
-- row's rules the row out; of those left the one with the most weight is the
-- answer, where it is the only one and weighs enough.
--
-- `basis` says how a row is known: "source code" (read), "capture" (our own
-- conversations with one), "second hand" (captures and logs of others, or
-- documents). Nothing that rests on second hand is ever called proven.
local observe = require "pptpgrade.product.observe"
local reads = require "pptpgrade.record"

local M = {}

local all = observe.all

-- What our Outgoing-Call-Request wishes (native/core/conversation.c).
local OUR_SPEED, OUR_WINDOW = 100000000, 64

-- A "?" behind a type: it may be missing. Fields that are tables are told in
-- the tests below.
M.rows = {
  { name = "Poptop", half = "tunnel", basis = "source code",
    source = "quozl/pptpd pptpmanager.c, pptpctrl.c; Debian's pptpd 1.4.0 " ..
      "and 1.5.0, measured",
    call_ids = { ["128"] = true }, first_sequence = 0, reply = "as asked",
    farewell = "closes",
    product = { name = "Poptop", vendor = "Poptop", os = "Linux",
                device_type = "vpn-server", family = "poptop",
                cpe = "cpe:/a:poptop:pptp_server" } },
  { name = "accel-ppp", half = "tunnel", basis = "source code",
    source = "accel-ppp pptp.c; Linux drivers/net/ppp/pptp.c",
    call_ids = { up = true }, first_sequence = 1, reply = "as asked",
    farewell = "our id",
    product = { name = "accel-ppp", vendor = "accel-ppp", os = "Linux",
                device_type = "vpn-server", family = "accel",
                cpe = "cpe:/a:accel-ppp:accel-ppp" } },
  { name = "mpd", half = "tunnel", basis = "source code",
    source = "mpd pptp_ctrl.c, pptp_ctrl.h",
    call_ids = { same = true, up = true },
    reply = { receive_window = 16, processing_delay = 1 },
    product = { name = "mpd", vendor = "MPD project", os = "FreeBSD",
                device_type = "vpn-server", family = "mpd",
                cpe = "cpe:/a:mpd_project:mpd" } },
  { name = "npppd", half = "tunnel", basis = "source code",
    source = "openbsd/src npppd pptp_call.c, pptp_local.h",
    first_sequence = 1, farewell = "result 4",
    reply = { receive_window = 64, physical_channel = "call_id" },
    product = { name = "npppd", vendor = "OpenBSD", os = "OpenBSD",
                device_type = "vpn-server", family = "npppd",
                cpe = "cpe:/o:openbsd:openbsd" } },
  { name = "Windows", half = "tunnel", basis = "second hand",
    source = "nDPI tests pptp.pcap (2016); captures in forums (2009); " ..
      "[MS-PTPT]",
    call_ids = { scattered = true }, first_sequence = 0,
    reply = { receive_window = 16384 }, farewell = "result 0",
    set_link_info = true,
    product = { name = "Windows RRAS", vendor = "Microsoft", os = "Windows",
                device_type = "vpn-server", family = "windows",
                cpe = "cpe:/o:microsoft:windows" } },

  { name = "pppd", half = "ppp", basis = "source code",
    source = "ppp-project/ppp lcp.c, fsm.c, chap-new.c, magic.c; pppd " ..
      "2.4.9 and 2.5.2, measured",
    order = "1? 2? 3? 4? 13? 5 7? 8? 17? 18? 19?", mru = { other = 1500 },
    identifier = 1, resend = { same = true, seconds = 3 }, drawn = true,
    terminate = "peer refused to authenticate", prompt = "Name",
    product = { name = "pppd", device_type = "vpn-server", family = "pppd",
                cpe = "cpe:/a:point-to-point_protocol_project:" ..
                  "point-to-point_protocol" } },
  { name = "slirp", half = "ppp", basis = "capture",
    source = "slirp 1.0.17 behind pptpd 1.4.0 and 1.5.0, measured",
    order = "1 3? 5 7 8", mru = { from = 1500, to = 1500 }, identifier = 1,
    drawn = false,
    product = { name = "slirp's PPP", device_type = "vpn-server" } },
  { name = "accel-ppp", half = "ppp", basis = "source code",
    source = "accel-ppp ppp_lcp.c, lcp_opt_mru.c, auth_mschap_v2.c",
    order = "3? 1 5 7? 8?", mru = { from = 1000, to = 1449 },
    identifier = "random", magic_below = 0x80000000, drawn = false,
    resend = { same = true, seconds = 3 },
    challenge_name = { mschap_v2 = "" },
    product = { name = "accel-ppp", vendor = "accel-ppp", os = "Linux",
                device_type = "vpn-server", family = "accel",
                cpe = "cpe:/a:accel-ppp:accel-ppp" } },
  { name = "mpd", half = "ppp", basis = "source code",
    source = "mpd lcp.c, fsm.c",
    order = "8? 7? 2? 1? 5 13? 3? 17? 18? 19?", identifier = 1,
    resend = { same = false, seconds = 2 }, drawn = false,
    product = { name = "mpd", vendor = "MPD project", os = "FreeBSD",
                device_type = "vpn-server", family = "mpd",
                cpe = "cpe:/a:mpd_project:mpd" } },
  { name = "npppd", half = "ppp", basis = "source code",
    source = "openbsd/src npppd lcp.c",
    order = "1? 7? 8? 5 3?", drawn = false,
    terminate = "Authentication is required",
    product = { name = "npppd", vendor = "OpenBSD", os = "OpenBSD",
                device_type = "vpn-server", family = "npppd",
                cpe = "cpe:/o:openbsd:openbsd" } },
  { name = "Windows", half = "ppp", basis = "second hand",
    source = "captures and logs in forums (2009 to 2022)",
    order = "1? 3? 5 7 8 13 17 19 23?", identifier = 0, drawn = false,
    resend = { same = false }, ras_error = true,
    product = { name = "Windows RRAS", vendor = "Microsoft", os = "Windows",
                device_type = "vpn-server", family = "windows",
                cpe = "cpe:/o:microsoft:windows" } },
  { name = "Cisco IOS", half = "ppp", basis = "second hand",
    source = "captures: PcapPlusPlus GrePackets.cap (2014), forums (2010)",
    order = "3? 5", identifier = 1, drawn = false, challenge_name = "as host",
    product = { name = "IOS VPDN", vendor = "Cisco", os = "IOS",
                device_type = "router", family = "cisco",
                cpe = "cpe:/o:cisco:ios" } },
  { name = "MikroTik", half = "ppp", basis = "second hand",
    source = "logs in forums (2016)",
    order = "3? 1 5", mru = { from = 1450, to = 1450 }, identifier = 1,
    drawn = false, challenge_name = "as host",
    product = { name = "RouterOS", vendor = "MikroTik", os = "RouterOS",
                device_type = "router", family = "mikrotik",
                cpe = "cpe:/o:mikrotik:routeros" } },
  { name = "DrayTek", half = "ppp", basis = "second hand",
    source = "logs in forums (2014)",
    order = "2 3? 5 7 8", identifier = 1, drawn = false,
    challenge_name = "Draytek", needs = "challenge_name",
    product = { name = "DrayTek Vigor", vendor = "DrayTek", os = "DrayOS",
                device_type = "router", family = "draytek",
                cpe = "cpe:/o:draytek:vigor_firmware" } },
}

-- ---- does a habit fit -------------------------------------------------------
-- Each test: what a row says, what is seen -> whether it fits (nil: not seen),
-- its weight, and the habit in words.

local tests = {}

local call_words = { ["128"] = "call IDs in steps of 128",
                     up = "call IDs that count calls",
                     swapped = "call IDs that count calls, bytes swapped",
                     same = "the same call ID again",
                     scattered = "call IDs without order" }
local call_weights = { ["128"] = 3, up = 2, swapped = 2, same = 2,
                       scattered = 1 }

function tests.call_ids(wanted, seen)
  if seen.call_ids then
    return wanted[seen.call_ids] == true, call_weights[seen.call_ids],
      call_words[seen.call_ids]
  end
end

function tests.first_sequence(wanted, seen)
  if seen.first_sequence then
    return seen.first_sequence == wanted, 1,
      "first GRE sequence " .. seen.first_sequence
  end
end

local function reply_fits(wanted, call)
  for field, value in pairs(wanted) do
    if type(value) == "string" then
      value = call[value]
    end
    if call[field] ~= value then
      return false
    end
  end
  return true
end

local function reply_words(wanted)
  local words = {}
  for field, value in pairs(wanted) do
    words[#words + 1] = ("%s %s"):format(field, tostring(value))
      :gsub("_", " ")
  end
  table.sort(words)
  return "OCRP with " .. table.concat(words, ", ")
end

function tests.reply(wanted, seen)
  local as_asked = wanted == "as asked"
  if as_asked then
    wanted = { connect_speed = OUR_SPEED, receive_window = OUR_WINDOW }
  end
  local fits
  for _, reply in ipairs(seen.replies) do
    if not as_asked or reply.ours then
      fits = fits ~= false and reply_fits(wanted, reply.call)
    end
  end
  if fits and as_asked then
    return true, 1, "OCRP with our speed and window"
  elseif fits then
    return true, 2, reply_words(wanted)
  end
  return fits
end

function tests.farewell(wanted, seen)
  local farewells = seen.farewells
  if farewells.closes and wanted == "closes" then
    return true, 1, "it closes at Call-Clear"
  elseif farewells[wanted] then
    return true, 2, "Call-Disconnect-Notify: " .. wanted ..
      (wanted == "our id" and farewells.swapped and ", bytes swapped" or "")
  elseif farewells.notifies or farewells.closes then
    return false
  end
end

function tests.set_link_info(_, seen)
  return seen.set_link_info, 1, "Set-Link-Info"
end

-- A row's order as a list of { type, optional }.
local function parse_order(text)
  local order = {}
  for number, mark in text:gmatch "(%d+)(%??)" do
    order[#order + 1] = { type = tonumber(number), optional = mark == "?" }
  end
  return order
end

-- Whether `types` go through a row's order, from first to last.
local function in_order(order, types)
  local at = 1
  for _, step in ipairs(order) do
    if types[at] == step.type then
      at = at + 1
    elseif not step.optional then
      return false
    end
  end
  return at > #types
end

-- The orders of all rows, each taken apart when first asked for.
local orders = setmetatable({}, { __index = function(parsed, text)
  parsed[text] = parse_order(text)
  return parsed[text]
end })

-- Whether options in words ("3-1-5") go through a row's order: servers send a
-- few orders, and each is asked of every row.
local MOST = 512
local known, count_known = {}, 0

local function fits_order(wanted, words, types)
  local of = known[words]
  if not of then
    if count_known == MOST then
      known, count_known = {}, 0
    end
    of = {}
    known[words], count_known = of, count_known + 1
  end
  if of[wanted] == nil then
    of[wanted] = in_order(orders[wanted], types)
  end
  return of[wanted]
end

function tests.order(wanted, seen)
  local longest
  for i, types in ipairs(seen.orders) do
    if not fits_order(wanted, seen.order_words[i], types) then
      return false
    elseif not longest or #types > #longest then
      longest = types
    end
  end
  if longest then
    return true, math.max(1, math.min(#longest - 2, 3)),
      "LCP options " .. table.concat(longest, "-")
  end
end

function tests.mru(wanted, seen)
  if not seen.mrus[1] then
    return nil
  end
  return all(seen.mrus, function(mru)
    return mru ~= wanted.other and mru >= (wanted.from or 0) and
      mru <= (wanted.to or 0xffff)
  end), 1, "MRU " .. seen.mrus[1]
end

function tests.magic_below(wanted, seen)
  local below = all(seen.magics, function(magic) return magic < wanted end)
  if not below or #seen.magics >= 3 then
    return below, 1, "magic numbers below 80000000"
  end
end

local function count(list, value)
  local n = 0
  for _, item in ipairs(list) do
    n = n + (item == value and 1 or 0)
  end
  return n
end

-- A first request may be lost, and then the next one looks like the first.
function tests.identifier(wanted, seen)
  local list = seen.identifiers
  local n = #list
  if wanted == "random" then
    if n >= 3 then
      return count(list, list[1]) < n, 1, "identifiers that begin anywhere"
    end
  elseif n > 0 then
    local fitting = count(list, wanted)
    if fitting == 0 or fitting == n then
      return fitting == n, 1, "identifiers that begin at " .. wanted
    end
  end
end

local function on_the_beat(gaps, seconds)
  local once = false
  for _, gap in ipairs(gaps) do
    local beats = math.max(1, math.floor(gap / seconds + 0.5))
    if math.abs(gap - beats * seconds) > 0.5 then
      return false
    end
    once = once or beats == 1
  end
  return once
end

function tests.resend(wanted, seen)
  if #seen.gaps == 0 then
    return nil
  end
  local fits, words = true, {}
  if wanted.same ~= nil then
    fits = (seen.resends.next or 0) == 0
    if wanted.same == false then
      fits = (seen.resends.next or 0) > 0
    end
    words[1] = wanted.same and "the same identifier again" or
      "a new identifier each time"
  end
  if wanted.seconds then
    fits = fits and on_the_beat(seen.gaps, wanted.seconds)
    words[#words + 1] = ("again after %d s"):format(wanted.seconds)
  end
  return fits, #words, table.concat(words, ", ")
end

function tests.drawn(wanted, seen)
  if seen.drawn ~= nil then
    return seen.drawn == wanted, wanted and 4 or 0,
      wanted and "a challenge that follows from the magic number" or nil
  end
end

-- A name can be configured: another one rules nothing out.
function tests.challenge_name(wanted, seen)
  for _, one in ipairs(seen.names) do
    local fits
    if type(wanted) == "table" then
      fits = wanted[one.method] == one.name
    elseif wanted == "as host" then
      fits = type(seen.host) == "string" and seen.host ~= "" and
        reads.trimmed(one.name) == reads.trimmed(seen.host)
    else
      fits = one.name == wanted
    end
    if fits then
      return true, 1, "its challenge's name"
    end
  end
end

function tests.terminate(wanted, seen)
  if seen.terminates[wanted] then
    return true, 2, 'terminates: "' .. wanted .. '"'
  end
end

function tests.ras_error(_, seen)
  return seen.ras_error, 2, "terminates with a RAS error"
end

function tests.prompt(wanted, seen)
  if seen.prompt == wanted then
    return true, 1, 'EAP prompt "' .. wanted .. '"'
  end
end

local order_of_tests = { "drawn", "call_ids", "order", "mru", "magic_below",
                         "identifier", "resend", "reply", "first_sequence",
                         "farewell", "set_link_info", "terminate", "ras_error",
                         "challenge_name", "prompt" }

--- What can be told of a row, in the order in which it is.
M.order = order_of_tests

--- Whether one habit of a row fits.
-- @tparam table row of M.rows
-- @tparam string key one of M.order
-- @tparam table seen what observe.observe gave
-- @treturn boolean|nil nil where it was not seen
-- @treturn integer its weight
-- @treturn string the habit in words
function M.fits(row, key, seen)
  return tests[key](row[key], seen)
end

return M
