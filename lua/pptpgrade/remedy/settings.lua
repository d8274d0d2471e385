-- SPDX-License-Identifier: BSD-2-Clause
--- Login settings: what leaves MS-CHAPv2 with MPPE as the weakest, or EAP-TLS
-- alone. No setting makes PPTP pass: `to` says how far each one leads.
--
-- Rows as in services.lua, with `to`; `take_out` and `keep` are the words of
-- files of options. Where a PPP of its own or a daemon decides, it has a row;
-- the rest is told what to look for.
local lists = require "pptpgrade.lists"

local M = {}

-- pppd(8), and tried: what callers may use is the union of all require-..., or
-- everything where nothing is required; the last auth or noauth counts.
local pppd = {
  id = "pppd", where = "pppd", ["for"] = "behind pptpd", to = "E",
  lasts = true, tested = true,
  take_out = { "noauth", "require-pap", "require-chap", "require-mschap",
               "require-eap", "+pap", "+chap", "+mschap" },
  keep = { "auth", "require-mschap-v2", "require-mppe-128" },
  text = "in each options file it reads (/etc/ppp/options and the one that " ..
    "/etc/pptpd.conf names)",
  also_hits = "whatever else uses /etc/ppp/options",
  source = "pppd(8)",
}

local slirp = {
  id = "slirp", where = "pptpd", ["for"] = "with slirp behind it", to = "E",
  lasts = true, tested = true, take_out = { "noauth" },
  keep = pppd.keep,
  text = "slirp has no MS-CHAPv2: take the line that begins with ppp out of " ..
    "/etc/pptpd.conf and start pptpd again, so that pppd answers; in each " ..
    "options file it reads (/etc/ppp/options and the one named there; users " ..
    "in /etc/ppp/chap-secrets)",
  source = "pptpd.conf(5), pppd(8)",
}

local accel = {
  id = "accel", where = "accel-ppp.conf", ["for"] = "accel-ppp", to = "E",
  text = "[modules]: auth_mschap_v2 alone of all auth_ modules; [ppp]: " ..
    "mppe=require; no noauth=1; then start it again", lasts = true,
  source = "accel-ppp.conf(5)",
}

local routeros = {
  id = "mikrotik", where = "terminal", ["for"] = "RouterOS", to = "E",
  text = "MS-CHAPv2 alone, encryption required", lasts = true,
  commands = {
    "/interface pptp-server server set authentication=mschap2",
    "/ppp profile set default-encryption use-encryption=required",
  },
  also_hits = "all that uses the profile default-encryption",
  source = "MikroTik, manual of PPTP",
}

local mpd = {
  id = "mpd", where = "mpd.conf", ["for"] = "mpd", to = "E", lasts = true,
  text = "these lines in the link's template, then start it again",
  commands = { "set link no pap chap eap", "set link enable chap-msv2" },
  source = "mpd's manual, link layer",
}

local cisco = {
  id = "cisco", where = "IOS, configure terminal", ["for"] = "Cisco IOS",
  text = "for the template that the vpdn-group names; here 1", to = "E",
  commands = {
    "interface Virtual-Template1", "ppp authentication ms-chap-v2",
    "ppp encrypt mppe 128 required", "end", "write memory",
  },
  lasts = true, source = "Cisco, ppp authentication; ppp encrypt mppe",
}

local windows = {
  id = "windows", where = "command prompt", ["for"] = "Windows RRAS",
  text = "MS-CHAPv2 alone, a login required", to = "E", lasts = true,
  commands = {
    "netsh ras set authmode mode=STANDARD",
    "netsh ras delete authtype type=PAP",
    "netsh ras delete authtype type=SPAP",
    "netsh ras delete authtype type=MD5CHAP",
    "netsh ras delete authtype type=MSCHAP",
    "netsh ras add authtype type=MSCHAPv2",
  },
  also_hits = "every kind of connection that RRAS takes",
  source = "Microsoft, netsh ras",
}

local apple = {
  id = "apple", where = "Terminal", ["for"] = "Mac OS X Server", to = "E",
  text = "MS-CHAPv2, 128-bit MPPE alone", lasts = true,
  commands = {
    "sudo serveradmin settings vpn:Servers:com.apple.ppp.pptp:PPP:" ..
      'AuthenticatorProtocol:_array_index:0 = "MSCHAP2"',
    "sudo serveradmin settings vpn:Servers:com.apple.ppp.pptp:PPP:" ..
      "MPPEKeySize40 = 0",
    "sudo serveradmin stop vpn", "sudo serveradmin start vpn",
  },
  also_hits = "connections over L2TP, which start again",
  source = "Apple, Mac OS X Server Command-Line Administration",
}

local generic = {
  id = "generic", where = "server settings", ["for"] = "any system", to = "E",
  text = "a login required of every caller, by MS-CHAPv2 alone, with " ..
    "128-bit MPPE required",
  source = "RFC 3079",
}

M.rows = { pppd = pppd, slirp = slirp, accel = accel, mikrotik = routeros,
           mpd = mpd, cisco = cisco, windows = windows, apple = apple,
           generic = generic }

local of_family = { poptop = "pppd", poptop_old = "pppd", pppd = "pppd",
                    accel = "accel", mikrotik = "mikrotik", mpd = "mpd",
                    cisco = "cisco", windows = "windows",
                    windows_nt = "windows", apple = "apple" }

-- What callers of pppd may use is set in files of Linux and other systems with
-- a shell: a box that somebody sells has settings of its own, and whose PPP it
-- runs inside is worth a word.
local function inside()
  local row = lists.copy(generic)
  row.text = row.text .. "; pppd runs inside, where these are the words " ..
    "auth, require-mschap-v2 and require-mppe-128"
  return row
end

--- The row for who answers logins.
-- @tparam table|nil product as weigh.product gives it
-- @tparam string system a key of systems.lua
-- @treturn table row
function M.harden(product, system)
  local family, ppp = product and product.family, product and product.ppp
  local open = system == "linux" or system == "unknown"
  if open and ppp == "slirp" then
    return slirp
  elseif open and ppp == "pppd" and (product.ppp_proven or not family or
                                     of_family[family] == "pppd") then
    return pppd
  elseif of_family[family] then
    return M.rows[of_family[family]]
  elseif ppp == "pppd" and product.ppp_proven then
    return inside()
  end
  return generic
end

local certificates = "EAP-TLS alone, with a certificate for each user, is " ..
  "the best that PPTP can do. The letter does not move: what runs inside " ..
  "EAP is not seen"

local eap = {
  pppd = {
    where = "pppd", ["for"] = "pppd 2.4.9 or newer behind pptpd",
    text = certificates .. ". A line a user in /etc/ppp/eaptls-server, no " ..
      "secret for them in /etc/ppp/chap-secrets", source = "pppd(8)",
  },
  windows = {
    where = "Routing and Remote Access", ["for"] = "Windows RRAS",
    text = certificates .. ". Security, Authentication Methods: EAP alone; " ..
      "in the network policy: smart card or other certificate alone",
    source = "Microsoft, Routing and Remote Access console",
  },
  generic = {
    where = "server settings", ["for"] = "any system", text = certificates,
    source = "RFC 5216",
  },
}

--- The row for a server that takes EAP, and nothing weaker than MS-CHAPv2.
-- @tparam table|nil product
-- @tparam string system
-- @treturn table row
function M.eap_tls(product, system)
  local own = eap[M.harden(product, system).id] or eap.generic
  return { id = "eap_tls", to = "D-F", lasts = true, where = own.where,
           ["for"] = own["for"], text = own.text, source = own.source }
end

return M
