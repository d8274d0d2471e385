-- SPDX-License-Identifier: BSD-2-Clause
--- Which firewalls there are, by system, and what to type into them: to close
-- PPTP (walls), or to let a known address alone use it (allow lists).
--
-- Rows as in services.lua. In commands, {port} is the target's own, {iptables}
-- the program of its address family, {ip} and {any} nftables' and pf's words
-- for that. ADDRESS is for the reader to write: unedited, it lets nobody in.
--
-- Each refuses TCP with a reset where that firewall can, so that a look from
-- outside proves it, and drops GRE to the box itself. What passes through to a
-- server behind it is a row of its own (forward), with what else it hits.
local M = {}

local other_gre = "other GRE (EoIP)"
local others = "everybody's PPTP and GRE through this box, to any server"

-- ufw appends, and an identical rule, or one with another action, keeps a new
-- one from being put in front (status 0): first away with all that the usual
-- commands leave. Each deletion succeeds where there is nothing to delete.
local ufw_clear = {
  "ufw delete allow {port}/tcp",
  "ufw delete allow {port}",
  "ufw delete limit {port}/tcp",
  "ufw delete deny {port}/tcp",
  "ufw delete reject {port}/tcp",
  "ufw delete allow proto gre from any to any",
  "ufw delete deny proto gre from any to any",
}

local function after(list, ...)
  local all = {}
  for _, part in ipairs { list, { ... } } do
    for _, command in ipairs(part) do
      all[#all + 1] = command
    end
  end
  return all
end

local before_rules = "running tunnels go on until the server stops; where " ..
  "/etc/ufw/before.rules has a line with -p 47 or -p gre, take it out by " ..
  "hand and run ufw reload"

local nftables = {
  id = "nftables", where = "nftables", ["for"] = "Linux", tested = true,
  text = "gone after reboot", lasts = false,
  commands = {
    "nft add table inet pptp_off",
    "nft 'add chain inet pptp_off in { type filter hook input priority -10; }'",
    "nft add rule inet pptp_off in tcp dport {port} reject with tcp reset",
    "nft add rule inet pptp_off in meta l4proto gre drop",
  },
  undo = { "nft delete table inet pptp_off" },
  also_hits = other_gre, source = "nft(8)",
}

local ufw = {
  id = "ufw", where = "ufw", ["for"] = "Linux with ufw", tested = true,
  text = before_rules, lasts = true,
  commands = after(ufw_clear,
    "ufw prepend reject in proto tcp from any to any port {port}",
    "ufw prepend deny in proto gre from any to any"),
  undo = {
    "ufw delete reject {port}/tcp",
    "ufw delete deny proto gre from any to any",
    "ufw allow {port}/tcp",
    "ufw allow proto gre from any to any",
  },
  also_hits = other_gre, source = "ufw(8)",
}

local iptables = {
  id = "iptables", where = "{iptables}", ["for"] = "Linux", tested = true,
  text = "gone after reboot", lasts = false,
  commands = {
    "{iptables} -I INPUT -p tcp --dport {port} -j REJECT --reject-with " ..
      "tcp-reset",
    "{iptables} -I INPUT -p gre -j DROP",
  },
  undo = {
    "{iptables} -D INPUT -p tcp --dport {port} -j REJECT --reject-with " ..
      "tcp-reset",
    "{iptables} -D INPUT -p gre -j DROP",
  },
  also_hits = other_gre, source = "iptables(8)",
}

-- A policy for all zones, ahead of them: a rich rule of the default zone does
-- not reach a source that another zone trusts.
local function firewalld_rules(policy, limit)
  local list = {
    "firewall-cmd --permanent --new-policy " .. policy,
    "firewall-cmd --permanent --policy " .. policy .. " --set-priority=-100",
    "firewall-cmd --permanent --policy " .. policy .. " --add-ingress-zone=ANY",
    "firewall-cmd --permanent --policy " .. policy .. " --add-egress-zone=HOST",
  }
  for _, family in ipairs { "ipv4", "ipv6" } do
    local head = ("firewall-cmd --permanent --policy %s --add-rich-rule=" ..
                    "'rule family=%s"):format(policy, family)
    local from = limit and limit[family] or ""
    list[#list + 1] = head .. from ..
      " port port={port} protocol=tcp reject type=tcp-reset'"
    list[#list + 1] = head .. from .. " protocol value=gre drop'"
  end
  list[#list + 1] = "firewall-cmd --reload"
  return list
end

local firewalld = {
  id = "firewalld", where = "firewalld", ["for"] = "Linux with firewalld",
  text = "0.9 or newer, for all zones; running tunnels go on until the " ..
    "server stops", lasts = true, tested = true,
  commands = firewalld_rules "pptp-off",
  undo = { "firewall-cmd --permanent --delete-policy pptp-off",
           "firewall-cmd --reload" },
  also_hits = other_gre, source = "firewall-cmd(1)",
}

local nft_forward = {
  id = "nftables_forward", where = "nftables, forwarding",
  ["for"] = "Linux that passes PPTP on to a server behind it",
  text = "gone after reboot; {port} here is the port of the server behind",
  lasts = false,
  tested = true,
  commands = {
    "nft add table inet pptp_off_behind",
    "nft 'add chain inet pptp_off_behind through { type filter hook forward " ..
      "priority -10; }'",
    "nft add rule inet pptp_off_behind through tcp dport {port} reject with " ..
      "tcp reset",
    "nft add rule inet pptp_off_behind through meta l4proto gre drop",
  },
  undo = { "nft delete table inet pptp_off_behind" },
  also_hits = others, source = "nft(8)",
}

local pf = {
  id = "pf", where = "/etc/pf.conf", lasts = true,
  text = "these lines ahead of the first pass rule, then pfctl -f " ..
    "/etc/pf.conf; undo: take them out and load it again",
  commands = {
    "block return-rst in quick proto tcp from any to any port {port}",
    "block drop in quick proto gre",
  },
  also_hits = other_gre .. " and, where it routes, through it",
  source = "pf.conf(5)",
}

local function pf_for(name)
  local row = { ["for"] = name }
  for key, value in pairs(pf) do
    row[key] = value
  end
  return row
end

local ipfw = {
  id = "ipfw", where = "ipfw", ["for"] = "FreeBSD with ipfw", lasts = false,
  text = "gone after reboot; ahead of rule 100",
  commands = {
    "ipfw add 10 reset tcp from any to me {port} in",
    "ipfw add 11 deny gre from any to me in",
  },
  undo = { "ipfw delete 10", "ipfw delete 11" },
  also_hits = other_gre, source = "ipfw(8)",
}

local windows = {
  id = "windows_firewall", where = "PowerShell",
  ["for"] = "Windows Server 2012 or newer", lasts = true,
  text = "a rule that blocks beats all that allow",
  commands = {
    "New-NetFirewallRule -DisplayName 'Block PPTP' -Direction Inbound " ..
      "-Protocol TCP -LocalPort {port} -Action Block",
    "New-NetFirewallRule -DisplayName 'Block PPTP GRE' -Direction Inbound " ..
      "-Protocol 47 -Action Block",
  },
  undo = {
    "Remove-NetFirewallRule -DisplayName 'Block PPTP'",
    "Remove-NetFirewallRule -DisplayName 'Block PPTP GRE'",
  },
  also_hits = other_gre, source = "Microsoft, New-NetFirewallRule",
}

local routeros = {
  id = "routeros", where = "terminal", ["for"] = "RouterOS", lasts = true,
  text = "ahead of all other rules",
  commands = {
    "/ip firewall filter add chain=input protocol=gre action=drop " ..
      "comment=pptp-off place-before=0",
    "/ip firewall filter add chain=input protocol=tcp dst-port={port} " ..
      "action=reject reject-with=tcp-reset comment=pptp-off place-before=0",
  },
  undo = { "/ip firewall filter remove [find comment=pptp-off]" },
  also_hits = "EoIP and GRE tunnels that end on this router",
  source = "MikroTik, manual of the firewall filter",
}

local ios = {
  id = "cisco_acl", where = "IOS, configure terminal", ["for"] = "Cisco IOS",
  text = "OUTSIDE: the access list that show ip interface names as inbound; " ..
    "where there is none, switch VPDN off instead",
  commands = {
    "ip access-list extended OUTSIDE", "1 deny tcp any any eq {port}",
    "2 deny gre any any", "end", "write memory",
  },
  undo = { "configure terminal", "ip access-list extended OUTSIDE", "no 1",
           "no 2", "end", "write memory" },
  also_hits = "PPTP and GRE through this router as well", lasts = true,
  source = "Cisco, ip access-list extended",
}

local fortios = {
  id = "local_in", where = "CLI", ["for"] = "FortiOS", lasts = true,
  text = "denies both to the box itself",
  commands = {
    "config firewall service custom", "edit PPTP-OFF-TCP",
    "set tcp-portrange {port}", "next", "edit PPTP-OFF-GRE",
    "set protocol IP", "set protocol-number 47", "next", "end",
    "config firewall local-in-policy", "edit 4747", "set intf any",
    "set srcaddr all", "set dstaddr all",
    "set service PPTP-OFF-TCP PPTP-OFF-GRE", "set schedule always",
    "set action deny", "next", "end",
  },
  undo = { "config firewall local-in-policy", "delete 4747", "end" },
  also_hits = other_gre,
  source = "Fortinet, FortiOS CLI reference, firewall local-in-policy",
}

local upstream = {
  id = "upstream", where = "the firewall in front of it",
  ["for"] = "any system", lasts = true,
  text = "no command of its own is known here: drop TCP {port} and IP " ..
    "protocol 47 to its address on the way to it",
  source = "none",
}

local linux = { nftables, ufw, iptables, firewalld, nft_forward }

M.walls = {
  linux = linux, windows = { windows }, routeros = { routeros },
  ios = { ios }, pix = { upstream }, fortios = { fortios },
  freebsd = { pf_for "FreeBSD with pf", ipfw },
  dragonfly = { pf_for "DragonFly BSD with pf" },
  openbsd = { pf_for "OpenBSD" },
  macos = { pf_for "Mac OS X 10.7 or newer" },
  box = { upstream },
  unknown = { nftables, ufw, iptables, firewalld, windows, routeros,
              pf_for "a BSD with pf", upstream },
}

-- ---- Allow lists.

local few = " for nobody but ADDRESS, which can be a network"

local allow_nft = {
  id = "nftables_allow", where = "nftables", ["for"] = "Linux",
  text = "write the address into the first line; gone after reboot",
  lasts = false,
  tested = true,
  commands = {
    "allowed=ADDRESS",
    "nft add table inet pptp_few",
    "nft 'add chain inet pptp_few in { type filter hook input priority -10; }'",
    'nft add rule inet pptp_few in {ip} saddr "$allowed" accept',
    "nft add rule inet pptp_few in tcp dport {port} reject with tcp reset",
    "nft add rule inet pptp_few in meta l4proto gre drop",
  },
  undo = { "nft delete table inet pptp_few" },
  also_hits = other_gre, source = "nft(8)",
}

local allow_ufw = {
  id = "ufw_allow", where = "ufw", ["for"] = "Linux with ufw",
  text = "write the address into the first line; " .. before_rules,
  lasts = true, tested = true,
  commands = after({ "allowed=ADDRESS" },
                   table.unpack(after(ufw_clear,
    "ufw prepend reject in proto tcp from any to any port {port}",
    "ufw prepend deny in proto gre from any to any",
    'ufw delete allow in proto tcp from "$allowed" to any port {port}',
    'ufw delete allow in proto gre from "$allowed" to any',
    'ufw prepend allow in proto tcp from "$allowed" to any port {port}',
    'ufw prepend allow in proto gre from "$allowed" to any'))),
  undo = {
    "allowed=ADDRESS",
    'ufw delete allow in proto tcp from "$allowed" to any port {port}',
    'ufw delete allow in proto gre from "$allowed" to any',
    "ufw delete reject {port}/tcp",
    "ufw delete deny proto gre from any to any",
    "ufw allow {port}/tcp",
    "ufw allow proto gre from any to any",
  },
  also_hits = other_gre, source = "ufw(8)",
}

local allow_iptables = {
  id = "iptables_allow", where = "{iptables}", ["for"] = "Linux",
  text = "write the address into the first line; gone after reboot",
  lasts = false,
  tested = true,
  commands = {
    "allowed=ADDRESS",
    '{iptables} -I INPUT -p tcp --dport {port} ! -s "$allowed" -j REJECT ' ..
      "--reject-with tcp-reset",
    '{iptables} -I INPUT -p gre ! -s "$allowed" -j DROP',
  },
  undo = {
    "allowed=ADDRESS",
    '{iptables} -D INPUT -p tcp --dport {port} ! -s "$allowed" -j REJECT ' ..
      "--reject-with tcp-reset",
    '{iptables} -D INPUT -p gre ! -s "$allowed" -j DROP',
  },
  also_hits = other_gre, source = "iptables(8)",
}

-- An address has one family: the other is closed to all.
local function allow_firewalld(ip)
  local list = firewalld_rules("pptp-few", {
    [ip] = [[ source not address='"$allowed"']] })
  table.insert(list, 1, "allowed=ADDRESS")
  return {
    id = "firewalld_allow", where = "firewalld",
    ["for"] = "Linux with firewalld", lasts = true, tested = true,
    text = "write the address into the first line; 0.9 or newer; running " ..
      "tunnels go on until the server stops",
    commands = list,
    undo = { "firewall-cmd --permanent --delete-policy pptp-few",
             "firewall-cmd --reload" },
    also_hits = other_gre, source = "firewall-cmd(1)",
  }
end

local allow_windows = {
  id = "windows_allow", where = "PowerShell",
  ["for"] = "Windows Server 2012 or newer", lasts = true,
  text = "narrows RRAS' own rules" .. few,
  commands = {
    "Set-NetFirewallRule -DisplayName " ..
      "'Routing and Remote Access (PPTP-In)' -RemoteAddress ADDRESS",
    "Set-NetFirewallRule -DisplayName " ..
      "'Routing and Remote Access (GRE-In)' -RemoteAddress ADDRESS",
  },
  undo = {
    "Set-NetFirewallRule -DisplayName " ..
      "'Routing and Remote Access (PPTP-In)' -RemoteAddress Any",
    "Set-NetFirewallRule -DisplayName " ..
      "'Routing and Remote Access (GRE-In)' -RemoteAddress Any",
  },
  source = "Microsoft, Set-NetFirewallRule",
}

local allow_routeros = {
  id = "routeros_allow", where = "terminal", ["for"] = "RouterOS",
  text = "closed" .. few, lasts = true,
  commands = {
    "/ip firewall filter add chain=input protocol=gre " ..
      "src-address=!ADDRESS action=drop comment=pptp-few place-before=0",
    "/ip firewall filter add chain=input protocol=tcp dst-port={port} " ..
      "src-address=!ADDRESS action=reject reject-with=tcp-reset " ..
      "comment=pptp-few place-before=0",
  },
  undo = { "/ip firewall filter remove [find comment=pptp-few]" },
  also_hits = "EoIP and GRE tunnels that end on this router",
  source = "MikroTik, manual of the firewall filter",
}

local allow_pf = {
  id = "pf_allow", where = "/etc/pf.conf", ["for"] = "pf", lasts = true,
  text = "these lines ahead of the first pass rule, closed" .. few ..
    "; then pfctl -f /etc/pf.conf",
  commands = {
    "block return-rst in quick proto tcp from ! ADDRESS to any port {port}",
    "block drop in quick proto gre from ! ADDRESS",
  },
  also_hits = pf.also_hits, source = "pf.conf(5)",
}

local allow_upstream = {
  id = "upstream_allow", where = "the firewall in front of it",
  ["for"] = "any system", lasts = true,
  text = "let TCP {port} and IP protocol 47 in from known addresses alone",
  source = "none",
}

M.allow = {
  windows = { allow_windows }, routeros = { allow_routeros },
  freebsd = { allow_pf }, dragonfly = { allow_pf }, openbsd = { allow_pf },
  macos = { allow_pf }, box = { allow_upstream },
}

--- The walls of a system, the fitting one first.
-- @tparam string system a key of systems.lua
-- @treturn table list of rows
function M.walls_of(system)
  return M.walls[system] or M.walls.box
end

--- Its allow lists.
-- @tparam string system
-- @tparam boolean six whether the target's address is IPv6
-- @treturn table list of rows
function M.allow_of(system, six)
  if system == "linux" or system == "unknown" then
    return { allow_nft, allow_ufw, allow_iptables,
             allow_firewalld(six and "ipv6" or "ipv4") }
  end
  return M.allow[system] or M.allow.box
end

return M
