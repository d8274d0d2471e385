-- SPDX-License-Identifier: BSD-2-Clause
--- Result and error codes of RFC 2637 in words.
local M = {}

M.control = { -- 2.2, of the Start-Control-Connection-Reply
  [1] = "success", [2] = "general error", [3] = "command channel exists",
  [4] = "requester not authorized", [5] = "protocol version not supported",
}

M.call = { -- 2.8, of the Outgoing-Call-Reply
  [1] = "connected", [2] = "general error", [3] = "no carrier", [4] = "busy",
  [5] = "no dial tone", [6] = "time-out", [7] = "do not accept",
}

M.disconnect = { -- 2.13, of the Call-Disconnect-Notify
  [1] = "lost carrier", [2] = "general error", [3] = "admin shutdown",
  [4] = "request",
}

local GENERAL = 2

M.errors = { -- 2.16
  [1] = "not connected", [2] = "bad format", [3] = "bad value",
  [4] = "no resource", [5] = "bad call ID", [6] = "PAC error",
}

--- A result with its name, and where it is a general error with that one's.
-- @tparam string of control, call or disconnect
-- @tparam table stage with result_code and error_code
-- @treturn string such as "result 4, busy"
function M.text(of, stage)
  local code, failure = stage.result_code, stage.error_code
  local text = "result " .. tostring(code == nil and "unknown" or code)
  if M[of][code] then
    text = text .. ", " .. M[of][code]
  end
  if code == GENERAL and failure ~= nil and failure ~= 0 then
    text = text .. (" (error %s%s)"):format(tostring(failure),
      M.errors[failure] and ", " .. M.errors[failure] or "")
  end
  return text
end

return M
