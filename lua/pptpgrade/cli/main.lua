-- SPDX-License-Identifier: BSD-2-Clause
--- pptpgrade, the program: options in, reports out, an exit status back.
-- Whatever it needs of the world comes in a table, so that tests can run it.
-- What only a run needs is loaded when one begins, or a help text would wait
-- for it.
local outputs = require "pptpgrade.cli.outputs"
local status = require "pptpgrade.cli.status"
local escape = require "pptpgrade.report.escape"

local M = {}

-- A shell inherits our descriptors; Lua itself cannot ask.
local function ask_shell(descriptor)
  return os.execute("[ -t " .. descriptor .. " ]") == true
end

local function none()
  return 0
end

-- Records can be graded where libpcap is missing, and then nothing counts
-- signals; where it is not, a pipe that nobody reads is an error and no end.
local function real_world()
  local ok, net = pcall(require, "pptpgrade.net")
  return {
    out = io.stdout, err = io.stderr, stdin = io.stdin, open = io.open,
    getenv = os.getenv, pptp = require "pptpgrade",
    signals = ok and net.on_signal() or none,
    columns = ok and net.terminal_width or nil,
    clock = ok and net.clock or os.time,
    net = ok and net or nil,
    net_missing = not ok and net:match("[^\n]*") or nil,
    terminal = ok and function(descriptor)
      return net.terminal_width(descriptor) ~= nil
    end or ask_shell,
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

local function explain(world, ids)
  local texts = {}
  for i, id in ipairs(ids) do
    local text, why = world.pptp.explain(id)
    if not text then
      return complain(world, ("--explain %s: %s"):format(id, why))
    end
    texts[i] = text:gsub("\n*$", "\n")
  end
  if not ids[1] then
    texts[1] = require "pptpgrade.explain".list()
  end
  return told(world, table.concat(texts, "\n"))
end

local function doctor(world, options)
  local text, able = require "pptpgrade.cli.doctor".look(world, options)
  if not text then
    return complain(world, able)
  end
  local code = told(world, text)
  return code == status.DONE and not able and status.COULD_NOT or code
end

-- A status, and the run where one began.
local function start(world, options, args)
  local policy, why
  if options.policy then
    policy, why = world.pptp.policy(options.policy)
    if not policy then
      return complain(world, why), nil, why
    end
  end
  local new_run = require "pptpgrade.cli.run"
  local run, ok = new_run(world, options, policy, args), true
  local old = options.baseline or options.diff and options.diff[1]
  if old then
    ok, why = run:load_old(old)
    why = why and (options.diff and "--diff " or "--baseline ") .. why
  end
  if ok and not options.script then
    ok, why = run:open_outputs()
  end
  if not ok then
    return complain(world, why), nil, why
  end
  local code = options.diff and run:diff() or
    options.render and run:render() or
    options.records[1] and run:grade_records() or run:audit()
  run:close_outputs(code)
  return code, run
end

-- Whether a monitor started us: it reads standard output, and knows 0 to 3.
local function is_check(args)
  local text = " " .. table.concat(args, " ") .. " "
  return text:find(" %-f ?icinga ") or text:find(" %-%-format[ =]icinga ")
end

-- What a monitor is told of a check that could not begin.
local function fail_check(world, why)
  local icinga = require "pptpgrade.report.icinga"
  outputs.print_out(world, icinga.failure(escape.line(why)))
  return icinga.UNKNOWN
end

local function check(world, options, args)
  local code, run, why = start(world, options, args)
  if not run then
    return fail_check(world, why)
  elseif run.main.dead or code == status.USAGE or code == status.COULD_NOT then
    return require "pptpgrade.report.icinga".UNKNOWN
  end
  return run.main.report:status()
end

--- Runs the program.
-- @tparam table args the command line, without the program's name
-- @tparam[opt] table world out, err, stdin, open, getenv, terminal, pptp,
--   signals (how many came), columns (of a terminal), clock, net (where it
--   could be loaded; else net_missing says why not)
-- @treturn int exit status
function M.main(args, world)
  world = world or real_world()
  local options, why = require "pptpgrade.cli.options".parse(args)
  if not options then
    local code = complain(world, why)
    return is_check(args) and fail_check(world, why) or code
  elseif options.help then
    return told(world, require "pptpgrade.cli.options".help)
  elseif options.version then
    return told(world, "pptpgrade " .. world.pptp.version .. "\n")
  elseif options.explain then
    return explain(world, options.explain)
  elseif options.doctor then
    return doctor(world, options)
  elseif options.format == "icinga" then
    return check(world, options, args)
  end
  return (start(world, options, args))
end

--- The exit status after a mistake of our own. Lua's status for it, 1, would
-- say that --fail-on tripped.
function M.mistake(args)
  return is_check(args) and require "pptpgrade.report.icinga".UNKNOWN or
    status.PART
end

return M
