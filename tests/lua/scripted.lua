-- SPDX-License-Identifier: BSD-2-Clause
-- PPTP servers in a few lines each: plans in, records out, in virtual time.
-- A model answers Configure-Naks and Rejects; the conversation with it follows
-- the rules of the one in C.
local M = {}

-- No two conversations begin at once.
local began = 0

local function time_of_next()
  began = began + 1
  return ("2026-11-22T%02d:%02d:%02d.000000Z"):format(began // 3600 % 24,
                                                      began // 60 % 60,
                                                      began % 60)
end

local function record_of(plan)
  local record = {
    schema = 1, kind = "conversation", target = plan.target, name = plan.name,
    port = plan.port, labels = plan.labels,
    time = time_of_next(), source = "192.0.2.100",
    depth = plan.depth, ended_by = "complete",
    duration_us = 200000, packets_sent = 9, packets_received = 12, notes = {},
    tcp = { state = "open", reason = "syn-ack", rtt_us = 600, ttl = 64 },
  }
  for _, stage in ipairs { "host", "control", "call", "gre", "lcp", "challenge",
                           "network", "teardown" } do
    record[stage] = { state = "not_tested" }
  end
  return record
end

local function with_call(record, model)
  record.control = {
    state = "answered", protocol_version = 256, result_code = 1,
    framing_capabilities = 0, bearer_capabilities = 0, maximum_channels = 1,
    firmware_revision = 1, host_name = model.host or "local",
    vendor = model.vendor or "linux", rtt_us = 900,
  }
  record.call = { state = "accepted", call_id = 128, peer_call_id = 6700,
                  result_code = 1, rtt_us = 800 }
  record.gre = { state = "reachable", from_server = "proven",
                 to_server = "proven", rtt_us = 4100, first_packet_us = 4100,
                 first_sequence = 0, packets_received = 31, packets_sent = 4 }
  record.lcp = { state = "offered", offers = {} }
  return record
end

local values = { pap = "c023", chap_md5 = "c22305", mschap_v1 = "c22380",
                 mschap_v2 = "c22381", eap = "c227" }

local function option_hex(method)
  local value = values[method]
  return ("03%02x%s"):format(2 + #value // 2, value)
end

local function add_offer(record, method)
  local offers = record.lcp.offers
  local at = 20000 * (#offers + 1)
  local option = method ~= "none" and option_hex(method) or ""
  offers[#offers + 1] = {
    identifier = #offers + 1, at_us = at, answered_us = at + 100, news = true,
    authentication = method, answer = "none",
    options = method ~= "none" and
      { { type = 3, name = "authentication", value = method } } or {},
    raw = ("01%02x%04x%s"):format(#offers + 1, 4 + #option // 2, option),
  }
  return offers[#offers]
end

local function farewell(record, ...)
  record.teardown = { state = "clean", messages = { ... } }
end

-- The server ends the link 1 ms after our last answer.
local function terminate(record, text)
  local at = record.lcp.offers[#record.lcp.offers].answered_us + 1000
  record.ended_by = "terminate"
  record.lcp.terminate = { by = "server", identifier = 9, at_us = at,
                           text = text, data = "" }
  farewell(record, { name = "terminate-request", by = "server", at_us = at })
end

-- An offer without option 3 is Acked and watched.
local function watch(record, offer, model)
  offer.answer = "ack"
  record.lcp.state = "opened"
  if model.open then
    record.network = { state = "asked", protocols = { "ipcp" },
                       at_us = { offer.answered_us + 1000 } }
  else
    record.network = { state = "none" }
    if model.text then
      terminate(record, model.text)
    end
  end
end

local function finish(record, offer)
  offer.answer = "ack"
  record.lcp.state = "opened"
  record.challenge = { state = "seen", method = offer.authentication,
                       name = "pptpd", length = 16, value = ("50"):rep(16),
                       identifier = 142, at_us = offer.answered_us + 1000 }
  farewell(record, { name = "terminate-request", by = "us",
                     at_us = offer.answered_us + 2000 })
end

local function reject(record, offer, state, model)
  offer.answer, offer.rejected, record.declined = "reject", { 3 }, true
  local answer = model.on_reject(state)
  if answer == "terminate" then
    terminate(record, model.text)
  else
    watch(record, add_offer(record, answer), model)
  end
end

-- Naks towards plan.ask until it is settled; see the rules in C.
local function walk(record, plan, model)
  local state, seen, naks = {}, {}, 0
  local offer = add_offer(record, model.first(state))
  while true do
    local wanted = offer.authentication
    if wanted == "none" then
      return watch(record, offer, model)
    elseif wanted == plan.ask or not plan.ask and not plan.decline then
      return finish(record, offer)
    end
    seen[wanted] = (seen[wanted] or 0) + (#record.lcp.offers > 1 and 1 or 0)
    local settled = not plan.ask or seen[wanted] == 2 or naks == 10
    if plan.decline and settled then
      return reject(record, offer, state, model)
    elseif settled then
      return finish(record, offer)
    end
    offer.answer, record.asked, naks = "nak:" .. plan.ask, plan.ask, naks + 1
    local answer = model.on_nak(state, plan.ask, wanted)
    if answer == "terminate" then
      return terminate(record, model.text)
    elseif answer == nil then
      record.ended_by, record.duration_us = "silent", 12000000
      return
    end
    offer = add_offer(record, answer)
  end
end

--- A conversation with a model. model.first(state) is the first method,
-- model.on_nak(state, wished, current) the next, "none", "terminate" or nil
-- (silence); model.on_reject(state) "none" or "terminate"; model.open: network
-- protocols come without a login; model.text: what a Terminate says.
function M.converse(model, plan)
  local record = with_call(record_of(plan), model)
  walk(record, plan, model)
  return record
end

--- A record of a stage that went no further.
function M.broken(plan, how)
  local record = record_of(plan)
  record.ended_by = how.ended_by or "silent"
  for stage, fields in pairs(how) do
    if type(fields) == "table" then
      record[stage] = fields
    end
  end
  record.duration_us = how.duration_us or record.duration_us
  return record
end

--- Call accepted, nothing through GRE.
function M.silent_gre(plan, state)
  local record = with_call(record_of(plan), {})
  record.gre = { state = state or "silent", to_server = "unknown",
                 from_server = state and "proven" or "unknown",
                 reason = "timeout" }
  record.lcp = { state = "silent", offers = {} }
  record.ended_by, record.duration_us = "silent", 12000000
  return record
end

-- pppd: a Nak towards what it may use is followed exactly; else it drops the
-- current method and takes the next; with none left it wants no login, and
-- terminates where one is required.
local function pppd(allowed, extra)
  local order = { "eap", "chap_md5", "mschap_v1", "mschap_v2", "pap" }
  local model = { text = "peer refused to authenticate" }
  local function next_of(state)
    for _, method in ipairs(order) do
      if state[method] then
        state.current = method
        return method
      end
    end
    return "none"
  end
  function model.first(state)
    for _, method in ipairs(allowed) do
      state[method] = true
    end
    return next_of(state)
  end
  function model.on_nak(state, wished)
    if state[wished] then
      for _, method in ipairs(order) do
        state[method] = method == wished or nil
      end
      return wished
    end
    state[state.current] = nil
    return next_of(state)
  end
  function model.on_reject()
    return "none"
  end
  for key, value in pairs(extra or {}) do
    model[key] = value
  end
  return model
end
M.pppd = pppd

--- accel-ppp: a list that every Nak steps along; at its end the last again.
function M.accel(list)
  local model = { text = "cann't negotiate authentication type" }
  function model.first(state)
    state.at = 1
    return list[1]
  end
  function model.on_nak(state)
    state.at = math.min(state.at + 1, #list)
    return list[state.at]
  end
  function model.on_reject()
    return "terminate"
  end
  return model
end

--- mpd: what is wished, where it is allowed; else the first allowed that is
-- not the current one, again and again.
function M.mpd(allowed)
  local model = { text = "" }
  function model.first()
    return allowed[1]
  end
  function model.on_nak(_, wished, current)
    for _, method in ipairs(allowed) do
      if method == wished then
        return method
      end
    end
    for _, method in ipairs(allowed) do
      if method ~= current then
        return method
      end
    end
    return current
  end
  function model.on_reject()
    return "terminate"
  end
  return model
end

--- Cisco: asks for its one method whatever is said.
function M.cisco(method)
  local model = { vendor = "Cisco Systems, Inc.", host = "c7206", text = "" }
  function model.first()
    return method
  end
  function model.on_nak()
    return method
  end
  function model.on_reject()
    return "terminate"
  end
  return model
end

--- No login at all.
function M.open_to_all()
  return { open = true, first = function()
    return "none"
  end }
end

return M
