-- SPDX-License-Identifier: BSD-2-Clause
-- What core.encode takes, and where core.decode says that it stopped.
local core = require "pptpgrade.core"

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

describe("hexadecimal", function()
  local function bytes_of(data)
    return core.encode("lcp", { code = 5, data = data })
  end

  it("has small and capital letters", function()
    assert.equal(unhex "0500000a 09afafaf fa90", bytes_of "09afAFaFFa90")
  end)

  it("has no other character", function()
    for code = 0, 255 do
      local pair = "0" .. string.char(code)
      if pair:match "^0%x$" then
        assert.equal(5, #bytes_of(pair))
      else
        raises("field 'data' is not hexadecimal", bytes_of, pair)
      end
    end
  end)
end)

describe("a layer", function()
  local function frame(protocol, layer)
    return core.encode("ppp", { protocol = protocol, layer = layer,
                                code = protocol > 0x7fff and 5 or nil })
  end

  it("may be told where it is the protocol's", function()
    for protocol, layer in pairs { [0xc021] = "lcp", [0xc223] = "chap",
                                   [0x80fd] = "ccp", [0x0021] = "other" } do
      assert.equal(frame(protocol), frame(protocol, layer))
    end
  end)

  it("is refused where it is another's", function()
    for protocol, layer in pairs { [0xc021] = "chap", [0xc223] = "lcp",
                                   [0x80fd] = "ipcp", [0x0021] = "lcp" } do
      raises("field 'layer' is '" .. layer .. "'", frame, protocol, layer)
    end
  end)
end)

describe("what is malformed", function()
  it("is told with why, and with its offset", function()
    for _, case in ipairs {
      { "control", "000b 0001 1a2b3c4d 00010000", "length", 2 },
      { "control", "009c 0002 1a2b3c4d 00010000", "type is not 1", 4 },
      { "control", "009c 0001 1a2b3c4e 00010000", "cookie", 8 },
      { "sccrp", "0010 0001 1a2b3c4d 0003 0000 01000000", "another", 8 },
      { "gre", "0001 880b 0000 0000", "key bit", 2 },
      { "lcp", "01 01 0003", "below 4", 2 },
      { "lcp", "01 01 0006 05 01", "below 2", 5 },
      { "ppp", "ff03 c021 01 01 0003", "below 4", 6 },
    } do
      local fields, why, offset = core.decode(case[1], unhex(case[2]))
      assert.is_nil(fields)
      assert.matches("^malformed: .*" .. case[3], why)
      assert.equal(case[4], offset, case[2])
    end
  end)
end)
