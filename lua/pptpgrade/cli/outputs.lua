-- SPDX-License-Identifier: BSD-2-Clause
--- Where pptpgrade's reports go: standard output, and every -o with a report of
-- its own. Methods of a run.
local M = {}

local BROKEN_PIPE = 32 -- errno: whoever read us has seen enough
local WIDTH, WIDEST = 80, 240

local function writer(file, output)
  return function(bytes)
    local ok, why, errno = file:write(bytes)
    if ok then
      ok, why, errno = file:flush()
    end
    output.errno = errno
    return ok and true or nil, why
  end
end

local function report_options(options, world, terminal)
  local columns = math.tointeger(tonumber(world.getenv("COLUMNS")))
  local no_color = world.getenv("NO_COLOR") or ""
  return {
    all = options.all, verbose = options.verbose,
    remedies = options.remedies,
    color = terminal and not options.no_color and no_color == "" and
      world.getenv("TERM") ~= "dumb",
    width = math.min(math.max(columns or WIDTH, WIDTH), WIDEST),
  }
end

function M:add_output(name, file, format, opts)
  local output = { name = name, file = file }
  output.report = self.world.pptp.report(format, writer(file, output), opts)
  self.outputs[#self.outputs + 1] = output
end

-- All files are opened before anything is sent: a wrong name costs nothing.
function M:open_outputs()
  local options, world = self.options, self.world
  for _, wanted in ipairs(options.output) do
    local file, why = world.open(wanted.path, "w")
    if not file then
      return nil, "-o " .. why
    end
    self:add_output(wanted.path, file, wanted.format,
                    report_options(options, world, false))
  end
  local terminal = not options.no_color and world.terminal(1)
  self:add_output("standard output", world.out, options.format or "text",
                  report_options(options, world, terminal))
  return true
end

-- Each output that still works; one that fails is left, the others go on.
function M:emit(method, ...)
  self:clear_progress()
  for _, output in ipairs(self.outputs) do
    if not output.dead then
      local ok, why = output.report[method](output.report, ...)
      if not ok then
        output.dead, self.part = true, true
        if output.errno ~= BROKEN_PIPE then
          self:say(("cannot write to %s: %s"):format(output.name, why))
        end
      end
    end
  end
end

function M:all_dead()
  for _, output in ipairs(self.outputs) do
    if not output.dead then
      return false
    end
  end
  return true
end

function M:close_outputs()
  self:emit("close")
  for _, output in ipairs(self.outputs) do
    if output.file ~= self.world.out then
      local ok, why = output.file:close()
      if not ok and not output.dead then
        self:partly(("cannot write to %s: %s"):format(output.name, why))
      end
    end
  end
end

--- Writes a text to standard output.
-- @tparam table world
-- @tparam string text
-- @treturn boolean whether it is there
function M.print_out(world, text)
  local ok, why, errno = world.out:write(text)
  if ok then
    ok, why, errno = world.out:flush()
  end
  if ok then
    return true
  elseif errno ~= BROKEN_PIPE then
    world.err:write("pptpgrade: cannot write to standard output: ", why, "\n")
  end
  return false
end

return M
