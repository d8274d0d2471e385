-- SPDX-License-Identifier: BSD-2-Clause
-- Records of the core itself, in conversations made up here, against
-- docs/schema/record.json; and what Lua makes of them against the other two.
local R = require "records"
local brief = require "pptpgrade.report.brief"
local compare = require "pptpgrade.judge.compare"
local core = require "pptpgrade.core"
local evidence = require "pptpgrade.evidence"
local encode = require "pptpgrade.report.encode".encode
local grade = require "pptpgrade.grade".grade
local lists = require "pptpgrade.lists"
local schema = require "schema_check"

local US, SERVER, ROUTER = "192.0.2.2", "192.0.2.1", "192.0.2.254"

-- One conversation, and the server's side of its wire.
local Talk = {}
Talk.__index = Talk

local function talk(fields)
  local config = { source = US, target = SERVER, port = 1723, now = 0,
                   random = "0123456789abcdef" }
  for key, value in pairs(fields or {}) do
    config[key] = value
  end
  local self = setmetatable({ c = core.conversation(config), now = 0,
                              sequence = 0, ours = {} }, Talk)
  return self:drain()
end

function Talk:drain()
  for action, data in self.c.output, self.c do
    if action == "stream" then
      local message = core.decode("control", data)
      self.call_id = message.call_id or self.call_id
      self.last = data
    elseif action == "packet" then
      self.ours[#self.ours + 1] = data
    end
  end
  return self
end

function Talk:input(event, data)
  self.now = self.now + 0.01
  self.c:input(event, data, self.now)
  return self:drain()
end

function Talk:control(kind, fields)
  return self:input("stream", core.encode(kind, fields))
end

function Talk:ppp(frame)
  local packet = core.gre { source = SERVER, target = US,
    call_id = self.call_id, sequence = self.sequence,
    acknowledgment = 0, payload = core.encode("ppp", frame) }
  self.sequence = self.sequence + 1
  return self:input("packet", packet)
end

function Talk:lcp(code, identifier, fields)
  local frame = { protocol = 0xc021, code = code, identifier = identifier }
  for key, value in pairs(fields or {}) do
    frame[key] = value
  end
  return self:ppp(frame)
end

function Talk:offer(identifier, options)
  return self:lcp(1, identifier, { options = options })
end

-- An Ack of our own Configure-Request, with its magic number.
function Talk:acknowledge()
  for _, packet in ipairs(self.ours) do
    for _, layer in ipairs((core.dissect(packet))) do
      if layer.layer == "lcp" and layer.code == 1 then
        return self:lcp(2, layer.identifier, { options = layer.options })
      end
    end
  end
end

function Talk:tick()
  self.now = math.max(self.now, self.c:deadline() or self.now) + 0.001
  self.c:input("tick", nil, self.now)
  return self:drain()
end

-- Each time that connect() is tried.
function Talk:refused(times)
  for _ = 1, times do
    self:input("refused"):tick()
  end
  return self
end

-- Lets time pass until it ends by itself.
function Talk:finish()
  while not self.c:finished() do
    self:tick()
  end
  return self.c:record()
end

local function sccrp(self, fields)
  local reply = { result_code = 1, maximum_channels = 1,
                  firmware_revision = 1, host_name = "local",
                  vendor_string = "linux" }
  for key, value in pairs(fields or {}) do
    reply[key] = value
  end
  return self:input("connected"):control("sccrp", reply)
end

local function called(fields, reply)
  local self = sccrp(talk(fields), reply)
  return self:control("ocrp", { call_id = 128, peer_call_id = self.call_id,
                                result_code = 1, connect_speed = 64000,
                                packet_recv_window_size = 64 })
end

local MAGIC = { type = 5, value = 0xaa6a6ace }

local function method(name)
  return { type = 3, value = name }
end

-- ICMP about the first packet of ours, from `source`.
local function unreachable(self, source, code)
  local quote = self.ours[#self.ours]:sub(1, 28)
  local message = string.pack(">BBI2I4", 3, code, 0, 0) .. quote
  local bytes = {}
  for byte in source:gmatch("%d+") do
    bytes[#bytes + 1] = string.char(byte)
  end
  local header = string.pack(">BBI2I2I2BBI2", 0x45, 0, 20 + #message, 0, 0, 64,
                             1, 0) .. table.concat(bytes) .. "\192\0\2\2"
  return self:input("packet", header .. message)
end

local conversations = {
  ["a silent port"] = function()
    return talk { depth = "syn" }:finish()
  end,
  ["a filtered port"] = function()
    return unreachable(talk { depth = "syn" }, ROUTER, 13):finish()
  end,
  ["a connection refused"] = function()
    return talk():refused(3):finish()
  end,
  ["a connection refused at depth syn"] = function()
    return talk({ depth = "syn", connect = true, raw = false }):refused(3)
      :finish()
  end,
  ["a connection that met ICMP"] = function()
    return talk():input("unreachable"):finish()
  end,
  ["a reply that is cut"] = function()
    return talk():input("connected"):input("stream",
      core.encode("sccrp", { result_code = 1 }):sub(1, 40)):input("closed")
      :finish()
  end,
  ["our own bytes back"] = function()
    local self = talk():input("connected")
    return self:input("stream", self.last):finish()
  end,
  ["a result of 0"] = function()
    return sccrp(talk(), { result_code = 0 }):finish()
  end,
  ["one-way GRE, and ours refused"] = function()
    return unreachable(called(), SERVER, 2):offer(1, { MAGIC }):finish()
  end,
  ["a connection that failed"] = function()
    return talk():input("failed"):finish()
  end,
  ["no reply at all"] = function()
    return talk():input("connected"):finish()
  end,
  ["an end before the reply"] = function()
    return talk():input("connected"):input("closed"):finish()
  end,
  ["another protocol"] = function()
    return talk():input("connected")
      :input("stream", "HTTP/1.1 400 Bad Request\r\n\r\n"):finish()
  end,
  ["a refusal"] = function()
    return sccrp(talk(), { result_code = 4, error_code = 1 }):finish()
  end,
  ["names of hostile bytes"] = function()
    return sccrp(talk { depth = "control", name = "vpn.example.net",
                        labels = { "one", "two" }, contact = "noc" },
                 { host_name = "\27[2J\0", reserved0 = 3,
                   vendor_string = ("\255"):rep(64) })
      :control("stop_ccrp", { result_code = 1 }):finish()
  end,
  ["a call refused"] = function()
    local self = sccrp(talk())
    return self:control("ocrp", { peer_call_id = self.call_id,
                                  result_code = 7 }):finish()
  end,
  ["a call without an answer"] = function()
    return sccrp(talk()):finish()
  end,
  ["a call that is taken back"] = function()
    return called():control("cdn", { call_id = 128, result_code = 3 }):finish()
  end,
  ["a call without raw packets"] = function()
    return called { raw = false }:finish()
  end,
  ["GRE that stays silent"] = function()
    return called():finish()
  end,
  ["GRE refused by the target"] = function()
    return unreachable(called(), SERVER, 2):finish()
  end,
  ["GRE refused on the way"] = function()
    return unreachable(called(), ROUTER, 13):finish()
  end,
  ["every option of LCP"] = function()
    return called():offer(1, {
      { type = 1, value = 1400 }, { type = 2, value = 0 },
      method "mschap_v2", { type = 4, value = "c02500000064" }, MAGIC,
      { type = 7 }, { type = 8 }, { type = 13, value = { operation = 6 } },
      { type = 17, value = 1614 },
      { type = 19, value = { class = 3, address = "001122334455" } },
      { type = 19, value = { class = 2, address = "192.0.2.7" } },
      { type = 23, value = 5 }, { type = 99, value = "0102" },
      { type = 1, raw = "05" },
    }):finish()
  end,
  ["a challenge"] = function()
    local self = called():acknowledge()
      :offer(1, { method "mschap_v2", MAGIC })
    return self:ppp { protocol = 0xc223, code = 1, identifier = 7,
                      value = ("5a"):rep(16), peer_name = "pp\0d\200" }
      :lcp(6, 1):finish()
  end,
  ["a challenge that does not come"] = function()
    return called():acknowledge():offer(1, { method "mschap_v2", MAGIC })
      :finish()
  end,
  ["a request of EAP's"] = function()
    return called():offer(1, { method "eap", MAGIC })
      :ppp { protocol = 0xc227, code = 1, identifier = 1, type = 1,
             text = "Name" }:finish()
  end,
  ["a Nak that is followed"] = function()
    return called { ask = "mschap_v1" }:offer(1, { method "mschap_v2", MAGIC })
      :offer(2, { method "mschap_v1", MAGIC })
      :ppp { protocol = 0xc223, code = 1, identifier = 7,
             value = ("5a"):rep(8), peer_name = "" }:finish()
  end,
  ["a Nak that ends the link"] = function()
    return called { ask = "pap" }:offer(1, { method "mschap_v2", MAGIC })
      :lcp(5, 2, { text = "peer refused to authenticate" })
      :input("closed"):finish()
  end,
  ["an unassigned method"] = function()
    return called { ask = "pap" }:offer(1, { method "c223:07", MAGIC })
      :offer(2, { method "c02d", MAGIC }):finish()
  end,
  ["authentication declined"] = function()
    return called { decline = true }:offer(1, { method "pap", MAGIC })
      :offer(2, { MAGIC }):lcp(5, 3):finish()
  end,
  ["no login asked for"] = function()
    local self = called():offer(1, { MAGIC })
    for _, protocol in ipairs { 0x8021, 0x80fd, 0x8057, 0xc029, 0x8031 } do
      self:ppp { protocol = protocol, code = 1, identifier = 1 }
    end
    return self:finish()
  end,
  ["more requests than a record keeps"] = function()
    local self = called { ask = "pap" }
    for i = 1, 40 do
      self:offer(i, { method(("c223:%02x"):format(i)), MAGIC,
                      { type = 1, value = 1000 + i } })
    end
    return self:finish()
  end,
  ["a conversation cut short"] = function()
    local self = called()
    self.c:abort(self.now)
    return self:drain():finish()
  end,
  ["one that still runs"] = function()
    return called().c:record()
  end,
  ["GRE outside any call"] = function()
    return talk { gre = true }:finish()
  end,
  ["notes of the socket's owner"] = function()
    local self = called()
    for _, note in ipairs { "capture_drops", "no_guard", "send_failed",
                            "connect_failed" } do
      self.c:note(note, 13)
    end
    return self:finish()
  end,
}

local records, named, verdicts = {}, {}, {}
for name, make in pairs(conversations) do
  local record = make()
  records[#records + 1], named[name] = record, record
  verdicts[#verdicts + 1] = grade(evidence.merge(nil, record))
end

-- What no single conversation of the core leads to.
local function likely_decoy()
  local record = R.copy(named["a challenge"])
  record.notes = { { code = "loopback", text = "ours", count = 1 },
                   { code = "lost_sync", text = "broken", count = 1 } }
  return evidence.merge(nil, record)
end

local function with_older()
  local older = R.copy(named["a refusal"])
  older.time = "2020-01-01T00:00:00.000000Z"
  return evidence.newest { named["a challenge"], older }
end

verdicts[#verdicts + 1] = grade(likely_decoy())
verdicts[#verdicts + 1] = grade(with_older())

describe("the schema", function()
  it("fits every record that the core writes", function()
    assert.equal(schema.right(records), schema.complaints("record", records))
  end)

  it("fits the evidence and the verdicts made of them", function()
    assert.equal(schema.right(verdicts),
                 schema.complaints("verdict", verdicts))
  end)

  it("fits the brief form of verdicts, which is about 1 KB", function()
    local some = {}
    for i, verdict in ipairs(verdicts) do
      some[i] = brief.of(verdict)
      assert.equal(some[i], brief.of(some[i]))
      assert.is_true(#encode(some[i]) < 1600, encode(some[i]))
    end
    assert.equal(schema.right(some), schema.complaints("brief", some))
  end)

  it("fits what changed from each verdict to the next", function()
    local changed, classes = {}, {}
    for i, verdict in ipairs(verdicts) do
      local old = compare.side(verdicts[i == 1 and #verdicts or i - 1])
      changed[i] = lists.copy(verdict)
      changed[i].change = compare.change(old, compare.side(verdict))
      classes[changed[i].change.class] = true
    end
    changed[1].change = compare.change(nil, compare.side(verdicts[1]))
    assert.is_true(classes.gone and classes.back)
    assert.equal(schema.right(changed),
                 schema.complaints("verdict", changed))
    for i, verdict in ipairs(changed) do
      changed[i] = brief.of(verdict)
    end
    assert.equal(schema.right(changed), schema.complaints("brief", changed))
  end)

  it("notices each of many ways to break a record", function()
    assert.equal(schema.right(records),
                 schema.complaints("record", records, true))
  end)

  it("notices each of many ways to break evidence and verdicts", function()
    local some = {}
    for i, name in ipairs { "a Nak that is followed", "a challenge",
                            "a refusal", "a silent port" } do
      some[i] = evidence.merge(nil, named[name])
    end
    some[1] = evidence.with_local_path(some[1], "unproven")
    some[#some + 1] = likely_decoy()
    some[#some + 1] = with_older()
    assert.equal(schema.right(some), schema.complaints("evidence", some, true))
    for i, one in ipairs(some) do
      some[i] = grade(one)
    end
    assert.equal(schema.right(some), schema.complaints("verdict", some, true))
  end)

  it("is tried on every state that a stage can have", function()
    local seen = {}
    for _, record in ipairs(records) do
      for stage, value in pairs(record) do
        if type(value) == "table" and value.state then
          seen[stage .. " " .. value.state] = true
        end
      end
    end
    for _, wanted in ipairs {
      "tcp open", "tcp closed", "tcp filtered", "tcp silent", "host silent",
      "control answered", "control refused", "control not_pptp",
      "control closed", "control silent", "call accepted", "call refused",
      "call silent", "gre reachable", "gre unreachable", "gre filtered",
      "gre silent", "gre not_tested", "lcp opened", "lcp offered",
      "lcp silent", "challenge seen", "challenge none", "network asked",
      "network none", "teardown clean", "teardown server_closed",
      "teardown aborted",
    } do
      assert.is_true(seen[wanted], wanted)
    end
  end)
end)
