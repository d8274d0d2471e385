-- SPDX-License-Identifier: BSD-2-Clause
-- What a function of pptpgrade.core is given stays what was checked: neither a
-- metamethod nor a finalizer stands between a check and its use.
local core = require "pptpgrade.core"

local function hex(bytes)
  return (bytes:gsub(".", function(c)
    return ("%02x"):format(c:byte())
  end))
end

local function raises(pattern, f, ...)
  local ok, why = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, why)
end

-- A call of each function that takes a table: how to call it with one, and
-- what the table has. What it returns can be compared.
local calls = {
  control = { function(t) return core.encode("ocrp", t) end,
              { call_id = 7, peer_call_id = 9, result_code = 1 } },
  gre = { function(t) return core.encode("gre", t) end,
          { call_id = 7, sequence_number = 0, payload = "abc" } },
  lcp = { function(t) return core.encode("lcp", t) end,
          { code = 1, identifier = 3, options = {
            { type = 1, value = 1400 }, { type = 3, value = "mschap_v2" },
            { type = 13, value = { operation = 6, message = "0102" } },
            { type = 19, value = { class = 2, address = "192.0.2.1" } } } } },
  ipcp = { function(t) return core.encode("ipcp", t) end,
           { code = 1, options = { { type = 3, value = "10.0.0.1" } } } },
  frame = { function(t) return core.encode("ppp", t) end,
            { protocol = 0xc227, code = 1, type = 1, text = "hello" } },
  chap = { function(t) return core.encode("chap", t) end,
           { code = 1, identifier = 1, value = "0A0b", peer_name = "x" } },
  syn = { core.syn, { source = "192.0.2.1", target = "192.0.2.2",
                      source_port = 4000, sequence = 1 } },
  ip_gre = { core.gre, { source = "192.0.2.1", target = "192.0.2.2",
                         call_id = 5, payload = "abc" } },
  conversation = { function(t)
    local record = core.conversation(t):record()
    return table.concat({ record.target, record.name, record.labels[1],
                          record.labels[2] }, " ")
  end, { source = "192.0.2.1", target = "192.0.2.2", name = "vpn",
         contact = "noc@example.net", labels = { "a", "b" },
         random = ("\1\2"):rep(64), time = 0 } },
}

-- A copy whose tables all have this metatable.
local function with(metatable, t)
  local copy = {}
  for key, value in pairs(t) do
    copy[key] = type(value) == "table" and with(metatable, value) or value
  end
  return setmetatable(copy, metatable)
end

-- f(...) while each allocation may run the collector through a whole cycle:
-- it never pauses, and a step has no end before its cycle's.
local function with_collector(f, ...)
  local pause = collectgarbage("setpause", 0)
  local multiplier = collectgarbage("setstepmul", 1000000)
  if _VERSION ~= "Lua 5.3" then
    collectgarbage("incremental", 1, 1000, 40)
  end
  collectgarbage "collect" -- or the pause that was decided before goes on
  local got = table.pack(pcall(f, ...))
  if _VERSION ~= "Lua 5.3" then
    collectgarbage("incremental", 200, 100, 13)
  end
  collectgarbage("setpause", pause)
  collectgarbage("setstepmul", multiplier)
  return table.unpack(got, 1, got.n)
end

-- The tables of t, itself too.
local function all_tables(t, found)
  found[#found + 1] = t
  for _, value in pairs(t) do
    if type(value) == "table" then
      all_tables(value, found)
    end
  end
  return found
end

describe("arguments", function()
  for name, call in pairs(calls) do
    local f, fields = call[1], call[2]

    it("of " .. name .. " are read without metamethods", function()
      local ran = {}
      local hostile = {}
      for _, event in ipairs { "__index", "__newindex", "__len", "__pairs",
                               "__tostring", "__eq", "__call", "__concat" } do
        hostile[event] = function()
          ran[#ran + 1] = event
        end
      end
      hostile.__name = 7
      local wanted = f(fields)
      assert.equal(wanted, f(with(hostile, fields)))
      -- What stands behind __index only is not there.
      pcall(f, setmetatable({}, { __index = function(_, key)
        ran[#ran + 1] = key
        return fields[key]
      end }))
      assert.same({}, ran)
    end)

    it("of " .. name .. " are read once, whatever the collector runs",
       function()
      local wanted, ended = f(fields), false
      for round = 1, 200 do
        local mine = with(nil, fields)
        local inside = all_tables(mine, {})
        -- A finalizer that comes back, and bends what is being read.
        local function bend()
          if ended then
            return
          end
          local t = inside[math.random(#inside)]
          for key, value in pairs(t) do
            if math.random(2) == 1 then
              t[key] = type(value) == "table" and 5 or
                ({ {}, 1, ("z"):rep(300), false })[round % 4 + 1]
            end
          end
          setmetatable({}, { __gc = bend })
        end
        ended = false
        setmetatable({}, { __gc = bend })
        collectgarbage "collect"
        setmetatable({}, { __gc = bend })
        local ok, got = with_collector(f, mine)
        ended = true
        assert.is_true(not ok or type(got) == "string")
      end
      assert.equal(wanted, f(fields))
    end)
  end

  it("of a conversation keep their strings, whatever the collector runs",
     function()
    local kept, bends = 0, 0
    for round = 1, 300 do
      local function fresh(word)
        return ("%s %d "):format(word, round):rep(7)
      end
      local ended = false
      local plan = { source = "192.0.2.1", target = "192.0.2.2",
                     name = fresh "name", contact = fresh("c"):sub(1, 64),
                     labels = { fresh "one", fresh "two" } }
      local turn = 0
      local function bend()
        turn = turn + 1
        if not ended and turn > round % 20 then
          bends = bends + 1
          plan.name, plan.contact, plan.labels = nil, nil, nil
        elseif not ended then
          setmetatable({}, { __gc = bend })
        end
      end
      setmetatable({}, { __gc = bend })
      local ok, c = with_collector(core.conversation, plan)
      ended = true
      assert.is_true(ok, c)
      collectgarbage "collect"
      local record = c:record()
      assert.is_true(record.name == nil or record.name == fresh "name")
      if record.labels then
        assert.same({ fresh "one", fresh "two" }, record.labels)
        kept = kept + 1
      end
    end
    assert.is_true(kept > 0 and bends > 0, kept .. " " .. bends)
  end)

  it("that change under __index crash nothing", function()
    local n = 0
    local option = setmetatable({ type = 19 }, { __index = function(_, key)
      n = n + (key == "value" and 1 or 0)
      return key == "value" and (n == 1 and {} or 5) or nil
    end })
    assert.equal("0101000613" .. "02",
                 hex(core.encode("lcp", { code = 1, identifier = 1,
                                          options = { option } })))
    assert.equal(0, n)
  end)

  it("that are a number are no label", function()
    local plan = { source = "192.0.2.1", target = "192.0.2.2" }
    for _, labels in ipairs { { 5 }, { "a", 5.5 }, { true }, { {} },
                              { "a,b" }, { "a\0" } } do
      plan.labels = labels
      raises("'labels': element " .. #labels .. " is not a string",
             core.conversation, plan)
      assert.equal(labels[1], plan.labels[1]) -- and it stays what it was
      assert.equal(math.type(labels[1]), math.type(plan.labels[1]))
    end
    for _, labels in ipairs { "a", 5, true } do
      plan.labels = labels
      raises("'labels' is a " .. type(labels), core.conversation, plan)
    end
  end)

  it("whose keys are strange are named by their type", function()
    local ran = 0
    local key = setmetatable({}, { __name = "x", __tostring = function()
      ran = ran + 1
      return {}
    end })
    raises("a table as its key", core.encode, "lcp", { code = 1, [key] = 1 })
    raises("a table as its key", core.syn, { [key] = 1 })
    raises("unknown field 'zz'", core.encode, "lcp", { code = 1, zz = 1 })
    raises("unknown field '5'", core.encode, "lcp", { code = 1, [5] = 1 })
    assert.equal(0, ran)
  end)

  it("are left as they were", function()
    for _, call in pairs(calls) do
      local before, given = with(nil, call[2]), with(nil, call[2])
      call[1](given)
      assert.same(before, given)
    end
  end)

  -- Each number of a packet: its least and its most, and where it stands in
  -- the packet, of how many bytes.
  local numbers = {
    { core.syn, "source_port", 1, 65535, 21, 2 },
    { core.syn, "port", 1, 65535, 23, 2 },
    { core.syn, "sequence", 0, 4294967295, 25, 4 },
    { core.syn, "window", 0, 65535, 35, 2 },
    { core.syn, "ttl", 1, 255, 9, 1 },
    { core.syn, "id", 0, 65535, 5, 2 },
    { core.gre, "call_id", 0, 65535, 27, 2 },
    { core.gre, "sequence", 0, 4294967295, 29, 4 },
    { core.gre, "acknowledgment", 0, 4294967295, 29, 4 },
    { core.gre, "ttl", 1, 255, 9, 1 },
    { core.gre, "id", 0, 65535, 5, 2 },
  }

  it("that are numbers reach their edges in a packet, and no further",
     function()
    for _, row in ipairs(numbers) do
      local f, key, least, most, at, size = table.unpack(row)
      local function packet(value)
        local t = f == core.syn and with(nil, calls.syn[2]) or
          { source = "192.0.2.1", target = "192.0.2.2", call_id = 5 }
        t[key] = value
        return f(t)
      end
      for _, value in ipairs { least, least + 1, most - 1, most } do
        assert.equal(value, (">I" .. size):unpack(packet(value), at))
      end
      for _, value in ipairs { least - 1, most + 1, least + 0.5 } do
        raises("'" .. key .. "'", packet, value)
      end
      raises("'" .. key .. "' is a string", packet, tostring(most))
    end
  end)

  it("that are a payload fit 1500 bytes", function()
    local gre = { source = "192.0.2.1", target = "192.0.2.2", call_id = 5 }
    for _, length in ipairs { 0, 1, 1499, 1500 } do
      gre.payload = ("x"):rep(length)
      assert.equal(28 + length, #core.gre(gre))
    end
    gre.payload = ("x"):rep(1501)
    raises("'payload' has 1501 bytes; at most 1500 fit", core.gre, gre)
  end)

  it("take capital hexadecimal as well", function()
    for _, digits in ipairs { "c0FFEE0a", "C0ffee0A" } do
      assert.equal("05010008c0ffee0a", hex(core.encode("lcp", {
        code = 5, identifier = 1, data = digits })))
      assert.equal("0101000a" .. "c006c0ffee0a", hex(core.encode("ccp", {
        code = 1, identifier = 1,
        options = { { type = 0xc0, raw = digits } } })))
    end
    raises("'data' is not hexadecimal", core.encode, "lcp",
           { code = 5, data = "0g" })
  end)

  it("say which layer they are of, or raise", function()
    local frame = core.decode("ppp", core.encode("ppp", {
      protocol = 0xc021, code = 9, identifier = 1 }))
    assert.equal("lcp", frame.layer)
    assert.is_string(core.encode("ppp", frame))
    for _, layer in ipairs { "chap", "gre", "", "LCP" } do
      frame.layer = layer
      raises("'layer'", core.encode, "ppp", frame)
    end
  end)

  it("that are malformed say why, and where", function()
    local message, why, offset = core.decode("lcp", "\1\1\0\6\1\9")
    assert.is_nil(message)
    assert.matches("^malformed: ", why)
    assert.equal(6, offset)
    message, why, offset = core.decode("sccrq", "\0\156\0\2")
    assert.is_nil(message)
    assert.equal("malformed: PPTP message type is not 1", why)
    assert.equal(4, offset)
    local layers, stopped = core.dissect("\70\0\0\20")
    assert.equal("malformed", layers[#layers].layer)
    assert.is_table(layers)
    assert.equal(layers[#layers].why, stopped)
  end)
end)

describe("the run of a conversation", function()
  local function run_of(run)
    return core.conversation({ source = "192.0.2.1", target = "192.0.2.2",
                               run = run }):record().run
  end

  it("is in the record as given, and absent without", function()
    assert.equal("00fedcba98765432", run_of "00fedcba98765432")
    assert.equal("ffffffffffffffff", run_of "ffffffffffffffff")
    assert.is_nil(run_of(nil))
  end)

  it("is refused where it is no run's number", function()
    for _, run in ipairs { "", "1", "0123456789abcde", "0123456789abcdef0",
                           "0123456789ABCDEF", "0x23456789abcdef",
                           "-123456789abcdef", " 123456789abcdef",
                           "0123456789abcde\0", ("0"):rep(16) } do
      raises("'run' is", run_of, run)
    end
    raises("'run' is a number", run_of, 12)
  end)
end)
