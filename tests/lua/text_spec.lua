-- SPDX-License-Identifier: BSD-2-Clause
-- The text report of very many servers: what is too much for memory lies in
-- temporary files, and what is written stays the same.
local text = require "pptpgrade.report.text"

local GRADES = { "F", "E", "E-F", "C", "D-F", "B", "A", "?" }

-- A brief verdict; of neighbours the order of numbers is not that of texts.
local function verdict(i)
  local grade = GRADES[i * 7 % #GRADES + 1]
  return {
    target = ("10.%d.%d.%d"):format(i * 13 % 256, i // 256 % 256, i % 256),
    port = 1723, grade = grade, best = grade:sub(1, 1), worst = grade:sub(-1),
    caps = { { id = "x", grade = grade, reason = "reason " .. i % 97 } },
    product = { name = i % 3 == 0 and "Poptop" or nil }, stages = {},
    methods = { mschap_v2 = i % 2 == 0 and "offered" or nil },
  }
end

-- What is written of so many servers, the temporary files that were opened for
-- it, and the KiB that were held before the end.
local function report(count, opts)
  local parts, files = {}, 0
  opts = opts or {}
  if opts.spill then
    opts.temporary = function()
      files = files + 1
      return io.tmpfile()
    end
  end
  local r = text.open(function(bytes)
    parts[#parts + 1] = bytes
    return true
  end, opts)
  for i = 1, count do
    assert.is_true(r:add(verdict(i)))
  end
  collectgarbage()
  collectgarbage()
  local held = collectgarbage "count"
  assert.is_true(r:close())
  return table.concat(parts), files, held
end

describe("the text of very many servers", function()
  it("is the same with and without temporary files", function()
    local whole, none = report(30000, { all = true })
    local spilled, files = report(30000, { all = true, spill = true })
    assert.equal(0, none)
    assert.is_true(files > 0)
    assert.is_true(whole == spilled)
    assert.equal(30000, select(2, whole:gsub("\n[A-F?]%S* +10%.", "")))
  end)

  it("has pages behind the table in the order in which they came", function()
    local opts = { verbose = true, width = 60 }
    local whole = report(5000, opts)
    opts.spill = true
    local spilled, files = report(5000, opts)
    assert.is_true(files > 0)
    assert.is_true(whole == spilled)
    local from = select(2, whole:find("--all lists them", 1, true))
    local last = 0
    for i = 1, 5000, 500 do
      local at = whole:find("\n" .. verdict(i).target .. " port", from, true)
      assert.is_true(at > last)
      last = at
    end
  end)

  it("does not grow in memory with the servers that it lists", function()
    local _, _, some = report(25000, { spill = true })
    local _, _, more = report(75000, { spill = true })
    assert.is_true(more - some < 6000, more - some)
  end)

  it("says so where a temporary file cannot be had", function()
    local r = text.open(function() return true end, {
      all = true, temporary = function() return nil, "no room" end })
    local ok, why = true, nil
    for i = 1, 40000 do
      if ok then
        ok, why = r:add(verdict(i))
      end
    end
    assert.is_nil(ok)
    assert.equal("its temporary file: no room", why)
  end)

  it("ends with the first of its parts that cannot be written", function()
    for broken = 1, 3 do
      local writes = 0
      local r = text.open(function()
        writes = writes + 1
        if writes == broken then
          return nil, "broken"
        end
        return true
      end, { all = true })
      for i = 1, 1000 do
        r:add(verdict(i))
      end
      local ok, why = r:close()
      assert.is_nil(ok)
      assert.equal("broken", why)
      assert.equal(broken, writes)
    end
  end)
end)
