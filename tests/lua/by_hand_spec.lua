-- SPDX-License-Identifier: BSD-2-Clause
local remedies = require "pptpgrade.remedy.choice"

local function commands(...)
  local found = {}
  for i, hand in ipairs(remedies.by_hand(...)) do
    found[i] = hand.command
  end
  return found
end

describe("by hand", function()
  it("sends a request of 156 bytes, and says what it cannot test", function()
    local list = remedies.by_hand("192.0.2.1", 1723)
    local header = list[1].command:match("printf '(%x+)%%0256d' 0")
    assert.equal(156, #header // 2 + 128)
    assert.equal("009c00011a2b3c4d0001", header:sub(1, 20))
    assert.truthy(list[1].command:find("nc -w 12 192.0.2.1 1723", 1, true))
    for _, check in ipairs(list) do
      assert.truthy(check.shows:find("not test GRE", 1, true) or
                    check.shows:find("nothing of PPTP", 1, true))
    end
  end)

  it("knows nc, nmap, curl, bash and telnet, a line each", function()
    local all = table.concat(commands("192.0.2.1", 1724), "\n") .. "\n"
    for _, part in ipairs {
      "nc -w 12 192.0.2.1 1724 |", "nmap -n -Pn -p1724 ",
      "telnet://192.0.2.1:1724 |", "/dev/tcp/192.0.2.1/1724;",
      "\ntelnet 192.0.2.1 1724\n",
    } do
      assert.truthy(all:find(part, 1, true), part)
    end
    assert.falsy(all:find("1723", 1, true))
  end)

  it("warns of an idle connection where it makes one", function()
    for _, hand in ipairs(remedies.by_hand("192.0.2.1", 1723)) do
      if hand.command:find("^telnet") then
        assert.truthy(hand.shows:find("up to 10 s", 1, true))
      else
        assert.truthy(hand.shows:find("whole request", 1, true) or
                      hand.command:find("^nmap"))
        assert.falsy(hand.command:find("-sV", 1, true))
      end
    end
  end)

  it("writes an IPv6 address as each program wants it", function()
    local all = table.concat(commands("2001:db8::1", 1724, "unasked"), "\n")
    for _, part in ipairs {
      "nc -w 12 2001:db8::1 1724 |", "nmap -6 ", "telnet://[2001:db8::1]:1724",
      "/dev/tcp/2001:db8::1/1724", "WORKING_SERVER [2001:db8::1]:1724",
    } do
      assert.truthy(all:find(part, 1, true), part)
    end
  end)

  it("looks for lost GRE where it was silent, and only there", function()
    assert.falsy(table.concat(commands("192.0.2.1", 1723), "\n")
                   :find("gre%-control"))
    assert.equal("pptpgrade --gre-control WORKING_SERVER 192.0.2.1",
                 commands("192.0.2.1", 1723, "unasked")[1])
    assert.equal("pptpgrade --gre-control WORKING_SERVER 192.0.2.1:1724",
                 commands("192.0.2.1", 1724, "unasked")[1])
    for _, silence in ipairs { "proven", "unproven" } do
      assert.truthy(commands("192.0.2.1", 1724, silence)[1]
                      :find("^tcpdump %-ni any ip proto 47[%a%d. ]*$"))
    end
  end)

  it("hands no shell anything but an address and a number", function()
    local wrong = { "1.2.3.4; reboot", "$(reboot)", "`x`", "a b", "-x",
                    "1.2.3.4\n", "\0", false, {}, "", "::.." }
    for _, target in ipairs(wrong) do
      for _, command in ipairs(commands(target, "1; reboot")) do
        assert.falsy(command:find("reboot", 1, true))
        assert.truthy(command:find("ADDRESS", 1, true))
        assert.truthy(command:find("1723", 1, true))
      end
    end
  end)
end)
