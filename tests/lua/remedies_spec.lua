-- SPDX-License-Identifier: BSD-2-Clause
local R = require "records"
local advice = require "pptpgrade.report.advice"
local caps = require "pptpgrade.judge.caps"
local findings = require "pptpgrade.judge.findings"
local firewalls = require "pptpgrade.remedy.firewalls"
local grade = require "pptpgrade.grade"
local strings = require "pptpgrade.product.strings"
local remedies = require "pptpgrade.remedy.choice"
local services = require "pptpgrade.remedy.services"
local settings = require "pptpgrade.remedy.settings"
local systems = require "pptpgrade.remedy.systems"

local function by_id(list)
  local found = {}
  for _, remedy in ipairs(list) do
    found[remedy.id] = remedy
  end
  return found
end

local poptop = { name = "Poptop", os = "Linux", family = "poptop",
                 device_type = "vpn-server" }

local function pick(fields)
  local about = { product = poptop, open = true, target = "192.0.2.1",
                  port = 1723 }
  for key, value in pairs(fields or {}) do
    about[key] = value
  end
  return remedies.pick(about)
end

-- Every word that would be typed, and every text.
local function words_of(remedy)
  local list = { remedy.text, remedy.where, remedy["for"] }
  for _, key in ipairs { "commands", "undo", "take_out", "keep" } do
    for _, text in ipairs(remedy[key] or {}) do
      list[#list + 1] = text
    end
  end
  return table.concat(list, "\n")
end

local function product_of(row)
  return { name = row.name, vendor = row.vendor, os = row.os,
           device_type = row.device_type, family = row.family }
end

-- Begins a command line, or stands in the text as a file of it.
local of_linux = { "systemctl", "ufw", "iptables", "ip6tables", "nft",
                   "firewall%-cmd", "service pptpd", "/etc/ppp",
                   "/etc/pptpd.conf", "require%-mschap", "apt" }

local function holds_linux(remedy)
  local text = "\n" .. words_of(remedy)
  for _, word in ipairs(of_linux) do
    local first = text:match("\n(sudo " .. word .. ")[ \n]") or
      text:match("\n(" .. word .. ")[ \n]") or
      word:find("/", 1, true) and text:match(word)
    if first then
      return first
    end
  end
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

  it("say of no refuse-... that it keeps a caller out", function()
    for _, text in pairs(remedies.texts) do
      assert.falsy(text:find("[\128-\255]"))
      assert.falsy(text:find("refuse%-%l"))
    end
    for _, row in pairs(settings.rows) do
      assert.falsy(words_of(row):find("refuse%-%l"))
    end
  end)

  it("are whole: kind, for whom, by whose word, tried or not", function()
    local kinds = { off = true, wall = true, settings = true,
                    allow_list = true, migrate = true }
    for _, row in ipairs(strings.rows) do
      local list = pick { product = product_of(row), weak = true }
      for _, remedy in ipairs(list) do
        assert.is_true(kinds[remedy.kind])
        assert.truthy(grade.rank(remedy.to))
        assert.is_string(remedy["for"])
        assert.is_true(#remedy.text > 0)
        assert.is_true(#remedy.source > 0)
        assert.is_boolean(remedy.tested)
        assert.falsy(words_of(remedy):find("{%l+}"))
      end
    end
  end)

  it("that hold commands say whether they last, and how to undo", function()
    local function check(row)
      if row.commands and row.undo then
        assert.is_boolean(row.lasts)
        assert.equal(not row.lasts, row.text:find("reboot") ~= nil)
      end
      for _, key in ipairs { "commands", "undo" } do
        for _, command in ipairs(row[key] or {}) do
          assert.falsy(command:find("[\n\128-\255]"))
          assert.falsy(command:find("^%s") or command:find("%s$"))
        end
      end
    end
    for _, key in ipairs(systems.keys) do
      for _, list in ipairs { firewalls.walls_of(key), services.of(key),
                              firewalls.allow_of(key) } do
        for _, row in ipairs(list) do
          check(row)
        end
      end
    end
  end)

  it("hold no Linux command for what is no Linux", function()
    local seen = {}
    for _, row in ipairs(strings.rows) do
      local product = product_of(row)
      local system = systems.of(product)
      for _, weak in ipairs { true, false } do
        for _, remedy in ipairs(pick { product = product, weak = weak,
                                       eap = true }) do
          if system ~= "linux" and system ~= "unknown" then
            assert.is_nil(holds_linux(remedy), row.name .. " " .. remedy.id)
            seen[system] = true
          end
        end
      end
    end
    for _, system in ipairs { "windows", "routeros", "ios", "pix", "freebsd",
                              "fortios", "macos", "draytek", "dlink",
                              "tplink", "zyxel", "box" } do
      assert.is_true(seen[system], system)
    end
    assert.truthy(holds_linux(by_id(pick()).off)) -- the check can fail
    assert.truthy(holds_linux(by_id(pick()).ufw))
  end)

  it("hold each system's own way, or say that none is known", function()
    local own = {
      windows = "netsh ras", routeros = "pptp%-server server set enabled=no",
      ios = "no vpdn enable", pix = "no vpdn enable", freebsd = "mpd5",
      openbsd = "rcctl", macos = "serveradmin", fortios = "config vpn pptp",
      draytek = "Remote Access Control", dlink = "PPTP", tplink = "PPTP",
      yamaha = "pptp service off", synology = "VPN Server",
      qnap = "QVPN", asus = "VPN Server", zyxel = "No command .- is known",
      box = "No command .- is known", unknown = "not known",
    }
    for _, key in ipairs(systems.keys) do
      local first = services.of(key)[1]
      assert.truthy(first, key)
      if own[key] then
        assert.truthy(words_of(first):find(own[key]), key)
      end
      assert.truthy(firewalls.walls_of(key)[1], key)
      assert.truthy(firewalls.allow_of(key)[1], key)
    end
  end)

  it("know Linux by its daemon", function()
    assert.truthy(words_of(by_id(pick()).off):find("now pptpd", 1, true))
    local accel = { name = "accel-ppp", os = "Linux", family = "accel" }
    local found = by_id(pick { product = accel })
    assert.truthy(words_of(found.off):find("now accel-ppp", 1, true))
    assert.same("delete vpn pptp", found.off_vyos.commands[2])
  end)

  it("go by the system, whatever PPP runs inside", function()
    for _, row in ipairs {
      { "Mac OS X Server vpnd", "Mac OS X", "apple" },
      { "FortiGate", "FortiOS", "fortinet" },
      { "D-Link router", nil, nil, "D-Link" },
    } do
      local product = { name = row[1], os = row[2], family = row[3],
                        vendor = row[4], device_type = "router",
                        ppp = "pppd" }
      for _, proven in ipairs { true, false } do
        product.ppp_proven = proven or nil
        for _, remedy in ipairs(pick { product = product, weak = true }) do
          assert.is_nil(holds_linux(remedy))
        end
      end
    end
  end)

  it("close the target's own port, in its address family", function()
    for _, remedy in ipairs(pick { port = 1724 }) do
      local text = words_of(remedy)
      assert.falsy(text:find("1723", 1, true), remedy.id)
      if remedy.kind == "wall" then
        assert.truthy(text:find("1724", 1, true), remedy.id)
      end
    end
    assert.truthy(words_of(by_id(pick()).iptables)
                    :find("\niptables -I INPUT", 1, true))
    for _, remedy in ipairs(pick { target = "2001:db8::1" }) do
      local text = "\n" .. words_of(remedy)
      assert.falsy(text:find("\niptables", 1, true), remedy.id)
      assert.falsy(text:find("[^%d]ip saddr", 1, true), remedy.id)
    end
  end)

  it("come in the order in which they fit", function()
    local kinds = {}
    for i, remedy in ipairs(pick { weak = true }) do
      kinds[i] = remedy.kind
    end
    local order = { settings = 1, off = 2, wall = 3, migrate = 4,
                    allow_list = 5 }
    for i = 2, #kinds do
      assert.is_true(order[kinds[i - 1]] <= order[kinds[i]])
    end
    assert.equal("settings", kinds[1])
    assert.equal("allow_list", kinds[#kinds])
  end)

  it("warn beside a rule for what passes through", function()
    local found = by_id(pick())
    assert.truthy(found.nftables_forward.also_hits:find("everybody"))
    for id, remedy in pairs(found) do
      if words_of(remedy):find("forward", 1, true) then
        assert.equal("nftables_forward", id)
      end
    end
  end)

  it("tell to look again from outside", function()
    assert.truthy(by_id(pick()).migrate.text
                    :find("not from the server itself", 1, true))
  end)
end)

describe("login settings", function()
  local function harden(product)
    return settings.harden(product, systems.of(product)).id
  end

  it("are those of the PPP behind it, or of the product", function()
    local function with(fields)
      local product = { name = "x", os = "Linux", family = "poptop" }
      for key, value in pairs(fields) do
        product[key] = value or nil
      end
      return harden(product)
    end
    assert.equal("pppd", with {})
    assert.equal("slirp", with { ppp = "slirp" })
    assert.equal("accel", with { family = "accel" })
    assert.equal("accel", with { family = "accel", ppp = "pppd" })
    assert.equal("pppd", with { family = "accel", ppp = "pppd",
                                ppp_proven = true })
    assert.equal("pppd", with { family = "pppd", os = false, ppp = "pppd" })
    assert.equal("windows", with { family = "windows", os = "Windows",
                                   ppp = "pppd" })
    assert.equal("mikrotik", with { family = "mikrotik", os = "RouterOS" })
    assert.equal("generic", with { family = "draytek", os = "DrayOS" })
    assert.equal("generic", harden(nil))
    assert.equal("generic", harden { name = "unknown" })
  end)

  it("of pppd take out what is weaker, and keep what must stay", function()
    local row = by_id(pick { weak = true }).pppd
    assert.equal("E", row.to)
    local out = {}
    for _, word in ipairs(row.take_out) do
      out[word] = true
    end
    for _, word in ipairs { "noauth", "require-pap", "require-chap",
                            "require-mschap", "require-eap", "+pap", "+chap",
                            "+mschap" } do
      assert.is_true(out[word], word)
    end
    assert.same({ "auth", "require-mschap-v2", "require-mppe-128" }, row.keep)
  end)

  local function told(...)
    local v = grade(R.evidence(table.unpack(R.survey(R.pppd(...)))))
    local ids = {}
    for _, remedy in ipairs(v.remedies) do
      if remedy.kind == "settings" then
        ids[#ids + 1] = remedy.id
      end
    end
    return table.concat(ids, " ")
  end

  it("are told where something weaker than MS-CHAPv2 was seen", function()
    assert.equal("", told "mschap_v2")
    assert.equal("pppd", told("pap", "mschap_v2"))
    assert.equal("pppd", told "chap_md5")
    assert.equal("pppd", told("mschap_v1", "mschap_v2"))
    assert.equal("eap_tls", told "eap")
    assert.equal("eap_tls", told("eap", "mschap_v2"))
    assert.equal("pppd", told("eap", "pap"))
  end)

  it("are not told for what nobody saw", function()
    local e = R.evidence(R.survey(R.pppd "mschap_v2")[1])
    assert.equal("not_tested", e.authentication.methods.pap)
    for _, remedy in ipairs(grade(e).remedies) do
      assert.not_equal("settings", remedy.kind)
    end
  end)

  it("lead EAP alone to certificates, and no letter further", function()
    local row = by_id(pick { eap = true }).eap_tls
    assert.equal("D-F", row.to)
    assert.truthy(row.text:find("EAP-TLS alone", 1, true))
    assert.truthy(row.text:find("certificate for each user", 1, true))
  end)
end)

describe("what is closed, or no PPTP", function()
  it("is told no way to close it, and nothing to try by hand", function()
    for _, e in ipairs {
      R.evidence(R.connected { control = { state = "not_pptp" } }),
    } do
      local v = grade(e)
      assert.same({}, v.remedies)
      assert.same({}, v.check_by_hand)
    end
    assert.same({}, pick { open = false, weak = true, eap = true })
  end)
end)

describe("on a page", function()
  local v = { remedies = pick { weak = true },
              by_hand = remedies.by_hand("192.0.2.1", 1723) }
  local every = { width = 80, remedies = true }

  it("remedies are 12 lines at most, whatever the width", function()
    for _, width in ipairs { 40, 60, 80, 240 } do
      for _, row in ipairs(strings.rows) do
        local lines = advice.remedies({ remedies = pick {
          product = product_of(row), weak = true } }, { width = width })
        assert.is_true(#lines <= 12 and #lines > 1, row.name .. width)
      end
    end
  end)

  it("each is shown as a whole or not at all, and the rest counted", function()
    local lines = advice.remedies(v, { width = 80 })
    local text = table.concat(lines, "\n") .. "\n"
    assert.truthy(text:find("\n    systemctl disable --now pptpd\n" ..
                            "  undo   systemctl enable --now pptpd\n", 1, true))
    local shown = select(2, ("\n" .. text):gsub("\n  to ", "")) +
      select(2, ("\n" .. text):gsub("\n  then ", "")) +
      select(2, ("\n" .. text):gsub("\n  until ", ""))
    local left = tonumber(text:match("%-%-remedies: (%d+) more ways"))
    assert.equal(#v.remedies, shown + left)
  end)

  it("the fitting way to close it is there at any width", function()
    for _, width in ipairs { 40, 60, 80, 240 } do
      local text = table.concat(advice.remedies(v, { width = width }), "\n")
      assert.truthy(text:find("\n    systemctl disable --now pptpd\n", 1,
                              true))
    end
  end)

  it("no command is ever broken", function()
    for _, width in ipairs { 16, 40, 60, 80, 240 } do
      local lines = {}
      for _, list in ipairs {
        advice.remedies(v, { width = width, remedies = true }),
        advice.by_hand(v, { width = width, remedies = true }),
      } do
        for _, line in ipairs(list) do
          lines[line] = true
        end
      end
      for _, remedy in ipairs(v.remedies) do
        for _, command in ipairs(remedy.commands or {}) do
          assert.is_true(lines["    " .. command], command)
        end
        local undo = remedy.undo or {}
        for _, command in ipairs(undo) do
          assert.is_true(lines[(#undo == 1 and "  undo   " or "    ") ..
                               command], command)
        end
      end
      for _, hand in ipairs(v.by_hand) do
        assert.is_true(lines["    " .. hand.command])
      end
    end
  end)

  it("what was not tried is said not to be", function()
    local text = table.concat(advice.remedies(v, every), "\n")
    assert.truthy(text:find("service (Linux with systemd, not tried)", 1,
                            true))
    assert.truthy(text:find("nftables (Linux, tried)", 1, true))
  end)

  it("all that a remedy also hits stands beside it", function()
    local text = (table.concat(advice.remedies(v, every), " ")
                    :gsub("%s+", " "))
    for _, remedy in ipairs(v.remedies) do
      if remedy.also_hits then
        assert.truthy(text:find(remedy.also_hits, 1, true))
      end
    end
  end)
end)
