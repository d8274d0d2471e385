-- SPDX-License-Identifier: BSD-2-Clause
-- tests/lab/matrix's program: workers, one process each, and their sum.
local matrix = require "matrix"
local seeds = require "seeds"

local opts = { n = 100000, s = 1, j = 2, k = "stacks" }
do
  local i = 1
  while arg[i] do
    local key = arg[i]:match("^%-([nsjkw])$")
    if not key or not arg[i + 1] then
      io.stderr:write("usage: matrix [-n AUDITS] [-s FIRST] [-j JOBS] ",
                      "[-k stacks|quirks|boxes]\n")
      os.exit(2)
    end
    opts[key] = tonumber(arg[i + 1]) or arg[i + 1]
    i = i + 2
  end
end

local function tell(case, result)
  io.stderr:write(matrix.line(case), " -- ", table.concat(result.wrong, "; "),
                  " [", table.concat(result.asked, ", "), "]\n")
end

local function work()
  local counts = matrix.run({ kind = opts.k, first = opts.s + opts.w,
                              last = opts.s + opts.n - 1, step = opts.j },
                            tell)
  for _, line in ipairs(matrix.lines(counts)) do
    print(line)
  end
end

local function start(number)
  return assert(io.popen(("lua5.4 '%s' -n %d -s %d -j %d -k %s -w %d"):format(
    arg[0]:gsub("'", "'\\''"), opts.n, opts.s, opts.j, opts.k, number)))
end

local function replay()
  local wrong = 0
  for _, case in ipairs(seeds) do
    local result = matrix.audit(case)
    if #result.wrong > 0 then
      wrong = wrong + 1
      tell(case, result)
    end
  end
  return wrong
end

local function lead()
  local workers, counts, ok = {}, {}, true
  for number = 0, opts.j - 1 do
    workers[#workers + 1] = start(number)
  end
  for _, worker in ipairs(workers) do
    for line in worker:lines() do
      matrix.merge(counts, line)
    end
    ok = worker:close() and ok
  end
  local before = replay()
  local audits, wrong = matrix.print(counts, function(text)
    io.write(text)
  end)
  print(("%d audits, %d wrong; %d kept cases, %d wrong"):format(audits, wrong,
                                                                #seeds, before))
  os.exit(ok and wrong + before == 0)
end

if opts.w then
  work()
else
  lead()
end
