-- SPDX-License-Identifier: BSD-2-Clause
-- What the program says to command lines, word for word as runs.txt has it.
local golden = require "golden"
local runs = require "runs"

describe("the program says what runs.txt has", function()
  local file = golden.parts(runs.FILE)

  for _, part in ipairs(runs.parts()) do
    it("of " .. part.name, function()
      assert.is_nil(golden.difference(file[part.name] or "", part.text()))
    end)
  end
end)
