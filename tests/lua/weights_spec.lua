-- SPDX-License-Identifier: BSD-2-Clause
-- Every fact of a server changed alone: what becomes of the verdict, and what
-- is asked next, is what weights.txt says.
local golden = require "golden"
local weights = require "weights"

describe("each fact changed alone", function()
  local file, servers = golden.parts(weights.FILE), weights.servers()

  it("is told of every server, and of no other", function()
    local count = 0
    for _ in pairs(file) do
      count = count + 1
    end
    assert.equal(#servers, count)
  end)

  for _, server in ipairs(servers) do
    it("weighs what weights.txt says: " .. server.name, function()
      assert.is_nil(golden.difference(file[server.name] or "", server.text()))
    end)
  end
end)
