-- SPDX-License-Identifier: BSD-2-Clause
local R = require "records"
local caps = require "pptpgrade.caps"
local findings = require "pptpgrade.findings"
local grade = require "pptpgrade.grade"
local remedies = require "pptpgrade.remedies"

local function by_id(list)
  local found = {}
  for _, remedy in ipairs(list) do
    found[remedy.id] = remedy
  end
  return found
end

local function of(family, fields)
  local about = { product = { family = family }, open = true, weak = true }
  for key, value in pairs(fields or {}) do
    about[key] = value
  end
  return by_id(remedies.pick(about))
end

describe("remedies", function()
  it("have a sentence for every finding and every cap", function()
    for _, row in ipairs(findings.list) do
      assert.is_string(remedies.text(row.remedy))
    end
    for _, row in ipairs(caps.list) do
      assert.is_string(remedies.text(row.fix))
    end
    assert.has_error(function() remedies.text "nothing" end)
  end)

  it("tell each product its own settings, and how far they lead", function()
    local want = {
      poptop = { "pppd", "E", "refuse-mschap " },
      accel = { "accel", "E", "auth_mschap_v2" },
      mikrotik = { "mikrotik", "E", "authentication=mschap2" },
      cisco = { "cisco", "E", "ms-chap-v2" },
      windows = { "windows", "D-F", "EAP" },
      mpd = { "mpd", "E", "chap-msv2" },
      draytek = { "generic", "E", "MS-CHAPv2" },
      fortinet = { "generic", "E", "MS-CHAPv2" },
    }
    for family, row in pairs(want) do
      local remedy = of(family)[row[1]]
      assert.equal(row[2], remedy.to)
      assert.truthy(remedy.text:find(row[3], 1, true))
    end
  end)

  it("leave MS-CHAPv2 alone of pppd's methods", function()
    local text = of("poptop").pppd.text
    for _, option in ipairs { "refuse-pap", "refuse-chap", "refuse-mschap",
                              "refuse-eap", "require-mschap-v2" } do
      assert.truthy((text .. " "):find(option .. " ", 1, true))
    end
    assert.falsy(text:find("refuse-mschap-v2", 1, true))
  end)

  it("go by the challenge before the banner", function()
    local about = { product = { family = "windows", ppp = "pppd" },
                    open = true, weak = true }
    assert.truthy(by_id(remedies.pick(about)).pppd)
  end)

  it("come before all else to a login that is not required", function()
    local list = remedies.pick { product = { family = "poptop" }, open = true,
                                 weak = true, no_login = true }
    assert.equal("pppd_login", list[1].id)
    assert.truthy(list[1].text:find("noauth", 1, true))
  end)

  it("close the port in every firewall, then move on", function()
    local list = remedies.pick { open = true }
    local found = by_id(list)
    for _, id in ipairs { "ufw", "iptables", "firewalld", "nftables", "pf",
                          "windows_firewall" } do
      assert.equal("A", found[id].to)
      local text = table.concat(found[id].commands, "\n")
      assert.truthy(text:find("1723", 1, true))
      assert.truthy(text:find("gre", 1, true) or text:find("47", 1, true))
    end
    local last = list[#list]
    assert.equal("migrate", last.id)
    for _, word in ipairs { "WireGuard", "IKEv2", "OpenVPN", "password" } do
      assert.truthy(last.text:find(word, 1, true))
    end
  end)

  it("say how to switch a known product off", function()
    assert.truthy(of("poptop").off.text:find("pptpd", 1, true))
    assert.equal("service", of("poptop").off.where)
    assert.truthy(of("mikrotik").off.text:find("enabled=no", 1, true))
    assert.is_nil(by_id(remedies.pick { open = true }).off)
  end)

  it("harden nothing where MS-CHAPv2 alone is left", function()
    local v = grade(R.evidence(table.unpack(R.survey(R.pppd "mschap_v2"))))
    assert.equal("E", v.grade)
    for _, remedy in ipairs(v.remedies) do
      assert.equal("A", remedy.to)
    end
    v = grade(R.evidence(table.unpack(R.survey(R.pppd("pap", "mschap_v2")))))
    assert.equal("E", v.remedies[1].to)
  end)

  it("are none for what is no PPTP", function()
    assert.same({}, grade(R.evidence(R.connected {
      control = { state = "not_pptp" } })).remedies)
  end)
end)

describe("by hand", function()
  it("sends a request of 156 bytes, and says what it cannot test", function()
    local list = remedies.by_hand("192.0.2.1", 1723)
    local header = list[1].command:match("printf '(%x+)%%0256d' 0")
    assert.equal(156, #header // 2 + 128)
    assert.equal("009c00011a2b3c4d0001", header:sub(1, 20))
    assert.truthy(list[1].command:find("nc -w 12 192.0.2.1 1723", 1, true))
    assert.truthy(list[2].command:find("pptp-version 192.0.2.1", 1, true))
    for _, check in ipairs(list) do
      assert.truthy(check.shows:find("not test GRE", 1, true))
    end
  end)

  it("asks nmap for IPv6 where the address is one", function()
    assert.truthy(remedies.by_hand("2001:db8::1", 1723)[2].command
                    :find("nmap -6 ", 1, true))
  end)

  it("looks for lost GRE where it was silent, and only there", function()
    assert.is_nil(remedies.by_hand("192.0.2.1", 1723)[3])
    assert.equal("pptpgrade --gre-control WORKING_SERVER 192.0.2.1",
                 remedies.by_hand("192.0.2.1", 1723, "unasked")[3].command)
    assert.equal("pptpgrade --gre-control WORKING_SERVER 192.0.2.1:1724",
                 remedies.by_hand("192.0.2.1", 1724, "unasked")[3].command)
    for _, silence in ipairs { "proven", "unproven" } do
      assert.truthy(remedies.by_hand("192.0.2.1", 1724, silence)[3].command
                      :find("^tcpdump %-ni any ip proto 47[%a%d. ]*$"))
    end
  end)

  it("hands no shell anything but an address and a number", function()
    local wrong = { "1.2.3.4; reboot", "$(reboot)", "`x`", "a b", "-x",
                    "1.2.3.4\n", "\0", false, {}, "" }
    for _, target in ipairs(wrong) do
      for _, check in ipairs(remedies.by_hand(target, "1; reboot")) do
        assert.falsy(check.command:find("reboot", 1, true))
        assert.truthy(check.command:find("ADDRESS", 1, true))
        assert.truthy(check.command:find("1723", 1, true))
      end
    end
  end)
end)
