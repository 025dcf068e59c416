// The two things that need a script: sharing out the training over queries, and reading rollouts.
// Texts of models and datasets are only ever set as textContent.
"use strict";

// --- cost includes training: every mark with a cost moves to cost + training / queries ---

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function numbersOf(element, name) {
  return element.getAttribute(name).split(" ").map(Number);
}

// As number_text.decade writes it.
function tickLabel(factor, power) {
  if (power >= -3 && power <= 6) {
    if (power < 3) return String(Number((factor * 10 ** power).toPrecision(1)));
    return factor * 10 ** (power % 3) + "kM"[Math.floor(power / 3) - 1];
  }
  const digits = [...String(Math.abs(power))].map((digit) => SUPERSCRIPT[digit]).join("");
  return (factor === 1 ? "" : factor + "·") + "10" + (power < 0 ? "⁻" : "") + digits;
}

function svg(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  return element;
}

// Where each mark of a drawing stands when `queries` share the training.
function costsOf(mark, queries) {
  const training = numbersOf(mark, "data-f");
  return numbersOf(mark, "data-x").map((cost, place) => cost + training[place] / queries);
}

function move(mark, xs) {
  const name = mark.tagName;
  if (name === "circle") mark.setAttribute("cx", xs[0]);
  if (name === "text") mark.setAttribute("x", xs[0]);
  if (name === "line") {
    mark.setAttribute("x1", xs[0] + (xs.length > 1 ? 0 : 6));
    if (xs.length > 1) mark.setAttribute("x2", xs[1]);
  }
  if (name === "path") mark.setAttribute("transform", "translate(" + xs[0] + " " + mark.dataset.y + ")");
  if (name === "polyline" || name === "polygon") {
    const ys = mark.getAttribute("points").split(" ").map((pair) => pair.split(",")[1]);
    mark.setAttribute("points", ys.map((y, place) => xs[place].toFixed(1) + "," + y).join(" "));
  }
}

// As chart_scales.log_ticks: decades, and multiples of them where fewer than two lie between low and high.
function ticks(low, high) {
  for (const factors of [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    const found = [];
    for (let power = Math.floor(low); power <= high; power += 1) {
      found.push(...factors.map((factor) => [factor, power]));
    }
    const inside = found.filter(([factor, power]) => Math.abs(power + Math.log10(factor) - (low + high) / 2) <= (high - low) / 2);
    if (inside.length > 1) return inside;
  }
  return [];
}

function drawTicks(axis, scale, low, high) {
  const floor = Number(axis.dataset.floor), ceiling = Number(axis.dataset.ceiling);
  const name = axis.lastElementChild;
  axis.replaceChildren();
  for (const [factor, power] of ticks(low, high)) {
    const x = scale(factor * 10 ** power);
    axis.append(svg("line", { x1: x, x2: x, y1: floor, y2: ceiling, class: "grid" }));
    const look = { x: x, y: floor + 18, class: "quiet number", "text-anchor": "middle" };
    axis.append(svg("text", look, tickLabel(factor, power)));
  }
  name.textContent = name.textContent.replace(" (log", ", training included (log");
  axis.append(svg("line", { x1: scale.start, x2: scale.end, y1: floor, y2: floor, class: "axis" }), name);
}

function shareTraining(chart, queries) {
  const marks = [...chart.querySelectorAll("[data-x]")];
  const logs = marks.flatMap((mark) => costsOf(mark, queries)).map(Math.log10);
  const spare = Math.max((Math.max(...logs) - Math.min(...logs)) * 0.06, 0.05);
  const low = Math.min(...logs) - spare, high = Math.max(...logs) + spare;
  const start = Number(chart.dataset.start), end = Number(chart.dataset.end);
  const scale = (cost) => start + ((Math.log10(cost) - low) / (high - low)) * (end - start);
  Object.assign(scale, { start, end });
  for (const mark of marks) move(mark, costsOf(mark, queries).map(scale));
  drawTicks(chart.querySelector(".x-axis"), scale, low, high);
}

function trainingControl() {
  const control = document.querySelector(".training");
  if (!control) return;
  const volume = document.getElementById("volume"), told = document.getElementById("volume-note");
  const charts = [...document.querySelectorAll(".frontier")];
  const drawn = charts.map((chart) => chart.cloneNode(true));
  const known = control.dataset.units.split(" ");
  const apply = () => {
    const unit = document.querySelector("input[name=unit]:checked").value;
    const counts = volume.value !== "";
    charts.forEach((chart, place) => {
      chart.replaceChildren(...drawn[place].cloneNode(true).childNodes);
      const mine = known.includes(chart.dataset.unit);
      chart.classList.toggle("training-mode", counts && mine);
      if (counts && mine) shareTraining(chart, Number(volume.value));
    });
    told.textContent = !counts ? "" : known.includes(unit)
      ? " each query carries its share of all training so far"
      : " not known in this unit";
  };
  control.hidden = false;
  control.addEventListener("change", apply);
  document.querySelectorAll("input[name=unit]").forEach((input) => input.addEventListener("change", apply));
}

// --- the viewer of rollouts ---

const PAGE = 40;

function make(name, look, text) {
  const element = document.createElement(name);
  if (look) element.className = look;
  if (text !== undefined) element.textContent = text;
  return element;
}

function generationName(index) {
  return index === 0 ? "base" : "generation " + index;
}

function facets(data) {
  return {
    g: (one) => String(one.g),
    status: (one) => one.status,
    where: (one) => one.where,
    level: (one) => data.problems[one.problem].level,
    problem: (one) => data.problems[one.problem].id,
  };
}

function fillChoices(select, data, read) {
  const values = new Set(data.rollouts.map(read));
  const order = new Intl.Collator(undefined, { numeric: true });
  for (const value of [...values].sort(order.compare)) {
    const option = make("option", "", select.dataset.filter === "g" ? generationName(Number(value)) : value || "none");
    option.value = value;
    option.dataset.exact = "yes";
    select.append(option);
  }
}

function body(one, problem) {
  const list = make("dl");
  const add = (name, text, look) => {
    list.append(make("dt", "", name));
    const cell = make("dd");
    cell.append(make(look, "", text));
    list.append(cell);
  };
  add("asked", problem.prompt, "pre");
  add("written, " + one.tokens + " tokens", one.text, "pre");
  add("answer", one.answer === null ? "none was found" : one.answer, "pre");
  const worth = one.score === null ? "could not be judged" : "score " + one.score;
  add("verdict", one.status + ", " + worth + (one.reason ? ": " + one.reason : ""), "span");
  return list;
}

function row(one, problem) {
  const item = make("details", "rollout");
  const line = make("summary");
  const verdict = make("span", "verdict", one.status.replace("_", " "));
  verdict.classList.add(one.status.replace(/[^a-z_]/g, ""));
  line.append(verdict, make("span", "id", problem.id + " #" + one.sample),
    make("span", "place", generationName(one.g) + ", " + one.where));
  item.append(line);
  item.addEventListener("toggle", () => {
    if (item.open && item.childElementCount === 1) item.append(body(one, problem));
  });
  return item;
}

function viewer() {
  const data = JSON.parse(document.getElementById("rollouts-data").textContent);
  const filters = document.querySelector(".filters"), search = document.getElementById("search");
  const selects = [...filters.querySelectorAll("select")];
  const list = document.getElementById("list"), more = document.getElementById("more");
  const found = document.getElementById("found"), reads = facets(data);
  const haystacks = data.rollouts.map((one) => {
    const problem = data.problems[one.problem];
    return [problem.id, problem.prompt, one.text, one.answer, one.reason].join("\n").toLowerCase();
  });
  selects.forEach((select) => fillChoices(select, data, reads[select.dataset.filter]));
  let matches = [], shown = 0;
  const showMore = () => {
    const next = matches.slice(shown, shown + PAGE);
    list.append(...next.map((one) => row(one, data.problems[one.problem])));
    shown += next.length;
    more.hidden = shown >= matches.length;
  };
  const apply = () => {
    const words = search.value.toLowerCase();
    const chosen = selects.filter((select) => select.selectedIndex > 0);
    matches = data.rollouts.filter((one, place) => haystacks[place].includes(words)
      && chosen.every((select) => reads[select.dataset.filter](one) === select.value));
    shown = 0;
    list.replaceChildren();
    found.textContent = matches.length + " of " + data.rollouts.length + " fit. Press / to search, arrows to move.";
    showMore();
  };
  filters.hidden = false;
  filters.addEventListener("input", apply);
  more.addEventListener("click", showMore);
  apply();
}

function keys(event) {
  const search = document.getElementById("search");
  if (event.key === "/" && !event.target.matches("input, select")) {
    event.preventDefault();
    search.focus();
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const lines = [...document.querySelectorAll(".rollout > summary")];
  const place = lines.indexOf(document.activeElement);
  if (place < 0) return;
  event.preventDefault();
  const next = lines[place + (event.key === "ArrowDown" ? 1 : -1)];
  if (next) next.focus();
}

trainingControl();
viewer();
document.addEventListener("keydown", keys);
