-- SPDX-License-Identifier: BSD-2-Clause
--- pptpgrade, the program: options in, reports out, an exit status back.
-- Whatever it needs of the world comes in a table, so that tests can run it.
local outputs = require "pptpgrade.cli.outputs"
local new_run = require "pptpgrade.cli.run"
local status = require "pptpgrade.cli.status"
local escape = require "pptpgrade.report.escape"

local M = {}

-- A shell inherits our descriptors; Lua itself cannot ask.
local function is_terminal(descriptor)
  return os.execute("[ -t " .. descriptor .. " ]") == true
end

local function none()
  return 0
end

-- Records can be graded where libpcap is missing, and then nothing counts
-- signals.
local function real_world()
  local ok, net = pcall(require, "pptpgrade.net")
  return {
    out = io.stdout, err = io.stderr, stdin = io.stdin, open = io.open,
    getenv = os.getenv, terminal = is_terminal, pptp = require "pptpgrade",
    signals = ok and net.on_signal() or none,
  }
end

-- A text that is all that was asked for.
local function told(world, text)
  return outputs.print_out(world, text) and status.DONE or status.PART
end

local function complain(world, sentence)
  world.err:write("pptpgrade: ", escape.line(sentence), "\n")
  return status.USAGE
end

local function explain(world, id)
  local text, why = world.pptp.explain(id)
  if not text then
    return complain(world, ("--explain %s: %s"):format(id, why))
  end
  return told(world, text:gsub("\n*$", "\n"))
end

local function start(world, options)
  local policy, why
  if options.policy then
    policy, why = world.pptp.policy(options.policy)
    if not policy then
      return complain(world, why)
    end
  end
  local run, ok = new_run(world, options, policy), true
  if not options.script then
    ok, why = run:open_outputs()
  end
  if not ok then
    return complain(world, why)
  elseif options.records[1] then
    return run:grade_records()
  end
  return run:audit()
end

--- Runs the program.
-- @tparam table args the command line, without the program's name
-- @tparam[opt] table world out, err, stdin, open, getenv, terminal, pptp,
--   signals (how many came)
-- @treturn int exit status
function M.main(args, world)
  world = world or real_world()
  local options, why = require "pptpgrade.cli.options".parse(args)
  if not options then
    return complain(world, why)
  elseif options.help then
    return told(world, require "pptpgrade.cli.options".help)
  elseif options.version then
    return told(world, "pptpgrade " .. world.pptp.version .. "\n")
  elseif options.explain then
    return explain(world, options.explain)
  end
  return start(world, options)
end

return M
