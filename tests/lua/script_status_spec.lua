-- SPDX-License-Identifier: BSD-2-Clause
-- --script: what a run of somebody's script says, and how it ends. The script
-- itself has nse_spec and scan_spec.
local console = require "console"

local RUNNER = "pptpgrade.script.run"

describe("a script's run", function()
  local kept = package.loaded[RUNNER]

  after_each(function()
    package.loaded[RUNNER] = kept
  end)

  -- Status, output and complaints where the script does that.
  local function run(does, more, ...)
    package.loaded[RUNNER] = { run = function(options, targets, io)
      return does(io, options, targets)
    end }
    local args = { "--script", "s.nse", ... }
    args[#args + 1] = "192.0.2.1"
    local r = console.run(args, more)
    return { r.status, r.text, r.complaints }
  end

  it("is done where nothing failed", function()
    assert.same({ 0, "a report\n", "" }, run(function(io, options)
      assert.equal("s.nse", options.script)
      assert.is_nil(io.trace)
      assert.is_false(io.stop())
      io.write "a report\n"
      return true
    end))
  end)

  it("is wrong usage where the script is none, else could not", function()
    assert.same({ 2, "", "pptpgrade: no such script\n" }, run(function()
      return nil, "no such script", "script"
    end))
    assert.same({ 3, "", "pptpgrade: no interface\n" }, run(function()
      return nil, "no interface", "interface"
    end))
  end)

  it("is done in part where it failed on a server", function()
    assert.same({ 4, "", "pptpgrade: it raised\n" }, run(function(io)
      io.fail "it raised"
      return true
    end))
  end)

  it("warns, and is quiet where it is told so", function()
    local function warns(io)
      io.say "no GRE"
      return true
    end
    assert.same({ 0, "", "pptpgrade: no GRE\n" }, run(warns))
    assert.same({ 0, "", "" }, run(warns, nil, "-q"))
  end)

  it("stops at a signal, and says so", function()
    local came = 0
    assert.same({ 4, "", "pptpgrade: stopped by a signal\n" },
                run(function(io)
      assert.is_false(io.stop())
      came = 1
      assert.is_true(io.stop())
      return true
    end, { signals = function() return came end }))
  end)

  it("stops where nobody reads, and where a disk is full", function()
    local function writes(io)
      io.write "x"
      assert.is_true(io.stop())
      io.write "y"
      return true
    end
    assert.same({ 4, "", "" }, run(writes, { full = { "Broken pipe", 32 } }))
    assert.same({ 4, "", "pptpgrade: cannot write to standard output: " ..
                  "No space\n" }, run(writes, { full = { "No space", 28 } }))
  end)

  it("shows messages where it is told so", function()
    local r = run(function(io)
      io.trace "192.0.2.1 > SCCRQ\27"
      return true
    end, nil, "--trace")
    assert.same({ 0, "", "192.0.2.1 > SCCRQ\\x1b\n" }, r)
  end)
end)
