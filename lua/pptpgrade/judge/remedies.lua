-- SPDX-License-Identifier: BSD-2-Clause
--- What to do about one server, by what its evidence shows.
local evidence = require "pptpgrade.judge.evidence"
local reads = require "pptpgrade.record"
local choice = require "pptpgrade.remedy.choice"

local M = {}

-- The server's first request of every conversation asks for no login. Whether
-- it goes on without one may stay unknown: MPPE, without keys, ends that link.
local function asks_no_login(e)
  local calls = 0
  for _, record in ipairs(e.conversations or {}) do
    local first = reads.offers(record)[1]
    if first and first.authentication ~= "none" then
      return false
    end
    calls = calls + (first and 1 or 0)
  end
  return calls > 0
end

local function weaker_seen(e)
  for _, method in ipairs { "pap", "spap", "chap_md5", "mschap_v1" } do
    if evidence.accepts(e, method) then
      return true
    end
  end
  for _, method in ipairs(e.authentication.other or {}) do
    if reads.hashes[method] then
      return true
    end
  end
  return e.authentication.state == "not_required" or asks_no_login(e)
end

--- What to do about the server that this evidence shows. What was not seen is
-- not hardened: not to know whether PAP is taken is no reason to change it.
-- @tparam table e evidence, as evidence.merge makes it
-- @tparam table|nil product
-- @tparam boolean open whether PPTP answers or may
-- @treturn table list, as choice.pick gives it
function M.of(e, product, open)
  return choice.pick {
    product = product, open = open, target = e.target, port = e.port,
    weak = weaker_seen(e), eap = evidence.accepts(e, "eap"),
  }
end

return M
