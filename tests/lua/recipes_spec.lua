-- SPDX-License-Identifier: BSD-2-Clause
-- The jq recipes of docs/recipes, run, and read by other programs.
local R = require "records"
local core = require "pptpgrade.core"
local grade = require "pptpgrade.grade"
local json = require "pptpgrade.report.encode"

local names = R.names

local function verdicts()
  local list = {}
  for i, name in ipairs(names) do
    list[i] = R.verdict(R.pppd("mschap_v1"), {
      target = "192.0.2." .. i, name = name ~= "" and name or nil,
      control = R.control { host_name = name, vendor = name } })
  end
  list[#list + 1] = grade.grade(R.evidence(R.contact("closed", "rst")))
  list[#list + 1] = grade.grade(R.evidence(R.syn("silent", "timeout")))
  list[#list].target, list[#list].port = "2001:db8::1", 99
  return list
end

local function write(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

local function read(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "a"
  assert(pipe:close(), command)
  return text
end

local function recipe(name, list, as)
  local lines = {}
  for i, verdict in ipairs(list) do
    lines[i] = json.encode(verdict)
  end
  local text = table.concat(lines, "\n") .. "\n"
  if as == "document" then
    text = '{"schema":1,"verdicts":[\n' .. table.concat(lines, ",\n") .. "]}"
  end
  local path = write(text)
  local made = read(("jq -n -r -L docs/recipes --arg fail_on E " ..
                     "-f docs/recipes/%s.jq %s"):format(name, path))
  os.remove(path)
  return made
end

-- What a Python program prints of a text, which it gets in a file.
local function python(program, text)
  local path, script = write(text), write(program)
  local said = read(("python3 %s %s"):format(script, path))
  os.remove(path)
  os.remove(script)
  return assert(core.record(said))
end

local READ_XML = [[
import json, sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
print(json.dumps({"root": root.attrib, "cases": [
    {"name": case.get("name"), "kinds": [child.tag for child in case],
     "message": "".join(child.get("message") for child in case)}
    for case in root]}))
]]

-- The text format, version 0.0.4: a line is a comment or a sample.
local READ_METRICS = [[
import json, re, sys
value = r'"((?:[^"\\\n]|\\\\|\\"|\\n)*)"'
sample = re.compile(r'([a-z_]+)\{((?:[a-z]+=%s,?)+)\} ([0-9]+)' % value)
samples = []
for line in open(sys.argv[1], encoding="ascii", newline="\n"):
    line = line.rstrip("\n")
    if not line.startswith(("# HELP ", "# TYPE ")):
        match = sample.fullmatch(line)
        samples.append([match[1], dict(re.findall("([a-z]+)=" + value,
                                                  match[2])), int(match[4])])
print(json.dumps({"samples": samples}))
]]

local found = os.execute("command -v jq >/dev/null") == true
local run = found and it or function(claim)
  pending(claim .. ": needs jq", function() end)
end

describe("a recipe", function()
  local list = verdicts()

  run("makes samples for Prometheus", function()
    for _, as in ipairs { "lines", "document" } do
      local read_back = python(READ_METRICS, recipe("prometheus", list, as))
      local worst = {}
      for _, sample in ipairs(read_back.samples) do
        if sample[1] == "pptp_worst_grade" then
          worst[#worst + 1] = sample
        end
      end
      assert.equal(#list, #worst)
      assert.equal(6 * #list, #read_back.samples)
      assert.equal(6, worst[1][3])
      assert.equal("192.0.2.1", worst[1][2].target)
      assert.equal(1, worst[#worst - 1][3])
      assert.equal(0, worst[#worst][3])
      assert.equal("99", worst[#worst][2].port)
    end
  end)

  run("makes JUnit's XML", function()
    local back = python(READ_XML, recipe("junit", list))
    assert.equal(tostring(#list), back.root.tests)
    assert.equal(tostring(#names), back.root.failures)
    assert.equal("1", back.root.skipped)
    assert.equal(#list, #back.cases)
    assert.same({ "failure" }, back.cases[1].kinds)
    assert.same({}, back.cases[#list - 1].kinds)
    assert.same({ "skipped" }, back.cases[#list].kinds)
    assert.equal("[2001:db8::1]:99", back.cases[#list].name)
    assert.truthy(back.cases[1].message:find("MS-CHAPv1 is accepted", 1, true))
  end)

  -- Keys that DefectDojo takes; it refuses a file with any other.
  local allowed = { title = true, severity = true, description = true,
                    mitigation = true, date = true, cwe = true, cvssv3 = true,
                    active = true, verified = true, dynamic_finding = true,
                    static_finding = true, unique_id_from_tool = true,
                    vuln_id_from_tool = true, endpoints = true }

  run("makes findings for DefectDojo", function()
    local document = assert(core.record(recipe("defectdojo", list)))
    local count, ids = 0, {}
    for _, verdict in ipairs(list) do
      count = count + #verdict.findings
    end
    assert.equal(count, #document.findings)
    for _, finding in ipairs(document.findings) do
      for key, value in pairs(finding) do
        assert.is_true(allowed[key], key)
        assert.is_nil(tostring(value):find "[^\x20-\x7e]")
      end
      assert.truthy(("Critical High Medium Low Info"):find(finding.severity,
                                                           1, true))
      assert.truthy(finding.title ~= "" and finding.description ~= "")
      assert.truthy((finding.cvssv3 or "CVSS:3.1/AV:"):find "^CVSS:3.1/AV:")
      assert.truthy(finding.date:find "^%d%d%d%d%-%d%d%-%d%d$")
      assert.is_nil(ids[finding.unique_id_from_tool])
      ids[finding.unique_id_from_tool] = true
    end
    assert.equal("192.0.2.1", document.findings[1].endpoints[1].host)
  end)

  run("takes brief verdicts, and none", function()
    local brief = { { target = "192.0.2.1", port = 1723, grade = "?",
                      worst = "?", findings = { { id = "PPTP-001",
                                                  severity = "medium" } } } }
    for _, name in ipairs { "prometheus", "junit", "defectdojo" } do
      assert.truthy(recipe(name, brief):find("192.0.2.1", 1, true))
      recipe(name, {})
    end
  end)
end)
