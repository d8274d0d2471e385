-- SPDX-License-Identifier: BSD-2-Clause
local pptp = require "pptpgrade"
local json = require "json"
local scripted = require "scripted"

-- Each conversation begins where the pause after the one before it ends.
local function verdict(model, target, change)
  local clock = 0
  local evidence = pptp.survey.run(target, {}, function(plan)
    local record = scripted.converse(model, plan)
    clock = clock + (plan.wait or 0)
    record.time = ("2026-11-22T22:40:%09.6fZ"):format(clock)
    clock = clock + record.duration_us / 1000000
    if change then
      change(record)
    end
    return record
  end)
  return pptp.grade(evidence)
end

local function render(format, verdicts, opts)
  local parts = {}
  local r = pptp.report(format, function(bytes)
    parts[#parts + 1] = bytes
    return true
  end, opts)
  for _, v in ipairs(verdicts) do
    assert.is_true(r:add(v))
  end
  assert.is_true(r:close())
  return table.concat(parts)
end

local function lines_of(text)
  local lines = {}
  for line in text:gmatch "[^\n]*" do
    lines[#lines + 1] = line
  end
  return lines
end

local named = { target = "192.0.2.1", port = 1723, name = "vpn.example.net" }

-- Every kind of byte that has ever been trouble in a terminal or a table.
local hostile = {
  "\27[2J\27]0;owned\7", "%s%n%%d", "=cmd|' /C calc'!A0", "+1", "-1", "@x",
  ("A"):rep(64), "a\0b", "\x9b31m", "\xe2\x80\xae", "\r\nFAKE grade A",
  "\\x1b", '"},{"', "\xff\xfe", "\x7f",
}

local function spoil(text)
  return function(record)
    record.control.host_name, record.control.vendor = text, text
    record.challenge.name = text
    record.lcp.terminate = record.lcp.terminate and
      { by = "server", identifier = 1, data = "", text = text,
        at_us = record.lcp.terminate.at_us }
  end
end

-- Commands alone are never broken.
local function is_command(line)
  return line:find("^    %S") or line:find("^  undo   %S")
end

local function check_page(text, width)
  assert.is_nil(text:find "[^\n\x20-\x7e]")
  for _, line in ipairs(lines_of(text)) do
    assert.is_true(#line <= width or is_command(line) ~= nil, line)
    assert.is_nil(line:find " $")
  end
end

describe("the text report", function()
  it("shows one server as the page that the manual promises", function()
    local text = render("text", { verdict(scripted.pppd { "mschap_v1",
                                                          "mschap_v2" },
                                          named) })
    local page = {
      ("%-73sgrade F"):format("vpn.example.net (192.0.2.1) port 1723"),
      "MS-CHAPv1 is accepted: one recorded login gives up the password " ..
        "where the client",
      "sends its LM response.",
      "",
      "  port      open        SYN-ACK in 0.6 ms, TTL 64",
      '  control   answered    Poptop on Linux ("local", "linux", ' ..
        "firmware 1)",
      "  call      accepted    from 192.0.2.100; call ID 128",
      "  GRE       reachable   first packet after 4.1 ms, 31 packets",
      "  login     required    4 conversations in 3.8 s, all closed cleanly",
      "",
      '  PAP        refused    terminated: "peer refused to authenticate"',
      '  CHAP-MD5   refused    terminated: "peer refused to authenticate"',
      "  MS-CHAPv1  OFFERED    03 05 c2 23 80 in its first " ..
        "Configure-Request       -> F",
      "  MS-CHAPv2  ACCEPTED   03 05 c2 23 81 after our Configure-Nak" ..
        "              -> E",
      '  EAP        refused    terminated: "peer refused to authenticate"',
    }
    local lines = lines_of(text)
    for i, line in ipairs(page) do
      assert.equal(line, lines[i])
    end
    assert.truthy(text:find("\n  high      PPTP-014  MS-CHAPv1 accepted\n",
                            1, true))
    assert.truthy(text:find("\n  to E   pppd (behind pptpd, tried): ", 1,
                            true))
    assert.truthy(text:find("\n    systemctl disable --now pptpd\n", 1, true))
    assert.truthy(text:find("It does not test GRE", 1, true))
    assert.truthy(text:find("\n  not tested: MPPE", 1, true))
    check_page(text, 80)
  end)

  it("tells the time from the first start to the last end", function()
    local function took(...)
      local records = {}
      for i, time in ipairs { ... } do
        records[i] = { time = time, duration_us = 500000,
                       teardown = { state = "clean" } }
      end
      local v = verdict(scripted.pppd { "mschap_v2" }, named)
      v.evidence.conversations = records
      return render("text", { v }):match "conversations in ([^,]+),"
    end
    assert.equal("3.5 s", took("2026-11-22T22:40:00.000000Z",
                               "2026-11-22T22:40:03.000000Z"))
    assert.equal("3.5 s", took("2026-11-22T22:40:03.000000Z",
                               "2026-11-22T22:40:00.000000Z"))
    assert.equal("2.5 s", took("2026-12-31T23:59:59.500000Z",
                               "2027-01-01T00:00:01.500000Z"))
    assert.equal("1.0 s", took("2026-11-22T22:40:00.000000Z", "yesterday"))
    assert.equal("1.0 s", took(false, "2026-11-22T22:40:03.000000Z"))
    -- A clock that jumped, or records of two days.
    assert.equal("1.0 s", took("2026-11-22T22:40:00.000000Z",
                               "2026-11-22T23:40:00.000000Z"))
  end)

  it("tells what connect() met, notes about the way, and what was left out",
     function()
    local R = require "records"
    local record = R.contact("filtered", "icmp-3-13")
    record.tcp.icmp_from = "192.0.2.254"
    record.notes = { { code = "own_host", count = 1,
                       text = "the target is an address of this host" } }
    local older = R.syn("open", "syn-ack")
    older.time = "2026-01-01T00:00:00.000000Z"
    local text = render("text", {
      pptp.grade(pptp.evidence.newest { record, older, R.copy(older) }) })
    assert.truthy(text:find("\n  port      filtered    ICMP 3/13 from " ..
      "192.0.2.254, connect() found no way by\n", 1, true), text)
    assert.truthy(text:find("\n  note      the target is an address of this " ..
                            "host\n", 1, true))
    assert.truthy(text:find("\n  note      1 older record of this server " ..
      "left out: a newer survey decides\n", 1, true))
  end)

  it("says that a server looks like a decoy, and what it is if not", function()
    local R = require "records"
    local record = R.talk { { "pap", "ack" } }
    record.notes = { { code = "loopback", text = "", count = 1 },
                     { code = "lost_sync", text = "", count = 1 } }
    record.labels = { "hq", "a\27" }
    local text = render("text", { pptp.grade(R.evidence(record)),
      verdict(scripted.pppd { "mschap_v2" }, named) }, { width = 120 })
    assert.truthy(text:find("\n?     192.0.2.1", 1, true))
    assert.truthy(text:find("[hq, a\\x1b] looks like a decoy; if not: F, P", 1,
                            true), text)
  end)

  it("says that our capture lost packets, and the cure", function()
    local v = verdict(scripted.pppd { "mschap_v2" }, named)
    v.evidence.conversations[1].notes = { { code = "capture_drops" } }
    assert.truthy(render("text", { v }):find("take fewer --jobs", 1, true))
  end)

  it("says what another server's GRE did", function()
    local function gre_line(path, gre)
      local v = verdict(scripted.pppd { "mschap_v2" }, named)
      v.evidence.gre = gre or { state = "silent", reason = "timeout" }
      v.evidence.gre.local_path = path
      return render("text", { v }):match "\n  GRE +([^\n]+)"
    end
    assert.equal("silent      no answer in time, another server's passes",
                 gre_line "proven")
    assert.equal("silent      no answer in time, nor does another " ..
                 "server's pass", gre_line "unproven")
    assert.equal("silent      no answer in time", gre_line(nil))
    assert.equal("reachable", gre_line("unproven", { state = "reachable" }))
  end)

  it("names a product without a system, and none that is not known", function()
    local v = verdict(scripted.pppd { "mschap_v2" }, named)
    v.product = { name = "X", vendor = "Y" }
    assert.truthy(render("text", { v }):find("answered    X (", 1, true))
    v.product = { name = "X on Z", os = "Z" }
    assert.truthy(render("text", { v }):find("answered    X on Z (", 1, true))
    v.product = { name = "unknown", vendor = "Y", confidence = "none" }
    local text = render("text", { v }, { verbose = true })
    assert.truthy(text:find('answered    "local", ', 1, true))
    assert.falsy(text:find("unknown", 1, true))
  end)

  it("tells how the product is known where asked, and when it is belied",
     function()
    local v = verdict(scripted.pppd { "mschap_v2" }, named)
    v.product.confidence, v.product.basis = "observed", "behaviour"
    v.product.habits = { "a habit\27", "another" }
    local want = "\n  product   observed    behaviour, a habit\\x1b, another\n"
    assert.falsy(render("text", { v }):find("  product ", 1, true))
    assert.truthy(render("text", { v }, { verbose = true }):find(want, 1, true))
    v.product.contradiction = "strings of X, but behaviour of Y"
    assert.truthy(render("text", { v }):find(
      "\n  product   observed    strings of X, but behaviour of Y\n", 1, true))
  end)

  it("fits its width, whatever a server is called",
     function()
    for _, name in ipairs(hostile) do
      for _, width in ipairs { 40, 57, 79, 80, 120 } do
        local v = verdict(scripted.pppd { "mschap_v1" }, named, spoil(name))
        v.labels = { "a", name }
        check_page(render("text", { v }, { width = width, verbose = true }),
                   width)
        check_page(render("text", { v, v }, { width = width }), width)
      end
    end
  end)

  it("escapes names losslessly, and obeys no % in them", function()
    local function control(name)
      local text = render("text", { verdict(scripted.pppd { "pap" }, named,
                                            spoil(name)) })
      return text:gsub("\n +", " ")
    end
    assert.truthy(control "\27[2J":find('"\\x1b[2J"', 1, true))
    assert.truthy(control "%s%n":find('"%s%n"', 1, true))
    assert.truthy(control "a\0b":find('"a\\x00b"', 1, true))
    assert.truthy(control "\\x1b":find('"\\\\x1b"', 1, true))
  end)

  it("keeps the blanks of a server's names", function()
    local R = require "records"
    local text = render("text", { pptp.grade(R.evidence(R.connected {
      control = R.control { host_name = "gw   x  ", vendor = "A  B" } })) },
      { verbose = true })
    assert.truthy(text:find('("gw   x  ", "A  B", firmware 1)', 1, true) or
                  text:find('"gw   x  ", "A  B", firmware 1', 1, true), text)
    assert.truthy(text:find('\n' .. (" "):rep(22) .. '"gw   x  "\n', 1, true),
                  text)
    check_page(text, 80)
  end)

  it("has colour only where it is asked for", function()
    local v = verdict(scripted.pppd { "mschap_v2" }, named)
    assert.is_nil(render("text", { v }):find("\27", 1, true))
    assert.is_nil(render("text", { v, v }):find("\27", 1, true))
    local colored = render("text", { v }, { color = true })
    assert.truthy(colored:find("\27[1;31mgrade E\27[0m", 1, true))
    assert.equal(render("text", { v }), (colored:gsub("\27%[[%d;]*m", "")))
    colored = render("text", { v, v }, { color = true })
    assert.equal(render("text", { v, v }), (colored:gsub("\27%[[%d;]*m", "")))
  end)

  it("shows several servers as a table, worst first", function()
    local text = render("text", {
      verdict(scripted.pppd { "mschap_v2" }, "192.0.2.10"),
      verdict(scripted.pppd { "mschap_v2" }, "192.0.2.9"),
      verdict(scripted.mpd { "eap" }, "192.0.2.3"),
      verdict(scripted.accel { "mschap_v2", "mschap_v1" }, named),
      verdict(scripted.open_to_all(), { target = "2001:db8::1", port = 99 }),
    })
    assert.same({
      "GRADE SERVER           PRODUCT GRE PAP MD5 MS1 MS2 EAP DECIDED BY",
      "F     [2001:db8::1]:99 Poptop  yes .   .   .   .   .   " ..
        "no login is required",
      "F     vpn.example.net  Poptop  yes -   -   +   *   -   " ..
        "MS-CHAPv1 is accepted",
      "D-F   192.0.2.3        Poptop  yes -   -   -   -   *   " ..
        "EAP is accepted; its in..",
      "E     192.0.2.9        Poptop  yes -   -   -   *   -   " ..
        "MS-CHAPv2 is accepted",
      "E     192.0.2.10       Poptop  yes -   -   -   *   -   " ..
        "MS-CHAPv2 is accepted",
      "* offered  + accepted  - refused  ? no answer  . not tested",
      "GRE: yes both ways  in from the server alone  no refused  ? silent",
      "",
      "5 servers graded: 2 F, 1 D-F, 2 E",
      "",
    }, lines_of(text))
    check_page(text, 80)
  end)

  local function closed(target)
    return pptp.grade(pptp.survey.run(target, {}, function(plan)
      return scripted.broken(plan, { ended_by = "refused",
        tcp = { state = "closed", reason = "rst",
                connect = { state = "refused", reason = "rst" } } })
    end))
  end

  local function silent(target)
    return pptp.grade(pptp.survey.run(target, {}, function(plan)
      return scripted.broken(plan, {
        tcp = { state = "silent", reason = "timeout" } })
    end))
  end

  it("counts what is A or unknown, and lists it with --all", function()
    local list = { closed "192.0.2.1", silent "192.0.2.2",
                   verdict(scripted.pppd { "mschap_v2" }, "192.0.2.3"),
                   closed "192.0.2.4" }
    local text = render("text", list)
    assert.truthy(text:find("not listed: 2 graded A, 1 graded ?;", 1, true))
    assert.is_nil(text:find("192.0.2.1", 1, true))
    text = render("text", list, { all = true })
    assert.is_nil(text:find("not listed", 1, true))
    local order = {}
    for _, line in ipairs(lines_of(text)) do
      order[#order + 1] = line:match "192%.0%.2%.%d"
    end
    assert.same({ "192.0.2.3", "192.0.2.1", "192.0.2.4", "192.0.2.2" }, order)
    text = render("text", { closed "192.0.2.1", silent "192.0.2.2" })
    assert.equal("not listed: 1 graded A, 1 graded ?; --all lists them\n\n" ..
                 "2 servers graded: 1 A, 1 ?\n", text)
  end)

  it("never cuts a server's name that a line has room for", function()
    local long = ("a"):rep(60) .. ".example.net"
    local text = render("text", {
      verdict(scripted.pppd { "pap" }, { target = "192.0.2.1", name = long }),
      verdict(scripted.pppd { "pap" }, { target = "192.0.2.2", name = "b" }),
    })
    assert.truthy(text:find("F     " .. long .. "\n", 1, true))
    check_page(text, 80)
  end)

  it("uses a wider page where there is one", function()
    local list = { verdict(scripted.mpd { "eap" }, "192.0.2.3"),
                   verdict(scripted.mpd { "eap" }, "192.0.2.4") }
    assert.truthy(render("text", list):find("EAP is accepted; its.*%.%."))
    assert.truthy(render("text", list, { width = 120 })
                    :find("EAP is accepted; its inner method does not show\n",
                          1, true))
  end)

  it("says nothing of no server", function()
    assert.equal("", render("text", {}))
  end)

  it("renders evidence of a failure, and of nothing", function()
    local v = pptp.grade(pptp.survey.run("192.0.2.1", {}, function()
      return nil, "no route", "route"
    end))
    check_page(render("text", { v }, { verbose = true }), 80)
    check_page(render("text", { v, v }, { all = true }), 80)
  end)
end)

describe("the JSON reports", function()
  it("are one document, or one verdict a line", function()
    local list = { verdict(scripted.pppd { "pap" }, named),
                   verdict(scripted.mpd { "eap" }, "192.0.2.3") }
    local document = json.decode(render("json", list))
    assert.equal(1, document.schema)
    assert.equal(2, #document.verdicts)
    assert.equal("F", document.verdicts[1].grade)
    local lines = lines_of(render("jsonl", list))
    assert.equal("", table.remove(lines))
    assert.equal(2, #lines)
    for i, line in ipairs(lines) do
      assert.same(document.verdicts[i], json.decode(line))
    end
  end)

  it("are valid with no verdict at all", function()
    assert.same({ schema = 1, verdicts = {} },
                json.decode(render("json", {})))
    assert.equal("", render("jsonl", {}))
  end)

  it("give back the bytes that a server sent", function()
    for _, name in ipairs(hostile) do
      local v = verdict(scripted.pppd { "mschap_v2" }, named, spoil(name))
      local text = render("jsonl", { v })
      assert.is_nil(text:find "[^\n\x20-\x7e]")
      local back = json.decode(text)
      assert.equal(name, back.evidence.control.host_name)
      assert.equal(name, back.evidence.conversations[1].challenge.name)
    end
  end)

  it("grade again to the same verdict", function()
    local v = verdict(scripted.pppd { "mschap_v1", "mschap_v2" }, named)
    local text = render("jsonl", { v })
    local evidence
    for _, record in ipairs(json.decode(text).evidence.conversations) do
      evidence = pptp.evidence.merge(evidence, record)
    end
    assert.equal(text, render("jsonl", { pptp.grade(evidence) }))
  end)
end)

describe("a report", function()
  it("passes on what its writer says", function()
    local v = verdict(scripted.pppd { "pap" }, named)
    local function full()
      return nil, "No space left on device"
    end
    for _, format in ipairs { "text", "json", "jsonl" } do
      local r = pptp.report(format, full)
      local ok, why = r:add(v)
      if ok then
        ok, why = r:close()
      end
      assert.is_nil(ok)
      assert.equal("No space left on device", why)
    end
  end)

  it("raises on an unknown format and on no writer", function()
    for complaint, given in pairs { ["no such report format: yaml"] =
                                      { "yaml", print },
                                    ["a report needs a function"] =
                                      { "json" } } do
      local _, message = pcall(function()
        pptp.report(table.unpack(given))
        return nil -- a tail call has no line to blame
      end)
      assert.matches("^[^:]*report_spec.lua:%d+: " .. complaint, message)
    end
  end)
end)

describe("a time", function()
  local reads = require "pptpgrade.record"

  it("is counted from 1970", function()
    for text, seconds in pairs {
      ["1970-01-01T00:00:00Z"] = 0, ["1970-01-01T00:00:01.5Z"] = 1.5,
      ["2000-02-29T12:00:00Z"] = 951825600,
      ["2026-11-22T22:40:00.123456Z"] = 1795387200.123456,
      ["2100-03-01T00:00:00.000000Z"] = 4107542400,
    } do
      assert.equal(math.tointeger(seconds * 1000000 // 1),
                   reads.microseconds(text))
    end
  end)

  it("is none where it is not written as one", function()
    for _, text in ipairs { "", "2026-11-22", "2026-11-22T22:40:00",
                            "2026-11-22 22:40:00Z", "x2026-11-22T22:40:00Z",
                            0, {} } do
      assert.is_nil(reads.microseconds(text))
    end
  end)
end)

describe("a duration", function()
  it("is in milliseconds below a second, with tenths below ten", function()
    local layout = require "pptpgrade.report.layout"
    for us, text in pairs {
      [0] = "0.0 ms", [49] = "0.0 ms", [51] = "0.1 ms", [9949] = "9.9 ms",
      [9999] = "10.0 ms", [10000] = "10 ms", [10499] = "10 ms",
      [998499] = "998 ms", [999499] = "999 ms", [999999] = "1000 ms",
      [1000000] = "1.0 s", [1000001] = "1.0 s", [998949999] = "998.9 s",
      [998951000] = "999.0 s", [123000000] = "123.0 s",
    } do
      assert.equal(text, layout.duration(us))
    end
    for _, odd in ipairs { false, "7", {} } do
      assert.equal("?", layout.duration(odd))
    end
    assert.equal("?", layout.duration(nil))
  end)
end)
