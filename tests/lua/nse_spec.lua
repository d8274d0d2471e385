-- SPDX-License-Identifier: BSD-2-Clause
-- Scripts without Nmap, on servers that are functions.
local api = require "pptpgrade.script.api"
local layout = require "pptpgrade.script.layout"
local nse = require "pptpgrade.script.run"
local fakenet = require "fakenet"
local scripted = require "scripted"

local repo = debug.getinfo(1, "S").source:match "^@(.*)tests/lua/" or "./"
local exposure = repo .. "nse/pptp-exposure.nse"

local head = [[
local nmap = require "nmap"
local stdnse = require "stdnse"
local shortport = require "shortport"
categories = { "safe" }
portrule = shortport.port_or_service(1723, "pptp")
]]

local files = {}

local function script(text)
  local name = os.tmpname()
  files[#files + 1] = name
  local file = assert(io.open(name, "w"))
  file:write(text)
  file:close()
  return name
end

-- What a run printed, its sentences, and what it returned.
local function run(path, more)
  more = more or {}
  local world = { server = more.server or function(plan)
    local record = scripted.converse(scripted.pppd { "mschap_v2" }, plan)
    if plan.depth == "syn" then
      record.tcp.state = more.state or "open"
    end
    return record
  end, raw = more.raw, refuse = more.refuse, fail = more.fail,
    lost = more.lost }
  fakenet.install(world)
  local net = package.loaded["pptpgrade.net"]
  net.clock = function() return world.clock end
  net.sleep = function(seconds) world.clock = world.clock + seconds end
  local seen = { text = "", fails = {}, said = {}, traced = {}, world = world }
  local opts = { script = path, script_args = more.args, format = more.format,
                 verbose = more.verbose, jobs = more.jobs,
                 contact = more.contact }
  local targets = net.targets { specs = more.targets or { "192.0.2.1" } }
  seen.ok, seen.why, seen.code = nse.run(opts, targets, {
    write = function(text) seen.text = seen.text .. text end,
    fail = function(sentence) seen.fails[#seen.fails + 1] = sentence end,
    say = function(sentence) seen.said[#seen.said + 1] = sentence end,
    trace = more.trace and function(line)
      seen.traced[#seen.traced + 1] = line
    end or nil,
    stop = function()
      return more.stop and more.stop(world) or false
    end,
  })
  return seen
end

local function run_text(text, more)
  return run(script(head .. text), more)
end

after_each(function()
  package.loaded["pptpgrade.net"] = nil
  for _, name in ipairs(files) do
    os.remove(name)
  end
  files = {}
end)

describe("pptp-exposure.nse without Nmap", function()
  it("grades, and shows it as Nmap would", function()
    local seen = run(exposure)
    assert.is_true(seen.ok)
    assert.same({}, seen.fails)
    assert.matches("^Script report for 192.0.2.1\nPORT     STATE SERVICE\n" ..
                   "1723/tcp open  pptp\n| pptp%-exposure: \n|   control:",
                   seen.text)
    assert.matches("\n|     MS%-CHAPv2 %(offered%) %- E\n", seen.text)
    assert.matches("\n|_  grade: E\n\n$", seen.text)
  end)

  it("looks at the port with one SYN, and not again", function()
    local plans = run(exposure).world.started
    assert.equal("syn", plans[1].depth)
    for i = 2, #plans do
      assert.is_nil(plans[i].syn)
      assert.equal("call", plans[i].depth)
    end
  end)

  it("tells of a target that nothing can be sent to", function()
    local seen = run(exposure, { refuse = function() return "no way" end })
    assert.same({ "no way" }, seen.fails)
    assert.not_matches("grade", seen.text)
  end)

  it("runs not where the port is closed", function()
    local seen = run(exposure, { state = "closed" })
    assert.equal("Script report for 192.0.2.1\nPORT     STATE  SERVICE\n" ..
                 "1723/tcp closed pptp\n\n", seen.text)
    assert.equal(1, #seen.world.started)
  end)

  it("takes the port for open where no SYN can be sent", function()
    local seen = run(exposure, { raw = false })
    assert.matches("grade: E", seen.text)
    assert.not_equal("syn", seen.world.started[1].depth)
  end)

  it("takes its arguments", function()
    local seen = run(exposure, { args = "pptp-exposure.depth=control" })
    assert.equal(2, #seen.world.started)
    assert.equal("control", seen.world.started[2].depth)
    seen = run(exposure, { args = "pptp-exposure.depth=deep" })
    assert.equal(1, #seen.world.started)
    assert.matches("pptp%-exposure.depth=deep: there are control", seen.text)
  end)

  it("gives JSON, as lines and as one document", function()
    local json = require "json"
    local seen = run(exposure, { format = "jsonl",
                                 targets = { "192.0.2.1", "192.0.2.2" } })
    local count = 0
    for line in seen.text:gmatch("[^\n]+") do
      local result = assert(json.decode(line))
      assert.equal("E", result.output.grade)
      assert.equal("MS-CHAPv2", result.output.methods[1].name)
      assert.equal("Poptop", result.version.product)
      count = count + 1
    end
    assert.equal(2, count)
    local whole = assert(json.decode(run(exposure, { format = "json" }).text))
    assert.equal(1, whole.schema)
    assert.equal(1, #whole.results)
  end)

  it("stops on a signal, with what it has", function()
    local seen = run(exposure, { stop = function(world)
      return #world.started >= 3
    end, targets = { "192.0.2.1", "192.0.2.2" }, jobs = 1 })
    assert.is_true(seen.ok)
    assert.is_true(seen.world.aborted)
    assert.not_matches("192.0.2.2", seen.text)
  end)

  it("tells each server whom to ask, unless it names another", function()
    local plans = run(exposure, { contact = "noc@example.net" }).world.started
    assert.equal("noc@example.net", plans[2].contact)
    plans = run(exposure, { contact = "noc@example.net",
      args = "pptp-exposure.contact=me" }).world.started
    assert.equal("me", plans[2].contact)
  end)

  it("shows every message where that is wanted", function()
    local seen = run(exposure, { trace = true })
    assert.is_true(seen.world.prober.trace)
    assert.matches("SCCRQ", seen.traced[1])
    assert.is_false(run(exposure).world.prober.trace)
  end)

  it("tells of a failure once, and gives up", function()
    local seen = run(exposure, { fail = "no more memory" })
    assert.same({ "no more memory" }, seen.fails)
    assert.is_true(seen.world.aborted)
    assert.is_true(seen.world.closed)
  end)

  it("tells what the capture file has lost", function()
    local seen = run(exposure, { lost = "the disk is full" })
    assert.same({ "the disk is full" }, seen.fails)
    assert.matches("grade: E", seen.text)
  end)
end)

describe("a script of one's own", function()
  it("finds what is documented", function()
    local seen = run_text([[
action = function(host, port)
  local out = stdnse.output_table()
  out.host = host.ip
  out.port = port.number
  out.arg = stdnse.get_script_args("x.word")
  out.time = stdnse.parse_timespec("250ms")
  out.hex = stdnse.tohex("\1\255")
  out.bytes = #host.bin_ip
  out.level = nmap.verbosity()
  return out
end]], { args = "x.word='a, b'" })
    assert.matches("|   host: 192.0.2.1\n|   port: 1723\n|   arg: a, b\n" ..
                   "|   time: 0.25\n|   hex: 01ff\n|   bytes: 4\n" ..
                   "|_  level: 1\n", seen.text)
  end)

  it("sleeps while others go on", function()
    local seen = run_text([[
action = function(host)
  stdnse.sleep(host.ip == "192.0.2.1" and 9 or 1)
  return "woke"
end]], { targets = { "192.0.2.1", "192.0.2.2" } })
    assert.is_true(seen.text:find("192.0.2.2", 1, true) <
                   seen.text:find("192.0.2.1", 1, true))
    assert.is_true(seen.world.clock >= 9 and seen.world.clock < 11)
  end)

  it("holds conversations by pptpgrade.nmap", function()
    local seen = run_text([[
local converse = require "pptpgrade.nmap".converse
action = function(host, port)
  local record = converse(host, port) {
    target = host.ip, port = port.number, depth = "control" }
  return record.control.vendor
end]])
    assert.matches(": linux\n", seen.text)
  end)

  it("that lacks something says what, once, and ends the run", function()
    for what, text in pairs {
      ["nmap.new_socket"] = "action = function() nmap.new_socket() end",
      ["stdnse.new_thread"] = "action = function() stdnse.new_thread() end",
    } do
      local seen = run_text(text, { targets = { "192.0.2.1", "192.0.2.2" },
                                    jobs = 1 })
      assert.is_nil(seen.ok)
      assert.equal("lacking", seen.code)
      assert.matches("it uses " .. what .. ", which", seen.why, 1, true)
      assert.same({}, seen.fails)
    end
  end)

  it("that lacks a module says which", function()
    local seen = run_text 'local http = require "http"\naction = print'
    assert.equal("lacking", seen.code)
    assert.matches("it uses the module http", seen.why, 1, true)
    assert.equal("", seen.text)
  end)

  it("that fails is told, and the others go on", function()
    local seen = run_text([[
action = function(host)
  if host.ip == "192.0.2.1" then
    error "broken"
  end
  return "fine"
end]], { targets = { "192.0.2.1", "192.0.2.2" } })
    assert.is_true(seen.ok)
    assert.equal(1, #seen.fails)
    assert.matches("on 192.0.2.1: .*broken", seen.fails[1])
    assert.matches("ERROR: the script failed", seen.text)
    assert.matches(": fine\n", seen.text)
  end)

  it("is told of a way that cannot be gone", function()
    local seen = run_text([[
action = function(host, port)
  local record, why, code = require "pptpgrade.nmap".converse(host, port) {
    target = host.ip, port = port.number, depth = "control", wait = 1 }
  return tostring(record) .. " " .. why .. " " .. code
end]], { raw = false, refuse = function() return "no way" end })
    assert.matches(": nil no way route\n", seen.text)
  end)

  for name, case in pairs {
    ["no action"] = { 'categories = {}\nportrule = print', "no action" },
    ["no categories"] = { "action = print\nportrule = print",
                          "no categories" },
    ["no portrule"] = { "action = print\ncategories = {}\nhostrule = print",
                        "no portrule" },
    ["no Lua"] = { "action = = 1", "unexpected symbol" },
    ["a fault while it loads"] = { 'error "at once"', "at once" },
  } do
    it(("is none with %s"):format(name), function()
      local seen = run(script(case[1]))
      assert.is_nil(seen.ok)
      assert.equal("script", seen.code)
      assert.matches(case[2], seen.why, 1, true)
    end)
  end

  it("is none where there is no file", function()
    local seen = run "/nonexistent.nse"
    assert.equal("script", seen.code)
    assert.matches("No such file", seen.why, 1, true)
  end)

  it("sets no global", function()
    run_text "made_here = 1\naction = function() made_there = 1 end"
    assert.is_nil(rawget(_G, "made_here"))
    assert.is_nil(rawget(_G, "made_there"))
  end)
end)

describe("--script-args", function()
  it("are pairs, quoted or not, and flags", function()
    assert.same({ a = "1", b = "two words", c = "x,y", d = "'", e = "" },
                nse.arguments "a,b=two words,c='x,y',d=\"'\",e=")
    assert.same({}, nse.arguments(nil))
  end)

  for _, text in ipairs { "=1", "a={b=1}", "a='b'c", ",", "a=1,,b=2" } do
    it("are refused where they make no sense: " .. text, function()
      local args, why = nse.arguments(text)
      assert.is_nil(args)
      assert.is_string(why)
    end)
  end
end)

describe("NSE's layout", function()
  local new = api.new { args = {}, verbosity = 1 } "stdnse".output_table

  it("is that of Nmap 7.93", function()
    local out = new()
    out.word = "text"
    out.list = { "one", 2, true }
    out.inner = new()
    out.inner.float = 3.0
    out.inner.named = setmetatable({}, { __tostring = function()
      return "itself"
    end })
    out.bytes = "\0\255"
    assert.equal(([[
| x:~
|   word: text
|   list:~
|     one
|     2
|     true
|   inner:~
|     float: 3.0
|     named: itself
|_  bytes: \x00\xFF
]]):gsub("~", " "):sub(1, -1), layout.block("x", layout.text(out)))
    assert.equal("|_x: one line\n", layout.block("x", layout.text "one line"))
  end)

  it("keeps order, and forgets what was taken away", function()
    local out = new()
    assert.is_false(out())
    out.a, out.b = nil, nil
    out.b = 1
    out.a = 2
    out.c = 3
    out.a = nil
    out.b = 4
    assert.equal("\n  b: 4\n  c: 3", layout.text(out))
    assert.equal(2, #out)
    assert.is_true(out())
  end)

  it("becomes plain lists and objects", function()
    local json = require "json"
    local out = new()
    out.list = { "a", { b = false } }
    out.none = {}
    assert.equal('{"list":["a",{"b":false}],"none":[]}',
                 json.encode(layout.plain(out)))
    assert.equal('{"1":"x","k":"y"}',
                 json.encode(layout.plain { "x", k = "y" }))
  end)
end)
