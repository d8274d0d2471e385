-- SPDX-License-Identifier: BSD-2-Clause
-- The page: what stands in the file. That a browser shows it so, and runs
-- nothing else, is tests/system/90-page.t's.
local R = require "records"
local bend = require "bent"
local card = require "pptpgrade.report.html.card"
local evidence = require "pptpgrade.evidence"
local figures = require "pptpgrade.report.figures"
local grade = require "pptpgrade.grade"
local html = require "pptpgrade.report.html"
local json = require "json"
local script = require "pptpgrade.report.html.script"
local sentence = require "pptpgrade.report.html.sentence"
local style = require "pptpgrade.report.html.style"

local every_byte = {}
for byte = 0, 255 do
  every_byte[#every_byte + 1] = string.char(byte)
end
every_byte = table.concat(every_byte)

local hostile = {
  every_byte, "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>',
  "]]>", "</script><!--", "\r\nSet-Cookie: x", "\u{202e}gnp.exe", "&lt;",
  "{{7*7}}", "\1\1\1", ("\\"):rep(300),
}

local function survey(server, given)
  local found
  for _, record in ipairs(R.survey(server)) do
    for key, value in pairs(given or {}) do
      record[key] = value
    end
    found = evidence.merge(found, record)
  end
  return grade.grade(found)
end

local function page(verdicts, opts)
  local parts = {}
  local report = html.open(function(bytes)
    parts[#parts + 1] = bytes
    return true
  end, opts)
  for _, verdict in ipairs(verdicts) do
    assert.is_true(report:add(verdict))
  end
  assert.is_true(report:close())
  return table.concat(parts)
end

local function block(text, id)
  local data = text:match('<script type="application/json" id="' .. id ..
                          '">(.-)</script>')
  return data and json.decode(data), data
end

-- Tags of the page, by name; what a browser would take for one.
local function tags(text)
  local counts = {}
  for name in text:gmatch("<([%a!][%w-]*)") do
    counts[name:lower()] = (counts[name:lower()] or 0) + 1
  end
  return counts
end

-- Every string of a verdict that a server or a user can have written.
local function poison(verdict, text)
  verdict.target, verdict.labels = text, { text, text }
  verdict.name, verdict.summary = text, text
  verdict.product = { name = text, os = text, confidence = text, basis = text,
                      contradiction = text, habits = { text } }
  for _, list in ipairs { verdict.findings, verdict.caps } do
    for _, row in ipairs(list) do
      row.title, row.evidence, row.reason, row.source = text, text, text, text
    end
  end
  for _, remedy in ipairs(verdict.remedies) do
    remedy.where, remedy.text, remedy.commands = text, text, { text }
  end
  verdict.check_by_hand = { { command = text, shows = text } }
  local e = verdict.evidence
  e.control.host_name, e.control.vendor = text, text
  e.challenge = { state = "seen", name = text }
  for _, proof in pairs(e.authentication.proofs) do
    proof.text = text
  end
  verdict.change = { class = text, was = text, facts = { text } }
  return verdict
end

-- As base64, whose sum is known to browsers by it.
local function sum_of(text)
  local name = os.tmpname()
  local file = assert(io.open(name, "wb"))
  file:write(text)
  file:close()
  local pipe = assert(io.popen("sha256sum " .. name .. " | xxd -r -p | base64"))
  local sum = pipe:read("a")
  pipe:close()
  os.remove(name)
  return "sha256-" .. sum:gsub("%s", "")
end

describe("the page's policy", function()
  it("names the script and the style that are there", function()
    assert.equal(sum_of(script.text), script.hash)
    assert.equal(sum_of(style.text), style.hash)
    local text = page { survey(R.pppd("mschap_v2")) }
    local policy = text:match('Security%-Policy" content="([^"]*)"')
    assert.equal(("default-src 'none'; script-src '%s'; style-src '%s'; " ..
      "base-uri 'none'; form-action 'none'"):format(script.hash, style.hash),
      policy)
    assert.equal(script.text, text:match("<script>(.-)</script>"))
    assert.equal(style.text, text:match("<style>(.-)</style>"))
  end)

  it("leaves nothing to fetch, and no style or handler in an element",
     function()
    local text = page({ survey(R.pppd("mschap_v2")) })
    text = text:gsub("<script>.-</script>", ""):gsub("<style>.-</style>", "")
    for _, name in ipairs { "src", "srcset", "style", "action", "data",
                            "on%a+" } do
      assert.is_nil(text:match("<[^>]*%s" .. name .. "="))
    end
    for link in text:gmatch('href="([^"]*)"') do
      assert.equal("#", link:sub(1, 1))
    end
    assert.is_nil(script.text:find("innerHTML"))
    assert.is_nil(script.text:find("insertAdjacent"))
    assert.is_nil(script.text:find("[^\n\x20-\x7e]"))
    assert.is_nil(script.text:find("</", 1, true))
  end)
end)

describe("what servers and users chose", function()
  local plain = tags(page { poison(survey(R.pppd("pap", "eap")), "x") })

  for i, text in ipairs(hostile) do
    it("is text and no markup: " .. i, function()
      local written = page { poison(survey(R.pppd("pap", "eap")), text) }
      assert.is_nil(written:find("[^\n\x20-\x7e]"))
      local found = tags(written)
      for name, count in pairs(found) do
        assert.equal(plain[name], count, name)
      end
      local kept, data = block(written, "s0")
      assert.is_true(#data <= card.MOST, tostring(#data))
      assert.is_nil(data:find("<", 1, true))
      assert.is_string(kept.summary)
      assert.is_table(block(written, "rows"))
      assert.is_table(block(written, "texts"))
    end)
  end

  it("is there to the last byte, as every report writes it", function()
    local row = block(page { survey(R.pppd("pap"), {
      name = every_byte:sub(1, 40) }) }, "rows")[1]
    assert.equal("\\x00\\x01\\x02", row[1]:sub(1, 12))
    assert.equal(R.TARGET, row[11])
  end)
end)

describe("a verdict that somebody bent", function()
  it("makes a page like any other", function()
    local sound = survey(R.pppd("pap", "mschap_v2"))
    sound.change = { class = "worse", was = "E", facts = { "PAP" } }
    local poisoned = poison(R.copy(sound), ("<"):rep(3000))
    for _, row in ipairs(poisoned.findings) do
      row.id, row.severity = row.title, row.title
    end
    for seed = 1, 150 do
      math.randomseed(seed)
      local bent = bend.bent(seed % 5 == 0 and poisoned or sound, 6)
      local ok, text = pcall(page, { bent, sound })
      assert.is_true(ok, ("seed %d: %s"):format(seed, tostring(text)))
      assert.is_nil(text:find("[^\n\x20-\x7e]"))
      for _, id in ipairs { "s0", "s1" } do
        local _, data = block(text, id)
        assert.is_true(#data <= card.MOST, ("seed %d"):format(seed))
      end
    end
  end)
end)

describe("a card", function()
  local function card_of(verdict, opts)
    local text = page({ verdict }, opts)
    return block(text, "s0"), block(text, "texts")
  end

  it("has stages, methods with their bytes, findings and lines to copy",
     function()
    local kept, texts = card_of(survey(R.pppd("mschap_v1", "mschap_v2")))
    assert.equal("port", kept.stages[1][1])
    assert.equal("open", kept.stages[1][2])
    local methods = {}
    for _, row in ipairs(kept.methods) do
      methods[row[1]] = row
    end
    assert.equal("accepted", methods["MS-CHAPv1"][2])
    assert.equal("03 05 c2 23 80 after our Configure-Nak",
                 methods["MS-CHAPv1"][3])
    assert.equal("F", methods["MS-CHAPv1"][4])
    assert.equal("", methods.PAP[4])
    local finding = kept.findings[1]
    assert.equal("PPTP-014", finding[1])
    assert.equal("high", finding[2])
    assert.equal("MS-CHAPv1 accepted", texts[finding[3] + 1])
    assert.truthy(texts[finding[5] + 1]:find("password", 1, true))
    assert.is_true(#kept.remedies > 1)
    assert.truthy(table.concat(kept.lacks, "\n"):find("MPPE", 1, true))
  end)

  it("keeps commands to the byte, however long the card", function()
    local verdict = survey(R.pppd("pap"))
    local line = "printf '%s\\n' \"a  b\" | tee /etc/x"
    verdict.remedies[1].commands = { line, "second" }
    local kept, texts = card_of(verdict)
    assert.same({ line, "second" }, texts[kept.remedies[1] + 1][4])
  end)

  it("names the target in a command without keeping it for each", function()
    local kept, texts = card_of(survey(R.pppd("pap")))
    local command = texts[kept.hands[1] + 1][2]
    assert.is_nil(command:find(R.TARGET, 1, true))
    assert.truthy(command:find("\1", 1, true))
    assert.equal(R.TARGET, kept.target)
  end)

  it("says what a brief verdict lacks", function()
    local kept = card_of { target = R.TARGET, port = 1723, grade = "E",
      best = "E", worst = "E", confidence = "proven", summary = "Short.",
      caps = { { id = "C03", grade = "E" } },
      findings = { { id = "PPTP-015", severity = "high" } },
      stages = { tcp = "open", control = "answered", call = "accepted",
                 gre = "reachable", authentication = "required" },
      methods = { mschap_v2 = "accepted" } }
    assert.truthy(table.concat(kept.lacks, "\n"):find("brief", 1, true))
    assert.equal("PPTP-015", kept.findings[1][1])
  end)

  it("counts what does not fit, and says so", function()
    local verdict = survey(R.pppd("pap"))
    for i = 1, 300 do
      verdict.findings[i] = { id = ("PPTP-%03d"):format(i), severity = "low",
                              title = ("t"):rep(i), evidence = ("e"):rep(i) }
    end
    local kept = card_of(verdict)
    local said = table.concat(kept.lacks, "\n")
    assert.truthy(said:find(("%d more findings than fit here"):format(
      300 - #kept.findings), 1, true))
    assert.truthy(said:find("are cut", 1, true))
  end)

  it("has findings from a severity up alone", function()
    local verdict = survey(R.pppd("mschap_v1", "mschap_v2"))
    for _, finding in ipairs(card_of(verdict, { severity = "high" })
                             .findings) do
      assert.truthy(finding[2] == "high" or finding[2] == "critical")
    end
  end)
end)

describe("the list", function()
  -- A page that holds so many, of servers that differ in name alone.
  local function many(count, opts)
    local base, verdicts = survey(R.pppd("mschap_v2")), {}
    for i = 1, count do
      local verdict = R.copy(base)
      verdict.target = ("10.0.%d.%d"):format(i // 250, i % 250 + 1)
      verdicts[i] = verdict
    end
    return page(verdicts, opts)
  end

  it("shows the worst 200 without script, and says what it leaves out",
     function()
    local text = many(203)
    local _, shown = text:gsub('<tr class="row"', "")
    assert.equal(200, shown)
    assert.equal(203, #block(text, "rows"))
    assert.is_table(block(text, "s202"))
    assert.is_nil(block(text, "s203"))
    assert.truthy(text:match(
      "<noscript>.*the worst 200 of 203 servers are shown"))
    assert.is_nil(many(3):find("<noscript>", 1, true))
  end)

  it("stands worst first, numbers in names as numbers", function()
    local verdicts = { survey(R.pppd("mschap_v2")), survey(R.pppd("pap")),
                       survey(R.pppd("mschap_v2")) }
    for i, target in ipairs { "192.0.2.10", "192.0.2.200", "192.0.2.9" } do
      verdicts[i].target = target
    end
    local list = block(page(verdicts), "rows")
    assert.same({ "192.0.2.200", "192.0.2.9", "192.0.2.10" },
                { list[1][1], list[2][1], list[3][1] })
    assert.same({ 2, 0, 1 }, { list[1][10], list[2][10], list[3][10] })
    assert.equal("*", list[1][5]:gsub("[^*]", ""))
  end)

  it("keeps the worst where not all have room, and counts all", function()
    local most = html.CARDS
    html.CARDS = 4
    finally(function() html.CARDS = most end)
    local verdicts = {}
    for i = 1, 11 do
      verdicts[i] = survey(i > 8 and R.pppd("pap") or R.pppd("mschap_v2"))
      verdicts[i].target = "192.0.2." .. i
    end
    local text = page(verdicts)
    local list = block(text, "rows")
    assert.equal(4, #list)
    assert.same({ "F", "F", "F", "E" },
                { list[1][2], list[2][2], list[3][2], list[4][2] })
    assert.truthy(text:find("The figures count 11 servers; the list holds " ..
                            "the worst 4.", 1, true))
  end)

  it("has a column of changes where a diff gave some", function()
    local verdict = survey(R.pppd("pap"))
    assert.is_nil(page({ verdict }):find('id="change"', 1, true))
    verdict.change = { class = "worse", was = "E", facts = { "PAP: new" } }
    local text = page { verdict }
    assert.truthy(text:find('id="change"', 1, true))
    assert.equal("worse", block(text, "rows")[1][9])
    local kept = block(text, "s0")
    assert.truthy(kept.about:find("worse, was E", 1, true))
    assert.same({ "change", "", "PAP: new" }, kept.stages[#kept.stages])
  end)
end)

describe("a page of two runs compared", function()
  it("counts a server that was not asked now for nothing", function()
    local verdicts = {}
    for i, class in ipairs { "worse", "missing", "same", "worse", "odd" } do
      verdicts[i] = survey(R.pppd("pap"))
      verdicts[i].target = "192.0.2." .. i
      verdicts[i].change = { class = class }
    end
    verdicts[2].grade, verdicts[2].best, verdicts[2].worst = "?", "?", "?"
    local text = page(verdicts)
    assert.truthy(text:find("<h1>4 of 4 servers are graded F.</h1>", 1, true))
    assert.truthy(text:find("Since last time: <strong>2 worse, 1 missing" ..
                            "</strong>: 1 as before", 1, true))
    assert.equal(5, #block(text, "rows"))
    assert.truthy(text:find('<option value="worse">worse (2)', 1, true))
  end)
end)

describe("a page", function()
  it("is whole and says so where nothing was graded", function()
    local text = page({}, { run = { release = "0.1.0", asked = 0 } })
    assert.truthy(text:find("<h1>No server was graded.</h1>", 1, true))
    assert.truthy(text:find("0.1.0", 1, true))
    assert.truthy(text:find("</html>\n$"))
    assert.is_nil(text:find("<script", 1, true))
  end)

  it("takes run facts that came while it was made", function()
    local run = { release = "0.1.0", options = { "<b>" } }
    local parts = {}
    local report = html.open(function(bytes)
      parts[#parts + 1] = bytes
      return true
    end, { run = run })
    run.asked = 1234
    report:close()
    local text = table.concat(parts)
    assert.truthy(text:find("<dd>1,234</dd>", 1, true))
    assert.truthy(text:find("<dd>&lt;b&gt;</dd>", 1, true))
  end)

  it("of a sweep names no server, and has what the sweep says", function()
    local verdicts = { survey(R.pppd("pap"), { name = "secret.example" }) }
    verdicts[2] = R.copy(verdicts[1])
    verdicts[2].target = "192.0.2.77"
    local text = page(verdicts, { run = { sweep = {
      { schema = 1, kind = "scan", seed = 7, targets = 16777216,
        arguments = { "scan", "<198.18.0.0/8>" }, note = "\27[2J" } } } })
    assert.is_nil(text:find("192.0.2.", 1, true))
    assert.is_nil(text:find("secret", 1, true))
    assert.is_nil(text:find("<script", 1, true))
    assert.truthy(text:find("2 of 2 servers are graded F", 1, true))
    assert.truthy(text:find("<dd>scan &lt;198.18.0.0/8&gt;</dd>", 1, true))
    assert.truthy(text:find("<dt>Targets</dt><dd>16,777,216</dd>", 1, true))
    assert.truthy(text:find("\\x1b[2J", 1, true))
    assert.is_nil(text:find("\27", 1, true))
    assert.truthy(text:find("PAP accepted", 1, true))
  end)

  it("tells what kept it from being written", function()
    local report = html.open(function()
      return nil, "No space left on device"
    end)
    report:add(survey(R.pppd("pap")))
    local ok, why = report:close()
    assert.is_nil(ok)
    assert.equal("No space left on device", why)
  end)
end)

describe("the first sentence", function()
  local function said(grades)
    local counts = figures.new()
    for _, text in ipairs(grades) do
      counts:add({ grade = text, best = text:sub(1, 1), worst = text:sub(-1),
                   methods = {}, states = {}, product = "" }, {})
    end
    return sentence.of(counts)
  end

  for _, case in ipairs {
    { {}, "No server was graded." },
    { { "?" }, "None of 1 server could be graded." },
    { { "A", "A" }, "All of 2 servers are closed: grade A." },
    { { "A", "?" }, "1 of 2 servers is graded A; 1 could not be graded." },
    { { "F", "F", "E", "A" }, "2 of 4 servers are graded F." },
    { { "F", "D-F", "B-F", "?" },
      "1 of 4 servers is graded F; 2 more may be; 1 could not be graded." },
    { { "D-F", "A" },
      "No server is certain to be graded F, and 1 of 2 servers may be." },
    { { "E", "C" }, "1 of 2 servers is graded E, and none worse." },
  } do
    it(("of %s is: %s"):format(table.concat(case[1], " "), case[2]),
       function()
      assert.equal(case[2], said(case[1]))
    end)
  end

  it("does not say `none worse` beside one that is not known", function()
    assert.equal("1 of 2 servers is graded E, and none worse that could be " ..
      "graded; 1 could not be graded.", said { "E", "?" })
  end)
end)
