-- SPDX-License-Identifier: BSD-2-Clause
local lists = require "pptpgrade.lists"
local timespec = require "pptpgrade.nmap.timespec"

describe("plain tables", function()
  it("are copied one level deep, and left as they are", function()
    local inner = {}
    local t = { 1, inner, key = "value" }
    local new = lists.copy(t)
    assert.same(t, new)
    assert.equal(inner, new[2])
    new.key = nil
    assert.equal("value", t.key)
    assert.same({}, lists.copy(nil))
  end)

  it("tell their keys in order", function()
    assert.same({ "a", "b", "c" }, lists.keys { b = 1, c = false, a = 2 })
    assert.same({ -1, 2, 10 }, lists.keys { [10] = 1, [2] = 1, [-1] = 1 })
    assert.same({}, lists.keys {})
  end)

  it("are searched from the front", function()
    local function is_even(n) return n % 2 == 0 end
    assert.equal(4, lists.find({ 1, 4, 6 }, is_even))
    assert.is_nil(lists.find({ 1, 3 }, is_even))
    assert.is_true(lists.contains({ "a", "b" }, "b"))
    assert.is_false(lists.contains({ "a", "b" }, "c"))
  end)
end)

describe("a time of Nmap's", function()
  it("is a number with a unit or none", function()
    local seconds = { ["90"] = 90, ["1.5s"] = 1.5, ["500ms"] = 0.5,
                      ["2m"] = 120, ["1h"] = 3600 }
    for text, wanted in pairs(seconds) do
      assert.equal(wanted, timespec.seconds(text))
    end
    for _, text in ipairs { "", "s", ".", "1.2.3s", "5d", "-1s", "5 s" } do
      assert.is_nil(timespec.seconds(text))
    end
  end)
end)
