-- SPDX-License-Identifier: BSD-2-Clause
-- Both directions of JSON, for specs, of any value.
local core = require "pptpgrade.core"

return {
  encode = require "pptpgrade.report.encode".encode,
  decode = function(text)
    local object, why = core.record('{"value":' .. text .. "}")
    return object and object.value, why
  end,
}
