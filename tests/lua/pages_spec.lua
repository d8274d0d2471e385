-- SPDX-License-Identifier: BSD-2-Clause
-- Every format's report of the same servers is, byte for byte, the one that
-- the folder `pages` has.
local golden = require "golden"
local pages = require "pages"

describe("a report", function()
  for _, one in ipairs(pages.reports()) do
    it("is what pages/" .. one.name .. " has", function()
      assert.is_nil(golden.difference(golden.read(pages.FOLDER .. one.name),
                                      one.text()))
    end)
  end
end)
