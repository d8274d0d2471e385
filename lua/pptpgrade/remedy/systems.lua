-- SPDX-License-Identifier: BSD-2-Clause
--- What a server runs on, by what is known of its product: the key under which
-- the ways to switch it off and its firewalls are found. The system decides,
-- never the PPP that runs inside: a Mac that runs pppd has no systemctl.
local M = {}

local by_os = {
  Linux = "linux", Windows = "windows", RouterOS = "routeros", IOS = "ios",
  ["PIX OS"] = "pix", FreeBSD = "freebsd", ["DragonFly BSD"] = "dragonfly",
  OpenBSD = "openbsd", ["Mac OS X"] = "macos", FortiOS = "fortios",
  DrayOS = "draytek", ["Yamaha RT"] = "yamaha", SEIL = "seil",
  ["Freebox OS"] = "freebox",
}

local by_vendor = {
  ["D-Link"] = "dlink", ["TP-Link"] = "tplink", ZyXEL = "zyxel",
  Buffalo = "buffalo", Netgear = "netgear", Synology = "synology",
  QNAP = "qnap", ASUS = "asus",
}

-- Kinds of device that somebody sells: what is not known of one of these is
-- not known, and is no Linux to type into.
local boxes = { router = true, firewall = true, pbx = true,
                ["broadband-gateway"] = true, ["broadband-modem"] = true,
                ["wireless-controller"] = true }

--- @tparam table|nil product as weigh.product gives it
-- @treturn string a key: "linux", "windows", ... ; "box" for a device of which
--   no more is known than that it is one; "unknown"
function M.of(product)
  if not product or product.name == "unknown" then
    return "unknown"
  end
  return by_os[product.os] or by_vendor[product.vendor] or
    (boxes[product.device_type] or product.os) and "box" or "unknown"
end

--- Every key that there is, for tests.
M.keys = { "box", "unknown" }
for _, names in ipairs { by_os, by_vendor } do
  for _, key in pairs(names) do
    M.keys[#M.keys + 1] = key
  end
end
table.sort(M.keys)

return M
