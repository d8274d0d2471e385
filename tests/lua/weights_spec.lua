-- SPDX-License-Identifier: BSD-2-Clause
-- Every fact of a server changed alone: what becomes of the verdict, and what
-- is asked next, is what weights.txt says.
local weights = require "weights"

-- The file's text by server.
local function known()
  local found, name = {}, nil
  for line in io.lines(weights.FILE) do
    name = line:match "^== (.*)$" or name
    if name then
      found[name] = found[name] or {}
      table.insert(found[name], line)
    end
  end
  return found
end

-- The first line that is not as it was, and the last one above it that names
-- changed facts.
local function first_difference(old, new)
  local facts
  for i = 1, math.max(#old, #new) do
    facts = (new[i] or ""):match "^  %S.*" or facts
    if old[i] ~= new[i] then
      return ("line %d, %s\n was: %s\n is:  %s"):format(
        i, facts or "the server", tostring(old[i]), tostring(new[i]))
    end
  end
end

describe("each fact changed alone", function()
  local file, servers = known(), weights.servers()

  it("is told of every server, and of no other", function()
    local count = 0
    for _ in pairs(file) do
      count = count + 1
    end
    assert.equal(#servers, count)
  end)

  for _, server in ipairs(servers) do
    it("weighs what weights.txt says: " .. server.name, function()
      local lines = {}
      for line in server.text():gmatch "[^\n]+" do
        lines[#lines + 1] = line
      end
      assert.is_nil(first_difference(file[server.name] or {}, lines))
    end)
  end
end)
