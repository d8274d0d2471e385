-- SPDX-License-Identifier: BSD-2-Clause
-- How large files and functions of lua/ may be.
local FILE, FUNCTION = 600, 45 -- lines at most

local function paths()
  local found = {}
  local pipe = assert(io.popen "find lua -name '*.lua' | sort")
  for path in pipe:lines() do
    found[#found + 1] = path
  end
  pipe:close()
  return found
end

-- The number of lines, and those of each function that begins at a margin: its
-- first line -> how many.
local function measure(lines)
  local count, functions, first = 0, {}, nil
  for line in lines do
    count = count + 1
    local begins = line:find "^[%w_ .:]*%f[%w]function%f[%W]" and
      not line:find "^%s" and not line:find "%f[%w]end%)?$"
    if not first and begins then
      first = count
    elseif first and line:find "^end%f[%W]" then
      functions[first], first = count - first + 1, nil
    end
  end
  return count, functions
end

local function lines_of(text)
  return text:gmatch "([^\n]*)\n"
end

describe("the sizes of lua/", function()
  it("are measured", function()
    local count, functions = measure(lines_of(
      "local function f()\n  return function()\n  end\nend\n" ..
      "function M.g() return 1 end\nfunction M:h()\nend\n"))
    assert.equal(7, count)
    assert.same({ [1] = 4, [6] = 2 }, functions)
  end)

  it("are what a reader can take in", function()
    local seen = 0
    for _, path in ipairs(paths()) do
      local count, functions = measure(io.lines(path))
      assert.truthy(count <= FILE, ("%s: %d lines"):format(path, count))
      for first, length in pairs(functions) do
        seen = seen + 1
        assert.truthy(length <= FUNCTION, ("%s:%d: %d lines"):format(
          path, first, length))
      end
    end
    assert.truthy(seen > 500, "functions were not found")
  end)
end)
