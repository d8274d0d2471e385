-- SPDX-License-Identifier: BSD-2-Clause
-- The manual pages and what they describe have the same names: every field of
-- docs/schema stands in pptpgrade-evidence(5) with the words it may be, and
-- every option of both programs in its page, with its argument; and no other.
local json = require "json"
local options = require "pptpgrade.cli.options"

local here = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$")
local top = here .. "/../../"
local build = os.getenv("PPTP_BUILD") or "build"

local function contents(path)
  local file = assert(io.open(top .. path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- ---- A page

-- Its lines, those that a backslash goes on in put together.
local function lines_of(page)
  return (contents("docs/man/" .. page):gsub("\\\n", "")):gmatch("([^\n]*)\n")
end

-- Words of one line of mdoc: quotes keep blanks, `\&` is nothing.
local function words_of(text)
  local words = {}
  text = text:gsub('"([^"]*)"', function(inside)
    return (inside:gsub(" ", "\1"))
  end):gsub("\\&", "")
  for word in text:gmatch("%S+") do
    words[#words + 1] = (word:gsub("\1", " "))
  end
  return words
end

-- The words of a line that are no macro, no comma and no stop.
local function names_in(text)
  local names = {}
  for _, word in ipairs(words_of(text)) do
    if word:find("%w") or word == "?" then
      names[#names + 1] = word
    end
  end
  return names
end

-- What the page has under each heading: [heading][field] = set of words that
-- it may be, one set for all fields of an item.
local function fields_of(page)
  local sections, section, prefix, item = {}, nil, "", nil
  for line in lines_of(page) do
    local macro, rest = line:match("^%.(%u%l) ?(.*)$")
    if macro == "Sh" then
      section, prefix, item = {}, "", nil
      sections[rest] = section
    elseif macro == "Ss" then
      prefix, item = rest .. ".", nil
    elseif macro == "It" then
      item = {}
      for _, name in ipairs(names_in(rest:gsub("^Li ", ""))) do
        assert(not section[prefix .. name], "twice: " .. prefix .. name)
        section[prefix .. name] = item
      end
    elseif macro == "Cm" and item then
      for _, word in ipairs(names_in(rest)) do
        item[word] = true
      end
    end
  end
  return sections
end

-- ---- The schemas

local schemas = {}

local function schema(name)
  schemas[name] = schemas[name] or
    assert(json.decode(contents("docs/schema/" .. name)))
  return schemas[name]
end

-- What a place points at, and in which file that is.
local function resolve(file, place)
  while place["$ref"] do
    local other, path = place["$ref"]:match("^([^#]*)#?(.*)$")
    file = other ~= "" and other or file
    place = schema(file)
    for key in path:gmatch("[^/]+") do
      place = place[key]
    end
  end
  return file, place
end

local function each_way(place)
  local ways = { place }
  for _, key in ipairs { "oneOf", "anyOf" } do
    for _, way in ipairs(place[key] or {}) do
      ways[#ways + 1] = way
    end
  end
  return ways
end

-- The words that a value may be; numbers and true are no words.
local function add_words(file, place, words)
  file, place = resolve(file, place)
  for _, way in ipairs(each_way(place)) do
    if way ~= place then
      add_words(file, way, words)
    end
  end
  for _, word in ipairs(place.enum or { place.const }) do
    if type(word) == "string" then
      words[word] = true
    end
  end
end

local add_fields

-- Fields of what is in an object, a list or under any name, below `path`. What
-- another file describes is told where that is told.
local function add_below(file, place, path, fields)
  local there, target = resolve(file, place)
  if there ~= file then
    return
  end
  for _, way in ipairs(each_way(target)) do
    local _, object = resolve(file, way)
    add_fields(file, object, path ~= "" and path .. "." or "", fields)
  end
  if target.items then
    add_below(file, target.items, path .. "[]", fields)
  end
  if type(target.additionalProperties) == "table" then
    add_below(file, target.additionalProperties, path .. ".*", fields)
  end
end

function add_fields(file, object, prefix, fields)
  for name, place in pairs(object.properties or {}) do
    if place then
      local words = {}
      add_words(file, place, words)
      if type(place) == "table" and place.items then
        add_words(file, place.items, words)
      end
      fields[prefix .. name] = words
      add_below(file, place, prefix .. name, fields)
    end
  end
end

-- Where each is described: heading, file, place in it. A place that has a
-- heading of its own is described there alone.
local described = {
  { "RECORD", "record.json", "" }, { "SWEEP", "scan.json", "" },
  { "EVIDENCE", "evidence.json", "" }, { "VERDICT", "verdict.json", "" },
  { "BRIEF VERDICT", "brief.json", "" },
  { "RUN", "verdict.json", "#/$defs/run" },
  { "DIFF", "verdict.json", "#/$defs/change" },
}

local function wanted(file, place)
  local fields = {}
  add_below(file, { ["$ref"] = file .. place }, "", fields)
  if place == "" then
    for name in pairs(fields) do
      if name:find("^change%.") then
        fields[name] = nil
      end
    end
  end
  return fields
end

local function sorted(set)
  local list = {}
  for name in pairs(set) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

describe("pptpgrade-evidence(5)", function()
  local page = fields_of("pptpgrade-evidence.5")

  for _, row in ipairs(described) do
    local fields = wanted(row[2], row[3])

    it("has every field of " .. row[1] .. ", and no other", function()
      assert.same(sorted(fields), sorted(page[row[1]]))
      assert.is_true(#sorted(fields) >= 10, row[1])
    end)

    it("has every word that a field of " .. row[1] .. " may be", function()
      for name, words in pairs(fields) do
        for word in pairs(words) do
          assert.is_true(page[row[1]][name][word],
                         ("%s may be %s"):format(name, word))
        end
      end
    end)
  end

  it("has no word that a field cannot be", function()
    for _, row in ipairs(described) do
      local fields, may = wanted(row[2], row[3]), {}
      for name, words in pairs(fields) do
        local item = page[row[1]][name]
        may[item] = may[item] or {}
        for word in pairs(words) do
          may[item][word] = true
        end
      end
      for name in pairs(fields) do
        local item = page[row[1]][name]
        assert.same(sorted(may[item]), sorted(item), row[1] .. " " .. name)
      end
    end
  end)
end)

-- ---- Options

-- Those of a page: ["--jobs"] = whether it takes an argument.
local function options_of(page)
  local known = {}
  for line in lines_of(page) do
    for one in (line:match("^%.It (Fl .*)$") or ""):gmatch("[^,]+") do
      local name = one:gsub("Fl Fl ", "Fl -"):match("Fl (%S+)")
      name = #name == 1 and "-" .. name or "-" .. name
      known[name] = line:find(" Ar ", 1, true) ~= nil
    end
  end
  return known
end

local function parsed_options()
  local known = {}
  for _, option in ipairs(options.parser()._options) do
    for _, alias in ipairs(option._aliases) do
      known[alias] = option._maxargs > 0
    end
  end
  return known
end

local function output_of(command)
  local pipe = assert(io.popen(("'%s/pptp-probe' %s -h"):format(
    build:gsub("'", "'\\''"), command)))
  local said = pipe:read("a")
  assert(pipe:close())
  return said
end

-- Of one command of pptp-probe, from the table that it prints.
local function add_told(command, known)
  for line in output_of(command):gmatch("[^\n]+") do
    local letter, name, rest = line:match("^  (%-?%w?),? +%-%-([%w-]+)(.*)$")
    if name then
      local takes = rest:find("^ %u") ~= nil or rest:find("^ %S+  ") ~= nil
      known["--" .. name] = takes
      known[letter] = takes
    end
  end
  known[""] = nil
end

describe("pptpgrade(1)", function()
  it("has every option of the parser, with its argument, and no other",
     function()
    assert.same(parsed_options(), options_of("pptpgrade.1"))
  end)
end)

describe("pptp-probe(1)", function()
  it("has every option of every command, with its argument, and no other",
     function()
    local known, commands = {}, 0
    for line in lines_of("pptp-probe.1") do
      local command = line:match("^%.It Cm (%l+)$")
      if command then
        commands = commands + 1
        add_told(command, known)
      end
    end
    assert.is_true(commands >= 6)
    assert.same(known, options_of("pptp-probe.1"))
  end)
end)
