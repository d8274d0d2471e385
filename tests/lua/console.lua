-- SPDX-License-Identifier: BSD-2-Clause
--- The program in a terminal that is made up: files in memory, servers that are
-- functions, a clock that stands.
local cli = require "pptpgrade.cli.main"
local fakenet = require "fakenet"
local json = require "json"
local pptp = require "pptpgrade"
local scripted = require "scripted"

local M = {}

-- A file in memory. `full`: what writing fails with.
local function memory(text, full)
  local f = { written = "", lines_left = text }
  function f:write(...)
    if full then
      return nil, full[1], full[2]
    end
    self.written = self.written .. table.concat({ ... })
    return self
  end
  function f:flush()
    return self
  end
  function f.close()
    return true
  end
  function f:read(format)
    local rest = self.lines_left
    if format == "a" then
      self.lines_left = ""
      return rest or ""
    elseif not rest or rest == "" then
      return nil, f.read_error
    end
    local stop = math.type(format) and format or
      rest:find("\n", 1, true) or #rest
    self.lines_left = rest:sub(stop + 1)
    local line = rest:sub(1, stop)
    return (format or "l") == "l" and (line:gsub("\n$", "")) or line
  end
  return f
end

M.memory = memory

--- Runs the program: status, what it wrote, and its complaints.
function M.run(args, more)
  more = more or {}
  local files = more.files or {}
  local result = { out = memory(nil, more.full), err = memory(), files = {} }
  result.world = fakenet.install {
    raw = more.raw, public = more.public, lost = more.lost,
    bad_target = more.bad_target, no_prober = more.no_prober,
    refuse = more.refuse, fail = more.fail, apart = more.apart,
    no_drop = more.no_drop, refusal = more.refusal,
    fail_after = more.fail_after,
    server = more.server or function(plan)
      return scripted.converse(scripted.pppd { "mschap_v2" }, plan)
    end,
  }
  local ok, status = pcall(cli.main, args, {
    out = result.out, err = result.err, stdin = memory(more.stdin),
    pptp = pptp, signals = more.signals or function()
      return 0
    end,
    getenv = function(name)
      return (more.env or {})[name]
    end,
    terminal = function(descriptor)
      return (more.terminal or {})[descriptor] or false
    end,
    columns = function()
      return more.columns
    end,
    -- Two runs that are compared fall into the same second.
    clock = more.clock or function()
      return 1795387200
    end,
    open = function(path, mode)
      if mode == "w" then
        if path:find "^missing/" then
          return nil, path .. ": No such file or directory", 2
        end
        result.files[path] = memory(nil, (more.full_files or {})[path])
        return result.files[path]
      elseif not files[path] then
        return nil, path .. ": No such file or directory", 2
      end
      return type(files[path]) == "table" and files[path] or
        memory(files[path])
    end,
  })
  fakenet.remove()
  assert(ok, status)
  result.status, result.text = status, result.out.written
  result.complaints = result.err.written
  return result
end

--- The records of a survey, as lines.
function M.records(model, target)
  local evidence = pptp.survey.run(target or "192.0.2.1", {}, function(plan)
    return scripted.converse(model, plan)
  end)
  local lines = {}
  for i, record in ipairs(evidence.conversations) do
    lines[i] = json.encode(record)
  end
  return table.concat(lines, "\n") .. "\n"
end

--- A port that is closed.
function M.closed(plan)
  return scripted.broken(plan, { ended_by = "refused",
    tcp = { state = "closed", reason = "rst",
            connect = { state = "refused", reason = "rst" } } })
end

return M
