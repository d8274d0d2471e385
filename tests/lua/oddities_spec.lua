-- SPDX-License-Identifier: BSD-2-Clause
-- Each finding has a server that triggers it, and near misses that do not.
local R = require "records"
local grade = require "pptpgrade.grade"
local policy = require "pptpgrade.policy"

local function finding(id, records, rules)
  local verdict = grade(R.evidence(table.unpack(records)), rules)
  for _, known in ipairs(verdict.findings) do
    if known.id == id then
      return known.evidence
    end
  end
end

-- Conversations of one server, each with a call of its own. `change(i)` gives
-- fields of call i, of its first offer, and of its record.
local function calls(n, change)
  local records = {}
  for i = 1, n do
    local call, offer, record = change(i)
    record = record or {}
    record.time = ("2026-11-22T22:40:%02d.000000Z"):format(i)
    record.call = R.accepted(call or {})
    record.call.peer_call_id = 6700 + i
    record.call.call_id = call and call.call_id or 40000 + 977 * i * i
    records[i] = R.talk({ { "mschap_v2", "ack", offer } },
                        { record = record })
  end
  return records
end

local function challenge(value, given)
  local stage = { state = "seen", method = "mschap_v2", name = "gate",
                  length = #value // 2, value = value }
  for key, field in pairs(given or {}) do
    stage[key] = field
  end
  return { challenge = stage }
end

local A = "50fc0665f2f8fe976f13c1dccd7c6a46"
local B = "3d8ba3dea6a64286a1812b4ee3a6810d"

local function challenges(...)
  local values = { ... }
  return calls(#values, function(i)
    return nil, nil, challenge(values[i])
  end)
end

describe("PPTP-021", function()
  it("tells a challenge that came in two conversations", function()
    assert.equal("challenge " .. A .. " in 2 conversations",
                 finding("PPTP-021", challenges(A, B, A)))
    assert.equal("challenge " .. A .. " in 3 conversations",
                 finding("PPTP-021", challenges(B, A, B, A, A)))
  end)

  it("does not tell different ones, or a single one", function()
    assert.is_nil(finding("PPTP-021", challenges(A, B)))
    assert.is_nil(finding("PPTP-021", challenges(A)))
  end)

  it("does not take one conversation, seen twice, for two", function()
    local one = challenges(A)[1]
    local again = R.copy(one)
    again.kind, again.time = "observed", "2026-11-22T22:40:01.000900Z"
    assert.is_nil(finding("PPTP-021", { one, again }))
  end)

  it("does not take chance for it: three bytes are not enough", function()
    assert.is_nil(finding("PPTP-021", challenges("50fc06", "50fc06")))
    assert.truthy(finding("PPTP-021", challenges("50fc0665", "50fc0665")))
  end)
end)

describe("PPTP-022", function()
  local function size(length, method)
    return finding("PPTP-022", calls(1, function()
      return nil, nil, challenge(("5a"):rep(length), { method = method })
    end))
  end

  it("tells fewer than 8 bytes, of any method", function()
    assert.equal("a challenge of 7 bytes for CHAP-MD5", size(7, "chap_md5"))
    assert.equal("a challenge of 1 byte for CHAP-MD5", size(1, "chap_md5"))
    assert.equal("a challenge of 0 bytes for CHAP-SHA-256",
                 size(0, "c223:07"))
    assert.is_nil(size(8, "chap_md5"))
    assert.is_nil(size(57, "chap_md5"))
    assert.is_nil(size(255, "c223:07"))
  end)

  it("tells another size than MS-CHAP has", function()
    assert.is_nil(size(8, "mschap_v1"))
    assert.is_nil(size(16, "mschap_v2"))
    assert.truthy(size(16, "mschap_v1"))
    assert.truthy(size(8, "mschap_v2"))
    assert.truthy(size(17, "mschap_v2"))
  end)

  it("asks no size of EAP, of a malformed challenge, or of nonsense",
     function()
    for _, given in ipairs {
      { method = "eap", length = 1 }, { length = {} }, { length = 7.5 },
      { length = "7" },
    } do
      assert.is_nil(finding("PPTP-022", calls(1, function()
        return nil, nil, challenge("", given)
      end)))
    end
  end)
end)

describe("PPTP-023", function()
  local function magics(...)
    local values = { ... }
    return finding("PPTP-023", calls(#values, function(i)
      return nil, { magic = values[i] }
    end))
  end

  it("tells zero, the same, and what counts up, in three conversations",
     function()
    assert.equal("magic numbers zero in 3 conversations: " ..
                 "00000000, 00000000, 00000000", magics(0, 0, 0))
    assert.equal("magic numbers the same in 3 conversations: " ..
                 "12345678, 12345678, 12345678",
                 magics(0x12345678, 0x12345678, 0x12345678))
    assert.equal("magic numbers counting up in 3 conversations: " ..
                 "fffffffe, 00000001, 0000ffff",
                 magics(0xfffffffe, 1, 0xffff))
  end)

  it("does not tell two, random ones, or what counts down", function()
    assert.is_nil(magics(0, 0))
    assert.is_nil(magics(0x12345678, 0x12345679, 0x9bcdef00))
    assert.is_nil(magics(3, 2, 1))
    assert.is_nil(magics(0x10000, 0x20000, 0x30000))
    assert.is_nil(magics(0, 0, 1))
  end)
end)

local function endpoint(class, address)
  return { type = 19, name = "endpoint_discriminator",
           value = { class = class, address = address } }
end

local function with_endpoints(list)
  return calls(#list, function(i)
    return nil, { options = { { type = 5, value = 99 * i * i }, list[i] } }
  end)
end

describe("PPTP-032", function()
  local function mac(class, address)
    return finding("PPTP-032", with_endpoints { endpoint(class, address) })
  end

  it("tells the MAC address in an Endpoint Discriminator", function()
    assert.equal("Endpoint Discriminator 00:0c:29:aa:bb:cc",
                 mac(3, "000c29aabbcc"))
  end)

  it("does not tell other classes, other lengths, or nothing", function()
    assert.is_nil(mac(1, "000c29aabbcc"))
    assert.is_nil(mac(3, "000c29aabb"))
    assert.is_nil(mac(3, "000000000000"))
    assert.is_nil(mac(3, "zz0c29aabbcc"))
    assert.is_nil(mac(3, nil))
    assert.is_nil(finding("PPTP-032", with_endpoints {
      { type = 19, value = "03000c29aabbcc" } }))
  end)
end)

describe("PPTP-033", function()
  local function stable(...)
    return finding("PPTP-033", with_endpoints { ... })
  end
  local start = "5a3c0b1d2e4f60718293a4b5c6d7e8f9"

  it("tells an identifier whose first 16 bytes stay", function()
    assert.equal("Endpoint Discriminator, class local " .. start ..
                 ", in two conversations",
                 stable(endpoint(1, start .. "00000001"),
                        endpoint(1, start .. "00000002")))
    assert.equal("Endpoint Discriminator, class IPv4 10.1.2.3, in two " ..
                 "conversations",
                 stable(endpoint(2, "10.1.2.3"), endpoint(2, "10.1.2.3")))
  end)

  it("does not tell one that changes, came once, or is of another class",
     function()
    assert.is_nil(stable(endpoint(1, start)))
    assert.is_nil(stable(endpoint(1, start),
                         endpoint(1, "ff" .. start:sub(3))))
    assert.is_nil(stable(endpoint(1, start), endpoint(4, start)))
    assert.is_nil(stable(endpoint(3, "000c29aabbcc"),
                         endpoint(3, "000c29aabbcc")))
    assert.is_nil(stable(endpoint(1, "5a"), endpoint(1, "5a")))
  end)

  it("does not tell the address that was asked anyhow", function()
    assert.is_nil(stable(endpoint(2, R.TARGET), endpoint(2, R.TARGET)))
  end)
end)

-- An SCCRP's 156 bytes with these names and what follows them.
local function sccrp(host, vendor, reserved)
  local function padded(text)
    return text .. ("\0"):rep(64 - #text)
  end
  local bytes = "\0\x9c\0\1\x1a\x2b\x3c\x4d\0\2" .. (reserved or "\0\0") ..
    "\1\0\1\0" .. ("\0"):rep(8) .. "\0\1\0\1" .. padded(host) ..
    padded(vendor)
  return (bytes:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end))
end

local OCRP = "002000011a2b3c4d0008%s0080000001000000000005f5e1000040" ..
  "000000000000"

local function residue(raw, ocrp, notes)
  return finding("PPTP-035", { R.called {
    control = R.control { raw = raw }, notes = notes,
    call = R.accepted { raw = ocrp or OCRP:format "0000" },
  } })
end

describe("PPTP-035", function()
  it("tells bytes behind a name's end", function()
    assert.equal("SCCRP host name, behind its end: 67772d31",
                 residue(sccrp("local\0\0gw-1", "linux")))
    assert.equal("SCCRP vendor, behind its end: 01",
                 residue(sccrp("local", "linux" .. ("\0"):rep(58) .. "\1")))
    -- Two bytes' halves are no zero.
    assert.equal("SCCRP host name, behind its end: 42",
                 residue(sccrp("A\x10\x04\0B", "linux")))
    assert.is_nil(residue(sccrp(("\x10\x01"):rep(32), "linux")))
    assert.equal("SCCRP host name, behind its end: " .. ("5a"):rep(16) ..
                 "...", residue(sccrp("l\0" .. ("Z"):rep(40), "linux")))
  end)

  it("tells reserved fields", function()
    assert.equal("SCCRP reserved field: a196; OCRP reserved field: 10",
                 residue(sccrp("local", "linux", "\xa1\x96"),
                         OCRP:format "0010"))
    local text = "reserved bytes are not zero in type 15: 41366"
    assert.equal(text, residue(sccrp("", "Microsoft"), nil, {
      { code = "reserved", text = text, count = 1 } }))
  end)

  it("does not tell zeros, a name of 64 bytes, or a message cut short",
     function()
    assert.is_nil(residue(sccrp("local", "linux")))
    assert.is_nil(residue(sccrp(("h"):rep(64), ("v"):rep(64))))
    assert.is_nil(residue(sccrp("local", "linux"):sub(1, 200)))
    assert.is_nil(residue("zz" .. sccrp("a\0b", "linux"):sub(3)))
    assert.is_nil(residue(nil))
    assert.is_nil(residue(sccrp("local", "linux"), nil, {
      { code = "gre_late", text = "late", count = 1 } }))
  end)
end)

describe("PPTP-036", function()
  local function ids(...)
    local values = { ... }
    return finding("PPTP-036", calls(#values, function(i)
      return { call_id = values[i] }
    end))
  end

  it("tells steps of 128, single steps, and the same ID", function()
    assert.equal("call IDs 65408, 0, 384, 512: steps of 128 count the " ..
                 "connections since the daemon began",
                 ids(65408, 0, 384, 512))
    assert.equal("call IDs 256, 512, 768: they count the calls of the host, " ..
                 "in the other byte order", ids(256, 512, 768))
    assert.equal("call IDs 7, 8, 10: they count the calls of the host",
                 ids(7, 8, 10))
    assert.equal("call IDs 9, 9, 9: the same each time", ids(9, 9, 9))
  end)

  it("does not tell two calls, or IDs without order", function()
    assert.is_nil(ids(128, 256))
    assert.is_nil(ids(128, 256, 385))
    assert.is_nil(ids(128, 256, 384))
    assert.is_nil(ids(128, 384, 640, 5248))
    assert.is_nil(ids(2989, 11755, 17372))
    assert.is_nil(ids(8, 7, 6))
    assert.is_nil(ids(9, 9, 10))
  end)

  it("goes by time, whatever order the records come in", function()
    local records = calls(4, function(i) return { call_id = 128 * i } end)
    assert.truthy(finding("PPTP-036", { records[3], records[1], records[4],
                                        records[2] }))
  end)
end)

describe("PPTP-037", function()
  local function prompt(text, kind, rules)
    return finding("PPTP-037", { R.talk({ { "eap", "ack" } }, { record = {
      challenge = { state = "seen", method = "eap", type = kind or 1,
                    text = text } } }) }, rules)
  end

  it("tells what a server says when it asks for an identity", function()
    assert.equal('EAP identity prompt "Welcome to ACME"',
                 prompt "Welcome to ACME")
    assert.truthy(prompt "\0networkid=acme,nasid=gw1")
  end)

  it("does not tell nothing, pppd's constant, or another request", function()
    assert.is_nil(prompt "")
    assert.is_nil(prompt "Name")
    assert.is_nil(prompt(nil))
    assert.is_nil(prompt("Welcome", 4))
  end)

  it("takes a policy's word for what tells nothing", function()
    local rules = assert(policy.over_default { names = { prompt = { "Hi" } } })
    assert.is_nil(prompt("Hi", 1, rules))
    assert.truthy(prompt("Name", 1, rules))
  end)
end)

describe("PPTP-041", function()
  local function ended(fields, offer, record)
    record = record or {}
    record.control = R.control(fields)
    return finding("PPTP-041", { R.talk({ { "mschap_v2", "ack", offer } },
                                        { record = record }) })
  end
  local moreton = { vendor = "MoretonBay" }
  local apple = { vendor = "Mac OS X, Apple Computer, Inc",
                  host_name = "s", framing_capabilities = 3,
                  bearer_capabilities = 3 }
  local pix = { vendor = "Cisco Systems", host_name = "",
                firmware_revision = 4608, framing_capabilities = 3,
                bearer_capabilities = 3 }

  it("tells Moreton Bay's Poptop, Mac OS X Server and PIX", function()
    assert.equal("Poptop: 1.1.3 took its place in 2002", ended(moreton))
    assert.equal("Mac OS X Server vpnd: Apple took PPTP out in 2016",
                 ended(apple))
    assert.truthy(ended(pix))
  end)

  it("does not tell their successors", function()
    assert.is_nil(ended { vendor = "linux" })
    assert.is_nil(ended { vendor = "Cisco Systems, Inc.",
                          host_name = "c7206", firmware_revision = 4608,
                          maximum_channels = 0, framing_capabilities = 3,
                          bearer_capabilities = 3 })
  end)

  it("does not tell a name that behaviour belies", function()
    assert.is_nil(ended(pix, { magic = 0xaa6a6ace }, challenge(A)))
    assert.truthy(ended(moreton, { magic = 0xaa6a6ace }, challenge(A)))
  end)
end)

describe("PPTP-080", function()
  local function breach(call, record)
    record = record or {}
    record.call = R.accepted(call)
    return finding("PPTP-080", { R.called(record) })
  end
  local function disconnect(fields)
    local message = { call_id = 128, result_code = 4, error_code = 0,
                      cause_code = 0, at_us = 5 }
    for key, value in pairs(fields) do
      message[key] = value
    end
    return { disconnect = message }
  end
  local function noted(code, kind)
    return breach({}, { kind = kind, notes = { { code = code, count = 1,
                                                 text = "it is " .. code } } })
  end

  it("tells a Disconnect with result 0, or of another call", function()
    assert.equal("Call-Disconnect-Notify with result 0",
                 breach(disconnect { call_id = 0, result_code = 0 }))
    assert.equal("Call-Disconnect-Notify with our call ID, not with its own",
                 breach(disconnect { call_id = 6700 }))
    assert.truthy(breach(disconnect { call_id = 9 }))
  end)

  it("does not tell a Disconnect as it should be", function()
    for result = 1, 4 do
      assert.is_nil(breach(disconnect { result_code = result }))
    end
    assert.is_nil(breach {})
  end)

  it("tells replies that are not as they should be", function()
    assert.equal("OCRP with result 1 and error 6", breach { error_code = 6 })
    assert.equal("SCCRP of version 0200", breach({}, {
      control = R.control { protocol_version = 0x0200 } }))
    assert.is_nil(breach({ error_code = 0 }))
  end)

  it("tells notes of breaches, and no others", function()
    assert.equal("it is peer_call_id", noted "peer_call_id")
    assert.truthy(noted "long_message")
    assert.truthy(noted "unexpected_control")
    for _, code in ipairs { "echo_request", "gre_early", "gre_late",
                            "set_link_info", "other_source" } do
      assert.is_nil(noted(code))
    end
  end)

  it("does not blame a server for what a capture lacks", function()
    for _, code in ipairs { "lost_sync", "malformed" } do
      assert.truthy(noted(code))
      assert.is_nil(noted(code, "observed"))
    end
  end)

  it("tells each kind once", function()
    local e = {}
    for i = 1, 3 do
      e[i] = R.called { notes = { { code = "peer_call_id", count = 1,
                                    text = "peer " .. i } } }
    end
    assert.equal("peer 1", finding("PPTP-080", e))
  end)
end)

describe("PPTP-061", function()
  -- A row of a sweep: open, and asked no further, or met silence.
  local function row(any_port, control)
    return R.record { kind = "syn", depth = "syn", control = control,
                      tcp = { state = "open", reason = "syn-ack", ttl = 64,
                              answers_any_port = any_port } }
  end
  local silent = { state = "silent" }

  it("tells who answered at a second port", function()
    local words = "a SYN to a second port, picked at random, had a SYN-ACK too"
    assert.equal(words, finding("PPTP-061", { row(true) }))
    assert.equal(words, finding("PPTP-061", { row(true, silent) }))
    assert.equal(words .. "; of its network, 16 conversations met silence, " ..
                   "and it was not asked further",
                 finding("PPTP-061", { row(true, {
                   state = "not_tested", reason = "silent_network" }) }))
    for _, other in ipairs { false, 1, "true" } do
      assert.is_nil(finding("PPTP-061", { row(other) }))
    end
    assert.is_nil(finding("PPTP-061", { row(nil, silent) }))
  end)

  it("moves no grade, and gives no sign of a decoy", function()
    local servers = { row(nil), row(nil, silent),
                      R.talk { { "mschap_v2", "ack" } },
                      R.talk { { "pap", "ack" } }, R.connected() }
    for _, record in ipairs(servers) do
      local told = R.copy(record)
      told.tcp.answers_any_port = true
      local v, w = grade(R.evidence(record)), grade(R.evidence(told))
      assert.same({ v.grade, v.best, v.worst, v.confidence, v.summary },
                  { w.grade, w.best, w.worst, w.confidence, w.summary })
      assert.equal(#v.findings + 1, #w.findings)
    end
  end)
end)

describe("what anyone wrote", function()
  it("raises in none of the checks", function()
    for _, junk in ipairs { 7, 7.5, "x", true, {}, { {} }, { 1 }, -1,
                            math.huge, "\0%" } do
      local record = R.talk({ { "mschap_v2", "ack", { magic = junk } } })
      record.notes = { { code = "reserved", text = junk }, junk }
      record.challenge = { state = "seen", method = junk, value = junk,
                           length = junk, text = junk, type = 1,
                           name = junk }
      record.call = R.accepted { call_id = junk, peer_call_id = junk,
                                 error_code = junk, raw = junk,
                                 disconnect = junk }
      record.control = R.control { raw = junk, protocol_version = junk }
      record.gre = R.reachable()
      record.gre.first_sequence = junk
      record.lcp.offers[1].identifier = junk
      record.lcp.offers[1].options[4] = { type = 19, value = junk }
      record.lcp.offers[1].options[5] = { type = junk }
      record.lcp.offers[2] = { identifier = junk, at_us = junk, news = false }
      record.tcp = { state = "open", ttl = junk, options = junk,
                     answers_any_port = junk }
      record.time = junk
      assert.is_table(grade(R.evidence(record, R.copy(record))))
    end
  end)
end)
