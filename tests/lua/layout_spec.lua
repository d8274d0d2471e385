-- SPDX-License-Identifier: BSD-2-Clause
-- Lines, columns and colours, on both sides of each limit.
local layout = require "pptpgrade.report.layout"

-- "a a a …", as many characters as `length`.
local function words(length)
  return ("a "):rep(length):sub(1, length)
end

describe("wrapped text", function()
  it("fills its width, and no more", function()
    for width = 40, 60 do
      for length = 1, 3 * width do
        local lines = layout.wrap("head: ", words(length), width)
        for i, line in ipairs(lines) do
          assert.is_true(#line <= width)
          assert.equal(i == 1 and "head: " or "      ", line:sub(1, 6))
          -- one more word would not have stood in it
          assert.is_true(i == #lines or #line + 2 > width)
        end
      end
    end
  end)

  it("has room for 16 characters behind its head, or begins below", function()
    local text = words(15)
    for size = 1, 30 do
      local head = ("h"):rep(size)
      for room = 10, 20 do
        local lines = layout.wrap(head, text, size + room)
        if room < 16 and size > 6 then
          assert.same({ head, "      " .. text }, lines)
        else
          assert.same({ head .. text }, lines)
        end
      end
    end
  end)

  it("ends each line but the last with what joins them", function()
    local lines = layout.wrap("  ", words(200), 50, " \\")
    assert.is_true(#lines > 3)
    for i, line in ipairs(lines) do
      assert.equal(i < #lines, line:sub(-2) == " \\")
      assert.is_true(#line <= 50)
    end
    assert.same({ "hhhhhhhh", "      a a" },
                layout.wrap("hhhhhhhh", "a a", 8 + 16 + 1, " \\"))
    assert.same({ "hhhhhhhha a" },
                layout.wrap("hhhhhhhh", "a a", 8 + 16 + 2, " \\"))
  end)

  it("keeps blanks in a row, and cuts what no line holds", function()
    assert.same({ "x a   b" }, layout.wrap("x ", "a   b", 40))
    assert.same({ "      " .. ("w"):rep(34), "      " .. ("w"):rep(6) },
                layout.wrap("      ", ("w"):rep(40), 40))
  end)
end)

describe("a duration", function()
  it("changes its unit at 1 s, and its digits at 10 ms", function()
    for us, text in pairs { [0] = "0.0 ms", [50] = "0.1 ms",
                            [9999] = "10.0 ms", [10000] = "10 ms",
                            [999999] = "1000 ms", [1000000] = "1.0 s",
                            [90000000] = "90.0 s" } do
      assert.equal(text, layout.duration(us))
    end
    assert.equal("?", layout.duration(nil))
    assert.equal("?", layout.duration("1"))
  end)
end)

describe("a colour", function()
  it("is that of the severity, or of the worst letter", function()
    for word, code in pairs { critical = 31, high = 31, medium = 33,
                              low = 36 } do
      assert.equal(("\27[1;%dm%s\27[0m%s"):format(code, word,
                     (" "):rep(9 - #word)), layout.severity(word, 9, true))
      assert.equal(word .. (" "):rep(9 - #word),
                   layout.severity(word, 9, false))
    end
    assert.equal("info     ", layout.severity("info", 9, true))
    for grade, code in pairs { A = 32, B = 36, C = 33, D = 33, E = 31, F = 31,
                               ["D-F"] = 31, ["A-C"] = 33 } do
      assert.equal(("\27[1;%dmx\27[0m"):format(code),
                   layout.paint("x", grade, true))
      assert.equal("x", layout.paint("x", grade, false))
    end
    assert.equal("x", layout.paint("x", "?", true))
  end)
end)
