-- SPDX-License-Identifier: BSD-2-Clause
local R = require "records"
local cves = require "pptpgrade.product.cves"
local strings = require "pptpgrade.product.strings"
local weigh = require "pptpgrade.product.weigh"

local function control(vendor, host, firmware, channels, framing, bearer)
  return R.control { vendor = vendor, host_name = host,
                     firmware_revision = firmware or 1,
                     maximum_channels = channels or 9,
                     framing_capabilities = framing or 9,
                     bearer_capabilities = bearer or 9 }
end

local function name(...)
  local row = strings.match(control(...))
  return row and row.name
end

local function note(...)
  return strings.match(control(...)).note
end

describe("the rows", function()
  it("are all there, each with a source and a confidence", function()
    assert.equal(72, #strings.rows)
    local confidences = { low = true, medium = true, high = true }
    for i, row in ipairs(strings.rows) do
      local columns = 0
      for column in pairs(row) do
        if math.type(column) then
          assert.truthy(column >= 1 and column <= 6, i)
          columns = columns + 1
        end
      end
      assert.truthy(columns > 0, i)
      assert.is_string(row.name)
      assert.is_string(row.source)
      assert.is_true(confidences[row.confidence])
      assert.is_true(row.cpe == nil or row.cpe:find("^cpe:/[aho]:") == 1)
    end
  end)

  local kinds = {}
  for kind in ("vpn-server vpn-client router firewall broadband-gateway " ..
    "broadband-modem pbx honeypot wireless-controller " ..
    "compromised-device"):gmatch "%S+" do
    kinds[kind] = true
  end

  -- What all rows of a family have in common: vendor, system, kind.
  local of_family = {
    poptop_old = { "Poptop", "Linux", "vpn-server" },
    accel = { "accel-ppp", "Linux", "vpn-server" },
    apple = { "Apple", "Mac OS X", "vpn-server" },
    windows = { "Microsoft", "Windows", "vpn-server" },
    windows_nt = { "Microsoft", "Windows", "vpn-server" },
    mikrotik = { "MikroTik", "RouterOS", "router" },
    cisco = { "Cisco", "IOS", "router" },
    pix = { "Cisco", "PIX OS", "firewall" },
    draytek = { "DrayTek", "DrayOS", "router" },
    fortinet = { "Fortinet", "FortiOS", "firewall" },
  }

  it("say of which vendor, system and kind they are", function()
    local seen = {}
    for _, row in ipairs(strings.rows) do
      assert.is_true(row.device_type == nil or kinds[row.device_type])
      local common = of_family[row.family]
      if common then
        assert.same(common, { row.vendor, row.os, row.device_type }, row.name)
        seen[row.family] = true
      end
    end
    for family in pairs(of_family) do
      assert.is_true(seen[family], family)
    end
  end)

  it("name only families that are known", function()
    local M = cves.vulnerabilities
    for family, list in pairs(M) do
      assert.is_true(#list > 0, family)
      for _, known in ipairs(list) do
        assert.is_true(known.id:find("^CVE%-%d%d%d%d%-%d%d%d%d+$") == 1 or
                       known.source:find("no CVE", 1, true) ~= nil)
        for _, field in ipairs { "product", "affects", "condition", "nature",
                                 "source" } do
          assert.is_string(known[field], known.id .. " " .. field)
        end
      end
    end
  end)

  it("list each published flaw once", function()
    local known, families = {}, {}
    for family, list in pairs(cves.vulnerabilities) do
      for _, row in ipairs(list) do
        assert.is_nil(known[row.id], row.id)
        known[row.id] = true
        families[family] = (families[family] or 0) + 1
      end
    end
    assert.same({ poptop_old = 1, pppd = 2, accel = 7, mpd = 2, cisco = 4,
                  windows = 22, windows_nt = 3 }, families)
  end)

  it("tell when nobody mends a product any more", function()
    local ended = {}
    for _, row in ipairs(strings.rows) do
      if row.ended then
        ended[#ended + 1] = row.name
      end
    end
    assert.same({ "Poptop", "Mac OS X Server vpnd", "Mac OS X Server",
                  "PIX 6.x" }, ended)
  end)
end)

describe("match", function()
  it("knows the servers that were seen", function()
    local seen = {
      { "Poptop", "linux", "local", 1, 1, 0, 0 },
      { "Poptop", "MoretonBay", "local", 1, 1, 0, 0 },
      { "accel-ppp", "cananian", "local", 1, 1, 3, 3 },
      { "mpd", "FreeBSD MPD", "gw.example", 257, 0, 3, 3 },
      { "npppd", "", "", 1280, 4, 2, 2 },
      { "Mac OS X Server vpnd", "Mac OS X, Apple Computer, Inc", "x", 1, 1, 3,
        3 },
      { "Windows RRAS", "Microsoft", "", 0, 0, 2, 3 },
      { "RouterOS", "MikroTik", "branch-7", 1, 0, 2, 0 },
      { "IOS VPDN", "Cisco Systems, Inc.", "c7206", 4608, 0, 3, 3 },
      { "DrayTek Vigor", "DrayTek", "Vigor", 1, 0, 3, 3 },
      { "RT57i broadband VoIP router", "YAMAHA Corporation", "RT57i", 32838 },
      { "FortiGate", "Fortinet pptp", "pptp server", 1 },
    }
    for _, row in ipairs(seen) do
      assert.equal(row[1], name(table.unpack(row, 2)))
    end
  end)

  it("lets the most columns win, then the confidence", function()
    assert.equal("default identity", note("MikroTik", "MikroTik", 1, 0, 2, 0))
    assert.equal("Server dressed as RouterOS",
                 name("MikroTik", "MikroTik", 1, 1, 0, 0))
    assert.equal("RouterOS", name("MikroTik", "MikroTik", 6, 0, 2, 0))
    assert.equal("Windows remote access server", name("Microsoft", "pc"))
    assert.equal("Port-faking deception service",
                 name("linux", "pptp-server", 1, 9, 3, 3))
    assert.equal("Poptop derivative or decoy",
                 name("linux", "local", 1, 1, 3, 0))
  end)

  it("compares whole fields where a row says so", function()
    assert.equal("Poptop derivative", name("LINUX", "local", 1, 1, 0, 0))
    assert.is_nil(name("linuxx", "local", 1, 1, 0, 0))
    assert.is_nil(name("xlinux", "local", 1, 1, 0, 0))
    assert.is_nil(name("Cisc0", "x"))
    assert.equal("IOS family", name("The Cisco thing", "x"))
    assert.is_nil(name("the ZyXEL Communication Corp.", "x"))
    assert.equal("ZyXEL router or firewall",
                 name("ZyXEL Communication Corp. Z", "x"))
    assert.is_nil(name("ZyXEL Communication Corpx", "x"))
  end)

  it("reads the special columns", function()
    assert.equal("npppd", name("gw7", "gw7", 5, 4, 2, 2))
    assert.is_nil(name("gw7", "gw8", 5, 4, 2, 2))
    assert.equal("Masked vendor string", name("xxxx", "a"))
    assert.equal("Masked vendor string", name(("x"):rep(64), "a"))
    assert.is_nil(name("xxx", "a"))
    assert.is_nil(name("xxxxy", "a"))
    assert.equal("Netopia router", name("netopia", "a"))
    assert.is_nil(name("NETOPIA", "a"))
    assert.equal("Windows NT4, 2000 or XP remote access",
                 name("Microsoft Windows NT", "pc", 2160, 0))
    assert.is_nil(name("Microsoft Windows NT", "pc", 0, 0))
    assert.equal("RT or RTX series", name("YAMAHA Corporation", "RTX1100"))
    assert.equal("Yamaha router", name("YAMAHA Corporation", "xRTX"))
    assert.equal("Device whose name says that it was compromised",
                 name("?", "xHaCkEDx"))
    assert.equal("PPTP server of no brand", name("", "", 3, 3))
  end)

  it("takes no server's string for a pattern", function()
    for _, text in ipairs(R.hostile) do
      assert.is_nil(name("?" .. text, text .. "1"))
    end
    assert.equal("npppd", name(".*", ".*", 1, 4, 2, 2))
    assert.equal("RouterOS", name("a\0MikroTik%b", "x"))
    assert.is_nil(name("linux\0", "local", 1, 1, 0, 0))
  end)

  it("says nothing where fields are missing or of a wrong type", function()
    assert.is_nil(strings.match {})
    assert.is_nil(strings.match { vendor = 5, host_name = {},
                                   firmware_revision = "1" })
  end)
end)

describe("a product", function()
  local pppd = { ppp = { name = "pppd", habits = { "x" }, proven = true,
                         row = { product = { name = "pppd",
                                             family = "pppd" } } } }

  it("carries what its row knows, and on what it rests", function()
    local p = weigh.product(control("linux", "local", 1, 1, 0, 0))
    assert.equal("Poptop", p.name)
    assert.equal("Linux", p.os)
    assert.equal("vpn-server", p.device_type)
    assert.equal("cpe:/a:poptop:pptp_server", p.cpe)
    assert.equal("inferred", p.confidence)
    assert.equal("high", p.match)
    assert.equal("strings", p.basis)
    assert.equal('vendor "linux", host "local", firmware 1, channels 1, ' ..
                 "framing 0, bearer 0", p.strings)
    assert.is_nil(p.ppp)
  end)

  it("is unknown where no row fits, and none where nothing answered",
     function()
    assert.equal("unknown", weigh.product(control("abc", "x")).name)
    assert.equal("none", weigh.product(control("abc", "x")).confidence)
    assert.is_nil(weigh.product { state = "silent" })
    assert.is_table(weigh.product(R.control { state = "refused" }))
  end)

  it("says where pppd is proven", function()
    local p = weigh.product(control("abc", "x"), pppd)
    assert.same({ "pppd", true, "pppd", "behaviour", "proven" },
                { p.ppp, p.ppp_proven, p.name, p.basis, p.confidence })
    assert.same({ "x" }, p.habits)
    p = weigh.product(control("linux", "local", 1, 1, 0, 0), pppd)
    assert.same({ "pppd", "Poptop", "strings and behaviour", "observed" },
                { p.ppp, p.name, p.basis, p.confidence })
  end)
end)

describe("potential CVEs", function()
  local function found(...)
    local list = {}
    for _, known in ipairs(cves.potential(
      weigh.product(control(...)))) do
      list[known.id] = known
    end
    return list
  end

  it("follow the family, with what they rest on", function()
    local list = found("Microsoft", "", 0, 0, 2, 3)
    assert.equal("2022-03", list["CVE-2022-23253"].fixed)
    assert.truthy(list["CVE-2022-23253"].basis:find("family", 1, true))
    assert.truthy(list["CVE-2022-23253"].basis:find("version", 1, true))
    assert.equal("without the Windows update of 2022-03",
                 list["CVE-2022-23253"].condition)
  end)

  it("name CVE-2003-0213 for Moreton Bay's alone", function()
    assert.truthy(found("MoretonBay", "local", 1, 1, 0, 0)["CVE-2003-0213"])
    assert.is_nil(found("linux", "local", 1, 1, 0, 0)["CVE-2003-0213"])
  end)

  it("say whether pppd is proven or likely", function()
    local likely = found("linux", "local", 1, 1, 0, 0)["CVE-2020-8597"]
    assert.truthy(likely.basis:find("not proven", 1, true))
    local one = { name = "pppd", habits = {}, proven = true,
                  row = { product = { name = "pppd", family = "pppd" } } }
    local function first(vendor, host)
      return cves.potential(weigh.product(control(vendor, host),
                                                 { ppp = one }))
    end
    assert.truthy(first("Jungo")[1].basis:find("challenge", 1, true))
    assert.equal(2, #first "Jungo")
    assert.equal(2, #first "Microsoft") -- pppd's alone: it is not Windows
    one.proven = false
    assert.truthy(first("Jungo")[1].basis:find("not proven", 1, true))
    assert.same({}, first("DrayTek", "Vigor")) -- its own PPP looks alike
  end)

  it("are not pppd's where Poptop was seen to run another", function()
    local slirp = { name = "slirp", habits = {} }
    assert.same({}, cves.potential(weigh.product(
      control("linux", "local", 1, 1, 0, 0), { ppp = slirp })))
  end)

  it("are none for a family without any, and for nothing", function()
    assert.same({}, found("MikroTik", "MikroTik", 1, 0, 2, 0))
    assert.same({}, cves.potential(nil))
  end)
end)
