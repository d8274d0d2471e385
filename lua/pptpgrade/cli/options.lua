-- SPDX-License-Identifier: BSD-2-Clause
--- pptpgrade's command line: what the options are and what they may be.
local M = {}

--- What -f and the suffix of -o can say.
M.formats = { text = true, json = true, jsonl = true }
local suffixes = { txt = "text", json = "json", jsonl = "jsonl" }

local CONTACT = 64 -- bytes of the SCCRQ's host name
local INTERFACE = 15 -- bytes: IFNAMSIZ without its zero

local function whole(option, least, most)
  return function(text)
    local n = text:find("^%d+$") and math.tointeger(tonumber(text))
    if n and n >= least and n <= most then
      return n
    end
    return nil, ("%s %s is not a number from %d to %d"):format(
      option, text, least, most)
  end
end

local function seconds(text)
  local n = text:find("^%d+%.?%d*$") and tonumber(text)
  if n and n > 0 and n <= 3600 then
    return n
  end
  return nil, ("-t %s is not a number of seconds from 0 to 3600"):format(text)
end

local function one_of(option, ...)
  local words, known = { ... }, {}
  for _, word in ipairs(words) do
    known[word] = word
  end
  return function(text)
    if known[text] then
      return text
    end
    return nil, ("%s %s: there are %s and %s"):format(option, text,
      table.concat(words, ", ", 1, #words - 1), words[#words])
  end
end

local function output(path)
  local format = suffixes[(path:match("%.([^./]+)$") or ""):lower()]
  if format then
    return { path = path, format = format }
  end
  return nil, ("-o %s: a file's name ends in .txt, .json or .jsonl"):format(
    path)
end

local function letter(text)
  local grade = text:upper()
  if grade:find("^[A-F]$") then
    return grade
  end
  return nil, ("--fail-on %s: a grade is a letter from A to F"):format(text)
end

local function at_most(option, bytes)
  return function(text)
    if text ~= "" and #text <= bytes then
      return text
    end
    return nil, ("%s %s: between 1 and %d bytes fit"):format(
      option, text, bytes)
  end
end

--- The help text.
M.help = [[
Usage: pptpgrade [options] TARGET...
       pptpgrade [options] -e FILE|-
       pptpgrade [options] --script FILE TARGET...
       pptpgrade --explain ID|GRADE

Tells how exposed a PPTP server is, without logging in. A TARGET is an
address, a host name, a CIDR block or a range, each with an optional port.

What to ask
  -p, --port N           TCP port (1723)
  -d, --depth DEPTH      syn, control, call or auth (auth)
  -t, --timeout S        seconds for each control reply after the first (5)
  -T, --targets FILE     targets from FILE (- for stdin), one a line; ,label
                         after a target is copied to its verdict
  -x, --exclude FILE     addresses never to touch
  -n                     targets are numeric: resolve no name
  -4, -6                 only IPv4, or only IPv6, addresses of host names
  --contact TEXT         whom a server's owner can ask; sent to the server
  --gre-control HOST     a PPTP server that works: ask it first whether GRE
                         passes, so that another's silence means something

From where, and how many
  -i, --interface NAME   send and capture there
  -S, --source ADDRESS   send from this address
  -j, --jobs N           conversations at once (256)
  -w, --write FILE       a pcap of all that was sent and received
  -e FILE                send nothing: grade records that pptp-probe wrote
                         (- for stdin)

  --script FILE          run an NSE-style script on each target instead
  --script-args ARGS     its arguments: name=value,name=value

What to tell
  -f, --format FORMAT    text, json or jsonl, on stdout (text)
  -o, --output FILE      into FILE too; .txt, .json or .jsonl; repeatable
  --policy FILE          grade by this policy
  --fail-on GRADE        exit with 1 where a worst grade is GRADE or beyond
  --all                  list every server, A and ? too
  --remedies             every way to mend or close a server, not the first
  --no-color             no colour (as NO_COLOR does)
  --trace                a line a message, on stderr
  -v, --verbose          the full report of each of several servers
  -q, --quiet            no progress and no warnings
  --explain ID|GRADE     what a finding or a grade means, and how to fix it
  -h, --help             this
  -V, --version          which release

Exit status: 0 done, 1 done and --fail-on tripped, 2 wrong usage or input,
3 could not run, 4 ended early or in part.
]]

local function build()
  local p = require "argparse"("pptpgrade"):add_help(false)
  p:argument("targets"):args("*")
  p:option("-p --port"):convert(whole("-p", 1, 65535))
  p:option("-d --depth")
    :convert(one_of("-d", "syn", "control", "call", "auth"))
  p:option("-t --timeout"):convert(seconds)
  p:option("-i --interface"):convert(at_most("-i", INTERFACE))
  p:option("-S --source")
  p:option("-T --targets"):count("*"):target("target_files")
  p:option("-x --exclude"):count("*")
  p:option("-j --jobs"):convert(whole("-j", 1, 65536))
  p:option("-w --write")
  p:option("--contact"):convert(at_most("--contact", CONTACT))
  p:option("--gre-control")
  p:option("-f --format"):convert(one_of("-f", "text", "json", "jsonl"))
  p:option("-o --output"):count("*"):convert(output)
  p:option("--policy")
  p:option("--fail-on"):convert(letter)
  p:option("-e"):count("*"):target("records")
  p:option("--explain")
  p:option("--script")
  p:option("--script-args")
  p:flag("-4"):target("ipv4")
  p:flag("-6"):target("ipv6")
  p:flag("-n"):target("numeric")
  for _, flag in ipairs { "--trace", "--all", "--remedies", "--no-color",
                          "-v --verbose",
                          "-q --quiet", "-h --help", "-V --version" } do
    p:flag(flag)
  end
  return p
end

-- What the options for judging would mean for somebody else's script.
local judging = { "depth", "policy", "fail_on", "gre_control", "timeout" }

local function check_script(o)
  if o.script_args and not o.script then
    return "--script-args are for --script: name a script"
  elseif not o.script then
    return nil
  elseif o.records[1] then
    return "-e sends nothing: --script asks servers"
  elseif o.output[1] then
    return "--script writes to standard output alone: leave -o out"
  end
  for _, name in ipairs(judging) do
    if o[name] then
      return ("--script leaves --%s to the script: see --script-args"):format(
        (name:gsub("_", "-")))
    end
  end
end

local function check(o)
  if o.ipv4 and o.ipv6 then
    return "-4 and -6 exclude each other: name one of them"
  elseif o.explain or o.help or o.version then
    return nil
  end
  local wants_targets = o.targets[1] or o.target_files[1]
  if o.records[1] and wants_targets then
    return "-e grades records: give it no targets"
  elseif o.records[1] and o.gre_control then
    return "-e sends nothing: --gre-control asks a server"
  elseif o.gre_control and (o.depth == "syn" or o.depth == "control") then
    return ("-d %s tests no GRE: --gre-control needs -d call or auth"):format(
      o.depth)
  elseif not o.records[1] and not wants_targets then
    return "no target: name one, or -T FILE, or -e FILE; pptpgrade --help " ..
      "tells more"
  end
  return check_script(o)
end

-- argparse proposes every short option for a wrong one: only a single proposal
-- is worth reading.
local function one_sentence(message)
  return message:gsub("\nDid you mean one of these:.*$", "")
    :gsub("\nDid you mean", "; did you mean") .. "; pptpgrade --help tells more"
end

--- The options of a command line.
-- @tparam table args
-- @treturn table|nil options; nil and one sentence
function M.parse(args)
  local ok, options = build():pparse(args)
  if not ok then
    return nil, one_sentence(options)
  end
  local why = check(options)
  if why then
    return nil, why
  end
  return options
end

return M
