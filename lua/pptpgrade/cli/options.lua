-- SPDX-License-Identifier: BSD-2-Clause
--- pptpgrade's command line: what the options are and what they may be.
local report = require "pptpgrade.report"

local M = {}

local CONTACT = 64 -- bytes of the SCCRQ's host name
local AGE = 31536000 -- seconds: a year
local severities = { "critical", "high", "medium", "low", "info" }
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

local function listed(words, last)
  return table.concat(words, ", ", 1, #words - 1) .. " " .. last .. " " ..
    words[#words]
end

local function one_of(option, words)
  local known = {}
  for _, word in ipairs(words) do
    known[word] = word
  end
  return function(text)
    if known[text] then
      return text
    end
    return nil, ("%s %s: there are %s"):format(option, text,
                                               listed(words, "and"))
  end
end

local function output(path)
  local format = report.suffixes[(path:match("%.([^./]+)$") or ""):lower()]
  if path == "-" then
    return nil, "-o -: -f says what goes to standard output"
  elseif format then
    return { path = path, format = format }
  end
  return nil, ("-o %s: a file's name ends in %s"):format(path,
    listed(report.suffix_names, "or"))
end

local function letter(option)
  return function(text)
    local grade = text:upper()
    if grade:find("^[A-F]$") then
      return grade
    end
    return nil, ("%s %s: a grade is a letter from A to F"):format(option, text)
  end
end

local function fail_on(text)
  if text == "worse" then
    return text
  end
  local grade, why = letter "--fail-on" (text)
  return grade, why and why .. ", or worse"
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
       pptpgrade [options] --render FILE|-
       pptpgrade [options] --diff OLD NEW
       pptpgrade [options] --script FILE TARGET...
       pptpgrade --explain [ID|GRADE|WORD...]
       pptpgrade --doctor [-i NAME] [-S ADDRESS]

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
  -f, --format FORMAT    text, json, jsonl, csv, html, sarif or icinga, on
                         stdout (text)
  -o, --output FILE      into FILE too, as its suffix says: .txt, .json,
                         .jsonl, .csv, .html or .sarif; repeatable
  --render FILE          send nothing: show saved verdicts, of json or jsonl,
                         in any format (- for stdin)
  --diff OLD NEW         send nothing: what changed between two files of
                         verdicts or records
  --baseline OLD         what changed since OLD was saved
  --policy FILE          grade by this policy
  --fail-on GRADE        exit with 1 where a worst grade is GRADE or beyond;
                         worse: where it is beyond the one before
  --severity SEVERITY    csv, html, sarif: findings from there up: critical,
                         high, medium, low or info (info)
  --warn GRADE, --crit GRADE, --max-age S
                         icinga: where a warning begins (C), where it is
                         critical (E), and how old a record may be
  --brief                json, jsonl: a verdict in about 1 KB, without its
                         conversations
  --with-run             jsonl: a last line with the facts of the run
  --all                  list every server, A and ? too
  --remedies             every way to mend or close a server, not the first
  --color WHEN           auto, always or never (auto); --no-color is never
  --trace                a line a message, on stderr
  -v, --verbose          the full report of each of several servers
  -q, --quiet            no progress and no warnings
  --explain [ID...]      what a finding, a grade or a word means, and how to
                         fix it; without any, the list
  --doctor               what this host can do, and what to do about the rest
  -h, --help             this
  -V, --version          which release

Exit status: 0 done, 1 done and --fail-on tripped (--diff, --baseline without
it: something changed), 2 wrong usage or input, 3 could not run (--doctor: an
audit could not be whole from here), 4 ended early or in part.
]]

local function add_asking(p)
  p:option("-p --port"):convert(whole("-p", 1, 65535))
  p:option("-d --depth")
    :convert(one_of("-d", { "syn", "control", "call", "auth" }))
  p:option("-t --timeout"):convert(seconds)
  p:option("-i --interface"):convert(at_most("-i", INTERFACE))
  p:option("-S --source")
  p:option("-T --targets"):count("*"):target("target_files")
  p:option("-x --exclude"):count("*")
  p:option("-j --jobs"):convert(whole("-j", 1, 65536))
  p:option("-w --write")
  p:option("--contact"):convert(at_most("--contact", CONTACT))
  p:option("--gre-control")
  p:option("--script")
  p:option("--script-args")
  p:flag("-4"):target("ipv4")
  p:flag("-6"):target("ipv6")
  p:flag("-n"):target("numeric")
end

local function add_telling(p)
  p:option("-f --format"):convert(one_of("-f", report.names))
  p:option("-o --output"):count("*"):convert(output)
  p:option("--policy")
  p:option("--fail-on"):convert(fail_on)
  p:option("--severity"):convert(one_of("--severity", severities))
  p:option("--color"):convert(one_of("--color", { "auto", "always",
                                                  "never" }))
  p:option("--warn"):convert(letter "--warn")
  p:option("--crit"):convert(letter "--crit")
  p:option("--max-age"):convert(whole("--max-age", 1, AGE))
  p:option("--render")
  p:option("--diff"):args("0-2")
  p:option("--baseline")
  p:option("-e"):count("*"):target("records")
  p:option("--explain"):args("*")
  p:flag("--no-color"):target("color"):action(function(options)
    options.color = "never"
  end)
end

--- The parser of the command line, for what completes it in a shell, too.
-- @treturn table of argparse
function M.parser()
  local p = require "argparse"("pptpgrade"):add_help(false)
  p:argument("targets"):args("*")
  add_asking(p)
  add_telling(p)
  for _, flag in ipairs { "--trace", "--all", "--remedies", "--brief",
                          "--with-run", "--doctor", "-v --verbose",
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

-- Two reports into one file would end as neither.
local function check_outputs(o)
  local known = {}
  for _, one in ipairs(o.output) do
    local path = one.path:gsub("/%./", "/"):gsub("//+", "/"):gsub("^%./", "")
    if known[path] then
      return ("-o %s is named twice: one file holds one report"):format(
        one.path)
    end
    known[path] = true
  end
end

local in_json = { json = true, jsonl = true }

-- Only JSON has a brief form; what a terminal shows beside it stays as it is.
local function check_brief(o)
  local named = o.format and { o.format } or {}
  for _, one in ipairs(o.output) do
    named[#named + 1] = one.format
  end
  for _, format in ipairs(o.brief and named or {}) do
    if not in_json[format] then
      return ("--brief is for json and jsonl: leave it out for %s"):format(
        format)
    end
  end
  if o.brief and not named[1] then
    return "--brief is for json and jsonl: name one of them by -f or -o"
  end
end

local function check_icinga(o)
  if o.format ~= "icinga" then
    for _, name in ipairs { "warn", "crit", "max_age" } do
      if o[name] then
        return ("--%s is for -f icinga: name that format"):format(
          (name:gsub("_", "-")))
      end
    end
  elseif o.fail_on then
    return "-f icinga has --warn and --crit: leave --fail-on out"
  end
  local icinga = require "pptpgrade.report.icinga"
  local warn, crit = o.warn or icinga.WARN, o.crit or icinga.CRIT
  if warn > crit then
    return ("--warn %s is worse than --crit %s: a warning comes first"):format(
      warn, crit)
  end
end

local function check_render(o, wants_targets)
  if not o.render then
    return nil
  elseif wants_targets then
    return "--render shows saved verdicts: give it no targets"
  elseif o.records[1] then
    return "--render and -e each name what to tell of: leave one out"
  elseif o.gre_control or o.write or o.script then
    return ("--render sends nothing: leave --%s out"):format(
      o.gre_control and "gre-control" or o.write and "write" or "script")
  end
end

-- What a comparison of two files names.
local function check_diff_files(o)
  local old, new = o.diff[1], o.diff[2]
  if not new then
    return "--diff wants OLD and NEW: two files of verdicts or records"
  elseif old == new then
    return ("--diff: OLD and NEW are the same file, %s"):format(old)
  end
  for _, one in ipairs(o.output) do
    if one.path == old or one.path == new then
      return ("-o %s is compared: name another file"):format(one.path)
    end
  end
end

local function check_diff(o, wants_targets)
  if o.fail_on == "worse" and not o.baseline and not o.diff then
    return "--fail-on worse compares: name --baseline FILE"
  elseif o.baseline and (o.script or o.render or o.diff) then
    return ("--baseline compares what is asked now: leave --%s out"):format(
      o.script and "script" or o.render and "render" or "diff")
  elseif not o.diff then
    return nil
  elseif wants_targets then
    return "--diff compares two files: give it no targets"
  elseif o.records[1] or o.render then
    return ("--diff compares two files: leave %s out"):format(
      o.records[1] and "-e" or "--render")
  elseif o.gre_control or o.write or o.script then
    return ("--diff sends nothing: leave --%s out"):format(
      o.gre_control and "gre-control" or o.write and "write" or "script")
  end
  return check_diff_files(o)
end

-- It tells in words, and asks nobody.
local function check_doctor(o, wants_targets)
  if wants_targets then
    return "--doctor looks at this host alone: give it no targets"
  end
  for name, option in pairs {
    records = "-e", output = "-o", exclude = "-x",
  } do
    if o[name][1] then
      return ("--doctor looks at this host alone: leave %s out"):format(option)
    end
  end
  for _, name in ipairs { "render", "diff", "baseline", "script", "write",
                          "format", "gre_control" } do
    if o[name] then
      return ("--doctor looks at this host alone: leave --%s out"):format(
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
  if o.doctor then
    return check_doctor(o, wants_targets)
  end
  local why = check_outputs(o) or check_brief(o) or check_icinga(o) or
    check_render(o, wants_targets) or check_diff(o, wants_targets)
  if why then
    return why
  end
  if o.records[1] and wants_targets then
    return "-e grades records: give it no targets"
  elseif o.records[1] and o.gre_control then
    return "-e sends nothing: --gre-control asks a server"
  elseif o.gre_control and (o.depth == "syn" or o.depth == "control") then
    return ("-d %s tests no GRE: --gre-control needs -d call or auth"):format(
      o.depth)
  elseif not o.records[1] and not wants_targets and not o.render and
         not o.diff then
    return "no target: name one, or -T FILE, or -e FILE, or --render FILE; " ..
      "pptpgrade --help tells more"
  end
  return check_script(o)
end

-- argparse proposes every short option for a wrong one: only a single proposal
-- is worth reading.
local function one_sentence(message)
  return message:gsub("\nDid you mean one of these:.*$", "")
    :gsub("\nDid you mean", "; did you mean") .. "; pptpgrade --help tells more"
end

-- Other options may stand between --diff and its files.
local function fill_diff(o)
  while o.diff and not o.diff[2] and o.targets[1] do
    table.insert(o.diff, table.remove(o.targets, 1))
  end
end

--- The options of a command line.
-- @tparam table args
-- @treturn table|nil options; nil and one sentence
function M.parse(args)
  local ok, options = M.parser():pparse(args)
  if not ok then
    return nil, one_sentence(options)
  end
  fill_diff(options)
  local why = check(options)
  if why then
    return nil, why
  end
  return options
end

return M
