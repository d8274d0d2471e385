-- SPDX-License-Identifier: BSD-2-Clause
-- What net can do without root; the rest is in tests/system.
local net = require "pptpgrade.net"

local function raises(pattern, f, ...)
  local ok, why = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, why)
end

local function fails(code, pattern, ...)
  local value, why, got = ...
  assert.is_nil(value)
  assert.matches(pattern, why)
  assert.equal(code, got)
end

local function file(text)
  local name = os.tmpname()
  local f = assert(io.open(name, "w"))
  f:write(text)
  f:close()
  return name
end

local function all(targets)
  local list = {}
  for target in targets.next, targets do
    list[#list + 1] = ("%s:%d"):format(target.target, target.port)
  end
  return list
end

describe("net", function()
  it("offers its functions and sets no global", function()
    local names, before = {}, {}
    for name in pairs(net) do
      names[#names + 1] = name
    end
    table.sort(names)
    assert.same({ "capture", "clock", "drop_capabilities", "host", "on_signal",
                  "prober", "route", "sender", "sleep", "sweep",
                  "targets", "terminal_width" }, names)
    for name in pairs(_G) do
      before[name] = true
    end
    package.loaded["pptpgrade.net"] = nil
    assert.is_table(require "pptpgrade.net")
    for name in pairs(_G) do
      assert.is_true(before[name], name)
    end
    package.loaded["pptpgrade.net"] = net
  end)

  it("finds the route to this host itself", function()
    local found = { source = "127.0.0.1", interface = "lo", own_host = true }
    assert.same(found, net.route "127.0.0.1")
    found.source = "127.0.0.9"
    assert.same(found, net.route("127.0.0.1", nil, "127.0.0.9"))
  end)

  it("says why there is no route", function()
    fails("argument", "'vpn' is not an", net.route "vpn")
    fails("interface", "nosuch0", net.route("127.0.0.1", "nosuch0"))
    fails("argument", "'us' is not an", net.route("127.0.0.1", nil, "us"))
    raises("string expected", net.route)
  end)
end)

describe("targets", function()
  it("are told one by one, blocks and ranges too", function()
    local t = assert(net.targets { "192.0.2.1", "10.0.0.0/30:99",
                                   "192.0.2.8-9", port = 1000 })
    assert.equal(7, t:count())
    assert.same({ "192.0.2.1:1000", "10.0.0.0:99", "10.0.0.1:99",
                  "10.0.0.2:99", "10.0.0.3:99", "192.0.2.8:1000",
                  "192.0.2.9:1000" }, all(t))
    assert.is_nil(t:next())
  end)

  it("may be a single string, or a list called specs", function()
    assert.same({ "192.0.2.1:1723" }, all(assert(net.targets "192.0.2.1")))
    assert.same({ "2001:db8::1:5" },
                all(assert(net.targets { specs = { "[2001:db8::1]:5" } })))
  end)

  it("count what is outside private space", function()
    local t = assert(net.targets { "10.0.0.0/24", "8.8.8.0/24" })
    assert.equal(512, t:count())
    assert.equal(256, t:public())
  end)

  it("come from files, with labels, and leave exclusions out", function()
    local wanted = file "# all\n192.0.2.0/30,lab,north\n\n198.51.100.1:5 # x\n"
    local left = file "192.0.2.1-2\n"
    local t = assert(net.targets { files = { wanted }, exclude = { left } })
    local first = t:next()
    assert.same({ target = "192.0.2.0", port = 1723,
                  labels = { "lab", "north" } }, first)
    assert.same({ "192.0.2.3:1723", "198.51.100.1:5" }, all(t))
    os.remove(wanted)
    os.remove(left)
  end)

  it("that do not resolve are told of, and the rest stays", function()
    local t = assert(net.targets { "192.0.2.1", "nowhere.invalid" })
    assert.equal(1, t:count())
    assert.equal(1, #t:unresolved())
    assert.matches("nowhere.invalid", t:unresolved()[1])
    fails("argument", "nowhere.invalid",
          net.targets { "nowhere.invalid", numeric = true })
  end)

  it("are taken without waiting, names when they are known", function()
    local t = assert(net.targets { specs = { "nowhere.invalid", "localhost:9",
                                             "192.0.2.1" }, lazy = true })
    assert.equal(3, t:count())
    assert.equal("192.0.2.1", t:take().target)
    local late = t:take()
    while late == false do
      t:wait(1)
      late = t:take()
    end
    assert.same({ target = "127.0.0.1", port = 9, name = "localhost" }, late)
    assert.is_nil(t:next())
    assert.is_nil(t:take())
    assert.equal(2, t:count())
    assert.equal(1, #t:unresolved())
    raises("not from 0 to 3600", t.wait, t, -1)
    raises("less than 0", t.begin, t, -1)
  end)

  it("tell how many were left out by now, and what no exclusion is", function()
    local left = file "10.0.0.2-10.0.0.5,10.0.0.200 # and so on\n"
    local t = assert(net.targets { specs = { "10.0.0.0/29" },
                                   exclude = { left } })
    assert.equal(0, t:excluded())
    assert.equal(4, #all(t))
    assert.equal(4, t:excluded())
    os.remove(left)
    left = file "nowhere.invalid\n"
    fails("name", "line 1: host name 'nowhere.invalid' does not",
          net.targets { specs = { "10.0.0.1" }, exclude = { left } })
    os.remove(left)
  end)

  it("may be records", function()
    local records = file('{"kind":"scan"}\n' ..
      '{"target":"192.0.2.7","port":99,"labels":["a","b"],"tcp":{}}\n')
    local t = assert(net.targets { files = { records } })
    assert.same({ target = "192.0.2.7", port = 99, labels = { "a", "b" } },
                t:next())
    os.remove(records)
  end)

  it("say what is wrong with them", function()
    fails("argument", "300%.1%.1%.1", net.targets { "300.1.1.1" })
    fails("system", "/nonexistent", net.targets { files = { "/nonexistent" } })
    fails("argument", "/dev/null", net.targets { files = { "/dev/null" } })
    fails("system", "'/'", net.targets { files = { "/" } })
    local bad = file "192.0.2.1\n192.0.2.999\n"
    fails("argument", "line 2", net.targets { files = { bad } })
    os.remove(bad)
  end)

  it("raise where they are misused", function()
    raises("'family' is 5", net.targets, { family = 5 })
    raises("'port' is 0", net.targets, { port = 0 })
    raises("'specs': element 1", net.targets, { 5 })
    raises("'files' is a string", net.targets, { files = "x" })
    raises("'colour'", net.targets, { colour = 1 })
    raises("table expected", net.targets)
    local t = assert(net.targets "192.0.2.1")
    t:close()
    t:close()
    raises("closed", t.next, t)
  end)
end)

describe("a prober", function()
  local function prober(config)
    config = config or {}
    config.tcp_only = true
    return assert(net.prober(config))
  end

  it("without raw packets still tells what TCP tells", function()
    local p = prober { trace = true }
    assert.is_false(p:raw())
    assert.is_nil(p:next(0))
    -- Port 1 of this host: nobody listens.
    local tag = { "any value" }
    assert(p:start({ target = "127.0.0.1", port = 1, depth = "control",
                     name = "here", labels = { "a", "b" } }, tag))
    assert.equal(1, p:live())
    local record, back = p:next(10)
    assert.equal("closed", record.tcp.state)
    assert.equal("refused", record.ended_by)
    assert.equal("here", record.name)
    assert.same({ "a", "b" }, record.labels)
    assert.equal("integer", math.type(record.duration_us))
    assert.equal(tag, back)
    assert.equal(0, p:live())
    assert.is_nil(p:next(5))
    assert.is_nil(p:error())
    p:close()
  end)

  it("gives each record its own tag, nil too", function()
    local p = prober()
    local seen = {}
    for i = 1, 20 do
      assert(p:start({ target = "127.0.0." .. i, port = 1,
                       depth = "control" }, i % 4 > 0 and i or nil))
    end
    for _ = 1, 20 do
      local record, tag = p:next(10)
      local i = tonumber(record.target:match "%d+$")
      assert.equal(i % 4 > 0 and i or nil, tag)
      seen[i] = true
    end
    assert.equal(20, #seen)
    p:close()
  end)

  it("asks for a plan while a job is free, if there are more", function()
    local p <close> = prober { jobs = 1 }
    assert.same({ nil, "free" }, { p:next(10, true) })
    assert.is_nil(p:next(10))
    assert.is_nil(p:next(10, false))
    assert(p:start({ target = "127.0.0.1", port = 1, depth = "control" }, 1))
    -- The only job is taken until its record is there.
    local record, tag = p:next(10, true)
    assert.equal("closed", record.tcp.state)
    assert.equal(1, tag)
    assert.same({ nil, "free" }, { p:next(10, true) })
    p:abort()
    assert.is_nil(p:next(10, true))
  end)

  it("gives aborted plans back", function()
    local p = prober()
    assert(p:start({ target = "127.0.0.1", port = 1, wait = 60 }, "late"))
    assert.same({ nil, "timeout" }, { p:next(0) })
    p:abort()
    local record, tag = p:next(5)
    assert.equal("aborted", record.ended_by)
    assert.equal("late", tag)
    p:close()
  end)

  it("says why it cannot begin", function()
    fails("interface", "nosuch0",
          net.prober { interface = "nosuch0", tcp_only = true })
    fails("privilege", "capture files",
          net.prober { write = "/nonexistent/x", tcp_only = true })
    local p = prober()
    fails("privilege", ".", p:start { target = "127.0.0.1", gre = true })
    p:close()
  end)

  it("raises where it is misused", function()
    local p = prober()
    raises("'target' is missing", p.start, p, {})
    raises("'target' is 'vpn'", p.start, p, { target = "vpn" })
    raises("'depth' is 'auth'", p.start, p,
           { target = "127.0.0.1", depth = "auth" })
    raises("'colour'", p.start, p, { target = "127.0.0.1", colour = 1 })
    raises("'wait'", p.start, p, { target = "127.0.0.1", wait = -1 })
    raises("time in seconds", p.next, p, 0 / 0)
    assert.equal(0, p:live())
    p:close()
    p:close()
    raises("closed", p.next, p)
    raises("closed", p.start, p, { target = "127.0.0.1" })
    raises("'jobs' is 0", net.prober, { jobs = 0 })
    raises("'source' is 'x'", net.prober, { source = "x" })
    raises("'exclude'", net.prober, { exclude = { "192.0.2.1" } })
    local list = net.targets { "192.0.2.1" }
    prober { exclude = list }:close()
    list:close()
    raises("'exclude'", net.prober, { exclude = list })
    raises("'colour'", net.prober, { colour = 1 })
  end)

  -- The fewest of some counts: popen() closes its own end of the pipe after the
  -- other program has begun, and that may count it.
  local function open_files()
    local least
    for _ = 1, 5 do
      local f = io.popen("ls /proc/$PPID/fd | wc -l")
      local count = f:read "n"
      f:close()
      least = least and math.min(least, count) or count
    end
    return least
  end

  it("closes when it is collected, with work under way too", function()
    -- In a function: a register of ours would keep the last one.
    local function begin()
      assert(prober():start { target = "127.0.0.1", port = 1, wait = 60 })
    end
    collectgarbage()
    local before = open_files()
    for _ = 1, 5 do
      begin()
    end
    for _ = 1, 20 do
      prober()
    end
    collectgarbage()
    collectgarbage()
    assert.equal(before, open_files())
  end)

  it("closes at the end of its scope", function()
    local kept
    assert(load([[
      local prober, keep = ...
      local p <close> = prober()
      keep(p)
    ]]))(prober, function(p) kept = p end)
    raises("closed", kept.next, kept)
  end)
end)

describe("captures and senders", function()
  it("say why they cannot be had", function()
    local c, why, code = net.capture { interface = "nosuch0" }
    assert.is_nil(c)
    assert.is_string(why)
    assert.is_true(code == "interface" or code == "privilege")
    c, why, code = net.capture { interface = "lo", filter = "no such words" }
    assert.is_nil(c)
    assert.is_string(why)
    assert.is_true(code == "argument" or code == "privilege")
    c, why, code = net.sender { interface = "nosuch0" }
    assert.is_nil(c)
    assert.is_string(why)
    assert.is_true(code == "interface" or code == "privilege")
    raises("'colour'", net.capture, { colour = 1 })
    raises("table expected", net.capture)
    raises("'interface' is a number", net.sender, { interface = 1 })
  end)
end)

describe("signals", function()
  it("are counted by programs that ask for it", function()
    local count = net.on_signal()
    assert.equal(0, count())
    os.execute "kill -TERM $PPID"
    assert.equal(1, count())
  end)
end)
