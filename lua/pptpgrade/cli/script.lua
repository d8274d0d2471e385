-- SPDX-License-Identifier: BSD-2-Clause
--- --script: what a script of somebody's says. Methods of a run.
local outputs = require "pptpgrade.cli.outputs"
local status = require "pptpgrade.cli.status"

local M = {}

function M:run_script(targets)
  local signals, dead = self.world.signals, false
  local run = require "pptpgrade.script.run".run
  local ok, why, code = run(self.options, targets, {
    write = function(text)
      dead = dead or not outputs.print_out(self.world, text)
      self.part = self.part or dead
    end,
    fail = function(sentence)
      self:partly(sentence)
    end,
    say = function(sentence)
      self:warn(sentence)
    end,
    trace = self:tracer(),
    stop = function()
      return dead or signals() > 0 or self:lacks_contact(targets)
    end,
  })
  self:tell_unresolved(targets)
  if self.lacking then
    self:say(self.lacking)
    return status.USAGE
  end
  if not ok then
    self:say(why)
    return code == "script" and status.USAGE or status.COULD_NOT
  elseif signals() > 0 then
    self:partly("stopped by a signal")
  end
  return self.part and status.PART or status.DONE
end

return M
