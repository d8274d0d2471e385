-- SPDX-License-Identifier: BSD-2-Clause
--- How to switch a PPTP server off, by the system that it runs on; on Linux by
-- its daemon.
--
-- A row: id, where (what is typed into, or looked at), for (which systems),
-- text, commands and undo (lists, one command a line), lasts (over a reboot),
-- also_hits, source, tested (run by our tests with the words that stand here).
-- Where no command is known there is none, and the text says what to look for.
local M = {}

local look_for = "No command for it is known here. In its own settings look " ..
  "for VPN, VPN server, remote access, dial-in or PPTP, and switch the PPTP " ..
  "server off"

local function by_page(id, name, path, source)
  return { id = id, where = name, ["for"] = name, lasts = true,
           text = "in its web page, " .. path, source = source }
end

local function not_known(id, name)
  return { id = id, where = name, ["for"] = name, text = look_for,
           source = "none: its manual was not seen" }
end

local nas = {
  id = "off_box", where = "settings page",
  ["for"] = "a NAS or router that ships Poptop", lasts = true,
  text = "Synology: VPN Server, PPTP; QNAP: QVPN Service, PPTP; ASUS: VPN, " ..
    "VPN Server, PPTP; DD-WRT: Services, VPN, PPTP Server; off there, " ..
    "since what a shell is told goes with the next update",
  source = "the makers' manuals",
}

local poptop = {
  {
    id = "off", where = "service", ["for"] = "Linux with systemd",
    text = "ends running tunnels too", lasts = true,
    commands = { "systemctl disable --now pptpd" },
    undo = { "systemctl enable --now pptpd" },
    source = "systemd's systemctl(1); the unit's name is Debian's",
  },
  nas,
}

local accel = {
  {
    id = "off", where = "service", ["for"] = "Linux with systemd",
    text = "ends running tunnels too", lasts = true,
    also_hits = "L2TP, SSTP, PPPoE and IPoE of the same accel-ppp",
    commands = { "systemctl disable --now accel-ppp" },
    undo = { "systemctl enable --now accel-ppp" },
    source = "systemd's systemctl(1); accel-ppp's unit file",
  },
  {
    id = "off_pptp", where = "accel-ppp.conf", ["for"] = "accel-ppp",
    text = "take the module pptp out of [modules] and start accel-ppp " ..
      "again: this leaves its other protocols", lasts = true,
    source = "accel-ppp.conf(5)",
  },
  {
    id = "off_vyos", where = "VyOS", ["for"] = "VyOS", lasts = true,
    text = "takes the PPTP server out of the configuration; keep what show " ..
      "vpn pptp says in there, to have it back",
    commands = { "configure", "delete vpn pptp", "commit", "save", "exit" },
    source = "VyOS user guide, PPTP server",
  },
  by_page("off_keenetic", "Keenetic", "Applications, PPTP VPN server: off",
          "Keenetic's help center"),
}

local windows = {
  {
    id = "off", where = "PowerShell", ["for"] = "Windows RRAS", lasts = true,
    text = "no port is left for PPTP; RRAS goes on with its other protocols",
    commands = {
      'netsh ras set wanports device="WAN Miniport (PPTP)" ' ..
        "rasinonly=disabled ddinout=disabled ddoutonly=disabled maxports=0",
      "Restart-Service RemoteAccess",
    },
    also_hits = "all connections of RRAS, which starts again",
    source = "Microsoft, netsh ras set wanports",
  },
  {
    id = "off_ports", where = "Routing and Remote Access",
    ["for"] = "Windows RRAS", lasts = true,
    text = "Ports, WAN Miniport (PPTP), Configure: neither remote access " ..
      "nor demand-dial connections, 0 ports",
    source = "Microsoft, Routing and Remote Access console",
  },
}

M.rows = {
  windows = windows,
  routeros = { {
    id = "off", where = "terminal", ["for"] = "RouterOS", lasts = true,
    text = "switches the PPTP server off",
    commands = { "/interface pptp-server server set enabled=no" },
    undo = { "/interface pptp-server server set enabled=yes" },
    source = "MikroTik, manual of PPTP",
  } },
  ios = { {
    id = "off", where = "IOS, configure terminal", ["for"] = "Cisco IOS",
    text = "takes every VPDN away; to keep others, remove the vpdn-group " ..
      "that says protocol pptp", also_hits = "L2TP and PPPoE of VPDN groups",
    commands = { "no vpdn enable", "end", "write memory" },
    undo = { "configure terminal", "vpdn enable", "end", "write memory" },
    lasts = true, source = "Cisco, VPDN command reference",
  } },
  pix = { {
    id = "off", where = "PIX, configure terminal", ["for"] = "Cisco PIX 6.x",
    text = "for each interface that show vpdn names; here outside",
    commands = { "no vpdn enable outside", "write memory" },
    undo = { "vpdn enable outside", "write memory" }, lasts = true,
    also_hits = "L2TP of the same interface",
    source = "Cisco, PIX command reference, vpdn",
  } },
  freebsd = { {
    id = "off", where = "service", ["for"] = "FreeBSD with mpd",
    text = "ends running tunnels too", lasts = true,
    also_hits = "L2TP and PPPoE of the same mpd",
    commands = { "service mpd5 onestop", "sysrc mpd_enable=NO" },
    undo = { "sysrc mpd_enable=YES", "service mpd5 start" },
    source = "FreeBSD's net/mpd5, rc.d script",
  } },
  openbsd = { {
    id = "off", where = "service", ["for"] = "OpenBSD", lasts = true,
    text = "ends running tunnels too",
    also_hits = "L2TP and PPPoE of the same npppd",
    commands = { "rcctl stop npppd", "rcctl disable npppd" },
    undo = { "rcctl enable npppd", "rcctl start npppd" },
    source = "OpenBSD's rcctl(8), npppd(8)",
  } },
  macos = { {
    id = "off", where = "Terminal", ["for"] = "Mac OS X Server", lasts = true,
    text = "switches PPTP off and the VPN service on again for L2TP; leave " ..
      "the last line out where there is none",
    commands = {
      "sudo serveradmin settings vpn:Servers:com.apple.ppp.pptp:enabled = no",
      "sudo serveradmin stop vpn", "sudo serveradmin start vpn",
    },
    undo = {
      "sudo serveradmin settings vpn:Servers:com.apple.ppp.pptp:enabled = yes",
      "sudo serveradmin stop vpn", "sudo serveradmin start vpn",
    },
    also_hits = "connections over L2TP, which start again",
    source = "Apple, Mac OS X Server Command-Line Administration",
  } },
  fortios = { {
    id = "off", where = "CLI", ["for"] = "FortiOS", lasts = true,
    text = "switches PPTP off",
    commands = { "config vpn pptp", "set status disable", "end" },
    undo = { "config vpn pptp", "set status enable", "end" },
    source = "Fortinet, FortiOS CLI reference, vpn pptp",
  } },
  yamaha = { {
    id = "off", where = "console, administrator", ["for"] = "Yamaha RT",
    text = "switches PPTP off", lasts = true,
    commands = { "pptp service off", "save" },
    undo = { "pptp service on", "save" },
    source = "Yamaha, RT command reference, pptp service",
  } },
  draytek = { by_page("off", "DrayTek",
    "VPN and Remote Access, Remote Access Control: Enable PPTP VPN Service, " ..
      "off", "DrayTek's user guides") },
  dlink = { by_page("off", "D-Link",
    "VPN, PPTP VPN, Server: off (DSR); on other models look for PPTP or VPN " ..
      "server", "D-Link's DSR user manual") },
  tplink = { by_page("off", "TP-Link",
    "Advanced, VPN Server, PPTP VPN: Enable VPN Server, off",
    "TP-Link's user guides") },
  zyxel = { not_known("off", "Zyxel") },
  buffalo = { by_page("off", "Buffalo", "PPTP Server (PPTP): Use, off",
                      "Buffalo's user manuals") },
  netgear = { not_known("off", "Netgear") },
  synology = { by_page("off", "Synology", "VPN Server, PPTP: off",
                       "Synology's knowledge center") },
  qnap = { by_page("off", "QNAP", "QVPN Service, PPTP: off",
                   "QNAP's user guide") },
  asus = { by_page("off", "ASUS", "VPN, VPN Server, PPTP: off",
                   "ASUS' support pages") },
  freebox = { by_page("off", "Freebox", "VPN server, PPTP: off",
                      "Free's support pages") },
  box = { not_known("off", "its own settings") },
  unknown = {
    { id = "find_out", where = "its own settings", ["for"] = "any system",
      text = "what it runs on is not known: find that out, and switch its " ..
        "PPTP server off there (VPN, remote access, dial-in, PPTP)",
      source = "none" },
  },
}
M.rows.dragonfly, M.rows.seil = M.rows.freebsd, { not_known("off", "SEIL") }

-- Daemons of Linux, by family; of no daemon's name there is one way alone.
local linux = { poptop = poptop, poptop_old = poptop, accel = accel }

--- The ways to switch off, the fitting one first.
-- @tparam string system a key of systems.lua
-- @tparam[opt] string family of the product
-- @treturn table list of rows
function M.of(system, family)
  if system == "linux" then
    return linux[family] or M.rows.unknown
  end
  return M.rows[system] or M.rows.box
end

--- All lists, for tests.
function M.all()
  local lists = { poptop, accel }
  for _, rows in pairs(M.rows) do
    lists[#lists + 1] = rows
  end
  return lists
end

return M
