-- SPDX-License-Identifier: BSD-2-Clause
local core = require "pptpgrade.core"

local CONTROL = {
  "sccrq", "sccrp", "stop_ccrq", "stop_ccrp", "echo_request", "echo_reply",
  "ocrq", "ocrp", "icrq", "icrp", "iccn", "ccrq", "cdn", "wen", "sli",
}
-- What follows from the rest of a control message.
local DERIVED = {
  control_message_type = true, length = true, magic_cookie = true,
  name = true, pptp_message_type = true,
}

local function hex(bytes)
  return (bytes:gsub(".", function(c)
    return ("%02x"):format(c:byte())
  end))
end

local function unhex(text)
  return (text:gsub("%s+", ""):gsub("%x%x", function(pair)
    return string.char(tonumber(pair, 16))
  end))
end

local function raises(pattern, f, ...)
  local ok, why = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, why)
end

-- Bytes to fields to the same bytes.
local function returns(kind, text)
  local bytes = unhex(text)
  local fields, next_one = core.decode(kind, bytes)
  assert.is_table(fields, next_one)
  assert.equal(#bytes + 1, next_one)
  assert.equal(hex(bytes), hex(core.encode(kind, fields)))
  return fields
end

describe("core", function()
  it("offers its functions and sets no global", function()
    local names, before = {}, {}
    for name in pairs(core) do
      names[#names + 1] = name
    end
    table.sort(names)
    assert.same({ "conversation", "decode", "dissect", "encode", "gre",
                  "guard", "json", "random", "record", "syn" }, names)
    for name in pairs(_G) do
      before[name] = true
    end
    package.loaded["pptpgrade.core"] = nil
    assert.is_table(require "pptpgrade.core")
    for name in pairs(_G) do
      assert.is_true(before[name], name)
    end
    package.loaded["pptpgrade.core"] = core
  end)

  it("gives random bytes, as many as were asked for", function()
    assert.equal(0, #core.random(0))
    assert.equal(65536, #core.random(65536))
    assert.not_equal(core.random(16), core.random(16))
    raises("between 0 and 65536", core.random, -1)
    raises("between 0 and 65536", core.random, 65537)
  end)

  it("guards protocol 47, or says which privilege is missing", function()
    local guard, why, code = core.guard()
    if guard then
      guard:close()
      guard:close()
    else
      assert.matches("CAP_NET_RAW", why)
      assert.equal("privilege", code)
    end
  end)
end)

describe("control messages", function()
  for type, kind in ipairs(CONTROL) do
    it(kind .. " keeps every field", function()
      local fields = core.decode("control", core.encode(kind, {}))
      assert.equal(type, fields.control_message_type)
      local value = 0
      for key, old in pairs(fields) do
        if DERIVED[key] then
          value = value + 1
        elseif math.type(old) then
          value = value + 1
          fields[key] = value
        else
          fields[key] = ("text of %s"):format(key)
        end
      end
      local bytes = core.encode(kind, fields)
      local decoded, next_one = core.decode(kind, bytes)
      assert.same(fields, decoded)
      assert.equal(#bytes + 1, next_one)
      assert.equal(hex(bytes), hex(core.encode("control", decoded)))
    end)

    it(kind .. " cut at every length is short", function()
      local bytes = core.encode(kind, {})
      for n = 0, #bytes - 1 do
        local fields, why, missing = core.decode("control", bytes:sub(1, n))
        assert.is_nil(fields)
        assert.equal("short", why)
        assert.is_true(missing >= 1 and missing <= #bytes - n)
        -- The same out of the middle of a longer string.
        assert.same({ nil, why, missing },
                    { core.decode("control", "xy" .. bytes, 3, n + 2) })
      end
    end)
  end

  it("are found inside a stream", function()
    local first = core.encode("echo_request", { identifier = 1 })
    local stream = first .. core.encode("ccrq", { call_id = 7 }) .. "\0"
    local fields, at = core.decode("control", stream)
    assert.equal(1, fields.identifier)
    assert.equal(17, at)
    fields, at = core.decode("control", stream, at)
    assert.equal(7, fields.call_id)
    assert.equal(33, at)
    assert.same({ nil, "short", 1 }, { core.decode("control", stream, at) })
    assert.equal(7, core.decode("ccrq", stream, -17, -2).call_id)
  end)

  it("say version 1.0 unless told otherwise, and else zeros", function()
    assert.equal(0x0100, core.decode("sccrq",
      core.encode("sccrq", {})).protocol_version)
    assert.equal(2, core.decode("sccrq", core.encode("sccrq",
      { protocol_version = 2 })).protocol_version)
    assert.equal("001000011a2b3c4d000c000000070000",
                 hex(core.encode("ccrq", { call_id = 7 })))
  end)

  it("carry names of 64 bytes without a NUL", function()
    local name = ("\xff"):rep(64)
    local bytes = core.encode("sccrp", { host_name = name })
    assert.equal(name, core.decode("sccrp", bytes).host_name)
    raises("'host_name' has 65 bytes", core.encode, "sccrp",
           { host_name = name .. "x" })
  end)

  it("refuse what is not in them, and name it", function()
    raises("'call_id'", core.encode, "sccrq", { call_id = 1 })
    raises("'call_id' is 65536", core.encode, "ocrq", { call_id = 65536 })
    raises("'call_id' is %-1", core.encode, "ocrq", { call_id = -1 })
    raises("'call_id'", core.encode, "ocrq", { call_id = 1.5 })
    raises("'call_id' is a string", core.encode, "ocrq", { call_id = "1" })
    raises("'host_name' is a number", core.encode, "sccrq",
           { host_name = 1 })
    raises("'length' is 1", core.encode, "sccrq", { length = 1 })
    raises("'magic_cookie'", core.encode, "sccrq", { magic_cookie = 0 })
    raises("'name'", core.encode, "sccrq", { name = "Echo-Request" })
    raises("unknown field '1'", core.encode, "sccrq", { "x" })
    raises("'control_message_type' is missing", core.encode, "control", {})
    raises("'sccrx' is not a kind", core.encode, "sccrx", {})
    raises("'sccrx' is not a kind", core.decode, "sccrx", "")
    raises("table expected", core.encode, "sccrq")
    raises("string expected", core.decode, "control")
  end)

  it("that are none are malformed, with the offset", function()
    for _, text in ipairs { "HTTP/1.1 400", "\0\16\0\2", "\0\11",
                            "\0\16\0\1\x1a\x2b\x3c\x4e" } do
      local fields, why, offset = core.decode("control", text)
      assert.is_nil(fields)
      assert.matches("^malformed: .", why)
      assert.equal("integer", math.type(offset))
      assert.is_true(offset <= #text)
    end
    local fields, why = core.decode("sccrp", core.encode("sccrq", {}))
    assert.is_nil(fields)
    assert.matches("malformed: another", why)
  end)

  it("of an unassigned type keep their header", function()
    local fields = returns("control", "000c00011a2b3c4d00631234")
    assert.equal(0x63, fields.control_message_type)
    assert.equal(0x1234, fields.reserved0)
  end)
end)

describe("GRE", function()
  it("returns in all its shapes", function()
    local fields = returns("gre", "3081880b0002abcd0000000500000009c021")
    assert.same({ flags = 0x3081, payload_length = 2, call_id = 0xabcd,
                  sequence_number = 5, acknowledgment_number = 9,
                  payload = "\xc0\x21" }, fields)
    returns("gre", "3001880b0001000100000000ff")
    returns("gre", "2081880b0000000100000000")
    returns("gre", "2001880b00000001")
  end)

  it("cut at every length is short", function()
    local bytes = core.encode("gre", { call_id = 1, sequence_number = 2,
      acknowledgment_number = 3, payload = "abcd" })
    for n = 0, #bytes - 1 do
      assert.equal("short", select(2, core.decode("gre", bytes:sub(1, n))))
    end
  end)

  it("of another version is malformed", function()
    local fields, why = core.decode("gre", unhex "2000880b00000001")
    assert.is_nil(fields)
    assert.matches("malformed: .*version", why)
  end)

  it("refuses what contradicts its fields", function()
    raises("'flags'", core.encode, "gre", { call_id = 1, flags = 0x3001 })
    raises("'payload_length'", core.encode, "gre",
           { call_id = 1, payload_length = 1 })
    raises("'call_id' is missing", core.encode, "gre", {})
    raises("'sequence'", core.encode, "gre", { call_id = 1, sequence = 1 })
  end)
end)

describe("PPP", function()
  it("frames return with and without what may be left out", function()
    local full = returns("ppp", "ff03c02109010008 00000001")
    assert.equal("lcp", full.layer)
    assert.equal("echo-request", full.name)
    assert.is_true(full.address_control)
    assert.is_false(returns("ppp", "c021050100 04").address_control)
    assert.equal(1, returns("ppp", "2145").protocol_length)
    local data = returns("ppp", "ff0300fd9000")
    assert.equal("other", data.layer)
    assert.equal("\x90\0", data.payload)
    local padded = returns("ppp", "ff03c0210501000400")
    assert.equal(1, padded.padding_length)
  end)

  it("frames refuse a compressed protocol that has no short form", function()
    raises("'protocol_length' is 1", core.encode, "ppp",
           { protocol = 0xc021, protocol_length = 1, code = 5 })
  end)

  it("packets that end too soon are short", function()
    local bytes = unhex "0101000a0506 01020304"
    for n = 0, #bytes - 1 do
      assert.equal("short", select(2, core.decode("lcp", bytes:sub(1, n))))
    end
    assert.equal("short", select(2, core.decode("ppp", "\xff\x03\xc0")))
  end)

  it("options that run past their packet are malformed", function()
    local fields, why, offset = core.decode("lcp", unhex "01010007050601")
    assert.is_nil(fields)
    assert.matches("malformed: ", why)
    assert.equal("integer", math.type(offset))
    fields, why = core.decode("ppp", unhex "ff03c02101010006 0501")
    assert.is_nil(fields)
    assert.matches("malformed: ", why)
  end)

  it("LCP options return, each in its own form", function()
    local fields = returns("lcp", [[0101 0046
      0104 05dc  0206 00000000  0305 c22381  0304 c227  0506 aa6962fe
      0702  0802  0d03 06  1104 064e  1207 0102030405
      1309 03 001122334455  1307 02 0a000001  1704 0007  0903 04]])
    assert.equal("configure-request", fields.name)
    local values = {}
    for i, option in ipairs(fields.options) do
      values[i] = option.value == nil and "none" or option.value
    end
    assert.same({ 1500, 0, "mschap_v2", "eap", 0xaa6962fe, "none", "none",
                  { operation = 6, operation_name = "cbcp" }, 1614,
                  "0102030405",
                  { class = 3, class_name = "mac", address = "001122334455" },
                  { class = 2, class_name = "ipv4", address = "10.0.0.1" },
                  7, 4 }, values)
    assert.same({ type = 3, name = "authentication", value = "mschap_v2" },
                fields.options[3])
  end)

  it("LCP options of a wrong length return too", function()
    local fields = returns("lcp", "01010010 0103ff 0303c2 0702 0804ffff")
    assert.is_table(fields.options[1].malformed)
    assert.equal("ff", fields.options[1].value)
  end)

  it("LCP packets of every code return", function()
    for _, text in ipairs {
      "02010004", "03010009 0305c22380", "04010007 0d0306",
      "05020010 70656572 20726566 75736564", "06020004", "07010006 ffff",
      "080100080057abcd", "09010008 00000001", "0a01000a 00000001 abcd",
      "0b010008 00000000", "0c01000a 00000001 6869", "0d01000c00000001" ..
      "0000003c", "0001000c 00000001 0000 0107", "0e010005ff",
    } do
      returns("lcp", text)
    end
  end)

  it("an option's raw bytes go before its value", function()
    assert.equal("01000007030304", hex(core.encode("lcp", { code = 1,
      options = { { type = 3, value = "pap", raw = "04" } } })))
  end)

  it("options of the network protocols return", function()
    local ipcp = returns("ipcp", "0101000a 0306 c0a80001")
    assert.equal("192.168.0.1", ipcp.options[1].value)
    local ccp = returns("ccp", "0101000a 1206 01000060")
    assert.equal(0x01000060, ccp.options[1].value)
    returns("ccp", "0e010004")
    local ipv6cp = returns("ipv6cp", "0101000e 010a 0011223344556677")
    assert.equal("0011223344556677", ipv6cp.options[1].value)
  end)

  it("CHAP and EAP packets return", function()
    local challenge = returns("chap", "018e000d 04 01020304 70707470")
    assert.equal("01020304", challenge.value)
    assert.equal("pptp", challenge.peer_name)
    returns("chap", "0301000a 4f4b2121 0000")
    returns("chap", "04010004")
    local identity = returns("eap", "01010009 01 4e616d65")
    assert.equal("Name", identity.text)
    returns("eap", "0102000c 04 04 01020304 6162")
    returns("eap", "03020004")
    raises("'value_size' is 3", core.encode, "chap",
           { code = 1, value = "0102", value_size = 3 })
  end)

  it("passwords of PAP are counted, not shown", function()
    local fields = core.decode("pap", unhex "0101000e 04726f6f74 0474657374")
    assert.equal("root", fields.peer_id)
    assert.equal(4, fields.password_length)
    for _, value in pairs(fields) do
      assert.not_equal("test", value)
    end
    raises("decoded only", core.encode, "pap", { code = 1 })
  end)

  it("refuses what does not belong, and names it", function()
    local function lcp(option)
      core.encode("lcp", { code = 1, options = { option } })
    end
    raises("'code' is missing", core.encode, "lcp", {})
    raises("'options'", core.encode, "lcp", { code = 9, options = {} })
    raises("'options' is a number", core.encode, "lcp",
           { code = 1, options = 1 })
    raises("'type' is missing", lcp, {})
    raises("'type' is 256", lcp, { type = 256 })
    raises("'name' is 'mru'", lcp, { type = 2, name = "mru" })
    raises("'value' is 65536", lcp, { type = 1, value = 65536 })
    raises("'value'", lcp, { type = 7, value = 1 })
    raises("'value' is not hexadecimal", lcp, { type = 18, value = "xy" })
    raises("odd number", lcp, { type = 18, value = "123" })
    raises("'value' has", lcp, { type = 18, value = ("00"):rep(254) })
    raises("'value'", lcp, { type = 5, value = {} })
    raises("'klass'", lcp, { type = 19, value = { class = 1, klass = 1 } })
    raises("'colour'", lcp, { type = 7, colour = 1 })
    raises("differ", core.encode, "lcp",
           { code = 5, data = "6162", text = "ba" })
  end)
end)

describe("decode", function()
  it("takes any bytes without raising", function()
    local kinds = { "control", "gre", "ppp", "lcp", "chap", "pap", "eap",
                    "ipcp", "ccp", "ipv6cp", "cbcp" }
    local seeds = {
      core.encode("sccrp", { host_name = "h" }),
      core.encode("gre", { call_id = 1, sequence_number = 1,
                           payload = unhex "ff03c021010100080305c223" }),
      unhex "ff03c02101010009 0305c22381", unhex "0101000a 0306 c0a80001",
      unhex "018e000d 04 01020304 70707470", unhex "01010009 01 4e616d65",
    }
    math.randomseed(1723)
    for _ = 1, 20000 do
      local bytes = seeds[math.random(#seeds)]
      local at = math.random(#bytes)
      bytes = bytes:sub(1, at - 1) .. string.char(math.random(0, 255)) ..
              bytes:sub(at + 1, math.random(#bytes))
      local kind = kinds[math.random(#kinds)]
      local fields, why, where = core.decode(kind, bytes)
      if fields then
        assert.equal("integer", math.type(why))
        assert.is_true(why >= 1 and why <= #bytes + 1)
      else
        assert.matches("^malformed: ", why == "short" and "malformed: "
                                       or why)
        assert.equal("integer", math.type(where))
      end
    end
  end)

  it("takes slices as string.sub does", function()
    local bytes = "xx" .. core.encode("ccrq", {}) .. "yy"
    for _, at in ipairs { 3, -18 } do
      assert.equal(12, core.decode("control", bytes, at).control_message_type)
    end
    assert.equal("short", select(2, core.decode("control", bytes, 100)))
    assert.equal("short", select(2, core.decode("control", bytes, 3, 0)))
    assert.equal("short", select(2, core.decode("control", bytes, 3, -100)))
    assert.same({ core.decode("control", bytes, 0) },
                { core.decode("control", bytes, 1) })
    assert.same({ core.decode("control", bytes, -math.maxinteger) },
                { core.decode("control", bytes, 1) })
    assert.same({ core.decode("control", bytes, 3, math.maxinteger) },
                { core.decode("control", bytes, 3) })
  end)
end)

describe("packets", function()
  local SYN = [[4500 0034 1234 4000 4006 a48c c0000201 c0000202
    9c40 06bb 01020304 00000000 8002 faf0 491b 0000
    020405b4 0101 0402 01 030307]]

  it("are built like those of others", function() -- scapy built these
    assert.equal(SYN:gsub("%s+", ""), hex(core.syn { source = "192.0.2.1",
      target = "192.0.2.2", source_port = 40000, sequence = 0x01020304,
      id = 0x1234 }))
    assert.equal("4500002800074000402fb69cc0000201c0000202" ..
      "3081880b0004abcd0000000500000009c0210900", hex(core.gre {
        source = "192.0.2.1", target = "192.0.2.2", call_id = 0xabcd,
        sequence = 5, acknowledgment = 9, id = 7, payload = "\xc0\x21\9\0" }))
    assert.equal("4500002000004000402fb6abc0000201c0000202" ..
      "2081880b0000abcd00000009", hex(core.gre { source = "192.0.2.1",
        target = "192.0.2.2", call_id = 0xabcd, acknowledgment = 9 }))
  end)

  it("are refused where a field is wrong, and it is named", function()
    local function syn(changes)
      local fields = { source = "192.0.2.1", target = "192.0.2.2",
                       source_port = 1, sequence = 0 }
      for key, value in pairs(changes) do
        fields[key] = value or nil
      end
      return core.syn(fields)
    end
    raises("'source' is missing", syn, { source = false })
    raises("'target' is 'x'", syn, { target = "x" })
    raises("'target' is", syn, { target = "192.0.2.2\0" })
    raises("two IP versions", syn, { target = "2001:db8::1" })
    raises("'sequence' is missing", syn, { sequence = false })
    raises("'ttl' is 0", syn, { ttl = 0 })
    raises("'port' is 65536", syn, { port = 65536 })
    raises("'sport'", syn, { sport = 1 })
    raises("'payload' has 1501", core.gre, { source = "192.0.2.1",
      target = "192.0.2.2", call_id = 1, payload = ("x"):rep(1501) })
    raises("IPv4 only", core.gre, { source = "2001:db8::1",
      target = "2001:db8::2", call_id = 1 })
  end)

  it("are dissected, layer by layer", function()
    local layers, why = core.dissect(core.gre { source = "192.0.2.1",
      target = "192.0.2.2", call_id = 5, sequence = 1,
      payload = unhex "ff03c02101010009 0305c22380" })
    assert.is_nil(why)
    assert.equal("ipv4", layers[1].layer)
    assert.equal("192.0.2.2", layers[1].destination)
    assert.equal(5, layers[2].call_id)
    assert.equal("lcp", layers[3].layer)
    assert.equal("mschap_v1", layers[3].options[1].value)
  end)

  it("are dissected inside Ethernet too", function()
    local frame = unhex("000000000001 000000000002 0800" .. SYN)
    local layers, why = core.dissect(frame, 1)
    assert.is_nil(why)
    assert.equal("tcp", layers[2].layer)
    assert.equal(1723, layers[2].destination_port)
    layers, why = core.dissect(unhex "000000000001000000000002 0806 0001", 1)
    assert.same({}, layers)
    assert.is_string(why)
  end)

  it("cut at every length say why they stop", function()
    local packet = unhex(SYN)
    for n = 0, #packet - 1 do
      local layers, why = core.dissect(packet:sub(1, n))
      assert.is_table(layers)
      assert.is_string(why)
    end
    assert.is_nil(select(2, core.dissect(packet)))
  end)
end)

describe("a conversation", function()
  it("keeps a Call-ID of the caller's, and tells which one it has", function()
    local fields = { source = "192.0.2.2", target = "192.0.2.1",
                     call_id = 0x0001 }

    assert.equal(1, core.conversation(fields):call_id())
    fields.call_id, fields.random = nil, ("\7"):rep(16)
    assert.equal(0x0607, core.conversation(fields):call_id())
  end)

  it("knows how connect() may end, and closes at once at depth syn", function()
    local function begin()
      local c = core.conversation { source = "192.0.2.2", raw = false, now = 0,
        target = "192.0.2.1", depth = "syn", connect = true, own_host = true }

      assert.equal("connect", (c:output(0)))
      return c
    end
    for event, state in pairs { connected = "connected", timeout = "timeout",
                                failed = "error" } do
      local c = begin()
      c:input(event, nil, 0.1)
      assert.equal(state, c:record().tcp.connect.state)
      assert.equal("close", (c:output(0.1)))
      assert.is_true(c:finished())
      assert.equal("own_host", c:record().notes[1].code)
    end
    for event in pairs { refused = 1, unreachable = 1 } do
      local c = begin()
      c:input(event, nil, 0.1)
      assert.equal(event, c:record().tcp.connect.state)
      assert.equal(1.1, c:deadline())
      c:input("tick", nil, 1.1)
      assert.equal("connect", (c:output(1.1)))
    end
  end)

  local function new(changes)
    local config = { source = "192.0.2.1", target = "192.0.2.2",
                     random = "0123456789abcdef", time = 0 }
    for key, value in pairs(changes or {}) do
      config[key] = value
    end
    return core.conversation(config)
  end

  -- What it owes now: actions, and a decoded control message for a stream.
  local function owes(c)
    local actions = {}
    for action, data in c.output, c do
      if action == "stream" then
        action = core.decode("control", data).name
      end
      actions[#actions + 1] = action
    end
    return actions
  end

  local function sccrp()
    return core.encode("sccrp", { result_code = 1, host_name = "local",
                                  vendor_string = "linux",
                                  firmware_revision = 1 })
  end

  it("to the control reply ends complete and clean", function()
    local c = new { depth = "control", now = 50 }
    assert.same({ "connect" }, owes(c))
    assert.is_true(c:input("connected", nil, 50.5))
    assert.same({ "Start-Control-Connection-Request" }, owes(c))
    assert.is_true(c:input("stream", sccrp(), 50.75))
    assert.same({ "Stop-Control-Connection-Request" }, owes(c))
    assert.is_false(c:finished())
    c:input("stream", core.encode("stop_ccrp", { result_code = 1 }), 51)
    c:input("closed", nil, 51)
    assert.same({ "close" }, owes(c))
    assert.is_true(c:finished())
    assert.is_nil(c:deadline())
    local record = c:record()
    assert.equal("conversation", record.kind)
    assert.equal("192.0.2.2", record.target)
    assert.equal("complete", record.ended_by)
    assert.equal("answered", record.control.state)
    assert.equal("local", record.control.host_name)
    assert.equal("clean", record.teardown.state)
    assert.equal("1970-01-01T00:00:00.000000Z", record.time)
    assert.equal(250000, record.control.rtt_us)
    assert.equal(1000000, record.duration_us)
    assert.equal("integer", math.type(record.duration_us))
    assert.is_nil(record.asked)
  end)

  it("to the challenge reads the offer over GRE", function()
    local c = new { depth = "call", call_id = 0x1a2c }
    owes(c)
    c:input("connected", nil, 0)
    owes(c)
    c:input("stream", sccrp(), 0.1)
    assert.same({ "guard", "Outgoing-Call-Request" }, owes(c))
    c:input("stream", core.encode("ocrp", { result_code = 1, call_id = 128,
      peer_call_id = 0x1a2c }), 0.2)
    owes(c)
    local function from_server(sequence, payload, call_id)
      return core.gre { source = "192.0.2.2", target = "192.0.2.1",
                        call_id = call_id or 0x1a2c, sequence = sequence,
                        payload = unhex(payload) }
    end
    assert.is_false(c:input("packet", from_server(0, "ff03c0210501" ..
      "0004", 99), 0.2))
    assert.is_true(c:input("packet", from_server(0,
      "ff03c0210101000f 0305c22381 0506aa6962fe"), 0.3))
    assert.same({ "packet" }, owes(c))
    assert.is_true(c:input("packet", from_server(1,
      "ff03c223018e000d 04 01020304 70707470"), 0.4))
    local record = c:record()
    assert.equal("mschap_v2", record.lcp.offers[1].authentication)
    assert.equal("ack", record.lcp.offers[1].answer)
    assert.equal("seen", record.challenge.state)
    assert.equal("01020304", record.challenge.value)
    c:abort(0.5)
    assert.is_true(#owes(c) >= 1)
  end)

  it("without raw packets tests no GRE", function()
    local c = new { depth = "call", raw = false }
    owes(c)
    c:input("connected", nil, 0)
    owes(c)
    c:input("stream", sccrp(), 0.1)
    assert.same({ "Outgoing-Call-Request" }, owes(c))
    c:input("stream", core.encode("ocrp", { result_code = 1, call_id = 1 }),
            0.2)
    assert.same({ "Call-Clear-Request" }, owes(c))
    assert.same({ state = "not_tested", reason = "no-privilege" },
                { state = c:record().gre.state,
                  reason = c:record().gre.reason })
  end)

  it("begins at the first time that it is told", function()
    local c = new { depth = "control" }
    owes(c)
    c:input("connected", nil, 1e9)
    owes(c)
    local deadline = c:deadline()
    assert.is_true(deadline > 1e9 and deadline < 1e9 + 60)
    c:input("tick", nil, deadline)
    assert.same({ "close" }, owes(c))
    assert.is_true(c:finished())
    assert.equal("silent", c:record().control.state)
  end)

  it("knows no way back in time", function()
    local c = new { depth = "control", now = 100 }
    owes(c)
    c:input("connected", nil, 101)
    c:input("closed", nil, 3)
    owes(c)
    assert.is_true(c:finished())
    assert.equal(1000000, c:record().duration_us)
  end)

  it("sends a raw SYN where it is asked to", function()
    local c = new { depth = "syn", syn = true }
    local action, packet = c:output()
    assert.equal("packet", action)
    local layers = core.dissect(packet)
    assert.equal("tcp", layers[2].layer)
    assert.equal(1723, layers[2].destination_port)
    assert.equal("syn", c:record().kind)
  end)

  it("keeps name, labels and contact beyond the caller's table", function()
    local config = { source = "192.0.2.1", target = "192.0.2.2",
                     name = ("vpn." .. "example"), contact = "a" .. "@b",
                     labels = { "l" .. "1", "l" .. 2 } }
    local c = core.conversation(config)
    for key in pairs(config) do
      config[key] = nil
    end
    collectgarbage()
    collectgarbage()
    c:output()
    c:input("connected", nil, 0)
    local _, sccrq = c:output()
    assert.matches("a@b", core.decode("sccrq", sccrq).host_name)
    assert.equal("vpn.example", c:record().name)
    assert.same({ "l1", "l2" }, c:record().labels)
  end)

  it("has a record that stays JSON", function()
    local json = require "dkjson"
    local text = json.encode(new():record())
    assert.matches('"notes":%[%]', text)
    assert.matches('"offers":%[%]', text)
  end)

  it("supplies a filter and takes notes", function()
    local c = new()
    assert.matches("proto 47", c:filter())
    assert.is_true(#c:filter(true) > 0)
    c:note("send_failed", 1)
    assert.equal("send_failed", c:record().notes[1].code)
    raises("invalid option", c.note, c, "nonsense")
  end)

  it("is refused where an argument is wrong, and it is named", function()
    raises("'source' is missing", core.conversation, { target = "192.0.2.2" })
    raises("two IP versions", new, { target = "2001:db8::1" })
    raises("'target' is 'vpn'", new, { target = "vpn" })
    raises("'port' is 0", new, { port = 0 })
    raises("'depth' is 'auth'", new, { depth = "auth" })
    raises("'ask' is 'md6'", new, { ask = "md6" })
    raises("'random' has 15", new, { random = ("x"):rep(15) })
    raises("'timeout'", new, { timeout = -1 })
    raises("'timeout'", new, { timeout = 0 / 0 })
    raises("'contact' has 65", new, { contact = ("x"):rep(65) })
    raises("zero byte", new, { contact = "a\0b" })
    raises("'labels'", new, { labels = { "a,b" } })
    raises("'labels'", new, { labels = "a" })
    raises("'decline' is a number", new, { decline = 1 })
    raises("'colour'", new, { colour = "red" })
    raises("raw", new, { syn = true, raw = false })
    raises("time", new, { now = 1 / 0 })
    raises("table expected", core.conversation)
    raises("'call_id' is 257, two equal bytes", core.conversation,
           { source = "192.0.2.2", target = "192.0.2.1", call_id = 0x0101 })
    raises("'raw' is false, but 'syn' needs raw packets", core.conversation,
           { source = "192.0.2.2", target = "192.0.2.1", depth = "syn",
             raw = false })
  end)

  it("raises where it is misused", function()
    local c = new()
    raises("invalid option", c.input, c, "party", nil, 0)
    raises("time is missing", c.input, c, "tick")
    raises("string expected", c.input, c, "stream", nil, 0)
    raises("conversation", c.input, {}, "tick", nil, 0)
    raises("time in seconds", c.input, c, "tick", nil, 0 / 0)
  end)

  it("is collected at any moment", function()
    for i = 1, 50 do
      local c = new()
      if i % 2 == 0 then
        c:output()
        c:input("connected", nil, i)
      end
    end
    collectgarbage()
    assert.is_function(new().close)
  end)
end)
