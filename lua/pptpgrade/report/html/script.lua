-- SPDX-License-Identifier: BSD-2-Clause
--- The page's script: draws rows by 200 and cards on demand. Text becomes text
-- by textContent alone, and the only names that reach an attribute are ours.
-- `hash` is for the page's policy: html_spec computes it, and says what it has
-- to be. Shapes of the blocks that it reads: see rows.lua and card.lua.
return {
  hash = "sha256-MqzaEvhHUSwWLgDl/3MlIdo+26+PvuHwZBNSxEqNDS4=",
  text = [=[
"use strict";
(() => {
const STEP = 200;
const SAYS = { "+": "accepted", "*": "offered", "-": "refused",
  "?": "no answer", ".": "not tested" };
const LOOKS = { "+": "t", "*": "t", "-": "r", "?": "u", ".": "x" };
const CHANGES = ["worse", "back", "new", "vaguer", "changed", "missing",
  "clearer", "better", "gone", "same", ""];
const METHODS = ["pap", "chap_md5", "mschap_v1", "mschap_v2", "eap"];
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const FIRST = { sort: "grade", down: false, shown: STEP };
const $ = (id) => document.getElementById(id);
const read = (id) => JSON.parse($(id).textContent);

if (!$("rows")) {
  return;
}
const texts = read("texts");
const rows = read("rows");
const body = $("list").tBodies[0];
const word = (value) => typeof value === "number" ? texts[value] : value;
let state = {};
let found = [];
let written = "";

// An element of ours, with text or other elements in it.
function make(name, look, ...inside) {
  const element = document.createElement(name);
  if (look) {
    element.className = look;
  }
  for (const part of inside) {
    if (part instanceof Node) {
      element.append(part);
    } else if (part !== undefined && part !== null) {
      element.append(document.createTextNode(String(part)));
    }
  }
  return element;
}

// ---- Rows: [server, grade, product, gre, marks, why, labels, findings,
// change, place by name, address].

function keyOf(index) {
  const [server, , , , , , , , , , address] = rows[index];
  return address ? server + "@" + address : server;
}

function letterOf(grade) {
  const last = grade.slice(-1);
  return "ABCDEF".includes(last) ? last : "Q";
}

function badge(grade) {
  const range = grade.length > 1 ? " range" : "";
  return make("span", "letter l" + letterOf(grade) + range, grade);
}

function mark(sign) {
  const inner = make("span", LOOKS[sign], sign);
  inner.setAttribute("role", "img");
  inner.setAttribute("aria-label", SAYS[sign]);
  return cell("m", inner);
}

function cell(look, ...inside) {
  const element = make("td", look, ...inside);
  element.setAttribute("role", "cell");
  return element;
}

function serverCell(index) {
  const [server, , , , , , labels, , , , address] = rows[index];
  const button = make("button", "", server);
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  const element = make("th", "server", button,
    address || labels ? make("span", "label", address,
      address && labels ? " \u00b7 " : "", labels) : null);
  element.scope = "row";
  element.setAttribute("role", "rowheader");
  return element;
}

function drawRow(index) {
  const row = rows[index];
  const element = make("tr", "row", cell("grade", badge(row[1])),
    serverCell(index), cell("product", word(row[2])), cell("m", row[3]));
  for (const sign of row[4]) {
    element.append(mark(sign));
  }
  element.append(cell("why", word(row[5])));
  if ($("change")) {
    element.append(cell("change", row[8]));
  }
  element.setAttribute("role", "row");
  element.dataset.index = index;
  return element;
}

// ---- Which rows, in which order.

const RANK = "+*?.-";
const KEYS = {
  grade: (row, index) => index,
  server: (row) => row[9],
  product: (row) => word(row[2]).toLowerCase(),
  gre: (row) => row[3],
  why: (row) => word(row[5]),
  change: (row) => CHANGES.indexOf(row[8]),
};
METHODS.forEach((method, at) => {
  KEYS[method] = (row) => RANK.indexOf(row[4][at]);
});

function order(list, sort, down) {
  const keys = new Map();
  for (const index of list) {
    keys.set(index, KEYS[sort](rows[index], index));
  }
  const sign = down ? -1 : 1;
  return list.sort((a, b) => {
    const x = keys.get(a);
    const y = keys.get(b);
    return x < y ? -sign : x > y ? sign : a - b;
  });
}

let hay = null;
function haystack() {
  hay = hay || rows.map((row) => [row[0], row[1], word(row[2]), word(row[5]),
    row[6], row[8], row[10]].join("\n").toLowerCase());
  return hay;
}

const wants = {
  q: (text) => {
    const all = haystack();
    const words = text.toLowerCase().split(/\s+/);
    return (row, index) => words.every((w) => all[index].includes(w));
  },
  grade: (letters) => (row) => letters.includes(row[1].slice(-1)),
  method: (name) => {
    const at = METHODS.indexOf(name);
    return (row) => "+*".includes(row[4][at]);
  },
  product: (name) => (row) => word(row[2]) === name,
  finding: (id) => (row) => row[7].includes(Number(id.slice(5))),
  change: (name) => (row) => row[8] === name,
};

function choose() {
  const tests = Object.keys(wants).filter((key) => state[key])
    .map((key) => wants[key](state[key]));
  const list = [];
  rows.forEach((row, index) => {
    if (tests.every((test) => test(row, index))) {
      list.push(index);
    }
  });
  found = order(list, state.sort, state.down);
}

// ---- The state, in the page's fragment.

function parse(text) {
  const given = new URLSearchParams(text);
  state = { ...FIRST };
  for (const key of Object.keys(wants)) {
    state[key] = given.get(key) || "";
  }
  if (state.method && !METHODS.includes(state.method)) {
    state.method = "";
  }
  const sort = given.get("sort") || "";
  const name = sort.replace(/^-/, "");
  if (Object.hasOwn(KEYS, name)) {
    state.sort = name;
    state.down = sort[0] === "-";
  }
  state.open = given.get("open") || "";
}

function write() {
  const out = new URLSearchParams();
  for (const key of Object.keys(wants)) {
    if (state[key]) {
      out.set(key, state[key]);
    }
  }
  if (state.sort !== FIRST.sort || state.down) {
    out.set("sort", (state.down ? "-" : "") + state.sort);
  }
  if (state.open) {
    out.set("open", state.open);
  }
  written = String(out) && "#" + out;
  history.replaceState(null, "", written || location.pathname);
}

// ---- Cards.

function table(list, look) {
  const inner = make("tbody");
  for (const [name, status, text, letter] of list) {
    inner.append(make("tr", "", make("th", "", name),
      make("td", "state", status), make("td", look, text),
      make("td", "", letter ? badge(letter) : null)));
    inner.lastChild.firstChild.scope = "row";
  }
  return make("table", "", inner);
}

function part(title, ...inside) {
  return make("section", "", make("h3", "", title), ...inside);
}

function copyable(lines, what) {
  const button = make("button", "plain", "Copy",
    make("span", "vh", " " + what));
  button.type = "button";
  button.dataset.copy = "";
  const text = make("pre", "", lines.join("\n"));
  text.tabIndex = 0;
  text.setAttribute("role", "group");
  text.setAttribute("aria-label", what);
  return make("div", "lines", text, button);
}

function drawCap([letter, reason, source], fill) {
  return make("div", "finding", make("span", "", badge(letter)),
    make("div", "", fill(reason), make("span", "quiet", " " +
      fill(source))));
}

function drawFinding([id, severity, title, seen, why, remedy], fill) {
  const said = (name, text) => fill(text) === "" ? null :
    make("p", "quiet", make("b", "", name), fill(text));
  const look = SEVERITIES.includes(severity) ? severity : "info";
  return make("div", "finding", make("span", "sev " + look, severity),
    make("div", "", make("strong", "", fill(title)),
      make("span", "quiet", " " + id),
      make("p", "", "Seen: ", make("span", "proof", fill(seen))),
      said("Why: ", why), said("To do: ", remedy)));
}

function drawRemedy(at, fill) {
  const [to, head, text, commands, undo] = texts[at];
  const element = make("div", "remedy",
    make("strong", "", to ? "To grade " + to + ": " : "", fill(head)),
    text ? make("p", "", fill(text)) : null);
  if (commands.length) {
    element.append(copyable(commands.map(fill), "the lines for " + head));
  }
  if (undo.length) {
    element.append(make("p", "quiet", "To undo it:"),
      copyable(undo.map(fill), "the lines that undo " + head));
  }
  return element;
}

function drawHand(at, fill) {
  const [shows, command] = texts[at];
  return make("div", "remedy", make("p", "", fill(shows)),
    copyable([fill(command)], "the command"));
}

function drawCard(index) {
  const card = read("s" + index);
  const fill = (value) => String(word(value)).split("\u0001")
    .join(card.target);
  const draw = (list, how) => (list || []).map((item) => how(item, fill));
  const said = (list) => list.map((row) => row.map(fill));
  const inner = make("div", "inner", make("p", "sum", fill(card.summary)),
    make("p", "quiet", fill(card.about)),
    make("div", "two", part("What was seen", table(said(card.stages))),
      card.methods.length ? part("Login methods",
        table(said(card.methods), "proof")) : null));
  for (const [title, list, how] of [["Findings", card.findings, drawFinding],
    ["What decides the grade, worst first", card.caps, drawCap],
    ["What to do", card.remedies, drawRemedy],
    ["To check by hand", card.hands, drawHand]]) {
    if (list && list.length) {
      inner.append(part(title, ...draw(list, how)));
    }
  }
  if (card.lacks.length) {
    inner.append(part("Not tested, or not kept",
      make("ul", "", ...card.lacks.map((item) => make("li", "",
        fill(item))))));
  }
  return inner;
}

function open(row) {
  const index = Number(row.dataset.index);
  const columns = $("list").tHead.rows[0].cells.length;
  const inside = make("td", "", drawCard(index));
  inside.colSpan = columns;
  inside.setAttribute("role", "cell");
  const card = make("tr", "card", inside);
  card.setAttribute("role", "row");
  card.id = "card";
  row.after(card);
  const button = row.querySelector("button");
  button.setAttribute("aria-expanded", "true");
  button.setAttribute("aria-controls", "card");
  state.open = keyOf(index);
}

function close() {
  const card = $("card");
  if (card) {
    const button = card.previousSibling.querySelector("button");
    button.setAttribute("aria-expanded", "false");
    button.removeAttribute("aria-controls");
    card.remove();
  }
  state.open = "";
}

function toggle(row) {
  const was = row.nextSibling && row.nextSibling.id === "card";
  close();
  if (!was) {
    open(row);
  }
  write();
}

// ---- Drawing.

function showCount() {
  const drawn = Math.min(state.shown, found.length);
  const all = found.length === rows.length ? "" : ", of " + rows.length +
    " in all";
  $("count").textContent = found.length === 0 ?
    "No server fits. Take a filter away." :
    drawn + " of " + found.length + " shown" + all;
  $("more").hidden = drawn >= found.length;
}

function showControls() {
  $("q").value = state.q;
  for (const select of document.querySelectorAll("#tools select")) {
    select.value = state[select.name];
  }
  for (const chip of document.querySelectorAll(".chip")) {
    chip.setAttribute("aria-pressed",
      String(state.grade.includes(chip.value)));
  }
  for (const head of document.querySelectorAll("#list th[data-sort]")) {
    if (head.dataset.sort === state.sort) {
      head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
    } else {
      head.removeAttribute("aria-sort");
    }
  }
}

function draw() {
  const wanted = state.open;
  choose();
  body.replaceChildren(...found.slice(0, state.shown).map(drawRow));
  state.open = "";
  for (const row of wanted ? body.rows : []) {
    if (keyOf(row.dataset.index) === wanted) {
      open(row);
      break;
    }
  }
  showCount();
  showControls();
}

function change(key, value) {
  state[key] = value;
  state.shown = STEP;
  draw();
  write();
}

// ---- What people do.

async function copy(button) {
  const text = button.previousSibling.textContent + "\n";
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch (refused) {
    const range = document.createRange();
    range.selectNodeContents(button.previousSibling);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    done = document.execCommand("copy");
  }
  $("said").textContent = done ? "Copied." :
    "The lines are selected: copy them with Ctrl+C.";
  button.firstChild.data = done ? "Copied" : "Selected";
  setTimeout(() => { button.firstChild.data = "Copy"; }, 2000);
}

function clicked(event) {
  const button = event.target.closest("button");
  const row = event.target.closest("tr.row");
  if (button && "copy" in button.dataset) {
    copy(button);
  } else if (row && (button || !String(getSelection()))) {
    toggle(row);
  }
}

function sortBy(name) {
  state.down = state.sort === name && !state.down;
  change("sort", name);
}

function showMore() {
  const from = state.shown;
  state.shown += STEP;
  body.append(...found.slice(from, state.shown).map(drawRow));
  showCount();
  const next = body.querySelectorAll("tr.row")[from];
  if (next) {
    next.querySelector("button").focus();
  }
}

function flip(chip) {
  change("grade", state.grade.includes(chip.value) ?
    state.grade.replace(chip.value, "") : state.grade + chip.value);
}

function listen() {
  let waiting = 0;
  $("q").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => change("q", $("q").value.trim()), 60);
  });
  for (const select of document.querySelectorAll("#tools select")) {
    select.addEventListener("change", () => change(select.name,
      select.value));
  }
  for (const chip of document.querySelectorAll(".chip")) {
    chip.addEventListener("click", () => flip(chip));
  }
  $("list").tHead.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) {
      sortBy(button.parentNode.dataset.sort);
    }
  });
  body.addEventListener("click", clicked);
  $("more").addEventListener("click", showMore);
  $("tools").addEventListener("submit", (event) => event.preventDefault());
  $("clear").addEventListener("click", () => {
    parse("");
    draw();
    write();
  });
  addEventListener("hashchange", () => {
    if (location.hash !== written) {
      parse(location.hash.slice(1));
      draw();
    }
  });
}

function begin() {
  for (const head of document.querySelectorAll("#list th[data-sort]")) {
    const button = make("button", "", ...head.childNodes);
    button.type = "button";
    head.replaceChildren(button);
  }
  parse(location.hash.slice(1));
  if (rows.length === 1) {
    state.open = keyOf(0);
  }
  listen();
  draw();
  $("tools").hidden = rows.length === 1;
  $("count").hidden = rows.length === 1;
}

begin();
})();
]=] }
