-- SPDX-License-Identifier: BSD-2-Clause
local drand48 = require "pptpgrade.product.drand48"

local function bytes(hex)
  return (hex:gsub("%x%x", function(two)
    return string.char(tonumber(two, 16))
  end))
end

-- magic, challenge, which draw, how many between, seed
local pppd = {
  { 0xaa6a6ace, "50fc0665f2f8fe976f13c1dccd7c6a46", 2, 1, 0x41b2a145 },
  { 0x40df2e57, "3d8ba3dea6a64286a1812b4ee3a6810d", 2, 1, 0x0ec52d66 },
  { 0xe318c6fc, "481eb89cfd857c52db84805bd66c30d8", 2, 1, 0x54a56a43 },
  { 0xace6ea3a, "c67e9c1e652113643be27a7f3b423f21ebd15df6695bff", 2, 2,
    0x27ad3fd1 },
  { 0x895cd325, "842974609a67f548163e5a7880d2cb935acb639f", 2, 2,
    0x35aba604 },
}

local others = {
  { "Windows", 0x4b706197, "7d81539226c04ce02417ddd18335ed55" },
  { "Windows", 0x2a9524cb, "6055f8c362f2a1e6fa5c9c9d0d6207fc" },
  { "MikroTik", 0x3d07fa45, "5ff458fb69918371fddc1efba8f14669" },
  { "DrayTek", 0x6bbe54ff, "433ba5d05c7934f0afb86355dfd98439" },
  { "Cisco", 0x986d5844, "c48831d4642b7fa3" },
}

-- The generator itself, from its seed: what the module must never need.
local function generator(seed)
  local state = seed << 16 | 0x330E
  return function()
    state = (state * 0x5DEECE66D + 11) & 0xffffffffffff
    return state
  end
end

local function drawn(seed, before, between, length)
  local next_state, magic = generator(seed), nil
  for _ = 1, before do
    magic = next_state() >> 16
  end
  for _ = 1, between do
    next_state()
  end
  local challenge = {}
  for i = 1, length do
    challenge[i] = string.char(next_state() >> 40)
  end
  return magic, table.concat(challenge)
end

describe("drand48", function()
  it("finds what public logs of pppd show", function()
    for _, v in ipairs(pppd) do
      assert.same({ v[3], v[4] }, { drand48.relation(v[1], bytes(v[2])) })
    end
  end)

  it("agrees with the generator run from the seed", function()
    for _, v in ipairs(pppd) do
      local magic, challenge = drawn(v[5], v[3], v[4], #v[2] // 2)
      assert.equal(v[1], magic)
      assert.equal(bytes(v[2]), challenge)
    end
  end)

  it("matches no other vendor's challenge", function()
    for _, v in ipairs(others) do
      assert.is_nil(drand48.relation(v[2], bytes(v[3])))
    end
  end)

  it("finds every draw up to the 64th and every gap up to 8", function()
    for before = 1, 64, 7 do
      for between = 0, 8 do
        local magic, challenge = drawn(0x12345678 + before, before, between, 8)
        assert.same({ before, between },
                    { drand48.relation(magic, challenge) })
      end
    end
  end)

  it("looks no further than that", function()
    assert.is_nil(drand48.relation(drawn(77, 65, 1, 16)))
    assert.is_nil(drand48.relation(drawn(77, 2, 9, 16)))
  end)

  it("wants eight bytes, all of which fit", function()
    local challenge = bytes(pppd[1][2])
    assert.is_nil(drand48.relation(pppd[1][1], challenge:sub(1, 7)))
    assert.equal(2, drand48.relation(pppd[1][1], challenge:sub(1, 8)))
    for i = 1, #challenge do
      local wrong = challenge:sub(1, i - 1) ..
        string.char(challenge:byte(i) ~ 1) .. challenge:sub(i + 1)
      assert.is_nil(drand48.relation(pppd[1][1], wrong))
    end
  end)

  it("takes a magic number that is a float, and refuses what is none",
     function()
    local challenge = bytes(pppd[1][2])
    assert.equal(2, drand48.relation(pppd[1][1] + 0.0, challenge))
    assert.is_nil(drand48.relation(-1, challenge))
    assert.is_nil(drand48.relation(1 << 32, challenge))
    assert.is_nil(drand48.relation(0.5, challenge))
    assert.is_nil(drand48.relation(1, nil))
  end)
end)
