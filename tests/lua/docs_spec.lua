-- SPDX-License-Identifier: BSD-2-Clause
-- What the documents show and list is so: the examples of docs/lua-api.md that
-- begin with `-- run` run, and print what they say; every function that there
-- is stands in it; every finding and every cap has its row in docs/grading.md.
local here = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$")

local function contents(name)
  local file = assert(io.open(here .. "/../../docs/" .. name, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local api, grading = contents "lua-api.md", contents "grading.md"

-- All blocks of Lua: text, the line where each begins, its first words.
local function blocks_of(text)
  local blocks, block = {}, nil
  local number = 0
  for line in text:gmatch("([^\n]*)\n") do
    number = number + 1
    if block and line == "```" then
      block.text = table.concat(block, "\n")
      blocks[#blocks + 1], block = block, nil
    elseif block then
      block[#block + 1] = line
    elseif line == "```lua" then
      block = { line = number + 1 }
    end
  end
  return blocks
end

-- What stands behind every arrow.
local function promised_by(text)
  local lines = {}
  for line in text:gmatch("%-%-> ([^\n]*)") do
    lines[#lines + 1] = line
  end
  return lines
end

local function run(block)
  local lines = {}
  local environment = setmetatable({
    print = function(...)
      local words = table.pack(...)
      for i = 1, words.n do
        words[i] = tostring(words[i])
      end
      lines[#lines + 1] = table.concat(words, "\t")
    end,
  }, { __index = _G, __newindex = function(_, name)
    error("sets the global " .. tostring(name), 2)
  end })
  assert(load(block.text, "@lua-api.md:" .. block.line, "t", environment))()
  return lines
end

local has_close = _VERSION ~= "Lua 5.3"

-- Whether an example is for this Lua, and for no server.
local function runs_here(block)
  local version = block[1]:match("^%-%- run ?(%S*)$")
  return version == "" or version ~= nil and "Lua " .. version == _VERSION
end

describe("an example of docs/lua-api.md", function()
  local count = 0
  for _, block in ipairs(blocks_of(api)) do
    if runs_here(block) then
      count = count + 1
      it("in line " .. block.line .. " prints what it says", function()
        assert.same(promised_by(block.text), run(block))
      end)
    elseif has_close then
      it("in line " .. block.line .. " is Lua", function()
        assert.truthy(load(block.text, "=example", "t"))
      end)
    end
  end

  it("runs at all", function()
    assert.is_true(count >= 10)
  end)

  it("prints something wherever it is run", function()
    for _, block in ipairs(blocks_of(api)) do
      if runs_here(block) then
        assert.is_true(#promised_by(block.text) > 0, block.line)
      end
    end
  end)
end)

-- The functions of a module, and the methods of what it makes.
local function missing(prefix, module)
  local names = {}
  for name, value in pairs(module) do
    local wanted = prefix .. name
    if type(value) == "function" and not name:find("^__") and
       not api:find(wanted, 1, true) then
      names[#names + 1] = wanted
    end
  end
  table.sort(names)
  return names
end

describe("docs/lua-api.md", function()
  for _, case in ipairs {
    { "pptp.", "pptpgrade" }, { "survey.", "pptpgrade.survey" },
    { "evidence.", "pptpgrade.evidence" }, { "core.", "pptpgrade.core" },
  } do
    it("has every function of " .. case[2], function()
      assert.same({}, missing(case[1], require(case[2])))
    end)
  end

  it("has every method of a conversation", function()
    local c = require "pptpgrade.core".conversation {
      source = "192.0.2.2", target = "192.0.2.1",
    }
    for name in pairs(getmetatable(c).__index) do
      assert.truthy(name == "close" or api:find("c:" .. name, 1, true), name)
    end
  end)

  local found, net = pcall(require, "pptpgrade.net")
  if found then
    it("has every function of pptpgrade.net", function()
      assert.same({}, missing("net.", net))
    end)

    it("has every method of a prober and of targets", function()
      local p = assert(net.prober { tcp_only = true, stay = true })
      for name in pairs(getmetatable(p).__index) do
        assert.truthy(api:find("p:" .. name, 1, true), name)
      end
      p:close()
      local t = assert(net.targets "192.0.2.1")
      for name in pairs(getmetatable(t).__index) do
        assert.truthy(name == "close" or api:find("t:" .. name, 1, true), name)
      end
    end)
  end
end)

describe("docs/grading.md", function()
  local function row_of(id)
    return grading:match("\n| " .. id:gsub("%-", "%%-") .. " (|[^\n]*)")
  end

  it("has a row for every finding, with its severity and weaknesses",
     function()
    local findings = require "pptpgrade.judge.findings"
    for _, finding in ipairs(findings.list) do
      local row = row_of(finding.id)
      assert.truthy(row, finding.id)
      assert.truthy(row:find("| " .. finding.severity .. " |", 1, true),
                    finding.id .. ": " .. finding.severity)
      assert.truthy(row:find("| " .. table.concat(finding.cwe, ", ") .. " |",
                             1, true), finding.id .. ": its weaknesses")
    end
  end)

  it("has a row for every cap, with the default policy's grade", function()
    local policy = require "pptpgrade.policy".default
    local grades = {
      C08 = policy.no_login, C07 = policy.methods.pap,
      C15 = policy.methods.spap, C05 = policy.methods.mschap_v1,
      C06 = policy.methods.chap_md5, C03 = policy.methods.mschap_v2,
      C16 = policy.methods.other, C04 = policy.methods.eap,
      C28 = policy.stages.gre_unknown, C27 = policy.stages.no_gre,
      C02 = policy.stages.call, C26 = policy.stages.call_unknown,
      C25 = policy.stages.refused, C24 = policy.stages.not_authorized,
      C01 = policy.stages.answers, C23 = policy.stages.no_reply,
      C22 = policy.stages.other_protocol, C21 = policy.stages.unanswered,
      C20 = policy.stages.closed, C10 = policy.challenge_reused,
      C29 = policy.methods.chap_hash,
    }
    for _, cap in ipairs(require "pptpgrade.judge.caps".list) do
      local row = row_of(cap.id)
      assert.truthy(row, cap.id)
      if grades[cap.id] then
        assert.truthy(row:find("| " .. grades[cap.id] .. " |", 1, true),
                      cap.id .. ": " .. grades[cap.id])
      end
    end
  end)

  it("explains no finding and no cap that there is not", function()
    local findings = require "pptpgrade.judge.findings".by_id
    local caps = require "pptpgrade.judge.caps".by_id
    for id in grading:gmatch("\n| (PPTP%-%d+) |") do
      assert.truthy(findings[id], id)
    end
    for id in grading:gmatch("\n| (C%d+) |") do
      assert.truthy(caps[id], id)
    end
  end)
end)

describe("docs/architecture.md", function()
  it("names files that there are, for each question", function()
    local rows, files = 0, 0
    local asked =
      contents("architecture.md"):match("\n## Where to look\n(.-)\n## ")
    for question, where in asked:gmatch("\n| ([^|]*%?) | ([^|\n]*) |") do
      rows = rows + 1
      for name in where:gmatch("`([^`]*)`") do
        local file = io.open(here .. "/../../" .. name, "rb")
        assert.truthy(file, question .. ": " .. name)
        file:close()
        files = files + 1
      end
    end
    assert.is_true(rows >= 30 and files >= rows)
  end)
end)
