-- SPDX-License-Identifier: BSD-2-Clause
--- Who a server says it is, by its Start-Control-Connection-Reply. Whether it
-- behaves like that, product/weigh.lua says.
--
-- A row holds what is known of one product. A column is a literal (the whole
-- field must equal it) or a test of the field and the whole reply, made by a
-- function below; nil, or none, where a field may be anything. The row with the
-- most columns wins; between equals the higher confidence, then the earlier
-- row. Every comparison is of plain bytes: what a server sends is never a
-- pattern.
--
-- No row proves anything: a reply can be forged, and many boxes ship the same
-- daemon. Every result carries its confidence and its source.
local M = {}

local function is_text(test)
  return function(value, reply)
    return type(value) == "string" and test(value, reply)
  end
end

local function any_of(words, test)
  return is_text(function(value)
    for _, word in ipairs(words) do
      if test(value, word) then
        return true
      end
    end
    return false
  end)
end

local filled = is_text(function(value) return value ~= "" end)

local as_vendor = is_text(function(value, reply)
  return value == reply.vendor
end)

local function has(...)
  return any_of({ ... }, function(value, word)
    return value:find(word, 1, true) ~= nil
  end)
end

local function starts(...)
  return any_of({ ... }, function(value, word)
    return value:sub(1, #word) == word
  end)
end

local function either(...)
  return any_of({ ... }, function(value, word) return value == word end)
end

-- In any case of its letters; `word` in lower case.
local function folded(word)
  return is_text(function(value) return value:lower() == word end)
end

local function has_folded(word)
  return is_text(function(value)
    return value:lower():find(word, 1, true) ~= nil
  end)
end

local function range(from, to)
  return function(value)
    return type(value) == "number" and value >= from and value <= to
  end
end

-- One letter again and again, `least` times or more.
local function row_of(letter, least)
  return is_text(function(value)
    return #value >= least and value == letter:rep(#value)
  end)
end

local NUMBER_MAX = 0xffffffff

-- vendor, host, firmware, channels, framing, bearer; then what it is.
-- `family` names the entry in product/cves.lua and in the remedies; `decoy`
-- marks numbers that a known decoy sends, and Poptop under another name;
-- `ended` tells of a product that nobody mends any more.
M.rows = {
  { "MoretonBay", "local", 1, 1, 0, 0, name = "Poptop",
    note = "1.1.2 or older, when Moreton Bay still made it",
    ended = "1.1.3 took its place in 2002",
    vendor = "Poptop", device_type = "vpn-server", os = "Linux",
    cpe = "cpe:/a:poptop:pptp_server", family = "poptop_old",
    source = "tcpdump tests/pptp.pcap (2000-03-27); GVM VT 108682",
    confidence = "high" },
  { "linux", "local", 1, 1, 0, 0, name = "Poptop",
    note = "1.1.3 or newer; ASUS, QNAP, Synology, DD-WRT and others ship it",
    vendor = "Poptop", device_type = "vpn-server", os = "Linux",
    cpe = "cpe:/a:poptop:pptp_server", family = "poptop",
    source = "quozl/pptpd pptpdefs.h; ubuntu/centos capture 2015; " ..
      "nmap outputs",
    confidence = "high" },
  { "linux", "local", 1, nil, range(1, 3), range(0, 3),
    name = "Poptop derivative or decoy", note = "stock Poptop sends 0 and 0",
    device_type = "vpn-server", os = "Linux",
    cpe = "cpe:/o:linux:linux_kernel", family = "poptop",
    source = "inferred from quozl/pptpd", confidence = "low" },
  { "linux", "pptp-server", nil, nil, 3, 3,
    name = "Port-faking deception service",
    device_type = "honeypot",
    source = "public port-faker docs", confidence = "medium" },
  { folded "linux", name = "Poptop derivative",
    vendor = "Poptop", device_type = "vpn-server", os = "Linux",
    cpe = "cpe:/o:linux:linux_kernel", family = "poptop",
    source = "GVM VT 108682", confidence = "medium" },
  { "cananian", "local", 1, 1, 3, 3, name = "accel-ppp",
    note = "also in VyOS, Vyatta forks, Keenetic and providers' gateways",
    vendor = "accel-ppp", device_type = "vpn-server", os = "Linux",
    cpe = "cpe:/a:accel-ppp:accel-ppp", family = "accel",
    source = "accel-ppp pptp.c/pptp_prot.h", confidence = "high" },
  { "cananian", "local", 1, 65535, 3, 3, name = "pptp-linux or accel-pptp",
    note = "a client's code that answers",
    vendor = "pptpclient", device_type = "vpn-client", os = "Linux",
    cpe = "cpe:/a:pptpclient_project:pptpclient",
    source = "winterheart/accel-pptp pptp_options.h", confidence = "low" },
  { "cananian", name = "accel-ppp or derivative",
    vendor = "accel-ppp", device_type = "vpn-server", os = "Linux",
    cpe = "cpe:/a:accel-ppp:accel-ppp", family = "accel",
    source = "GVM VT 108682 (string)", confidence = "medium" },
  { "FreeBSD MPD", nil, 257, 0, 3, 3, name = "mpd", note = "4 or 5",
    vendor = "MPD project", device_type = "vpn-server", os = "FreeBSD",
    cpe = "cpe:/a:mpd_project:mpd", family = "mpd",
    source = "mpd pptp_ctrl.c, defs.h; GVM", confidence = "high" },
  { "DragonFlyBSD MPD", nil, 257, 0, 3, 3, name = "mpd", note = "5",
    vendor = "MPD project", device_type = "vpn-server", os = "DragonFly BSD",
    cpe = "cpe:/a:mpd_project:mpd", family = "mpd",
    source = "mpd defs.h (later fork)", confidence = "high" },
  { "NT", "local", 0, 2, 3, 3, name = "mpd", note = "built to look like NT",
    vendor = "MPD project", device_type = "vpn-server", os = "FreeBSD",
    cpe = "cpe:/a:mpd_project:mpd", family = "mpd",
    source = "mpd pptp_ctrl.c", confidence = "high" },
  { "NT", "local", 0, 5, 2, 1, name = "pptp-linux",
    note = "a client's code that answers",
    vendor = "pptpclient", device_type = "vpn-client", os = "Linux",
    source = "winterheart/accel-pptp pptp_options.h", confidence = "low" },
  { "FreeBSD/NIW Solutions", name = "mpd in an appliance of NIW Solutions",
    vendor = "NIW Solutions", device_type = "vpn-server", os = "FreeBSD",
    cpe = "cpe:/o:freebsd:freebsd", family = "mpd",
    source = "GVM VT 108682", confidence = "medium" },
  { has "FreeBSD", name = "mpd family",
    vendor = "FreeBSD", device_type = "vpn-server", os = "FreeBSD",
    cpe = "cpe:/o:freebsd:freebsd", family = "mpd",
    source = "GVM VT 108682", confidence = "medium" },
  { "", "", 1280, 4, 2, 2, name = "npppd", note = "with its defaults",
    vendor = "OpenBSD", device_type = "vpn-server", os = "OpenBSD",
    cpe = "cpe:/o:openbsd:openbsd", family = "npppd",
    source = "openbsd/src npppd pptp_ctrl.c; firmware value from memory",
    confidence = "medium" },
  { filled, as_vendor, nil, 4, 2, 2, name = "npppd",
    note = "with a configured name, which it sends as vendor too",
    vendor = "OpenBSD", device_type = "vpn-server", os = "OpenBSD",
    cpe = "cpe:/o:openbsd:openbsd", family = "npppd",
    source = "openbsd/src npppd pptp_ctrl.c", confidence = "low" },
  { "IIJ", nil, nil, 4, 2, 2, name = "SEIL router", note = "npppd",
    vendor = "IIJ", device_type = "router", os = "SEIL",
    cpe = "cpe:/o:iij:seil", family = "npppd",
    source = "GVM string; npppd (c) IIJ", confidence = "medium" },
  { "Mac OS X, Apple Computer, Inc", nil, 1, 1, 3, 3,
    name = "Mac OS X Server vpnd", note = "10.11 or older",
    ended = "Apple took PPTP out in 2016",
    vendor = "Apple", device_type = "vpn-server", os = "Mac OS X",
    cpe = "cpe:/o:apple:mac_os_x_server", family = "apple",
    source = "apple-oss ppp Drivers/PPTP/PPTP-plugin/pptp.c; GVM",
    confidence = "high" },
  { has("Mac OS X", "Apple Computer"),
    name = "Mac OS X Server", ended = "Apple took PPTP out in 2016",
    vendor = "Apple", device_type = "vpn-server", os = "Mac OS X",
    cpe = "cpe:/o:apple:mac_os_x", family = "apple",
    source = "GVM VT 108682", confidence = "medium" },
  { "Microsoft", "", 0, 0, 2, 3, name = "Windows RRAS",
    note = "or Incoming Connections; seen from 2003 to 2016",
    vendor = "Microsoft", device_type = "vpn-server", os = "Windows",
    cpe = "cpe:/o:microsoft:windows", family = "windows",
    source = "nDPI tests pptp.pcap (2016); ubuntuforums capture 2009; " ..
      "dionaea persona",
    confidence = "high" },
  { "Microsoft", "", 0, 0, 1, 1, name = "Windows RRAS",
    note = "as its documentation shows Server 2008",
    vendor = "Microsoft", device_type = "vpn-server", os = "Windows",
    cpe = "cpe:/o:microsoft:windows_server_2008", family = "windows",
    source = "[MS-PTPT] section 4", confidence = "medium" },
  { "Microsoft", "", 0, 1, 0, 0, name = "Server dressed as Windows",
    note = "which sends 0 channels, framing 2, bearer 3; dionaea, or Poptop",
    decoy = true, source = "dionaea packets.py + conf/services/pptp.yaml",
    confidence = "low" },
  { "Microsoft", name = "Windows remote access server",
    vendor = "Microsoft", device_type = "vpn-server", os = "Windows",
    cpe = "cpe:/o:microsoft:windows", family = "windows",
    source = "GVM VT 108682", confidence = "medium" },
  { "Microsoft Windows NT", nil, range(1, NUMBER_MAX), 0,
    name = "Windows NT4, 2000 or XP remote access",
    note = "firmware is the build where clients send it: 2160, 2600",
    vendor = "Microsoft", device_type = "vpn-server", os = "Windows",
    cpe = "cpe:/o:microsoft:windows_nt", family = "windows_nt",
    source = "tcpdump tests pptp.pcap and MikroTik pastebin logs " ..
      "(client side)",
    confidence = "low" },
  { "MikroTik", "MikroTik", 1, 0, 2, 0, name = "RouterOS",
    note = "default identity",
    vendor = "MikroTik", device_type = "router", os = "RouterOS",
    cpe = "cpe:/o:mikrotik:routeros", family = "mikrotik",
    source = "pastebin Ug5M5qte RouterOS log; nmap output 2015; GVM",
    confidence = "high" },
  { "MikroTik", nil, 1, 0, 2, 0, name = "RouterOS",
    note = "its host name is the system identity",
    vendor = "MikroTik", device_type = "router", os = "RouterOS",
    cpe = "cpe:/o:mikrotik:routeros", family = "mikrotik",
    source = "pastebin Ug5M5qte; GVM", confidence = "high" },
  { "MikroTik", "MikroTik", 1, 1, 0, 0, name = "Server dressed as RouterOS",
    note = "which sends 0 channels and framing 2; dionaea, or Poptop",
    decoy = true, source = "dionaea packets.py + pptp.yaml",
    confidence = "low" },
  { has "MikroTik", name = "RouterOS",
    vendor = "MikroTik", device_type = "router", os = "RouterOS",
    cpe = "cpe:/o:mikrotik:routeros", family = "mikrotik",
    source = "GVM VT 108682", confidence = "medium" },
  { "Cisco Systems, Inc.", nil, 4608, 0, 3, 3, name = "IOS VPDN",
    vendor = "Cisco", device_type = "router", os = "IOS",
    cpe = "cpe:/o:cisco:ios", family = "cisco",
    source = "ubuntuforums capture 2010 (firmware 4608, IOS host name)",
    confidence = "high" },
  { "Cisco Systems", "", 4608, name = "PIX 6.x",
    ended = "Cisco ended support of PIX in 2013",
    vendor = "Cisco", device_type = "firewall", os = "PIX OS",
    cpe = "cpe:/o:cisco:pix_firewall_software", family = "pix",
    source = "dionaea pptp.yaml sample; GVM string", confidence = "medium" },
  { "Cisco Systems", "", 4608, 1, 0, 0, name = "Server dressed as a PIX",
    note = "dionaea, or Poptop", decoy = true,
    source = "dionaea packets.py + pptp.yaml", confidence = "low" },
  { has "Cisco", name = "IOS family",
    vendor = "Cisco", device_type = "router", os = "IOS",
    cpe = "cpe:/o:cisco:ios", family = "cisco",
    source = "GVM VT 108682", confidence = "medium" },
  { "DrayTek", "Vigor", 1, name = "DrayTek Vigor",
    vendor = "DrayTek", device_type = "router", os = "DrayOS",
    cpe = "cpe:/o:draytek:vigor_firmware", family = "draytek",
    source = "GVM gb_draytek_vigor (PPTP); dionaea sample; banner corpora",
    confidence = "high" },
  { "DrayTek", "Vigor", 1, 1, 0, 0, name = "DrayTek Vigor",
    note = "or dionaea dressed as one: the call reply's peer Call-ID decides",
    vendor = "DrayTek", device_type = "router", os = "DrayOS",
    cpe = "cpe:/o:draytek:vigor_firmware", family = "draytek",
    source = "dionaea packets.py", confidence = "low" },
  { nil, "Vigor", name = "DrayTek Vigor",
    note = "under another vendor's name",
    vendor = "DrayTek", device_type = "router", os = "DrayOS",
    cpe = "cpe:/o:draytek:vigor_firmware", family = "draytek",
    source = "GVM VT 108682", confidence = "medium" },
  { "YAMAHA Corporation", "RT57i", 32838, name = "RT57i broadband VoIP router",
    vendor = "Yamaha", device_type = "router", os = "Yamaha RT",
    cpe = "cpe:/h:yamaha:rt57i",
    source = "nmap pptp-version documentation example", confidence = "high" },
  { "YAMAHA Corporation", starts("RT", "RTX", "RTV", "NVR", "SRT", "FWX"),
    name = "RT or RTX series",
    note = "its host name is the model",
    vendor = "Yamaha", device_type = "router", os = "Yamaha RT",
    cpe = "cpe:/h:yamaha:rtx",
    source = "GVM string; generalised from RT57i", confidence = "medium" },
  { "YAMAHA Corporation", name = "Yamaha router",
    vendor = "Yamaha", device_type = "router", os = "Yamaha RT",
    source = "GVM VT 108682", confidence = "medium" },
  { "Fortinet pptp", "pptp server", 1, name = "FortiGate",
    vendor = "Fortinet", device_type = "firewall", os = "FortiOS",
    cpe = "cpe:/o:fortinet:fortios", family = "fortinet",
    source = "public banner lists (Firmware 1 / pptp server / Fortinet pptp)",
    confidence = "medium" },
  { has "Fortinet", name = "FortiGate",
    vendor = "Fortinet", device_type = "firewall", os = "FortiOS",
    cpe = "cpe:/o:fortinet:fortios", family = "fortinet",
    source = "GVM VT 108682", confidence = "medium" },
  { "FWvendor pptp", name = "Firewall like FortiOS under no brand",
    device_type = "firewall",
    source = "GVM VT 108682 (unknown list); pattern inference",
    confidence = "low" },
  { has "BUFFALO", name = "Buffalo router",
    vendor = "Buffalo", device_type = "router",
    cpe = "cpe:/o:buffalotech:unknown_router_firmware",
    source = "GVM VT 108682", confidence = "medium" },
  { has "TP-LINK", name = "TP-Link router",
    vendor = "TP-Link", device_type = "router",
    cpe = "cpe:/o:tp-link:unknown_router_firmware",
    source = "GVM VT 108682", confidence = "medium" },
  { starts "ZyXEL Communication Corp.", name = "ZyXEL router or firewall",
    vendor = "ZyXEL", device_type = "router",
    cpe = "cpe:/o:zyxel:unknown_router_firmware",
    source = "GVM VT 108682", confidence = "medium" },
  { has "D-Link", name = "D-Link router",
    vendor = "D-Link", device_type = "router",
    cpe = "cpe:/o:dlink:unknown_router_firmware",
    source = "GVM VT 108682", confidence = "medium" },
  { has "Aruba", name = "Aruba mobility controller",
    vendor = "Aruba Networks", device_type = "wireless-controller",
    os = "ArubaOS", cpe = "cpe:/o:arubanetworks:arubaos",
    source = "GVM VT 108682", confidence = "medium" },
  { "NETGEAR", starts("R", "WND", "WNR", "FVS"), 1, 0, 3, 3,
    name = "Netgear router", note = "known from its client's code alone",
    vendor = "Netgear", device_type = "router",
    cpe = "cpe:/o:netgear:router_firmware",
    source = "Netgear/DNI GPL pptp.h (client side)", confidence = "low" },
  { "Freebox", name = "Freebox",
    vendor = "Free (Iliad)", device_type = "broadband-gateway",
    os = "Freebox OS", cpe = "cpe:/o:freebox:freebox_os",
    source = "GVM VT 108682 (string)", confidence = "medium" },
  { "AMIT", name = "AMIT router",
    vendor = "AMIT", device_type = "router",
    source = "GVM VT 108682; banner lists", confidence = "medium" },
  { "THOMSON", name = "SpeedTouch gateway",
    vendor = "Thomson", device_type = "broadband-gateway",
    cpe = "cpe:/h:thomson:speedtouch",
    source = "GVM VT 108682 (string); SpeedTouch shows 1723 open in " ..
      "forum scans",
    confidence = "medium" },
  { "ALCATEL", name = "SpeedTouch ADSL modem",
    note = "relays PPTP to PPPoA",
    vendor = "Alcatel", device_type = "broadband-modem",
    cpe = "cpe:/h:alcatel:speed_touch",
    source = "GVM VT 108682 (string); interpretation from memory",
    confidence = "medium" },
  { "Jungo", name = "OpenRG gateway",
    vendor = "Jungo", device_type = "broadband-gateway",
    os = "OpenRG (Linux)", cpe = "cpe:/a:jungo:openrg",
    source = "GVM VT 108682 (string)", confidence = "medium" },
  { "UTT_OID_8874", name = "UTT router",
    note = "the string is its enterprise number",
    vendor = "UTT", device_type = "router", os = "ReOS",
    cpe = "cpe:/h:utt:router",
    source = "GVM VT 108682 (string)", confidence = "medium" },
  { "Clavister", name = "Clavister firewall",
    vendor = "Clavister", device_type = "firewall", os = "cOS Core",
    cpe = "cpe:/o:clavister:cos_core",
    source = "GVM VT 108682 (string)", confidence = "medium" },
  { "Allworx Server VPN", name = "Allworx IP PBX",
    vendor = "Allworx", device_type = "pbx", cpe = "cpe:/h:allworx:allworx",
    source = "GVM VT 108682 (string)", confidence = "medium" },
  { "innovaphone", name = "innovaphone PBX or gateway",
    vendor = "innovaphone", device_type = "pbx",
    cpe = "cpe:/h:innovaphone:pbx",
    source = "GVM VT 108682 (string)", confidence = "medium" },
  { starts "BinTec", name = "BinTec or Teldat router",
    vendor = "bintec elmeg", device_type = "router", os = "BOSS",
    cpe = "cpe:/h:bintec:router",
    source = 'GVM VT 108682 (string "BinTec (HG4100)")',
    confidence = "medium" },
  { "NTT", name = "NTT broadband gateway",
    vendor = "NTT", device_type = "broadband-gateway",
    source = "GVM VT 108682 (string)", confidence = "low" },
  { "MN128-SOHO-IB3", name = "MN128-SOHO IB3 router",
    vendor = "NTT-ME", device_type = "router",
    cpe = "cpe:/h:ntt-me:mn128-soho-ib3",
    source = "GVM VT 108682 (string)", confidence = "medium" },
  { "MR504DV", name = "NetGenesis MR504DV router",
    vendor = "Micro Research", device_type = "router",
    source = "GVM VT 108682 (string); brand from memory",
    confidence = "low" },
  { "Sarian, PPTP", name = "Sarian or Digi TransPort router",
    vendor = "Digi", device_type = "router", os = "SarOS",
    cpe = "cpe:/h:digi:transport",
    source = "GVM VT 108682 (string); lineage from memory",
    confidence = "medium" },
  { either("Netopia", "netopia"), name = "Netopia router",
    vendor = "Netopia (Motorola)", device_type = "router",
    cpe = "cpe:/h:netopia:router",
    source = "GVM VT 108682 (string)", confidence = "medium" },
  { "Red-Giant Network Operating System", name = "RGNOS router",
    vendor = "Ruijie", device_type = "router", os = "RGNOS",
    cpe = "cpe:/o:ruijie:rgnos",
    source = "GVM VT 108682 (string)", confidence = "medium" },
  { "Ruijie General Operation System", name = "RGOS router",
    vendor = "Ruijie", device_type = "router", os = "RGOS",
    cpe = "cpe:/o:ruijie:rgos",
    source = "GVM VT 108682 (string)", confidence = "medium" },
  { "BRN", nil, 1, name = "Unknown product BRN",
    note = "common in lists of banners", device_type = "router",
    source = "public banner lists", confidence = "low" },
  { "Router", name = "Router of no brand",
    device_type = "router",
    source = "GVM VT 108682 (unknown list)", confidence = "low" },
  { "PPTP", name = "PPTP server of no brand",
    device_type = "vpn-server",
    source = "GVM VT 108682 (unknown list)", confidence = "low" },
  { row_of("x", 4), name = "Masked vendor string",
    note = "by an administrator, or a decoy",
    source = "GVM VT 108682 (xxxxxx)", confidence = "low" },
  { "nmap", name = "Server that reflects a scanner's strings",
    device_type = "honeypot",
    source = "GVM VT 108682 lists vendor nmap; interpretation",
    confidence = "medium" },
  { "", "", 1, 1, 0, 0, name = "PPTP server with blank names",
    note = "its numbers are Poptop's, and dionaea's",
    source = "quozl/pptpd pptpdefs.h; dionaea pptp.py/packets.py",
    confidence = "low" },
  { nil, has_folded "hacked",
    name = "Device whose name says that it was compromised",
    device_type = "compromised-device",
    source = "GVM VT 108661 (HACKED check)", confidence = "high" },
  { "", "", name = "PPTP server of no brand",
    device_type = "vpn-server", source = "fallback", confidence = "low" },
}

-- A literal, or a test of the field.
local function fits(column, value, reply)
  if type(column) == "function" then
    return column(value, reply)
  end
  return column == value
end

local math_type = math.type

local fields = { "vendor", "host_name", "firmware_revision",
                 "maximum_channels", "framing_capabilities",
                 "bearer_capabilities" }

-- How many columns said something; nil where one contradicts.
local function score(row, control)
  local concrete = 0
  for i, field in ipairs(fields) do
    if row[i] ~= nil then
      if not fits(row[i], control[field], control) then
        return nil
      end
      concrete = concrete + 1
    end
  end
  return concrete
end

local weights = { low = 1, medium = 2, high = 3 }

local function find(control)
  local best, best_score = nil, 0
  for _, row in ipairs(M.rows) do
    -- Most rows name another vendor.
    local found = (type(row[1]) ~= "string" or row[1] == control.vendor) and
      score(row, control)
    if found and found > 0 and
       (not best or found > best_score or found == best_score and
        weights[row.confidence] > weights[best.confidence]) then
      best, best_score = row, found
    end
  end
  return best
end

-- Many servers reply the same.
local MATCHED = 512
local matched = { count = MATCHED }

local function odd_key(control)
  local values = {}
  for i, field in ipairs(fields) do
    local text = tostring(control[field])
    values[i] = type(control[field]) .. #text .. text
  end
  return table.concat(values)
end

-- A text that two replies share only where all that rows look at is the same.
local function key_of(control)
  local vendor, host, firmware, channels, framing, bearer = control.vendor,
    control.host_name, control.firmware_revision, control.maximum_channels,
    control.framing_capabilities, control.bearer_capabilities
  if type(vendor) == "string" and type(host) == "string" and
     math_type(firmware) == "integer" and math_type(channels) == "integer" and
     math_type(framing) == "integer" and math_type(bearer) == "integer" then
    return #vendor .. "|" .. vendor .. host .. "|" .. firmware .. "|" ..
      channels .. "|" .. framing .. "|" .. bearer
  end
  return odd_key(control)
end

--- The row that fits a reply best.
-- @tparam table control the stage: vendor, host_name, firmware_revision,
--   maximum_channels, framing_capabilities, bearer_capabilities
-- @treturn table|nil row of M.rows; nil where nothing fits
function M.match(control)
  local key = key_of(control)
  if matched.rows ~= M.rows or matched.count == MATCHED then
    matched = { rows = M.rows, count = 0, row = {} }
  end
  if matched.row[key] == nil then
    matched.row[key] = find(control) or false
    matched.count = matched.count + 1
  end
  return matched.row[key] or nil
end

--- What a reply's strings and numbers are, in words.
-- @tparam table control
-- @treturn string
function M.describe(control)
  local numbers = {}
  for i = 3, #fields do
    numbers[#numbers + 1] = tostring(control[fields[i]])
  end
  return 'vendor "' .. tostring(control.vendor or "") .. '", host "' ..
    tostring(control.host_name or "") .. '", firmware ' .. numbers[1] ..
    ", channels " .. numbers[2] .. ", framing " .. numbers[3] ..
    ", bearer " .. numbers[4]
end

return M
