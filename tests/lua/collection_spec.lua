-- SPDX-License-Identifier: BSD-2-Clause
-- What -e keeps of records: sorted and grouped as if all were in memory,
-- whatever fits there.
local collection = require "pptpgrade.cli.collection"
local sorter = require "pptpgrade.sorter"
local spool = require "pptpgrade.cli.spool"

local opened

local function temporary()
  opened = opened + 1
  return spool.temporary()
end

-- Up to 40 digits and small letters.
local function text_of(seed)
  local out = {}
  for i = 1, seed % 41 do
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    local n = (seed >> 16) % 36
    out[i] = string.char(n < 10 and 48 + n or 87 + n)
  end
  return table.concat(out)
end

local function sorted(texts, most)
  local s, out = sorter.new(temporary, most), {}
  for _, text in ipairs(texts) do
    assert.is_true(s:add(text))
  end
  for text in s:sorted() do
    out[#out + 1] = text
  end
  return out
end

-- Lines by server in the order of the first of each; by tables alone.
local function grouped(rows)
  local order, of = {}, {}
  for _, row in ipairs(rows) do
    if not of[row[1]] then
      of[row[1]] = {}
      order[#order + 1] = of[row[1]]
    end
    table.insert(of[row[1]], row[2])
  end
  return order
end

local function collected(rows, lines, places)
  local c, out = collection.new(temporary, lines, places), {}
  for _, row in ipairs(rows) do
    assert.is_true(c:add(row[1], row[2]))
  end
  for found in assert(c:servers()) do
    out[#out + 1] = found
  end
  return out
end

local function rows_of(count, servers, step)
  local rows = {}
  for i = 1, count do
    local who = (i * step) % servers
    rows[i] = { ("198.18.%d.%d 1723"):format(who // 256, who % 256),
                ('{"n":%d}'):format(i) .. (" "):rep(i % 50) }
  end
  return rows
end

describe("a sorter", function()
  before_each(function() opened = 0 end)

  it("gives all strings in their order", function()
    local texts = {}
    for i = 1, 3000 do
      texts[i] = text_of(i * 7919)
    end
    local want = table.move(texts, 1, #texts, 1, {})
    table.sort(want)
    assert.same(want, sorted(texts, 1 << 30))
    assert.equal(0, opened)
    for _, most in ipairs { 1, 1000, 30000 } do
      assert.same(want, sorted(texts, most))
    end
    assert.is_true(opened > 100)
  end)

  it("has nothing where nothing was given", function()
    assert.same({}, sorted({}, 1))
  end)

  it("says why a file cannot be had", function()
    local s = sorter.new(function() return nil, "no room" end, 1)
    assert.same({ n = 2, nil, "no room" }, table.pack(s:add("x")))
  end)
end)

describe("a collection", function()
  before_each(function() opened = 0 end)

  it("gives each server's lines, in the order of first naming", function()
    for _, case in ipairs { { 1, 1, 1 }, { 500, 500, 1 }, { 1000, 37, 1 },
                            { 1000, 300, 7 }, { 1000, 999, 500 } } do
      local rows = rows_of(table.unpack(case))
      for _, bound in ipairs { 1 << 30, 10000, 1 } do
        assert.same(grouped(rows), collected(rows, bound, bound))
      end
    end
    assert.is_true(opened > 0)
  end)

  it("has no server where there was no record", function()
    assert.same({}, collected({}, 1, 1))
  end)

  it("tells keys apart that hold zero bytes or begin alike", function()
    local rows = {}
    for i, key in ipairs { "a\0b", "a", "a\0", "", "a\0b", "a\n", "" } do
      rows[i] = { key, tostring(i) }
    end
    assert.same({ { "1", "5" }, { "2" }, { "3" }, { "4", "7" }, { "6" } },
                collected(rows, 1, 1))
  end)

  it("says why nothing can be kept", function()
    local c = collection.new(function() return nil, "no room" end, 5, 1 << 20)
    assert.is_true(c:add("k", "abc"))
    assert.same({ n = 2, nil, "no room" }, table.pack(c:add("k", "defg")))
  end)

  it("keeps its files where TMPDIR says, under no name", function()
    local folder = os.tmpname()
    os.remove(folder)
    assert.is_true(os.execute("mkdir '" .. folder .. "'"))
    local file = assert(spool.temporary(folder))
    file:write("x\n")
    file:seek("set")
    assert.equal("x", file:read("l"))
    assert.is_true(os.execute("rmdir '" .. folder .. "'"))
    file:close()
    assert.is_nil((spool.temporary(folder)))
  end)
end)
