-- SPDX-License-Identifier: BSD-2-Clause
--- What holds a grade down: one row each, with why and by whose word. Rows of
-- the same letter are told in this order; the letters themselves are the
-- policy's.
local M = {}

M.list = {
  { id = "C08", reason = "no login is required",
    source = "CWE-306; RFC 1661 3.5",
    why = "The server went on to a network protocol with a caller that had " ..
      "shown no password. Whoever reaches the port reaches the network.",
    blind = "What lies behind, because the address offered is never taken.",
    fix = "require_login" },
  { id = "C09", reason = "its own name says that it was compromised",
    source = "GVM VT 108661",
    why = "Attackers rename devices that they have taken.",
    blind = "Who wrote the name, and when. The default policy lets it not " ..
      "decide the letter.", fix = "incident" },
  { id = "C07", reason = "PAP is accepted", source = "RFC 1334 2; CWE-319",
    why = "PAP sends the password as it is, and MPPE cannot be keyed from " ..
      "it, so the tunnel is readable too.",
    blind = "Whether anyone logs in that way.", fix = "no_pap" },
  { id = "C15", reason = "SPAP is accepted", source = "CWE-327",
    why = "SPAP's encoding of the password can be turned back, and MPPE " ..
      "cannot be keyed from it.",
    blind = "Whether anyone logs in that way.", fix = "no_pap" },
  { id = "C05", reason = "MS-CHAPv1 is accepted",
    source = "Schneier and Mudge 1998; RFC 2433",
    why = "Its answer may carry the LAN Manager response, seven letters at " ..
      "a time and without case, and both directions share one key.",
    blind = "Whether anyone logs in that way.", fix = "no_mschap_v1" },
  { id = "C06", reason = "CHAP-MD5 is accepted",
    source = "RFC 3079 2; RFC 1994 2.2",
    why = "MPPE cannot be keyed from it, so a tunnel opened with it is " ..
      "readable; and the server has to keep passwords as they are.",
    blind = "Whether anyone logs in that way.", fix = "no_chap" },
  { id = "C29", reason = "CHAP with a hash beside MD5 is accepted",
    source = "IANA PPP authentication algorithms; RFC 3079 2; RFC 1994 2.2",
    why = "MPPE cannot be keyed from CHAP with SHA-1, SHA-256 or SHA3-256 " ..
      "either, so a tunnel opened with it is readable; and the server has " ..
      "to keep passwords as they are.",
    blind = "Whether anyone logs in that way.", fix = "no_chap" },
  { id = "C10", reason = "the same challenge came twice",
    source = "RFC 1994 2.3; CWE-323",
    why = "An answer that was recorded once fits again: whoever listened " ..
      "logs in without the password.",
    blind = "How many challenges there are in all.", fix = "vendor_update" },
  { id = "C03", reason = "MS-CHAPv2 is accepted",
    source = "Marlinspike and Hulton, DEF CON 20 (2012); Microsoft Security " ..
      "Advisory 2743314",
    why = "One recorded login yields the password's hash for the work of " ..
      "one DES key, 2^56. The hash logs in, and decrypts what was recorded.",
    blind = "Whether MPPE is required, and how strong: that shows only " ..
      "after a login.", fix = "migrate" },
  { id = "C16", reason = "an unassigned method is accepted",
    source = "IANA PPP authentication algorithms",
    why = "Its strength is not known.",
    blind = "What the method is.", fix = "migrate" },
  { id = "C04", reason = "EAP is accepted; its inner method does not show",
    source = "RFC 3748; RFC 3079",
    why = "EAP may carry a sound login (EAP-TLS) or one as weak as " ..
      "CHAP-MD5. The tunnel is RC4 without integrity in any case.",
    blind = "The method inside EAP: seeing it means to begin a login.",
    fix = "eap_tls" },
  { id = "C18", reason = "whether a login is required is not known",
    source = "RFC 1661 3.5",
    why = "Only a Terminate-Request after login was declined, or a network " ..
      "protocol's request, would tell.",
    blind = "What the server does with a caller that declines.",
    fix = "again" },
  { id = "C17", reason = "some methods are not known",
    source = "RFC 1661 5.3",
    why = "A method that was not asked about, or whose question got no " ..
      "answer, may be accepted: the range reaches to its own letter.",
    blind = "The methods named.", fix = "again" },
  { id = "C28", reason = "GRE both ways was not shown, or no LCP came",
    source = "RFC 2637 4",
    why = "Calls are taken, but no login method could be seen. A filter on " ..
      "the way, often on the asking side, looks the same as a server " ..
      "without GRE.",
    blind = "All that lies behind GRE.", fix = "again" },
  { id = "C27", reason = "the target itself refuses GRE by ICMP",
    source = "RFC 1122 3.2.2.1; RFC 2637 4",
    why = "Calls are taken, but the tunnel's protocol has no one to hear it.",
    blind = "Whether that is so for other callers.", fix = "close" },
  { id = "C02", reason = "calls are taken from our address",
    source = "DISA V-207206; Microsoft's deprecation of PPTP (2024)",
    why = "The server takes a call before any login, and spends memory and " ..
      "a process on it.",
    blind = "Whether other addresses may call, and limits that set in later.",
    fix = "close" },
  { id = "C26", reason = "PPTP answers; whether it takes calls is not known",
    source = "RFC 2637 2.7",
    why = "The control channel is open to our address, and the call was not " ..
      "tried or not answered.",
    blind = "Calls, GRE and logins.", fix = "again" },
  { id = "C25", reason = "the call or the connection was refused, this time",
    source = "RFC 2637 2.2, 2.8",
    why = "A general error, a busy line or an early Disconnect may be gone " ..
      "a minute later.",
    blind = "What happens when it is not refused.", fix = "again" },
  { id = "C24", reason = "we are not authorised, or calls are not taken",
    source = "RFC 2637 2.2, 2.8",
    why = "The server refuses us by a result code; yet what reads requests " ..
      "is open to us before any login.",
    blind = "Who is let in.", fix = "close" },
  { id = "C01", reason = "PPTP answers", source = "DISA V-207206",
    why = "Code that runs before any login is open to whoever gets as " ..
      "far as we did.",
    blind = "How well it is written.", fix = "close" },
  { id = "C23", reason = "TCP opens, and there is no reply to judge by",
    source = "RFC 2637 2.1",
    why = "A busy server, one that admits few addresses, and another " ..
      "service that waits look alike; or nothing was asked or delivered.",
    blind = "What would answer another address, or later.", fix = "again" },
  { id = "C22", reason = "another protocol answers",
    source = "RFC 2637 1.4",
    why = "The port is open, and what answers is not PPTP.",
    blind = "What that service is worth.", fix = "close" },
  { id = "C21", reason = "no answer on this port from a host that is there",
    source = "RFC 9293 3.10.7",
    why = "Neither hand-made SYNs nor connect() were answered, while every " ..
      "echo request beside them was: a filter drops what we send.",
    blind = "Whether other addresses are let through.", fix = "none" },
  { id = "C20", reason = "the port is closed", source = "RFC 9293 3.10.7.1",
    why = "Nothing listens.",
    blind = "Whether other addresses get the same answer.", fix = "none" },
}

M.by_id = {}
for order, cap in ipairs(M.list) do
  cap.order = order
  M.by_id[cap.id] = cap
end

return M
