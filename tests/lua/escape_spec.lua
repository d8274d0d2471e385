-- SPDX-License-Identifier: BSD-2-Clause
local escape = require "pptpgrade.report.escape"

describe("escape", function()
  it("leaves printable ASCII alone", function()
    local plain = {}
    for n = 0x20, 0x7e do
      plain[#plain + 1] = n ~= 0x5c and string.char(n) or ""
    end
    plain = table.concat(plain)
    assert.equal(plain, escape.text(plain))
  end)

  it("lets no other byte through", function()
    for n = 0, 255 do
      local text = escape.text(string.char(n))
      assert.is_nil(text:find "[^\x20-\x7e]")
      if n < 0x20 or n > 0x7e then
        assert.equal(("\\x%02x"):format(n), text)
      end
    end
  end)

  it("is lossless: an escape that was sent is told from one of ours",
     function()
    assert.equal("\\\\x1b \\x1b", escape.text "\\x1b \27")
  end)

  it("keeps the backslashes of a sentence that is escaped already",
     function()
    assert.equal("a\\x1bb\\x0a", escape.line "a\\x1bb\n")
  end)

  it("cuts as late as the width allows", function()
    assert.equal("\\\\a..", escape.fit("\\\\abcdef", 5))
    assert.equal("\\\\..", escape.fit("\\\\\\\\\\\\", 5))
    assert.equal("\\x1b..", escape.fit("\\x1bbcdef", 6))
  end)

  it("cuts to a width, and never inside an escape", function()
    assert.equal("abcdef", escape.fit("abcdef", 6))
    assert.equal("abcd..", escape.fit("abcdefg", 6))
    for width = 3, 12 do
      local cut = escape.fit(escape.text "\27\27\27\\\\\\", width)
      assert.is_true(#cut <= width)
      assert.is_nil(cut:gsub("\\x%x%x", ""):gsub("\\\\", ""):find "\\")
    end
  end)
end)
