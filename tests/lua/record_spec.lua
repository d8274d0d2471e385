-- SPDX-License-Identifier: BSD-2-Clause
-- core.record beside two readers that know nothing of it: dkjson, and Python's.
local core = require "pptpgrade.core"
local dkjson = require "dkjson"

-- The values under "v" of a text are compared; each text is JSON.
local TEXTS = {
  [==[{}]==],
  [==[ {"v" : [ ] , "w":{ } } ]==],
  [==[{"v":[0,-0,3,-17,4294967296,9223372036854775807]}]==],
  [==[{"v":[-9223372036854775808]}]==],
  [==[{"v":[1.5,-0.25,1e-7,3.125E2,123456789012345678901234567890]}]==],
  [==[{"v":{"a":{"b":{"c":[[[{"d":null}]]]}}}}]==],
  [==[{"v":[true,false,{"x":null},"null"]}]==],
  [==[{"v":1,"v":2,"w":3,"w":null}]==],
  [==[{"v":"\"\\\/\b\f\n\r\t\u0000\u001b\u007f"}]==],
  [==[{"v":"\u0041\u00e9\u00FF","\u00ff":"key"}]==],
  '{"v":"\xc3\xa9 \xc2\x80 caf\xc3\xa9"}',
  [==[{"v":"\u0100\u20ac\ud83d\ude00"}]==],
  '{"v":"\xc4\x80\xe2\x82\xac\xf0\x9f\x98\x80"}',
  [[{"schema":1,"kind":"conversation","target":"192.0.2.1","port":1723,]] ..
    [["notes":[],"lcp":{"state":"opened","offers":[{"identifier":1,]] ..
    [["options":[{"type":3,"name":"authentication","value":"pap"}]}]}}]],
}

-- What is no JSON object, though a reader may be lax; and how it is told.
local REFUSED = {
  { "", "the text ends too early", 0 },
  { "{", "the text ends too early", 1 },
  { '{"v":1', "the text ends too early", 6 },
  { '{"v":1} x', "more follows after the value", 8 },
  { '{"v":1}{"v":2}', "more follows after the value", 7 },
  { "[1]", "it is not an object", 0 },
  { "3", "it is not an object", 0 },
  { "null", "it is not an object", 0 },
  { "nope", "something that is no value", 0 },
  { '{"v":NaN}', "something that is no value", 5 },
  { '{"v":01}', "no comma between values", 6 },
  { '{"v":[1,]}', "something that is no value", 8 },
  { '{"v":1,}', "no key where one has to be", 7 },
  { "{v:1}", "no key where one has to be", 1 },
  { '{"v":1}/* */', "more follows after the value", 7 },
  { '{"v":"\\ud800"}', "an escape that is no character", 6 },
  { '{"v":"\\x00"}', "an escape that JSON does not know", 6 },
  { '{"v":"\xff"}', "bytes that are not UTF-8", 6 },
  { '{"v":"\xed\xa0\x80"}', "bytes that are not UTF-8", 6 },
  { '{"v":"a\0b"}', "a control character in a string", 7 },
  { '{"v":[-1e999]}', "a number beyond all that can be kept", 6 },
  { '{"v":' .. ("["):rep(300000), "it nests too deep", 68 },
}

-- UTF-8's U+0080 to U+00FF as the bytes of those numbers, in keys too; whole
-- numbers as integers.
local function as_ours(value)
  if type(value) == "string" then
    return (value:gsub("([\xc2\xc3])([\x80-\xbf])", function(lead, tail)
      return string.char((lead:byte() - 0xc0) * 64 + tail:byte() - 0x80)
    end))
  elseif type(value) == "number" then
    return math.tointeger(value) or value
  elseif type(value) ~= "table" then
    return value
  end
  local t = {}
  for key, item in pairs(value) do
    t[as_ours(key)] = as_ours(item)
  end
  return t
end

-- What tells 3 from 3.0, and so on: assert.same does not.
local function kinds(value)
  if type(value) ~= "table" then
    return math.type(value) or type(value)
  end
  local t = {}
  for key, item in pairs(value) do
    t[key] = kinds(item)
  end
  return t
end

local function hex(text)
  return (text:gsub(".", function(c)
    return ("%02x"):format(c:byte())
  end))
end

-- Python's reading of each text, one line each: "refused", or a Lua expression.
local PYTHON = [[
import json, sys
def lua(v):
    if v is None: return "nil"
    if isinstance(v, bool): return "true" if v else "false"
    if isinstance(v, int):
        return str(v if -2**63 < v < 2**63 else float(v))
    if isinstance(v, float): return repr(v)
    if isinstance(v, str):
        return '"' + "".join("\\%03d" % b for c in v for b in
            (bytes([ord(c)]) if ord(c) < 256 else c.encode())) + '"'
    if isinstance(v, list): return "{" + ",".join(map(lua, v)) + "}"
    return "{" + ",".join("[%s]=%s" % (lua(k), lua(x))
                          for k, x in v.items()) + "}"
for line in open(sys.argv[1]):
    try: print(lua(json.loads(bytes.fromhex(line).decode())))
    except ValueError: print("refused")
    except RecursionError: print("refused")
]]

local function python(texts)
  local script, input = os.tmpname(), os.tmpname()
  local function put(name, text)
    local file = assert(io.open(name, "wb"))
    file:write(text)
    file:close()
  end
  local lines = {}
  for i, text in ipairs(texts) do
    lines[i] = hex(text) .. "\n"
  end
  put(script, PYTHON)
  put(input, table.concat(lines))
  local answers = {}
  local pipe = assert(io.popen(("python3 %s %s"):format(script, input)))
  for line in pipe:lines() do
    answers[#answers + 1] = line
  end
  local ok = pipe:close()
  os.remove(script)
  os.remove(input)
  assert.is_true(ok)
  assert.equal(#texts, #answers)
  return answers
end

local function array(value)
  return (getmetatable(value) or {}).__jsontype
end

describe("core.record", function()
  it("reads what dkjson reads, whole numbers as integers", function()
    for _, text in ipairs(TEXTS) do
      local ours, want = core.record(text), as_ours((dkjson.decode(text)))
      assert.same(want, ours, text)
      assert.same(kinds(want), kinds(ours), text)
    end
  end)

  it("reads what Python reads", function()
    local answers = python(TEXTS)
    for i, text in ipairs(TEXTS) do
      local value = assert(load("return " .. answers[i], "=python", "t", {}))()
      assert.same(as_ours(value), core.record(text), text)
    end
  end)

  it("refuses what is none, and says why and where", function()
    for _, row in ipairs(REFUSED) do
      local record, why, offset = core.record(row[1])
      assert.is_nil(record)
      assert.same({ row[2], row[3] }, { why, offset }, row[1]:sub(1, 60))
    end
  end)

  it("refuses at least what Python refuses", function()
    local texts = {}
    for _, text in ipairs(TEXTS) do
      for n = 0, #text - 1 do
        texts[#texts + 1] = text:sub(1, n) .. text:sub(n + 2)
      end
    end
    local refused = 0
    for i, answer in ipairs(python(texts)) do
      if answer == "refused" then
        refused = refused + 1
        assert.is_nil((core.record(texts[i])), texts[i])
      end
    end
    assert.is_true(refused > 100)
  end)

  it("makes integers of whole numbers however they are written", function()
    local v = core.record('{"v":[3.0,1e2,-0.0,2.5e1,1e18,1e19,0.5]}').v
    assert.same({ 3, 100, 0, 25, 1000000000000000000, 1e19, 0.5 }, v)
    assert.same({ "integer", "integer", "integer", "integer", "integer",
                  "float", "float" }, kinds(v))
  end)

  it("tells a list from an object where neither has anything", function()
    local record = core.record(
      [==[{"a":[],"b":{},"c":[null,1],"d":{"x":null}}]==])
    assert.same({ "array", "object", "array", "object" },
                { array(record.a), array(record.b), array(record.c),
                  array(record.d) })
    assert.equal(1, record.c[2])
    assert.is_nil(getmetatable(record))
  end)

  it("lets the last of two equal keys count", function()
    assert.same({ b = 2 }, core.record [[{"a":1,"b":1,"a":null,"b":2}]])
  end)

  it("keeps every byte that the writer of records writes", function()
    local text = {}
    for n = 0, 255 do
      text[#text + 1] = ("\\u%04x"):format(n)
    end
    local v = core.record('{"v":"' .. table.concat(text) .. '"}').v
    assert.equal(256, #v)
    for n = 0, 255 do
      assert.equal(n, v:byte(n + 1))
    end
  end)

  it("leaves the stack as it was, however many are read", function()
    local text = TEXTS[#TEXTS]
    for _ = 1, 5000 do
      core.record(text)
      core.record(text:sub(1, 150))
    end
    assert.equal(1723, core.record(text).port)
  end)

  it("raises where no text is given", function()
    for _, value in ipairs { 3, true, {} } do
      assert.has_error(function()
        core.record(value)
      end)
    end
  end)
end)
