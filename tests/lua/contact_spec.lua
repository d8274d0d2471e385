-- SPDX-License-Identifier: BSD-2-Clause
-- What first contact with a port is worth, and in which words.
local R = require "records"
local contact = require "pptpgrade.judge.contact"
local grade = require "pptpgrade.grade"

local function verdict(...)
  return grade(R.evidence(...))
end

local function with_note(record, code, text)
  record.notes = { { code = code, text = text or "", count = 1 } }
  return record
end

local function connect(record, given)
  record.tcp.connect = given
  return record
end

local function alive(asked, answered)
  return { state = "alive", reason = "echo-reply", asked = asked,
           answered = answered }
end

-- What each case gives: letter, confidence, kind.
local cases = {
  { "a RST to the SYN and to connect()", "A", "proven", "closed",
    R.contact("closed", "rst") },
  { "connect() refused, without raw packets", "A", "inferred", "refused",
    R.contact("closed", "refused") },
  { "silence to both, and every echo answered", "A", "inferred", "unanswered",
    R.contact("silent", "timeout") },
  { "ICMP to both, and every echo answered", "A", "inferred", "unanswered",
    R.contact("filtered", "icmp-3-13") },
  { "ICMP that refuses connect()", "A", "inferred", "unanswered",
    connect(R.contact("filtered", "icmp-3-3"),
            { state = "refused", reason = "icmp-3-3" }) },
  { "ICMP to the SYN, silence to connect()", "?", "none", "differs",
    connect(R.contact("filtered", "icmp-3-13"),
            { state = "timeout", reason = "timeout" }) },
  { "a RST to a SYN alone", "?", "none", "alone", R.syn("closed", "rst") },
  { "silence of a SYN alone, from a host that lives", "?", "none", "alone",
    R.syn("silent", "timeout", { host = alive(11, 11) }) },
  { "ICMP for a SYN alone", "?", "none", "alone",
    R.syn("filtered", "icmp-3-13", { host = alive(11, 11) }) },
  { "a connect() that this host could not make", "?", "none", "alone",
    connect(R.contact("closed", "rst"), { state = "error" }) },
  { "a refusal of which nothing tells", "?", "none", "untold",
    R.syn("closed", "refused") },
  { "a RST to the SYN, none to connect()", "?", "none", "differs",
    connect(R.contact("closed", "rst"),
            { state = "timeout", reason = "timeout" }) },
  { "a RST to the SYN, an unseen refusal of connect()", "?", "none", "untold",
    connect(R.contact("closed", "rst"), { state = "refused" }) },
  { "silence to the SYN, a RST to connect()", "?", "none", "differs",
    connect(R.contact("silent", "timeout"),
            { state = "refused", reason = "rst" }) },
  { "silence to the SYN, an unseen refusal of connect()", "?", "none",
    "differs", connect(R.contact("silent", "timeout"),
                       { state = "refused" }) },
  { "a way that this host does not have", "?", "none", "silence",
    connect(R.contact("silent", "timeout", { host = { state = "silent",
      asked = 2, answered = 0 } }), { state = "unreachable" }) },
  { "a connect() that ended by nothing that was seen", "?", "none",
    "unwitnessed", connect(R.contact("silent", "timeout"),
                           { state = "unreachable" }) },
  { "an odd segment", "?", "none", "odd",
    with_note(R.contact("silent", "timeout"), "odd_segment") },
  { "an odd segment beside a RST", "?", "none", "odd",
    with_note(R.contact("closed", "rst"), "odd_segment") },
  { "an echo that was lost", "?", "none", "lossy",
    R.contact("silent", "timeout", { host = alive(11, 10) }) },
  { "an echo that was lost beside ICMP", "?", "none", "lossy",
    R.contact("filtered", "icmp-3-13", { host = alive(11, 10) }) },
  { "fewer than ten witnesses", "?", "none", "unwitnessed",
    R.contact("silent", "timeout", { host = alive(9, 9) }) },
  { "no count of witnesses", "?", "none", "unwitnessed",
    R.contact("silent", "timeout", { host = { state = "alive" } }) },
  { "nothing from the host", "?", "none", "silence",
    R.contact("silent", "timeout", { host = { state = "silent",
                                              asked = 2, answered = 0 } }) },
  { "nothing at all, without raw packets", "?", "none", "silence",
    R.contact("silent", "timeout", { host = { state = "not_tested" } }) },
  { "a survey that was stopped", "?", "none", "unheard",
    R.contact("silent", "timeout", { ended_by = "aborted" }) },
  { "an error of ours", "?", "none", "unheard",
    R.contact("silent", "timeout", { ended_by = "error" }) },
  { "a SYN that could not leave", "?", "none", "unheard",
    R.contact("silent", "error") },
  { "our own host's ICMP", "?", "none", "unheard",
    R.contact("filtered", "local-icmp-3-10") },
  { "a capture that lost packets", "?", "none", "unheard",
    with_note(R.contact("silent", "timeout"), "capture_drops") },
  { "nothing asked", "?", "none", "none", R.record() },
  { "GRE alone", "?", "none", "none", R.record { kind = "gre", gre = {
    state = "unreachable", reason = "icmp-3-2", icmp_from = R.TARGET } } },
  { "a SYN-ACK to a SYN alone", "B-F", "observed", "open",
    R.syn("open", "syn-ack") },
  { "a SYN-ACK to connect() alone", "B-F", "observed", "open",
    connect(R.contact("silent", "timeout"),
            { state = "timeout", reason = "syn-ack" }) },
  { "a connection that was reset", "B-F", "observed", "open",
    connect(R.contact("silent", "timeout"), { state = "reset" }) },
}

describe("first contact", function()
  for _, case in ipairs(cases) do
    it("is worth " .. case[2] .. " for " .. case[1], function()
      local v = verdict(case[5])
      assert.same({ case[2], case[3] }, { v.grade, v.confidence })
      assert.equal(case[4], contact.of { case[5] }.kind)
      assert.truthy(v.summary:find("^%u[^.]*%.$"), v.summary)
      assert.falsy(v.summary:find("%%s"), v.summary)
    end)
  end

  -- Every fact of a good grade, taken away alone.
  local function without(value, visit, path)
    for key, item in pairs(value) do
      value[key] = nil
      visit(path .. "." .. tostring(key))
      value[key] = item
      if type(item) == "table" then
        without(item, visit, path .. "." .. tostring(key))
      end
    end
  end

  it("is worth no less for a fact that is missing, and no A where one of " ..
     "those that make it is", function()
    for _, case in ipairs(cases) do
      local record = R.copy(case[5])
      local worth_a = case[2] == "A"
      without(record, function(path)
        if record.target and not path:find("^.notes.1") then
          local v = verdict(record)
          if not worth_a then
            assert.is_not.equal("A", v.best, case[1] .. path)
          end
        end
      end, "")
    end
  end)

  it("takes nothing for closed where notes, reason, connect() or counts " ..
     "are missing", function()
    for _, keys in ipairs {
      { "notes" }, { "tcp", "reason" }, { "tcp", "connect" },
      { "tcp", "connect", "state" }, { "ended_by" }, { "host" },
      { "host", "asked" }, { "host", "answered" },
    } do
      local record = R.contact("silent", "timeout")
      local at = record
      for i = 1, #keys - 1 do
        at = at[keys[i]]
      end
      at[keys[#keys]] = nil
      assert.equal("?", verdict(record).grade)
    end
    for _, key in ipairs { "state", "reason" } do
      local record = R.contact("closed", "rst")
      record.tcp.connect[key] = nil
      assert.equal("?", verdict(record).grade)
    end
  end)

  it("is open where any record shows it, in any order", function()
    local open, closed = R.syn("open", "syn-ack"), R.contact("closed", "rst")
    assert.equal("B-F", verdict(open, closed).grade)
    assert.equal("B-F", verdict(closed, open).grade)
  end)

  it("is not closed where another record speaks against it", function()
    local odd = with_note(R.syn("silent", "timeout"), "odd_segment")
    assert.equal("?", verdict(R.contact("closed", "rst"), odd).grade)
    assert.equal("A", verdict(R.contact("closed", "rst"),
                              R.syn("silent", "timeout")).grade)
  end)
end)

describe("the sentence of first contact", function()
  local function says(record)
    return verdict(record).summary
  end

  it("tells what SYN and connect() met", function()
    assert.equal("A hand-made SYN to port 1723 met a RST, and this host's " ..
                 "connect() met no answer: something on the way, or on this " ..
                 "host, treats the two differently.",
                 says(connect(R.contact("closed", "rst"),
                              { state = "timeout", reason = "timeout" })))
    assert.equal("A hand-made SYN to port 1723 met no answer, and this " ..
                 "host's connect() met a RST: something on the way, or on " ..
                 "this host, treats the two differently.",
                 says(connect(R.contact("silent", "timeout"),
                              { state = "refused", reason = "rst" })))
    assert.equal("A hand-made SYN to port 1723 met a RST, and no connection " ..
                 "was tried: that alone proves nothing.",
                 says(R.syn("closed", "rst")))
    assert.equal("A hand-made SYN to port 1723 met a RST, and connect() a " ..
                 "refusal of which no RST was seen: that proves nothing.",
                 says(connect(R.contact("closed", "rst"),
                              { state = "refused" })))
    assert.equal("There was no way to port 1723, which does not prove that " ..
                 "nothing is there.",
                 says(connect(R.contact("silent", "timeout", {
                   host = { state = "not_tested" } }),
                   { state = "unreachable" })))
    assert.equal("A hand-made SYN to port 1723 met ICMP 3/13, and this host " ..
                 "could try no connection: that alone proves nothing.",
                 says(connect(R.contact("filtered", "icmp-3-13"),
                              { state = "error" })))
  end)

  it("names an odd segment", function()
    local function odd(flags)
      return says(with_note(R.contact("silent", "timeout"), "odd_segment",
        "a SYN was answered by a segment with flags " .. flags))
    end
    local before, after = "Port 1723 answered a SYN with a segment",
      " that neither opens nor closes it."
    assert.equal(before .. " (ACK)" .. after, odd "0x00000010")
    assert.equal(before .. " (RST and ACK)" .. after, odd "0x14")
    assert.equal(before .. after, odd "0")
  end)

  it("says of no request that it got no reply where none was made or " ..
     "delivered", function()
    assert.equal("Port 1723 is open; nothing was asked, so what answers is " ..
                 "not known.", says(R.syn("open", "syn-ack")))
    assert.equal("A SYN to port 1723 was answered, the connection after it " ..
                 "was not: perhaps a limit on new connections.",
                 says(connect(R.syn("open", "syn-ack"),
                              { state = "timeout", reason = "timeout" })))
    local stuck = with_note(R.connected { control = { state = "silent" } },
                            "not_delivered")
    assert.equal("Port 1723 opens, but took nothing of the request.",
                 says(stuck))
    stuck.tcp.window, stuck.tcp.options = 0, {}
    assert.equal("Port 1723 opens with a window of 0, but took nothing of " ..
                 "the request; its SYN-ACK has no option, which hints at a " ..
                 "box on the way.", says(stuck))
    assert.equal("Port 1723 is open, but this host failed before anything " ..
                 "was asked.", says(R.connected {
                   control = { state = "not_tested" }, ended_by = "error" }))
    assert.equal("Port 1723 opens, but no reply came to the whole request.",
                 says(R.connected { control = { state = "silent" } }))
    assert.equal("Port 1723 opens, and the connection ended without a reply.",
                 says(R.connected { control = { state = "closed" } }))
  end)

  it("tells what answers with our own bytes", function()
    assert.equal("Port 1723 is open, and what answers echoes what it is " ..
                 "sent: no PPTP.", says(R.connected { control = {
                   state = "not_pptp", service = "echo",
                   first_bytes = "009c0001" } }))
  end)

  it("names the port as the record does, whatever that is", function()
    for _, port in ipairs { 1724, "%1", "%" } do
      local text = "Port " .. port .. " is closed: no PPTP here."
      assert.equal(text, says(R.contact("closed", "rst", { port = port })))
    end
  end)

  it("takes a reply that was cut for PPTP where its cookie came", function()
    local cut = with_note(R.connected { control = {
      state = "closed", pptp = true, first_bytes = "009c00011a2b3c4d" } },
      "control_cut")
    local v = verdict(cut)
    assert.equal("C-F", v.grade)
    assert.equal("PPTP answers, but its reply was not whole; whether it " ..
                 "takes calls is not known.", v.summary)
    assert.equal("C-F", verdict(R.connected { control = {
      state = "closed", pptp = true } }).grade)
    assert.equal("C-F", verdict(cut, R.connected { control = {
      state = "not_pptp", service = "http", first_bytes = "48" } }).grade)
  end)

  it("takes what ended before the cookie for neither PPTP nor another",
     function()
    local cut = with_note(R.connected { control = {
      state = "closed", first_bytes = "00" } }, "control_cut")
    local v = verdict(cut)
    assert.equal("B-F", v.grade)
    assert.equal("Port 1723 opens, but what came ended too early to show " ..
                 "what answers.", v.summary)
    assert.equal("B-F", verdict(cut, R.connected { control = {
      state = "not_pptp", service = "http", first_bytes = "48" } }).grade)
  end)

  it("takes no port for closed behind which something was heard", function()
    local heard = { lcp = { state = "opened", offers = {} },
                    challenge = { state = "seen" },
                    network = { state = "asked", protocols = { "ipcp" } },
                    gre = { state = "inbound_only" } }
    for name, found in pairs(heard) do
      for _, how in ipairs { { "closed", "rst" }, { "silent", "timeout" } } do
        assert.equal("B-F", verdict(R.contact(how[1], how[2], {
          [name] = found })).grade, name)
      end
    end
    assert.equal("A", verdict(R.contact("closed", "rst"), R.record {
      kind = "gre", gre = R.reachable() }).grade)
    assert.equal("A", verdict(R.contact("closed", "rst", {
      lcp = { state = "silent", offers = {} } })).grade)
  end)

  it("wants ten echo requests answered, beside as many silent SYNs", function()
    local function witnessed(asked, answered)
      return verdict(R.contact("silent", "timeout", { host = {
        state = "alive", asked = asked, answered = answered } })).grade
    end
    assert.equal("A", witnessed(10, 10))
    assert.equal("?", witnessed(9, 9))
    assert.equal("?", witnessed(10, 9))
    assert.equal("?", witnessed(10, 11))
  end)

  it("takes nothing that this host did for an answer", function()
    local refused = R.contact("filtered", "icmp-3-13")
    assert.equal("A", verdict(refused).grade)
    refused.tcp.icmp_from = refused.source
    assert.equal("?", verdict(refused).grade)
    assert.equal("?", verdict(with_note(R.contact("silent", "timeout"),
                                        "send_failed")).grade)
    assert.equal("?", verdict(with_note(R.contact("closed", "rst"),
                                        "syn_differs")).grade)
  end)

  it("tells a server that stopped answering, and after how many connections",
     function()
    local gone = R.contact("silent", "timeout",
                           { host = { state = "not_tested" } })
    local v = verdict(R.talk { { "pap", "ack" } }, R.connected(), gone, gone)
    assert.equal("F", v.grade)
    assert.truthy(v.summary:find("; it stopped answering after 2 " ..
      "connections: perhaps a limit or a ban.", 1, true))
    assert.falsy(verdict(gone, R.connected()).summary:find("stopped", 1, true))
  end)

  it("tells that this host asked itself", function()
    assert.equal("Port 1723 is closed: no PPTP here; it was asked from its " ..
                 "own host, past its firewall.",
                 says(with_note(R.contact("closed", "rst"), "own_host")))
  end)
end)
