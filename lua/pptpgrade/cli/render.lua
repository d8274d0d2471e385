-- SPDX-License-Identifier: BSD-2-Clause
--- --render: saved verdicts in any format, as they were graded. Records are
-- graded instead, as -e does. Methods of a run.
local saved = require "pptpgrade.cli.saved"
local status = require "pptpgrade.cli.status"

local M = {}

local BROKEN_SHOWN = 10

-- Each line that is left out, as long as they are few.
function M:line_teller(name)
  local count = 0
  return function(number, why)
    count = count + 1
    if count <= BROKEN_SHOWN then
      self:partly(("%s line %d: %s"):format(name, number, why))
    end
  end
end

-- What of a file is not shown; once all of it was read.
function M:tell_left_out(file)
  if file.older > 0 then
    self:warn(("%s: %d older verdict%s of a server left out: the newest " ..
               "counts"):format(file.name, file.older,
                                file.older == 1 and "" or "s"))
  end
  if file.broken > BROKEN_SHOWN then
    self:partly(("%d more broken lines"):format(file.broken - BROKEN_SHOWN))
  end
end

function M:render_verdicts(file)
  if self.policy then
    self:warn("--policy grades records: saved verdicts are shown as they " ..
              "were graded")
  end
  self.saved = file.run ~= nil
  for key, value in pairs(file.run or {}) do
    self.facts[key] = value
  end
  file:each(function(verdict)
    self:tell(verdict)
    return self.world.signals() == 0 and not self:all_dead()
  end)
  if self.world.signals() > 0 then
    self:partly(("stopped by a signal; %d verdicts shown"):format(self.graded))
  end
  self:tell_left_out(file)
  file:close()
  self:close_outputs()
  return self:status()
end

--- Shows saved verdicts.
-- @treturn integer exit status
function M:render()
  local path = self.options.render
  local name = path == "-" and "standard input" or path
  local file, why = saved.open(self.world, path, self:line_teller(name))
  if not file then
    self:say("--render: " .. why)
    return status.USAGE
  elseif file.kind == "verdicts" then
    return self:render_verdicts(file)
  end
  if path == "-" then
    self.world = setmetatable({ stdin = file.file }, { __index = self.world })
  end
  self.options.records = { path }
  return self:grade_records()
end

return M
