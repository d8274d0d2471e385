-- SPDX-License-Identifier: BSD-2-Clause
local console = require "console"
local json = require "json"
local pptp = require "pptpgrade"
local scripted = require "scripted"

local run, records, closed = console.run, console.records, console.closed

-- That status, and exactly one sentence of ours, which names `what`.
local function refused(status, what, args, more)
  local r = run(args, more)
  assert.equal(status, r.status, r.complaints)
  assert.truthy(r.complaints:find "^pptpgrade: [^\n]+\n$", r.complaints)
  assert.truthy(r.complaints:find(what, 1, true), r.complaints)
  return r
end

describe("pptpgrade's command line", function()
  it("refuses wrong usage with 2 and one sentence that names the value",
     function()
    refused(2, "no target", {})
    refused(2, "'--frob'", { "--frob", "192.0.2.1" })
    refused(2, "'-z'", { "-z" })
    refused(2, "'-p'", { "192.0.2.1", "-p" })
    refused(2, "-p 0 ", { "-p", "0", "192.0.2.1" })
    refused(2, "-p 1e3", { "-p", "1e3", "192.0.2.1" })
    refused(2, "-p 65536", { "--port", "65536", "192.0.2.1" })
    refused(2, "-t 0 ", { "-t", "0", "192.0.2.1" })
    refused(2, "-t inf", { "-t", "inf", "192.0.2.1" })
    refused(2, "-t 3601 ", { "-t", "3601", "192.0.2.1" })
    refused(2, "-j 0 ", { "-j", "0", "192.0.2.1" })
    refused(2, "-d deep", { "-d", "deep", "192.0.2.1" })
    refused(2, "-o ./r.csv is named twice", { "-o", "r.csv", "-o", "./r.csv",
                                            "192.0.2.1" })
    refused(2, "-f says what goes to standard output", { "-o", "-",
                                                         "192.0.2.1" })
    refused(2, "critical, high, medium, low and info",
            { "--severity", "bad", "192.0.2.1" })
    refused(2, "auto, always and never", { "--color", "x", "192.0.2.1" })
    refused(2, "is for -f icinga", { "--warn", "C", "192.0.2.1" })
    refused(2, "leave one out", { "--render", "x", "-e", "x" })
    refused(2, "no targets", { "--render", "x", "192.0.2.1" })
    refused(2, "nothing-here", { "--render", "nothing-here" })
    refused(2, "-f yaml", { "-f", "yaml", "192.0.2.1" })
    refused(2, "jsonl", { "-f", "xml", "192.0.2.1" })
    refused(2, ".txt, .json", { "-o", "x.doc", "192.0.2.1" })
    refused(2, "-o x", { "-o", "x", "192.0.2.1" })
    refused(2, "missing/x.json", { "-o", "missing/x.json", "192.0.2.1" })
    refused(2, "--fail-on G", { "--fail-on", "G", "192.0.2.1" })
    refused(2, "--fail-on ?", { "--fail-on", "?", "192.0.2.1" })
    refused(2, "-4 and -6", { "-4", "-6", "192.0.2.1" })
    refused(2, "-S nowhere", { "-S", "nowhere", "192.0.2.1" })
    refused(2, "-i ", { "-i", ("x"):rep(16), "192.0.2.1" })
    refused(2, "--contact", { "--contact", ("x"):rep(65), "192.0.2.1" })
    refused(2, "PPTP-999", { "--explain", "PPTP-999" })
    refused(2, "nothing-here", { "--policy", "nothing-here", "192.0.2.1" })
    refused(2, "-e", { "-e", "x", "192.0.2.1" })
    refused(2, "nothing-here", { "-e", "nothing-here" })
    refused(2, "no record", { "-e", "empty" }, { files = { empty = "\n" } })
    refused(2, "bad spec", { "x" }, { bad_target = "bad spec" })
  end)

  it("leaves to a script what is the script's", function()
    for option, value in pairs { depth = "call", policy = "x", timeout = "3",
                                 ["fail-on"] = "E",
                                 ["gre-control"] = "192.0.2.9" } do
      refused(2, "--" .. option, { "--script", "x.nse", "--" .. option, value,
                                   "192.0.2.1" })
    end
    refused(2, "-o", { "--script", "x.nse", "-o", "x.json", "192.0.2.1" })
    refused(2, "-e", { "--script", "x.nse", "-e", "x" })
    refused(2, "--script-args", { "--script-args", "a=1", "192.0.2.1" })
  end)

  it("escapes what it quotes", function()
    refused(2, "\\x1b[2J", { "-p", "\27[2J", "192.0.2.1" })
    refused(2, "\\x0a", { "-d", "a\nb", "192.0.2.1" })
    refused(2, "%s%n", { "-d", "%s%n", "192.0.2.1" })
  end)

  it("proposes one option where one is meant", function()
    refused(2, "'--depth'", { "--depht", "syn", "192.0.2.1" })
  end)

  it("wants a contact for more than 256 public addresses", function()
    refused(2, "--contact", { "198.51.100.0/23" }, { public = 512 })
    assert.equal(0, run({ "192.0.2.1" }, { public = 256 }).status)
    local r = run({ "--contact", "x@example.net", "192.0.2.1" },
                  { public = 512 })
    assert.equal(0, r.status)
    assert.equal("x@example.net", r.world.started[1].contact)
  end)

  it("prints help, release and explanations", function()
    local r = run { "--help" }
    assert.equal(0, r.status)
    for line in r.text:gmatch "[^\n]*" do
      assert.is_true(#line <= 80, line)
    end
    assert.equal("pptpgrade " .. pptp.version .. "\n", run { "-V" }.text)
    r = run { "--explain", "PPTP-014" }
    assert.equal(0, r.status)
    assert.truthy(r.text:find "MS%-CHAPv1")
    assert.equal(r.text, run { "--explain", "pptp-014" }.text)
    assert.truthy(run { "--explain", "D-F" }.text:find "D%-F")
  end)

  it("has every option in its help", function()
    local source = assert(io.open("lua/pptpgrade/cli/options.lua")):read "a"
    local help = run { "-h" }.text
    local n = 0
    for names in source:gmatch 'p:%a+%("(%-[^"]*)"' do
      for name in names:gmatch "%S+" do
        n = n + 1
        assert.truthy((" " .. help):find("[ ,]" .. name:gsub("%-", "%%-") ..
                                         "[ ,|\n]"), name)
      end
    end
    assert.is_true(n > 20)
  end)

  it("tells a file of -x from a file of targets", function()
    refused(2, "cannot read exclude file 'ex': no", { "-x", "ex", "192.0.2.1" },
            { bad_target = "cannot read target file 'ex': no" })
    refused(2, "cannot read target file 'list': no", { "-x", "ex", "-T",
      "list" }, { bad_target = "cannot read target file 'list': no" })
  end)

  it("hands its options on", function()
    local r = run { "-p", "99", "-t", "2.5", "-d", "call", "-j", "7", "-i",
                    "eth0", "-S", "192.0.2.9", "-w", "x.pcap", "-x", "ex",
                    "-T", "list", "-6", "-n", "192.0.2.1" }
    assert.same({ interface = "eth0", source = "192.0.2.9", jobs = 7,
                  write = "x.pcap", stay = true, apart = true, trace = false },
                r.world.prober)
    assert.same({ specs = { "192.0.2.1" }, files = { "list" },
                  exclude = { "ex" }, port = 99, family = 6, numeric = true,
                  lazy = true },
                r.world.asked_targets)
    assert.equal(1, #r.world.started)
    assert.equal(2.5, r.world.started[1].timeout)
    assert.equal(99, r.world.started[1].port)
    assert.equal(4, run { "-4", "192.0.2.1" }.world.asked_targets.family)
    assert.equal(3600, run { "-t", "3600", "192.0.2.1" }
      .world.started[1].timeout)
  end)
end)

describe("pptpgrade, grading live servers,", function()
  it("prints a page for one, a table for several", function()
    local r = run { "192.0.2.1" }
    assert.equal(0, r.status)
    assert.truthy(r.text:find "^pptpgrade [^\n]+\n1 asked, 1 graded; " and
                  r.text:find "\n\n192%.0%.2%.1 port 1723 +grade E\n")
    assert.equal("", r.complaints)
    r = run { "192.0.2.1", "192.0.2.2" }
    assert.truthy(r.text:find "\n\nGRADE SERVER")
    assert.truthy(r.text:find "\n2 servers graded: 2 E\n$")
    assert.is_nil(r.text:find "by hand")
    r = run { "-v", "192.0.2.1", "192.0.2.2" }
    assert.truthy(r.text:find "\nGRADE SERVER.*\n192%.0%.2%.1 port 1723 ")
  end)

  it("has colour on a terminal only, and not where it is unwanted",
     function()
    local terminal = { [1] = true }
    local function colored(args, env, where)
      table.insert(args, "192.0.2.1")
      return run(args, { env = env, terminal = where or terminal })
        .text:find("\27", 1, true) ~= nil
    end
    assert.is_true(colored {})
    assert.is_true(colored({}, { NO_COLOR = "" }))
    assert.is_false(colored({}, {}, {}))
    assert.is_false(colored { "--no-color" })
    assert.is_false(colored({}, { NO_COLOR = "1" }))
    assert.is_false(colored({}, { TERM = "dumb" }))
    assert.is_true(colored({}, { CLICOLOR_FORCE = "1" }, {}))
    assert.is_false(colored({}, { CLICOLOR_FORCE = "0" }, {}))
    assert.is_false(colored({}, { CLICOLOR_FORCE = "1", NO_COLOR = "1" }))
    assert.is_true(colored({ "--color", "always" }, { NO_COLOR = "1" }, {}))
    assert.is_false(colored({ "--color", "never" }, { CLICOLOR_FORCE = "1" }))
    assert.is_false(colored({ "--color=auto" }, {}, {}))
  end)

  -- The longest line but commands, which are never broken.
  local function longest(more)
    local n = 0
    for line in run({ "192.0.2.1" }, more).text:gmatch "[^\n]+" do
      local command = line:find "^    %S" or line:find "^  undo   "
      n = math.max(n, command and 0 or #line)
    end
    return n
  end

  it("is as wide as COLUMNS from 40 to 240, else as the terminal, else 80",
     function()
    local terminal = { [1] = true }
    for columns, want in pairs { ["40"] = 40, ["240"] = 240, ["80"] = 80 } do
      local got = longest { env = { COLUMNS = columns, NO_COLOR = "1" },
                            terminal = terminal, columns = 100 }
      assert.is_true(got <= want and got > want // 3, columns)
    end
    for _, columns in ipairs { "0", "x", "9999", "39", "241", "-1", "",
                               "80.5", "1e2" } do
      local env = { COLUMNS = columns, NO_COLOR = "1" }
      assert.equal(80, longest { env = env })
      assert.equal(longest { env = { COLUMNS = "100", NO_COLOR = "1" } },
                   longest { env = env, terminal = terminal, columns = 100 })
      assert.equal(80, longest { env = env, terminal = terminal, columns = 0 })
      assert.equal(40, longest { env = env, terminal = terminal,
                                 columns = 7 })
    end
  end)

  it("tells in the progress how fast, and how long still", function()
    local now = 1000
    local r = run({ "192.0.2.1", "192.0.2.2", "192.0.2.3" }, {
      terminal = { [2] = true }, columns = 60, clock = function()
        now = now + 10
        return now
      end })
    assert.truthy(r.complaints:find("0 of 3 servers, ", 1, true))
    local text = r.complaints:match "([^\r\27]*1 of 3 servers[^\r\27]*)"
    assert.truthy(text and text:find "^%[K%l[%l ]+: 1 of 3 servers, ")
    for line in r.complaints:gmatch "[^\r\27]+" do
      assert.is_true(#line < 64, line) -- with what erases the line before
    end
    r = run({ "192.0.2.1", "192.0.2.2" }, {
      terminal = { [2] = true }, columns = 240, clock = function()
        now = now + 10
        return now
      end })
    assert.truthy(r.complaints:find "1 of 2 servers, %d under way, " and
                  r.complaints:find "%d%.%d/s, about %d+:%d%d left")
  end)

  it("shows progress only on a terminal, and leaves none behind", function()
    local terminal = { [2] = true }
    local r = run({ "192.0.2.1", "192.0.2.2" }, { terminal = terminal })
    assert.truthy(r.complaints:find "of 2 servers")
    assert.truthy(r.complaints:find "\r\27%[K$")
    assert.equal("", run { "192.0.2.1" }.complaints)
    assert.equal("", run({ "-q", "192.0.2.1" },
                         { terminal = terminal }).complaints)
  end)

  it("traces on stderr, escaped", function()
    local r = run { "--trace", "192.0.2.1" }
    assert.truthy(r.complaints:find("> SCCRQ\\x1b\n", 1, true))
    assert.equal(0, r.status)
  end)

  it("writes every output, and the terminal keeps the text", function()
    local r = run { "-o", "a.json", "-o", "B.JSONL", "-o", "c.txt",
                    "192.0.2.1" }
    assert.equal(0, r.status)
    local verdict = json.decode(r.files["a.json"].written).verdicts[1]
    assert.equal("E", verdict.grade)
    assert.same(verdict, json.decode(r.files["B.JSONL"].written))
    assert.equal(r.text, r.files["c.txt"].written)
    r = run { "-f", "jsonl", "192.0.2.1" }
    assert.equal("E", json.decode(r.text).grade)
  end)

  it("exits with 1 at --fail-on's letter and beyond", function()
    for letter, status in pairs { A = 1, D = 1, e = 1, F = 0 } do
      assert.equal(status, run { "--fail-on", letter, "192.0.2.1" }.status)
    end
    -- A range trips by its worst end.
    local r = run({ "--fail-on", "F", "192.0.2.1" }, { server = function(plan)
      return scripted.silent_gre(plan)
    end })
    assert.equal(1, r.status)
  end)

  it("lets ? trip nothing, and counts it", function()
    local function server(plan)
      if plan.target == "192.0.2.2" then
        return scripted.broken(plan, {
          tcp = { state = "silent", reason = "timeout" } })
      end
      return closed(plan)
    end
    refused(0, "1 of 2", { "--fail-on", "B", "192.0.2.1", "192.0.2.2" },
            { server = server })
    local r = run({ "--fail-on", "A", "192.0.2.1", "192.0.2.2" },
                  { server = server })
    assert.equal(1, r.status)
    assert.equal("pptpgrade: 1 of 2 servers graded ? without a worst " ..
                 "letter: that trips no --fail-on\n" ..
                 "pptpgrade: --fail-on A: 192.0.2.1 port 1723 (A)\n",
                 r.complaints)
  end)

  local function pap(plan)
    return scripted.converse(scripted.pppd { "pap" }, plan)
  end

  it("names who tripped --fail-on, a decoy by its worst letter too", function()
    local function server(plan)
      local record = pap(plan)
      if plan.target == "192.0.2.2" then
        record.notes = { { code = "loopback", text = "", count = 1 },
                         { code = "lost_sync", text = "", count = 1 } }
      end
      return record
    end
    local r = refused(1, "pptpgrade: --fail-on F: 192.0.2.1 port 1723 (F)\n",
                      { "--fail-on", "F", "192.0.2.1" }, { server = server })
    assert.falsy(r.complaints:find("?", 1, true))
    refused(1, "192.0.2.2 port 1723 (F)\n", { "--fail-on", "F", "192.0.2.2" },
            { server = server })
  end)

  it("says that 4 hides 1 where some was not done", function()
    local r = run({ "--fail-on", "F", "x.invalid", "192.0.2.1" },
                  { server = pap })
    assert.equal(4, r.status)
    assert.truthy(r.complaints:find("--fail-on F: 192.0.2.1 port 1723 (F); " ..
      "the exit status is 4, because not all was done\n", 1, true))
  end)

  it("names at most ten who tripped it, and counts the rest", function()
    local args = { "--fail-on", "F" }
    for i = 1, 12 do
      args[i + 2] = "192.0.2." .. i
    end
    local r = refused(1, "(F) and 2 more\n", args, { server = pap })
    assert.equal(10, select(2, r.complaints:gsub("port 1723", "")))
  end)

  it("grades the others where a name does not resolve: 4", function()
    local r = refused(4, "x.invalid", { "x.invalid", "192.0.2.1" })
    assert.truthy(r.text:find "grade E")
    r = refused(4, "x.invalid", { "x.invalid" })
    assert.truthy(r.text:find "\n1 asked, 0 graded, 1 failed; not all was done")
    assert.truthy(r.text:find "\n\nno server was graded\n$")
  end)

  it("exits with 3 where nothing could run, with 4 where something did",
     function()
    local function no_route(plan)
      return plan.target == "192.0.2.1" and "192.0.2.1: no route" or nil
    end
    refused(3, "eth9", { "192.0.2.1" }, { no_prober = "eth9: is not there" })
    refused(3, "no route", { "192.0.2.1" }, { refuse = no_route })
    refused(3, "epoll", { "192.0.2.1" }, { fail = "epoll: it failed" })
    local r = refused(4, "no route", { "192.0.2.1", "192.0.2.2" },
                      { refuse = no_route })
    assert.truthy(r.text:find "\n192%.0%.2%.2 ")
  end)

  it("says once what keeps many from being asked, and of how many", function()
    local r = run({ "192.0.2.1", "192.0.2.2", "192.0.2.3" },
                  { refuse = function() return "too many open files" end })
    assert.equal(3, r.status)
    assert.equal("pptpgrade: too many open files\n" ..
                 "pptpgrade: so it was with 2 more servers\n", r.complaints)
  end)

  it("tests what it can without privilege, and warns once", function()
    local function server(plan)
      return scripted.broken(plan, { control = { state = "answered" },
        call = { state = "accepted" },
        gre = { state = "not_tested", reason = "no-privilege" } })
    end
    local r = refused(0, "GRE", { "192.0.2.1" },
                      { raw = false, server = server })
    assert.truthy(r.text:find "GRE +not tested +needs CAP_NET_RAW")
    assert.equal("", run({ "-q", "192.0.2.1" },
                         { raw = false, server = server }).complaints)
    assert.equal("", run({ "-d", "control", "192.0.2.1" },
                         { raw = false, server = server }).complaints)
    refused(0, "a connection alone", { "-d", "syn", "192.0.2.1" },
            { raw = false, server = closed })
    refused(0, "no pptp-wire at PATH: control and call alone are tested, " ..
            "GRE and logins are not; " ..
            "install all of it", { "192.0.2.1" },
            { raw = false, server = server })
  end)

  it("keeps no capability where a helper has the packets", function()
    local r = run({ "192.0.2.1" }, { apart = true })
    assert.equal(0, r.status)
    assert.truthy(r.world.dropped)
    assert.truthy(r.world.prober.apart)
    assert.falsy(run({ "192.0.2.1" }).world.dropped)
    refused(3, "cannot give up capabilities: never", { "192.0.2.1" },
            { apart = true, no_drop = "never" })
  end)

  it("tells what a helper refused, and ends in part", function()
    refused(4, "pptp-wire refuses 192.0.2.1", { "192.0.2.1" },
            { refusal = "pptp-wire refuses 192.0.2.1 port 1723" })
  end)

  it("ends at a signal with 4, and writes what was found", function()
    local n = 0
    local r = run({ "-f", "jsonl", "192.0.2.1", "192.0.2.2", "192.0.2.3" }, {
      server = function(plan)
        n = n + 1
        return closed(plan)
      end,
      signals = function()
        return n >= 1 and 1 or 0
      end })
    assert.equal(4, r.status)
    assert.truthy(r.complaints:find "^pptpgrade: stopped by a signal; %d")
    assert.equal("A", json.decode((r.text:match "[^\n]+")).grade)
    assert.is_true(r.world.aborted)
    local _, lines = r.text:gsub("\n", "")
    assert.equal(n, lines)
  end)

  it("begins nothing after the first signal", function()
    local n = 0
    local r = run({ "-q", "-j", "1", "-d", "call", "192.0.2.1", "192.0.2.2",
                    "192.0.2.3" }, {
      server = function(plan)
        n = n + 1
        return closed(plan)
      end,
      signals = function()
        return n >= 1 and 1 or 0
      end })
    assert.equal(4, r.status)
    assert.equal(1, n)
  end)

  it("says what was lost on the way: 4", function()
    refused(4, "x.pcap", { "-w", "x.pcap", "192.0.2.1" },
            { lost = "x.pcap: No space left on device" })
  end)

  it("asks --gre-control's server first, and says where GRE is lost",
     function()
    local function silent(plan)
      local record = scripted.converse(scripted.pppd { "mschap_v2" }, plan)
      record.gre = { state = "silent", reason = "timeout" }
      record.lcp = { state = "silent", offers = {} }
      return record
    end
    local r = run({ "--gre-control", "192.0.2.9", "192.0.2.1" })
    assert.equal(0, r.status)
    assert.equal("", r.complaints)
    assert.equal("192.0.2.9", r.world.started[1].target)
    r = run({ "--gre-control", "192.0.2.9", "192.0.2.1", "192.0.2.2" },
            { server = silent })
    assert.equal(0, r.status)
    assert.equal("pptpgrade: --gre-control 192.0.2.9: GRE did not pass (GRE " ..
                 "silent): the silence of others may be this network's\n",
                 r.complaints)
    r = run({ "-q", "--gre-control", "192.0.2.9", "192.0.2.1" },
            { server = silent })
    assert.equal("", r.complaints)
    assert.truthy(r.text:gsub("\n *", " "):find("may be on our side", 1, true))
  end)

  it("takes one server for --gre-control, and only where GRE is tested",
     function()
    refused(2, "--gre-control x.invalid: no such host",
            { "--gre-control", "x.invalid", "192.0.2.1" })
    refused(2, "--gre-control 192.0.2.9 is excluded by -x",
            { "--gre-control", "192.0.2.9", "-x", "192.0.2.9", "192.0.2.1" })
    refused(2, "--gre-control", { "--gre-control", "192.0.2.9", "-e", "f" })
    refused(2, "-d control tests no GRE",
            { "--gre-control", "192.0.2.9", "-d", "control", "192.0.2.1" })
    refused(2, "-d syn tests no GRE",
            { "--gre-control", "192.0.2.9", "-d", "syn", "192.0.2.1" })
  end)

  it("goes on with its other outputs where one is full: 4", function()
    local r = refused(4, "standard output: No space", {
      "-o", "a.json", "192.0.2.1" }, { full = { "No space left", 28 } })
    assert.equal(1, #json.decode(r.files["a.json"].written).verdicts)
    r = refused(4, "a.json", { "-o", "a.json", "192.0.2.1" },
                { full_files = { ["a.json"] = { "No space left", 28 } } })
    assert.truthy(r.text:find "grade E")
  end)

  it("is silent about a closed pipe, stops, and exits with 4", function()
    local r = run({ "-f", "jsonl", "192.0.2.1", "192.0.2.2", "-j", "1" },
                  { full = { "Broken pipe", 32 } })
    assert.equal(4, r.status)
    assert.equal("", r.complaints)
    assert.is_true(r.world.aborted)
    for _, args in ipairs { { "-V" }, { "-h" }, { "--explain", "F" } } do
      r = run(args, { full = { "Broken pipe", 32 } })
      assert.equal(4, r.status)
      assert.equal("", r.complaints)
    end
    refused(4, "No space", { "-V" }, { full = { "No space left", 28 } })
  end)
end)

describe("pptpgrade, grading records,", function()
  it("groups them by server, and sends nothing", function()
    local text = records(scripted.pppd { "mschap_v2" }) ..
      records(scripted.pppd { "pap" }, { target = "192.0.2.2" })
    local r = run({ "-e", "r" }, { files = { r = text } })
    assert.equal(0, r.status)
    assert.truthy(r.text:find "\nF +192%.0%.2%.2 ")
    assert.truthy(r.text:find "\nE +192%.0%.2%.1 ")
    assert.equal(0, #r.world.started)
    assert.equal(r.text, (run({ "-e", "-" }, { stdin = text }).text
                            :gsub("; %-e %-\n", "; -e r\n")))
  end)

  it("gives the same whatever the order of records and files", function()
    local lines = {}
    for line in records(scripted.accel { "mschap_v2", "mschap_v1" })
      :gmatch "[^\n]+" do
      lines[#lines + 1] = line
    end
    local function joined(from, to, step)
      local some = {}
      for i = from, to, step do
        some[#some + 1] = lines[i]
      end
      return table.concat(some, "\n") .. "\n"
    end
    local want = run({ "-f", "jsonl", "-e", "all" },
                     { files = { all = joined(1, #lines, 1) } }).text
    assert.truthy(want:find('"grade":"F"', 1, true))
    assert.equal(want, run({ "-f", "jsonl", "-e", "back" },
                           { files = { back = joined(#lines, 1, -1) } }).text)
    assert.equal(want, run({ "-f", "jsonl", "-e", "two", "-e", "one" }, {
      files = { one = joined(1, #lines, 2), two = joined(2, #lines, 2) },
    }).text)
  end)

  it("grades a sweep as it comes, and forgets it", function()
    local scan = '{"schema":1,"kind":"scan","run":"0123456789abcdef"}\n'
    local one = records(scripted.pppd { "mschap_v2" }):match "[^\n]+" .. "\n"
    local two = one:gsub("192%.0%.2%.1", "192.0.2.2")
    local want = run({ "-f", "jsonl", "-e", "r" },
                     { files = { r = one .. two } })
    local r = run({ "-f", "jsonl", "-e", "r" },
                  { files = { r = scan .. one .. two } })
    assert.equal(0, r.status)
    assert.equal(want.text, r.text)
    -- Nothing but the promise tells this apart from two records of one server.
    local _, verdicts = run({ "-f", "jsonl", "-e", "r" }, {
      files = { r = scan .. one .. one } }).text:gsub("\n", "")
    assert.equal(2, verdicts)
    for _, text in ipairs { one .. scan .. one, one .. one } do
      _, verdicts = run({ "-f", "jsonl", "-e", "r" }, { files = { r = text } })
        .text:gsub("\n", "")
      assert.equal(1, verdicts)
    end
    _, verdicts = run({ "-f", "jsonl", "-e", "a", "-e", "b" }, {
      files = { a = scan .. one, b = scan .. one } }).text:gsub("\n", "")
    assert.equal(1, verdicts)
    assert.equal(0, run({ "-e", "r" }, { files = { r = scan } }).status)
    refused(4, "r line 2: ", { "-e", "r" },
            { files = { r = scan .. "{\n" .. one } })
  end)

  it("writes brief verdicts in JSON alone", function()
    local files = { r = records(scripted.pppd { "pap" }) }
    local r = run({ "--brief", "-f", "jsonl", "-o", "x.json", "-e", "r" },
                  { files = files })
    assert.equal(0, r.status)
    local brief = json.decode(r.text)
    assert.equal("offered", brief.methods.pap)
    assert.is_nil(brief.evidence)
    assert.same({ brief }, json.decode(r.files["x.json"].written).verdicts)
    refused(2, "--brief is for json and jsonl: leave it out for csv",
            { "--brief", "-f", "csv", "-e", "r" }, { files = files })
    refused(2, "leave it out for html",
            { "--brief", "-f", "json", "-o", "x.html", "-e", "r" },
            { files = files })
    refused(2, "name one of them", { "--brief", "-e", "r" }, { files = files })
  end)

  it("grades the newest survey, and tells what it left out", function()
    local old = records(scripted.pppd { "pap" })
    local new = json.encode(closed {
      target = "192.0.2.1", port = 1723, depth = "call" }):gsub(
      "2026%-11%-22", "2026-11-23")
    for _, text in ipairs { old .. new, new .. "\n" .. old } do
      local r = run({ "-e", "x" }, { files = { x = text } })
      assert.truthy(r.text:find "grade A\n", r.text)
      assert.truthy(r.text:find "older records? of this server left out")
    end
  end)

  it("gives the verdict that the live survey gave", function()
    local live = run { "-f", "jsonl", "192.0.2.1" }
    local lines = {}
    for i, record in ipairs(json.decode(live.text).evidence.conversations) do
      lines[i] = json.encode(record)
    end
    local again = run({ "-f", "jsonl", "-e", "r" },
                      { files = { r = table.concat(lines, "\n") } })
    assert.equal(live.text, again.text)
  end)

  it("names a broken line, and grades the rest: 4", function()
    local good = records(scripted.pppd { "mschap_v2" })
    for _, bad in ipairs { "{", "nonsense", "7", "[]", '{"schema":1}',
                           '{"schema":2,"kind":"syn","target":"x"}',
                           ("["):rep(100000) } do
      local r = refused(4, "r line 2: ", { "-e", "r" },
                        { files = { r = good:gsub("\n",
                            function() return "\n" .. bad .. "\n" end, 1) } })
      assert.truthy(r.text:find "grade E")
    end
    refused(4, "r line 1: ", { "-e", "r" }, { files = { r = "{" } })
  end)

  it("names ten broken lines, and counts the others", function()
    local r = run({ "-e", "r" }, { files = { r = ("{\n"):rep(25) } })
    local _, sentences = r.complaints:gsub("\n", "")
    assert.equal(11, sentences)
    assert.truthy(r.complaints:find "15 more broken lines")
  end)

  it("tells a folder from a file", function()
    local folder = console.memory ""
    folder.read_error = "Is a directory"
    refused(2, "Is a directory", { "-e", "f" }, { files = { f = folder } })
  end)

  it("never raises on records with fields of the wrong kind", function()
    local record = json.decode(
      (records(scripted.pppd { "mschap_v1" }):match "[^\n]+"))
    local function spoil(t, path)
      for key, value in pairs(t) do
        for _, bad in ipairs { 7, "x", true, {} } do
          t[key] = bad
          local r = run({ "-f", "text", "-e", "r" },
                        { files = { r = json.encode(record) } })
          assert.is_true(r.status == 0 or r.status == 4, path .. key)
        end
        t[key] = value
        if type(value) == "table" and value[1] == nil then
          spoil(value, path .. key .. ".")
        end
      end
    end
    spoil(record, "")
  end)
end)
