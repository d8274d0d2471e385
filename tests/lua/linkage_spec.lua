-- SPDX-License-Identifier: BSD-2-Clause
-- What the C modules may need and show: a module that is linked to a Lua
-- library hangs in a host with another one, and Nmap's own exported names
-- would replace ours.
local build = os.getenv "PPTP_BUILD" or "build"

-- What a command prints about a file, whatever its name.
local function lines(command, file)
  local pipe = assert(io.popen(("%s '%s'"):format(
    command, file:gsub("'", "'\\''"))))
  local list = {}
  for line in pipe:lines() do
    list[#list + 1] = line
  end
  assert(pipe:close(), file)
  return list
end

local function needed(module)
  local libraries = {}
  for _, line in ipairs(lines("readelf -d", module)) do
    libraries[#libraries + 1] = line:match "%(NEEDED%).*%[(.-)%]"
  end
  return libraries
end

local function exported(module)
  local names = {}
  local command = "nm -D --defined-only --format=posix"
  for _, line in ipairs(lines(command, module)) do
    names[#names + 1] = line:match "^[^ @]+"
  end
  return names
end

describe("a C module", function()
  for _, case in ipairs {
    { "5.3", "core" }, { "5.4", "core" }, { "5.4", "net" },
  } do
    local version, name = case[1], case[2]
    local module = ("%s/lua/%s/pptpgrade/%s.so"):format(build, version, name)

    it(("(%s, Lua %s) exports luaopen_* alone"):format(name, version),
       function()
      assert.same({ "luaopen_pptpgrade_" .. name }, exported(module))
    end)

    it(("(%s, Lua %s) needs no Lua library"):format(name, version),
       function()
      local libraries = needed(module)
      assert.is_true(#libraries > 0)
      for _, library in ipairs(libraries) do
        assert.is_nil(library:match "lua")
        assert.is_true(name == "net" or not library:match "pcap")
      end
    end)
  end

  -- Lua closes its modules before the process ends, and a signal may come then.
  it("net stays in memory, for its signal handler does", function()
    local flags = table.concat(lines("readelf -d", build ..
      "/lua/5.4/pptpgrade/net.so"))
    assert.truthy(flags:find("NODELETE", 1, true))
  end)

  it("core has nothing of libpcap in it", function()
    local command = "nm -D --undefined-only --format=posix"
    for _, version in ipairs { "5.3", "5.4" } do
      local module = build .. "/lua/" .. version .. "/pptpgrade/core.so"
      for _, line in ipairs(lines(command, module)) do
        assert.is_nil(line:match "^pcap_")
      end
    end
  end)
end)
