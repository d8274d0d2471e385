-- SPDX-License-Identifier: BSD-2-Clause
--- The words of the reports, for whoever has not read the RFCs.
local M = {}

--- { word, what it means, source }, in the order of a conversation.
M.list = {
  { "PPTP", "Point-to-Point Tunneling Protocol: a control connection over " ..
      "TCP port 1723, and a tunnel of GRE packets beside it.", "RFC 2637" },
  { "SYN", "the first packet of a TCP connection. SYN-ACK answers it where " ..
      "the port is open, RST where it is closed.", "RFC 9293 3.5" },
  { "ICMP", "messages of hosts and routers about packets that they did not " ..
      "take, by type and code: 3/13 is a firewall's.", "RFC 792" },
  { "control", "the control connection: what is said over TCP before there " ..
      "is a tunnel.", "RFC 2637 2" },
  { "SCCRQ", "Start-Control-Connection-Request: our first message. SCCRP " ..
      "replies, with the server's name, vendor and firmware.",
    "RFC 2637 2.1, 2.2" },
  { "OCRQ", "Outgoing-Call-Request: asks for a tunnel. OCRP replies, with a " ..
      "result code and the server's call ID.", "RFC 2637 2.7, 2.8" },
  { "call", "one tunnel. Whoever reaches the port may ask for one; no " ..
      "password comes before it.", "RFC 2637 2.7" },
  { "call ID", "the number that tells one tunnel's GRE packets from " ..
      "another's.", "RFC 2637 4.1" },
  { "GRE", "the tunnel's packets, IP protocol 47. `reachable` (in a table " ..
      "`yes`) is GRE that went both ways; `inbound only` (`in`) came from " ..
      "the server, and ours were not answered; `unreachable` and " ..
      "`filtered` (`no`) met ICMP; `silent` (`?`) is neither.",
    "RFC 2637 4" },
  { "PPP", "Point-to-Point Protocol: what runs inside the tunnel, and logs " ..
      "in.", "RFC 1661" },
  { "LCP", "Link Control Protocol: the part of PPP in which each side says " ..
      "what it wants, the login method above all.", "RFC 1661 5" },
  { "Configure-Request", "an LCP message with what its sender wants. A " ..
      "Configure-Nak proposes something else; a Configure-Reject refuses an " ..
      "option; a Configure-Ack agrees.", "RFC 1661 5.1" },
  { "login", "whether a server lets anybody on without a password: " ..
      "`required`, `not required`, or not known.", "RFC 1661 3.5" },
  { "offered", "the server asked for this method by itself, in its first " ..
      "Configure-Request (`*`).", "docs/grading.md" },
  { "accepted", "the server asked for this method after our Configure-Nak " ..
      "named it (`+`).", "docs/grading.md" },
  { "refused", "the server was asked for this method, and chose otherwise, " ..
      "for good (`-`).", "docs/grading.md" },
  { "PAP", "Password Authentication Protocol: the password as it is.",
    "RFC 1334" },
  { "SPAP", "Shiva's PAP: the password in a code that can be turned back.",
    "IANA PPP numbers" },
  { "CHAP", "Challenge Handshake Authentication Protocol: an answer that " ..
      "only who knows the password can compute, with a hash such as MD5.",
    "RFC 1994" },
  { "MS-CHAP", "Microsoft's CHAP: version 1 may give up the password to who " ..
      "records one login, version 2 its hash.", "RFC 2433; RFC 2759" },
  { "EAP", "Extensible Authentication Protocol: a wrapper for other " ..
      "methods. Which one is inside shows only in a login.", "RFC 3748" },
  { "MPPE", "Microsoft's encryption of the tunnel by RC4, with keys from " ..
      "the login. Whether it is used shows only after one.", "RFC 3078" },
  { "challenge", "the random bytes that CHAP's answer is computed from.",
    "RFC 1994 2.1" },
  { "confidence", "`proven`: the server's own word; `observed`: seen, and " ..
      "something was left open; `inferred`: from what did not come; " ..
      "`none`: nothing is known.", "docs/grading.md" },
}

M.by_word = {}
for _, row in ipairs(M.list) do
  M.by_word[row[1]:upper()] = row
end

return M
