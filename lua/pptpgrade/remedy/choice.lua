-- SPDX-License-Identifier: BSD-2-Clause
--- What to do about a server: which login settings, how to switch it off,
-- which firewall commands, and what comes after. The data are in remedy/; here
-- is what fits a server. No setting makes PPTP pass: `to` says how far each
-- way leads, and the way to A is to close it.
local by_hand = require "pptpgrade.remedy.by_hand"
local firewalls = require "pptpgrade.remedy.firewalls"
local services = require "pptpgrade.remedy.services"
local settings = require "pptpgrade.remedy.settings"
local systems = require "pptpgrade.remedy.systems"

local M = {}

M.texts = require "pptpgrade.remedy.texts"
M.by_hand = by_hand.list

--- A sentence by its key.
-- @tparam string key
-- @treturn string
-- @raise where there is none
function M.text(key)
  return M.texts[key] or error("choice.text: no such key: " ..
                               tostring(key), 2)
end

-- What comes once the port is closed, always.
local migrate = {
  id = "migrate", to = "A", where = "then", ["for"] = "any system",
  text = "move to WireGuard, IKEv2/IPsec or OpenVPN; change every password " ..
    "used over PPTP; look again from outside, not from the server itself",
  source = "NIST SP 800-77; Microsoft Security Advisory 2743314",
}

-- The words that depend on the target: its port and its address family.
local function words_of(port, six)
  return { port = port, ip = six and "ip6" or "ip",
           iptables = six and "ip6tables" or "iptables" }
end

local function filled(value, words)
  if type(value) == "string" then
    return (value:gsub("{(%l+)}", words))
  elseif type(value) ~= "table" then
    return value
  end
  local list = {}
  for i, text in ipairs(value) do
    list[i] = filled(text, words)
  end
  return list
end

local function put(list, rows, kind, words, to)
  for _, row in ipairs(rows) do
    local remedy = { kind = kind, to = to, tested = false }
    for key, value in pairs(row) do
      remedy[key] = filled(value, words)
    end
    list[#list + 1] = remedy
  end
end

-- `about` as pick has it, with what is made of it: everything that a list
-- depends on.
local function pick(about, port, six, system)
  local list, product, words = {}, about.product, words_of(port, six)
  if about.weak then
    put(list, { settings.harden(product, system) }, "settings", words)
  elseif about.eap then
    put(list, { settings.eap_tls(product, system) }, "settings", words)
  end
  put(list, services.of(system, product and product.family), "off", words, "A")
  put(list, firewalls.walls_of(system), "wall", words, "A")
  put(list, { migrate }, "migrate", words)
  put(list, firewalls.allow_of(system, six), "allow_list", words, "A")
  return list
end

-- Lists by what they depend on: a sweep has few different ones, and making one
-- costs as much as judging its server.
local MOST = 256
local picked, count = {}, 0

--- The lists that servers share: list -> true.
M.shared = setmetatable({}, { __mode = "k" })

local function key_of(about, port, six, system)
  local product = about.product or {}
  return ("%s|%s|%s|%s|%s|%s|%s"):format(
    about.weak and "weak" or about.eap and "eap" or "", port, six, system,
    product.family, product.ppp, product.ppp_proven)
end

--- What to do about a server: settings first, then the ways to close it, the
-- one that fits first, then who may still use it until then.
-- @tparam table about product (or nil); target, port; open: whether PPTP
--   answers or may; weak: whether something weaker than MS-CHAPv2 was seen, or
--   that no login is required; eap: whether EAP was seen
-- @treturn table list of remedies, each { id, kind, to, where, for, text,
--   source, tested } and where there are any commands, undo (lists, a command
--   a line), lasts, also_hits, take_out, keep. Empty where PPTP is not open.
--   Servers that need the same share one list: leave it as it is
function M.pick(about)
  if not about.open then
    return {}
  end
  local port = by_hand.port(about.port)
  local six = tostring(about.target):find(":", 1, true) ~= nil
  local system = systems.of(about.product)
  local key = key_of(about, port, six, system)
  local list = picked[key]
  if not list then
    if count == MOST then
      picked, count = {}, 0
    end
    list = pick(about, port, six, system)
    picked[key], count, M.shared[list] = list, count + 1, true
  end
  return list
end

return M
