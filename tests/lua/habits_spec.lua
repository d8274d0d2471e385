-- SPDX-License-Identifier: BSD-2-Clause
-- The rows of habits, held against what was read in the products' sources and
-- captures: each field that names a product, and each habit that is a choice.
local R = require "records"
local habits = require "pptpgrade.product.habits"
local observe = require "pptpgrade.product.observe"

-- name and half: vendor, os, device type, family, CPE
local products = {
  ["Poptop tunnel"] = { "Poptop", "Linux", "vpn-server", "poptop",
                        "cpe:/a:poptop:pptp_server" },
  ["accel-ppp tunnel"] = { "accel-ppp", "Linux", "vpn-server", "accel",
                           "cpe:/a:accel-ppp:accel-ppp" },
  ["accel-ppp ppp"] = { "accel-ppp", "Linux", "vpn-server", "accel",
                        "cpe:/a:accel-ppp:accel-ppp" },
  ["mpd tunnel"] = { "MPD project", "FreeBSD", "vpn-server", "mpd",
                     "cpe:/a:mpd_project:mpd" },
  ["mpd ppp"] = { "MPD project", "FreeBSD", "vpn-server", "mpd",
                  "cpe:/a:mpd_project:mpd" },
  ["npppd tunnel"] = { "OpenBSD", "OpenBSD", "vpn-server", "npppd",
                       "cpe:/o:openbsd:openbsd" },
  ["npppd ppp"] = { "OpenBSD", "OpenBSD", "vpn-server", "npppd",
                    "cpe:/o:openbsd:openbsd" },
  ["Windows tunnel"] = { "Microsoft", "Windows", "vpn-server", "windows",
                         "cpe:/o:microsoft:windows" },
  ["Windows ppp"] = { "Microsoft", "Windows", "vpn-server", "windows",
                      "cpe:/o:microsoft:windows" },
  ["pppd ppp"] = { false, false, "vpn-server", "pppd",
                   "cpe:/a:point-to-point_protocol_project:" ..
                   "point-to-point_protocol" },
  ["slirp ppp"] = { false, false, "vpn-server", false, false },
  ["Cisco IOS ppp"] = { "Cisco", "IOS", "router", "cisco",
                        "cpe:/o:cisco:ios" },
  ["MikroTik ppp"] = { "MikroTik", "RouterOS", "router", "mikrotik",
                       "cpe:/o:mikrotik:routeros" },
  ["DrayTek ppp"] = { "DrayTek", "DrayOS", "router", "draytek",
                      "cpe:/o:draytek:vigor_firmware" },
}

-- Which order of Call-IDs fits which tunnel; all others rule it out.
local ids = {
  Poptop = { ["128"] = true }, ["accel-ppp"] = { up = true },
  mpd = { same = true, up = true }, Windows = { scattered = true },
}

local ends = { pppd = "peer refused to authenticate",
               npppd = "Authentication is required" }

local function key_of(row)
  return row.name .. " " .. row.half
end

describe("the rows of habits", function()
  it("name who made what, and of which kind it is", function()
    local found = {}
    for _, row in ipairs(habits.rows) do
      local p = row.product
      assert.is_nil(found[key_of(row)])
      found[key_of(row)] = { p.vendor or false, p.os or false, p.device_type,
                             p.family or false, p.cpe or false }
    end
    assert.same(products, found)
  end)

  it("take the orders of Call-IDs that each has, and no other", function()
    for _, row in ipairs(habits.rows) do
      assert.equal(row.half == "tunnel" and ids[row.name] ~= nil,
                   row.call_ids ~= nil)
      for _, kind in ipairs(row.call_ids and { "128", "up", "swapped", "same",
                                               "scattered" } or {}) do
        assert.equal(ids[row.name][kind] == true,
                     habits.fits(row, "call_ids", { call_ids = kind }),
                     key_of(row) .. ": " .. kind)
      end
    end
  end)

  it("know the last words of each, and no others", function()
    for _, row in ipairs(habits.rows) do
      assert.equal(row.half == "ppp" and ends[row.name] or nil, row.terminate)
    end
    for _, text in ipairs { ends.pppd, ends.npppd, "bye" } do
      local seen = observe.observe(R.evidence(R.talk(
        { { "mschap_v2", "ack" } }, { ending = "terminate", text = text })))
      assert.same({ [text] = true }, seen.terminates)
      for _, row in ipairs(habits.rows) do
        if row.terminate then
          local fits, weight, words = habits.fits(row, "terminate", seen)
          local own = row.terminate == text
          assert.equal(own or nil, fits)
          assert.equal(own and 2 or nil, weight)
          assert.equal(own and 'terminates: "' .. text .. '"' or nil, words)
        end
      end
    end
  end)
end)
