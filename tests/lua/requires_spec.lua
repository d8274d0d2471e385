-- SPDX-License-Identifier: BSD-2-Clause
-- What each module requires, from its text: one way, and the rooms' walls.

-- Rooms that a room may not know of; "" is the top folder.
local walls = {
  product = { "judge", "report", "cli", "nmap", "script" },
  remedy = { "judge", "report", "cli", "nmap", "script" },
  judge = { "report", "cli", "nmap", "script" },
  report = { "cli", "nmap", "script" },
  nmap = { "cli", "script" },
  script = { "cli" },
}

-- Who may know what meets the network, and Nmap's own libraries.
local adapters = {
  ["pptpgrade.net"] = { "audit", "cli/live", "cli/main", "script/run",
                        "sweep" },
  nmap = { "nmap/converse" }, stdnse = { "nmap/converse" },
}

local function modules()
  local found = {}
  local pipe = assert(io.popen("cd lua && find pptpgrade.lua pptpgrade " ..
                               "-name '*.lua' | sort"))
  for path in pipe:lines() do
    local file = assert(io.open("lua/" .. path))
    local name = path:gsub("%.lua$", ""):gsub("/", ".")
    found[name] = file:read "a"
    file:close()
  end
  pipe:close()
  return found
end

-- Every module's name in a text: after `require`, and where one is loaded
-- later by its name.
local function required(text)
  local names = {}
  text = ("\n" .. text):gsub("\n%s*%-%-[^\n]*", "\n")
  for name in text:gmatch 'require,? ?%(?"([%w_.]+)"' do
    names[name] = true
  end
  for name in text:gmatch '"(pptpgrade%.[%w_.]*[%w_])"' do
    names[name] = true
  end
  return names
end

local function room_of(name)
  return name:match "^pptpgrade%.([%w_]+)%." or ""
end

local function contains(list, item)
  for _, one in ipairs(list) do
    if one == item then
      return true
    end
  end
  return false
end

-- The modules on a way from `name` back to itself, or nil.
local function circle(graph, name, way, done)
  if done[name] then
    return nil
  elseif contains(way, name) then
    return table.concat(way, " -> ") .. " -> " .. name
  end
  way[#way + 1] = name
  for other in pairs(graph[name] or {}) do
    local found = circle(graph, other, way, done)
    if found then
      return found
    end
  end
  way[#way] = nil
  done[name] = true
end

local function graph_of(texts)
  local graph = {}
  for name, text in pairs(texts) do
    graph[name] = required(text)
  end
  return graph
end

describe("what requires what", function()
  local texts = modules()
  local graph = graph_of(texts)

  it("is read from the texts", function()
    assert.truthy(graph["pptpgrade.grade"]["pptpgrade.judge.grade"])
    assert.truthy(graph["pptpgrade"]["pptpgrade.audit"])
    assert.truthy(graph["pptpgrade.audit"]["pptpgrade.net"])
    assert.truthy(graph["pptpgrade.report"]["pptpgrade.report.text"])
    assert.truthy(graph["pptpgrade.nmap.converse"].stdnse)
  end)

  it("names modules that there are", function()
    for name, others in pairs(graph) do
      for other in pairs(others) do
        if other:find "^pptpgrade" and other ~= "pptpgrade.core" and
           other ~= "pptpgrade.net" then
          assert.truthy(texts[other], name .. " requires " .. other)
        end
      end
    end
  end)

  it("goes one way", function()
    local done = {}
    for name in pairs(graph) do
      assert.is_nil(circle(graph, name, {}, done))
    end
    assert.equal("a -> b -> a",
                 circle({ a = { b = true }, b = { a = true } }, "a", {}, {}))
  end)

  it("respects the rooms", function()
    for name, others in pairs(graph) do
      for other in pairs(others) do
        assert.is_false(contains(walls[room_of(name)] or {}, room_of(other)),
                        name .. " requires " .. other)
      end
    end
  end)

  -- They are required before converse has found core.so beside them.
  it("leaves what a script of Nmap's loads without core.so", function()
    local done = {}
    local function visit(name)
      assert.not_equal("pptpgrade.core", name)
      if not done[name] then
        done[name] = true
        for other in (texts[name] or "")
          :gmatch '\nlocal [%w_]+ = require "([%w_.]+)"' do
          visit(other)
        end
      end
    end
    for _, name in ipairs { "survey", "grade", "judge.grade", "nmap.result" } do
      visit("pptpgrade." .. name)
    end
    assert.is_true(done["pptpgrade.report.escape"])
    assert.is_true(done["pptpgrade.record"])
  end)

  it("leaves sockets to adapters", function()
    for name, others in pairs(graph) do
      local path = name:gsub("^pptpgrade%.", ""):gsub("%.", "/")
      for other in pairs(others) do
        if adapters[other] then
          assert.truthy(contains(adapters[other], path),
                        name .. " requires " .. other)
        end
      end
    end
  end)
end)
