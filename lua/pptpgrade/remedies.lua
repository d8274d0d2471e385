-- SPDX-License-Identifier: BSD-2-Clause
--- What to do about it: settings, firewall commands, and what comes after.
-- Data first; below it, what fits a server. No setting makes PPTP pass: `to`
-- says how far each one leads, and the way to A is to close it.
local M = {}

--- Settings that leave MS-CHAPv2 alone, by family, and how to switch off.
M.products = {
  pppd = {
    where = "pppd options", to = "E",
    text = "refuse-pap refuse-chap refuse-mschap refuse-eap " ..
      "require-mschap-v2 require-mppe-128",
    login = "auth in place of noauth",
    service = "service", off = { "systemctl disable --now pptpd" },
  },
  accel = {
    where = "accel-ppp.conf", to = "E",
    text = "[modules] auth_mschap_v2 alone of all auth_ modules; " ..
      "[ppp] mppe=require",
    login = "no noauth=1 in [auth] or [ppp]",
    service = "service",
    off = { "systemctl disable --now accel-ppp",
            "on VyOS: delete vpn pptp; commit; save" },
  },
  mikrotik = {
    where = "RouterOS", to = "E",
    commands = {
      "/interface pptp-server server set authentication=mschap2",
      "/ppp profile set default-encryption use-encryption=required",
    },
    off = { "/interface pptp-server server set enabled=no" },
  },
  mpd = {
    where = "mpd.conf", to = "E",
    commands = { "set link no pap chap eap", "set link enable chap-msv2" },
    service = "service",
    off = { "service mpd5 onestop", "sysrc mpd_enable=NO" },
  },
  cisco = {
    where = "IOS", to = "E",
    commands = {
      "interface Virtual-Template1",
      " ppp authentication ms-chap-v2",
      " ppp encrypt mppe 128 required",
    },
    off = { "no vpdn enable, or take away the vpdn-group that says " ..
              "protocol pptp" },
  },
  windows = {
    where = "Routing and Remote Access", to = "D-F",
    text = "Security, Authentication Methods: EAP alone, with certificates " ..
      "(EAP-TLS)",
    off = { "Ports, WAN Miniport (PPTP), Configure: no inbound " ..
              "connections, 0 ports" },
  },
  fortinet = {
    where = "FortiOS",
    off = { "config vpn pptp", "set status disable", "end" },
  },
  apple = {
    where = "service", off = { "serveradmin stop vpn" },
  },
  generic = {
    where = "server settings", to = "E",
    text = "MS-CHAPv2 as the only login method, with 128-bit MPPE required",
    login = "a login required of every caller",
    off = { "switch the PPTP server off" },
  },
}

-- Whose settings a family has.
local settings_of = {
  poptop = "pppd", poptop_old = "pppd", pppd = "pppd", accel = "accel",
  mikrotik = "mikrotik", mpd = "mpd", cisco = "cisco", windows = "windows",
  windows_nt = "windows", fortinet = "fortinet", apple = "apple",
}

--- Close TCP 1723 and GRE, by firewall. Where the box passes 1723 on to a
-- server behind it, the same belongs into its forwarding rules.
M.firewalls = {
  { id = "ufw", where = "ufw", commands = {
    "ufw deny in 1723/tcp",
    "ufw deny in proto gre from any to any",
  } },
  { id = "iptables", where = "iptables", commands = {
    "iptables -I INPUT -p tcp --dport 1723 -j REJECT " ..
      "--reject-with tcp-reset",
    "iptables -I INPUT -p gre -j DROP",
    "iptables -I FORWARD -p tcp --dport 1723 -j REJECT " ..
      "--reject-with tcp-reset",
    "iptables -I FORWARD -p gre -j DROP",
  } },
  { id = "firewalld", where = "firewalld", commands = {
    "firewall-cmd --permanent --remove-port=1723/tcp",
    "firewall-cmd --permanent --remove-protocol=gre",
    "firewall-cmd --permanent --add-rich-rule='rule port port=\"1723\" " ..
      "protocol=\"tcp\" reject'",
    "firewall-cmd --permanent --add-rich-rule='rule protocol " ..
      "value=\"gre\" drop'",
    "firewall-cmd --reload",
  } },
  { id = "nftables", where = "nftables", commands = {
    "nft insert rule inet filter input tcp dport 1723 " ..
      "reject with tcp reset",
    "nft insert rule inet filter input meta l4proto gre drop",
  } },
  { id = "pf", where = "pf.conf", commands = {
    "block in quick proto tcp to port 1723",
    "block in quick proto gre",
  } },
  { id = "windows_firewall", where = "Windows", commands = {
    "New-NetFirewallRule -DisplayName 'Block PPTP' -Direction Inbound " ..
      "-Protocol TCP -LocalPort 1723 -Action Block",
    "New-NetFirewallRule -DisplayName 'Block PPTP GRE' -Direction Inbound " ..
      "-Protocol 47 -Action Block",
  } },
  { id = "cisco_acl", where = "IOS, ahead of every permit", commands = {
    "deny tcp any any eq 1723",
    "deny gre any any",
  } },
}

--- What comes once the port is closed, always.
M.migrate = {
  id = "migrate", to = "A", where = "then",
  text = "move to WireGuard, IKEv2/IPsec or OpenVPN; change every password " ..
    "that was used over PPTP; look again from outside",
}

--- Sentences for findings and caps.
M.texts = {
  close = "Switch PPTP off, or close TCP 1723 and GRE (protocol 47) in the " ..
    "firewall. GRE also carries other tunnels (EoIP, NVGRE): where those " ..
    "are in use, let in their peers by address. Then move to WireGuard, " ..
    "IKEv2/IPsec or OpenVPN.",
  allow_list = "Until it is switched off, let 1723/tcp and GRE in from " ..
    "known addresses alone. Then move to WireGuard, IKEv2/IPsec or OpenVPN.",
  require_login = "Switch the server off at once, and find out who used " ..
    "it. Where it must stay for a while, require a login of every caller.",
  no_pap = "Refuse PAP and SPAP (pppd: refuse-pap), and change every " ..
    "password that was used over PPTP. Then move away from PPTP.",
  no_chap = "Refuse CHAP-MD5 (pppd: refuse-chap). Then move away from PPTP.",
  no_mschap_v1 = "Refuse MS-CHAPv1 (pppd: refuse-mschap), and change every " ..
    "password that was used over PPTP. Then move away from PPTP.",
  eap_tls = "Allow EAP-TLS alone inside EAP. The tunnel stays RC4 without " ..
    "integrity: move to WireGuard, IKEv2/IPsec or OpenVPN.",
  single_method = "Allow one login method alone, the strongest that clients " ..
    "can do: whoever sits on the way can ask for the weakest.",
  migrate = "Move to WireGuard, IKEv2/IPsec or OpenVPN, change every " ..
    "password that was used over PPTP, then close TCP 1723 and GRE.",
  generic_name = "Give the server a name that tells nothing.",
  no_multilink = "Switch multilink off (pppd: nomp; mpd: set bundle disable " ..
    "multilink; Windows: PPP, Multilink connections).",
  vendor_update = "Install the vendor's updates, and tell the vendor: this " ..
    "is no setting.",
  retire = "Take it out of service: there are no updates. Move to " ..
    "WireGuard, IKEv2/IPsec or OpenVPN.",
  incident = "Treat the device as compromised: take it off the network, " ..
    "keep what its logs hold, install it anew.",
  patch = "Compare the installed version with what is listed, and install " ..
    "the vendor's updates.",
  again = "Ask again, at another time or from another network.",
  none = "Nothing here. Look from another network as well: a filter may let " ..
    "others through.",
}

--- A sentence by its key.
-- @tparam string key
-- @treturn string
-- @raise where there is none
function M.text(key)
  return M.texts[key] or error("remedies.text: no such key: " ..
                               tostring(key), 2)
end

local function settings(product)
  if product and product.ppp == "pppd" then
    return "pppd"
  end
  return product and settings_of[product.family] or "generic"
end

local function entry(id, to, where, commands, text)
  return { id = id, to = to, where = where, commands = commands,
           text = text or table.concat(commands, "; ") }
end

local function harden(into, name, no_login)
  local known = M.products[name]
  if not known.to then
    name, known = "generic", M.products.generic
  end
  if no_login then
    into[#into + 1] = entry(name .. "_login", known.to, known.where, nil,
                            known.login or M.products.generic.login)
  end
  into[#into + 1] = entry(name, known.to, known.where, known.commands,
                          known.text)
end

local function close(into, product)
  local known = M.products[settings(product)]
  if product then
    into[#into + 1] = entry("off", "A", known.service or known.where,
                            known.off)
  end
  for _, wall in ipairs(M.firewalls) do
    into[#into + 1] = entry(wall.id, "A", wall.where, wall.commands)
  end
  into[#into + 1] = M.migrate
end

--- What to do about a server, nearest first.
-- @tparam table about product (or nil); open: whether PPTP answers or may;
--   weak: whether something weaker than MS-CHAPv2 is accepted or may be;
--   no_login: whether no login is required
-- @treturn table list of { id, to, where, text, commands }
function M.pick(about)
  local list = {}
  if about.weak then
    harden(list, settings(about.product), about.no_login)
  end
  if about.open then
    close(list, about.product)
  end
  return list
end

-- Our whole request: 28 bytes of header and numbers, 128 of empty names.
local SCCRQ = "009c00011a2b3c4d0001000001000000000000030000000300000000"

-- An address, and nothing that a shell would act on.
local function address(target)
  if type(target) == "string" and target:find("^[%x.:]+$") then
    return target
  end
  return "ADDRESS"
end

-- What silence means depends on the way between here and there.
local ways = {
  unasked = {
    command = "pptpgrade --gre-control WORKING_SERVER %s",
    shows = "whether GRE passes between here and a server that is known to " ..
      "work: only then does the silence of this one mean something.",
  },
  unproven = {
    command = "tcpdump -ni any ip proto 47 and host %s",
    shows = "whether our GRE leaves this network. It did not pass to the " ..
      "server named by --gre-control either: ask from another network.",
  },
  proven = {
    command = "tcpdump -ni any ip proto 47",
    shows = "on the server: whether our GRE arrives. It passes to the " ..
      "server named by --gre-control, so look at filters on this one's side.",
  },
}

--- Commands that show by hand what was found, as far as ordinary tools can.
-- @tparam string target
-- @tparam integer port
-- @tparam[opt] string silence where GRE was silent: proven, unproven (the way
--   to another server), unasked
-- @treturn table list of { command, shows }; only what is there for silent GRE
--   tests GRE
function M.by_hand(target, port, silence)
  local where = address(target)
  local number = math.tointeger(port) or 1723
  local six = where:find(":", 1, true) and "-6 " or ""
  local list = {
    { command = ("printf '%s%%0256d' 0 | xxd -r -p | nc -w 12 %s %d | xxd")
        :format(SCCRQ, where, number),
      shows = "the whole request in one piece; a reply begins with 009c " ..
        "0001 1a2b 3c4d 0002, its result is byte 14. It does not test GRE." },
    { command = ("nmap %s-Pn -sV -p%d --script pptp-version %s")
        :format(six, number, where),
      shows = "the reply's vendor, host name and firmware. It does not " ..
        "test GRE." },
  }
  local way = ways[silence]
  if way then
    local server = number == 1723 and where or where .. ":" .. number
    list[3] = { command = way.command:format(way == ways.unasked and server or
                                               where), shows = way.shows }
  end
  return list
end

return M
