-- SPDX-License-Identifier: BSD-2-Clause
local json = require "json"

local function every_byte()
  local bytes = {}
  for n = 0, 255 do
    bytes[#bytes + 1] = string.char(n)
  end
  return table.concat(bytes)
end

describe("json", function()
  it("carries every byte there and back", function()
    local bytes = every_byte()
    assert.equal(bytes, json.decode(json.encode(bytes)))
    assert.equal(bytes:rep(3), json.decode(json.encode { bytes:rep(3) })[1])
  end)

  it("writes a byte outside 0x20-0x7e as one escape", function()
    assert.equal([["\u0000\u001b[2J\u007f\u009b\u00ff"]],
                 json.encode "\0\27[2J\x7f\x9b\xff")
    assert.is_nil(json.encode(every_byte()):find "[^\x20-\x7e]")
  end)

  it("reads what other writers escape or do not", function()
    assert.equal("\xe9/\n", json.decode [["\u00e9\/\n"]])
    assert.equal("\xe9", json.decode '"\xc3\xa9"')
    assert.equal("\xe2\x82\xac", json.decode [["\u20ac"]])
  end)

  -- Each item would stay on Lua's stack, which has a million places.
  it("writes lists and objects of any length", function()
    local list, object = {}, {}
    for n = 1, 1100000 do
      list[n] = 1
    end
    for n = 1, 5000 do
      object[("%05d"):format(n)] = { n }
    end
    assert.equal("[" .. ("1,"):rep(#list - 1) .. "1]", json.encode(list))
    assert.equal(5000, select(2, json.encode(object):gsub("%[%d+%]", "")))
  end)

  it("restores bytes in keys and in what is nested", function()
    local value = { ["k\xff"] = { "\x80", { x = "\0" } } }
    assert.same(value, json.decode(json.encode(value)))
  end)

  it("writes whole numbers without a fraction", function()
    assert.equal([[{"a":3,"b":-1,"c":4294967295,"d":0.5}]],
                 json.encode { a = 3.0, b = -1, c = 2 ^ 32 - 1, d = 0.5 })
  end)

  it("ends a text in a newline where asked, whatever its length", function()
    local core = require "pptpgrade.core"
    for length = 4080, 4110 do
      local text = ("x"):rep(length)
      assert.equal('"' .. text .. '"\n', core.json(text, {}, nil, true))
      assert.equal('"' .. text .. '"', core.json(text, {}, nil, false))
    end
    assert.equal("{}\n", core.json(json.decode "{}", {}, nil, true))
  end)

  -- The same value, in which no table stands twice.
  local function unshared(value)
    if type(value) ~= "table" then
      return value
    end
    local new = {}
    for key, item in pairs(value) do
      new[key] = unshared(item)
    end
    return new
  end

  it("tells a table that stands twice in full each time", function()
    for _, length in ipairs { 1, 1000, 5000, 70000 } do
      local inner = { text = ("x"):rep(length), list = { 1, 2, { a = true } } }
      local value = { inner, { inner, inner.list, inner.list[3] },
                      deep = { { { inner } } } }
      value = { first = inner, second = value, third = { value } }
      assert.equal(json.encode(unshared(value)), json.encode(value))
    end
  end)

  it("has any number of keys in their order, by the ranks given", function()
    local core = require "pptpgrade.core"
    local value, names = {}, {}
    for i = 1, 2000 do
      names[i] = ("k%04d"):format(i)
      value[names[i]] = i
    end
    local wanted = {}
    for i, name in ipairs(names) do
      wanted[i] = ('"%s":%d'):format(name, i)
    end
    assert.equal("{" .. table.concat(wanted, ",") .. "}", core.json(value, {}))
    local few = { k0001 = 1, k0002 = 2, k0003 = 3 }
    for _ = 1, 2 do
      assert.equal('{"k0001":1,"k0002":2,"k0003":3}', core.json(few, {}))
      assert.equal('{"k0003":3,"k0001":1,"k0002":2}',
                   core.json(few, { k0003 = -1 }))
      assert.equal('{"k0002":2,"k0003":3,"k0001":1}',
                   core.json(few, { k0001 = 1 }))
    end
  end)

  it("refuses what JSON has no word for", function()
    for _, value in ipairs { 0 / 0, math.huge, print, { [1.5] = 1 } } do
      assert.has_error(function()
        json.encode(value)
      end)
    end
  end)

  it("tells an empty list from an empty object", function()
    local array = setmetatable({}, { __jsontype = "array" })
    assert.equal("[]", json.encode(array))
    assert.equal("[]", json.encode {})
    assert.equal("{}", json.encode(json.decode "{}"))
    assert.equal([[{"a":[],"b":{}}]],
                 json.encode(json.decode [[{"b":{},"a":[]}]]))
  end)

  it("keeps one order of keys, however a table was filled", function()
    local one, two = {}, {}
    local keys = { "zeta", "target", "schema", "raw", "grade", "alpha" }
    for i = 1, #keys do
      one[keys[i]] = i
      two[keys[#keys + 1 - i]] = #keys + 1 - i
    end
    assert.equal(json.encode(one), json.encode(two))
    assert.equal(
      [[{"schema":3,"target":2,"grade":5,"alpha":6,"zeta":1,"raw":4}]],
      json.encode(one))
  end)

  it("sorts as many keys as there are", function()
    local value, keys, want = {}, {}, {}
    for i = 1, 700 do
      local key = ("k%d"):format(i * 7919 % 10007)
      value[key], keys[i] = i, key
    end
    table.sort(keys)
    for i, key in ipairs(keys) do
      want[i] = ('"%s":%d'):format(key, value[key])
    end
    assert.equal("{" .. table.concat(want, ",") .. "}", json.encode(value))
  end)

  it("writes texts longer than any piece of its own", function()
    for _, size in ipairs { 4094, 4095, 4096, 20000, 300000 } do
      local text = ("x"):rep(size)
      assert.equal('["' .. text .. '"]', json.encode { text })
      assert.equal(#text * 6 + 2, #json.encode(("\0"):rep(size)))
    end
  end)

  it("ends at a cycle, and at what nests too deep", function()
    local cycle = {}
    cycle.a = { cycle }
    assert.has_error(function() json.encode(cycle) end)
    local deep = {}
    for _ = 1, 28 do
      deep = { deep }
    end
    assert.equal(58, #json.encode(deep))
    for _ = 1, 5 do
      deep = { deep }
    end
    assert.has_error(function() json.encode(deep) end)
  end)

  it("runs no metamethod", function()
    local function never()
      error("ran")
    end
    local value = setmetatable({ a = 1 }, {
      __index = never, __len = never, __pairs = never, __tostring = never })
    assert.equal('{"a":1}', json.encode(value))
  end)

  it("puts a text that is known for a table right in the value", function()
    local core = require "pptpgrade.core"
    local list = { 1 }
    local value = { a = list, b = { list }, c = 2 }
    assert.equal('{"a":[1],"b":[[1]],"c":2}', core.json(value, {}))
    assert.equal('{"a":"known","b":[[1]],"c":2}',
                 core.json(value, {}, { [list] = '"known"' }))
    assert.equal("[1]", core.json(list, {}, { [list] = '"known"' }))
    assert.equal('{"a":[1],"b":[[1]],"c":2}',
                 core.json(value, {}, { [list] = 7 }))
  end)

  it("writes shared remedies as it would write a copy of them", function()
    local R = require "records"
    local evidence = require "pptpgrade.evidence"
    for _ = 1, 2 do
      local verdict = require "pptpgrade.grade".grade(
        evidence.merge(nil, R.called()))
      local copy = require "pptpgrade.lists".copy(verdict)
      copy.remedies = R.copy(verdict.remedies)
      assert.is_true(#copy.remedies > 0)
      assert.equal(json.encode(copy), json.encode(verdict))
    end
  end)

  it("tells which key or value has no JSON", function()
    for text, value in pairs {
      ["a key that is a number"] = { a = 1, [2] = 2 },
      ["a key with a zero byte"] = { ["a\0"] = 1 },
      ["no word for a function"] = { print }, ["no word for inf"] = { 1 / 0 },
    } do
      local ok, why = pcall(json.encode, value)
      assert.is_false(ok)
      assert.truthy(why:find(text, 1, true), why)
    end
  end)

  it("says why a text is not JSON", function()
    for _, text in ipairs { "", "{", '{"a":', "[1", "nope", "1 2", '"a',
                            '{"a":1} x', ("["):rep(300000) } do
      local value, why = json.decode(text)
      assert.is_nil(value)
      assert.is_string(why)
    end
  end)

  it("tells an error as what it is", function()
    assert.equal("it nests too deep",
                 select(2, json.decode(("["):rep(300000))))
  end)

  it("never raises on a damaged text", function()
    local text = json.encode { a = { 1, "x\0", { b = true } }, c = "\xff" }
    for n = 1, #text do
      for _, byte in ipairs { "\0", '"', "{", "]", "\\", "\xff" } do
        json.decode(text:sub(1, n - 1) .. byte .. text:sub(n + 1))
      end
      assert.is_nil(json.decode(text:sub(1, n - 1)))
    end
  end)
end)
