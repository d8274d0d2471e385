-- SPDX-License-Identifier: BSD-2-Clause
--- Sentences for findings, caps and grades: what to do, in words that hold for
-- any server. Commands, which depend on the server, are in the other files of
-- this folder.
local function for_pppd(word)
  return "pppd: take " .. word .. " and noauth out of every options file " ..
    "that the server reads, and have auth and require-mschap-v2 there; " ..
    "refuse-... says what pppd itself may answer, not what callers may use"
end

return {
  close = "Switch PPTP off, or close its TCP port and GRE (protocol 47) in " ..
    "the firewall. GRE also carries other tunnels (EoIP, NVGRE): where " ..
    "those are in use, let in their peers by address. Then move to " ..
    "WireGuard, IKEv2/IPsec or OpenVPN.",
  allow_list = "Until it is switched off, let its TCP port and GRE in from " ..
    "known addresses alone. Then move to WireGuard, IKEv2/IPsec or OpenVPN.",
  require_login = "Switch the server off at once, and find out who used " ..
    "it. Where it must stay for a while, require a login of every caller " ..
    "(pppd: take noauth out of every options file that the server reads, " ..
    "and have auth and require-mschap-v2 there).",
  no_pap = "Let nobody log in by PAP or SPAP (" .. for_pppd "require-pap" ..
    "), and change every password that was used over PPTP. Then move away " ..
    "from PPTP.",
  no_chap = "Let nobody log in by CHAP-MD5 (" .. for_pppd "require-chap" ..
    "). Then move away from PPTP.",
  no_mschap_v1 = "Let nobody log in by MS-CHAPv1 (" ..
    for_pppd "require-mschap" .. "), and change every password that was " ..
    "used over PPTP. Then move away from PPTP.",
  eap_tls = "Allow EAP-TLS alone inside EAP, with a certificate for each " ..
    "user. The tunnel stays RC4 without integrity: move to WireGuard, " ..
    "IKEv2/IPsec or OpenVPN.",
  single_method = "Allow one login method alone, the strongest that clients " ..
    "can do: whoever sits on the way can ask for the weakest.",
  migrate = "Move to WireGuard, IKEv2/IPsec or OpenVPN, change every " ..
    "password that was used over PPTP, then close PPTP's TCP port and GRE.",
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
