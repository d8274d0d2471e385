-- SPDX-License-Identifier: BSD-2-Clause
local R = require "records"
local policy = require "pptpgrade.policy"

local function file_with(text)
  local name = os.tmpname()
  local handle = assert(io.open(name, "wb"))
  handle:write(text)
  handle:close()
  return name
end

local function load_text(text)
  local name = file_with(text)
  local loaded, message = policy.load(name)
  os.remove(name)
  return loaded, message
end

local function complaint(text)
  local loaded, message = load_text(text)
  assert.is_nil(loaded)
  assert.is_string(message)
  return message
end

describe("a policy file", function()
  it("is laid over the default", function()
    local loaded = assert(load_text [[
      return { name = "strict", methods = { mschap_v2 = "F", eap = "E-F" },
               findings = { ["PPTP-034"] = false },
               names = { host = { "local", "gw" } } }]])
    assert.equal("strict", loaded.name)
    assert.equal("F", loaded.methods.mschap_v2)
    assert.equal("E-F", loaded.methods.eap)
    assert.equal("F", loaded.methods.pap)
    assert.equal("B-F", loaded.stages.no_reply)
    assert.is_false(loaded.findings["PPTP-034"])
    assert.same({ "local", "gw" }, loaded.names.host)
    assert.same(policy.default.names.challenge, loaded.names.challenge)
  end)

  it("leaves the default as it was", function()
    local before = R.copy(policy.default)
    assert(load_text 'return { stages = { call = "F" } }')
    assert.same(before, policy.default)
  end)

  it("may be empty", function()
    assert.same(policy.default, assert(load_text "return {}"))
  end)

  it("may compute, but reaches nothing", function()
    assert.equal("F", assert(load_text
      'local f = "F" return { methods = { eap = f } }').methods.eap)
    for _, text in ipairs { 'os.exit(9)', 'require "os"', 'print(1)',
                            'io.write("x")', 'getmetatable("").x = 1',
                            'load("x")()', '_G.x = 1' } do
      assert.truthy(complaint(text .. " return {}"):find("nil value", 1, true))
    end
  end)

  it("sets no global of the host's", function()
    assert(load_text "leaked = 1 return {}")
    assert.is_nil(rawget(_G, "leaked"))
  end)

  it("does not run for ever", function()
    assert.truthy(complaint("while true do end"):find("too long", 1, true))
    assert.is_nil(complaint("while true do end"):find("policy.lua", 1, true))
    assert.truthy(complaint("local function f() return f() end return f()")
                    :find("too long", 1, true))
    assert.truthy(complaint("local function f() return 1 + f() end f()")
                    :find(":", 1, true))
  end)

  it("is text, never bytecode", function()
    local code = string.dump(function() return {} end)
    assert.truthy(complaint(code):find("text", 1, true) or
                  complaint(code):find("binary", 1, true))
  end)

  it("says what is wrong, where, and what would be right", function()
    local cases = {
      { 'return { methods = { papp = "F" } }', "unknown key methods.papp",
        "chap_md5" },
      { 'return { grades = {} }', "unknown key grades", "stages" },
      { 'return { methods = { pap = "G" } }', "methods.pap", '"G"' },
      { 'return { methods = { pap = "F-D" } }', "methods.pap", '"F-D"' },
      { 'return { methods = { pap = 6 } }', "methods.pap", "not 6" },
      { 'return { methods = "F" }', "methods must be a table", '"F"' },
      { 'return { stages = { call = false } }', "stages.call", "false" },
      { 'return { compromised = "X" }', "compromised", '"X"' },
      { 'return { deception = { indicators = 0 } }', "deception.indicators",
        "count" },
      { 'return { deception = { indicators = 1.5 } }', "deception.indicators",
        "count" },
      { 'return { findings = { ["PPTP-999"] = false } }',
        "unknown key findings.PPTP-999", "PPTP-001" },
      { 'return { findings = { ["PPTP-001"] = "bad" } }',
        "findings.PPTP-001", "critical" },
      { 'return { names = { host = { 1 } } }', "names.host", "list" },
      { 'return { names = { host = { a = "x" } } }', "names.host", "list" },
      { 'return { names = { host = "x" } }', "names.host", "list" },
      { 'return { name = 1 }', "name must be a string", "1" },
      { 'return 7', "must return a table", "" },
      { '', "empty", "" },
      { 'return {', "unexpected symbol", "" },
      { 'return { a = 1', "expected", "" },
    }
    for _, case in ipairs(cases) do
      local message = complaint(case[1])
      assert.truthy(message:find(case[2], 1, true), message)
      assert.truthy(message:find(case[3], 1, true), message)
    end
  end)

  it("is named in what is wrong with it", function()
    local name = file_with "return 7"
    local _, message = policy.load(name)
    os.remove(name)
    assert.truthy(message:find(name, 1, true))
    _, message = policy.load "/nonexistent/policy.lua"
    assert.truthy(message:find("/nonexistent/policy.lua", 1, true))
    _, message = policy.load "/"
    assert.truthy(message:find("/", 1, true))
  end)

  it("is small", function()
    assert.truthy(complaint("return {} --" .. ("x"):rep(1048576))
                    :find("1 MB", 1, true))
  end)

  it("needs a name", function()
    assert.has_error(function() policy.load(nil) end)
  end)
end)

describe("range", function()
  it("takes every severity for a finding", function()
    for _, severity in ipairs { "critical", "high", "medium", "low", "info" } do
      local chosen = assert(policy.over_default { findings = {
        ["PPTP-001"] = severity } })
      assert.equal(severity, chosen.findings["PPTP-001"])
    end
  end)

  it("reads letters and ranges, and nothing else", function()
    assert.same({ 1, 1 }, { policy.range "A" })
    assert.same({ 4, 6 }, { policy.range "D-F" })
    for _, wrong in ipairs { "", "G", "a", "F-D", "A-", "A-F-", "?", " A",
                             "A\n", 5, false } do
      assert.is_nil(policy.range(wrong))
    end
  end)
end)
