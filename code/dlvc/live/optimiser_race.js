// Five optimisers that run down a surface of two weights from a start that the reader sets.

import { h, keepDrawn, motion, slider } from "./controls.js";

const RUNNERS = [
  { name: "Gradient descent", colour: "#4a8fd0", dash: [], corners: 24 },
  { name: "Momentum", colour: "#d0722b", dash: [8, 4], corners: 4 },
  { name: "Nesterov", colour: "#2f9a5f", dash: [8, 3, 2, 3], corners: 3 },
  { name: "RMSProp", colour: "#a568cf", dash: [2, 3], corners: 5 },
  { name: "Adam", colour: "#d3535f", dash: [12, 3], corners: 6 },
];
const RMSPROP_DECAY = 0.9;
const BETA_2 = 0.999;
const EPS = 1e-8;
const NEAR_ZERO = 1e-3; // as in dlvc.surfaces
const LAST = 1000; // steps at most
const GONE = 1e6; // a weight beyond this has left for good
const CELLS = 140; // of the contour lines' grid, along each weight
const CONTOURS = 12;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** arctan(x³) / x and its derivative, also at 0. */
function arctanRatio(x) {
  if (Math.abs(x) < NEAR_ZERO) return [x * x, 2 * x];
  return [Math.atan(x ** 3) / x, (3 * x) / (1 + x ** 6) - Math.atan(x ** 3) / (x * x)];
}

/**
 * Loss and gradient on a surface, as `dlvc.surfaces` and autograd compute them.
 * @param {string} surface
 * @param {number[]} w two weights
 * @param {number} condition of the bowl
 * @returns {{value: number, gradient: number[]}}
 */
export function height(surface, [a, b], condition) {
  if (surface === "bowl") return { value: (a * a + (b * b) / condition) / 2, gradient: [a, b / condition] };
  if (surface === "arctan") {
    const [[one, slope], [other, incline]] = [arctanRatio(a), arctanRatio(b)];
    return { value: one + other, gradient: [slope, incline] };
  }
  if (surface === "rosenbrock") {
    const off = b - a * a;
    return { value: (1 - a) ** 2 + 100 * off ** 2, gradient: [-2 * (1 - a) - 400 * a * off, 200 * off] };
  }
  const [p, q] = [a * a + b - 11, a + b * b - 7]; // Himmelblau
  return { value: p * p + q * q, gradient: [4 * a * p + 2 * q, 2 * p + 4 * b * q] };
}

/**
 * One step of a runner.
 * @param {string} name
 * @param {{w: number[], mean: number[], square: number[], step: number}} runner what it remembers; `mean` is the
 *   velocity of momentum and Nesterov
 * @param {number[]} gradient
 * @param {{lr: number, adaptive_lr: number, momentum: number}} settings
 * @returns {object} the runner after the step
 */
export function advance(name, runner, gradient, { lr, adaptive_lr: adaptive, momentum }) {
  const step = runner.step + 1;
  const each = (value) => [0, 1].map(value);
  let { mean, square } = runner;
  let move;
  if (name === "RMSProp") {
    square = each((i) => RMSPROP_DECAY * square[i] + (1 - RMSPROP_DECAY) * gradient[i] ** 2);
    move = each((i) => (adaptive * gradient[i]) / (Math.sqrt(square[i]) + EPS));
  } else if (name === "Adam") {
    mean = each((i) => momentum * mean[i] + (1 - momentum) * gradient[i]);
    square = each((i) => BETA_2 * square[i] + (1 - BETA_2) * gradient[i] ** 2);
    const [share, part] = [1 - momentum ** step, 1 - BETA_2 ** step];
    move = each((i) => (adaptive * mean[i]) / share / (Math.sqrt(square[i] / part) + EPS));
  } else {
    const kept = name === "Gradient descent" ? 0 : momentum;
    mean = each((i) => kept * mean[i] + gradient[i]);
    move = each((i) => lr * (name === "Nesterov" ? gradient[i] + kept * mean[i] : mean[i]));
  }
  return { w: each((i) => runner.w[i] - move[i]), mean, square, step };
}

/** A runner that hasn't moved. */
export function atStart(w) {
  return { w: [...w], mean: [0, 0], square: [0, 0], step: 0 };
}

/**
 * Line segments on which a function has a value, from its values at the corners of a grid.
 * @param {number[][]} heights rows along the first weight
 * @param {number} level
 * @returns {number[][][]} pairs of points, in units of cells
 */
export function contour(heights, level) {
  const segments = [];
  const between = ([i, j], [k, l]) => {
    const share = (level - heights[i][j]) / (heights[k][l] - heights[i][j]);
    return [i + share * (k - i), j + share * (l - j)];
  };
  for (let i = 0; i + 1 < heights.length; i++) {
    for (let j = 0; j + 1 < heights.length; j++) {
      const ring = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1], [i, j]];
      const crossings = [];
      for (let side = 0; side < 4; side++) {
        const [from, to] = [ring[side], ring[side + 1]];
        const above = ([k, l]) => heights[k][l] > level;
        if (above(from) !== above(to)) crossings.push(between(from, to));
      }
      for (let k = 0; k + 1 < crossings.length; k += 2) segments.push([crossings[k], crossings[k + 1]]);
    }
  }
  return segments;
}

const gone = ({ w }) => !w.every((weight) => Math.abs(weight) < GONE);
const signed = (text) => text.replaceAll("-", "−");
const brief = (loss) => signed(loss === 0 || loss >= 1e-3 ? loss.toPrecision(3) : loss.toExponential(1));

function render({ model, el }) {
  const all = model.get("surfaces");
  const settings = ["condition", "start", "lr", "adaptive_lr", "momentum"];
  const first = Object.fromEntries(["surface", ...settings].map((name) => [name, model.get(name)]));
  const shown = new Set(RUNNERS.map(({ name }) => name));
  let tracks, lines;

  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const button = (name, click) => h("button", { type: "button", click }, name);
  const evaluate = (w) => height(model.get("surface"), w, model.get("condition"));
  const rates = () => Object.fromEntries(["lr", "adaptive_lr", "momentum"].map((name) => [name, model.get(name)]));
  const stepsRun = () => tracks[0].length - 1;

  const canvas = h("canvas", { class: "dlvc-race", tabindex: 0, role: "application" });
  const kinds = Object.entries(all).map(([surface, { title, start, lr, adaptive_lr }]) =>
    button(title, () => put({ surface, start, lr, adaptive_lr })));
  const logarithmic = (label, name, min, max) => slider({
    label,
    min,
    max,
    step: 0.05,
    onInput: (exponent) => put({ [name]: 10 ** exponent }),
  });
  const condition = logarithmic("Condition number κ", "condition", 0, 3);
  const lr = logarithmic("Rate η, first three", "lr", -4, 1);
  const adaptive = logarithmic("Rate η, last two", "adaptive_lr", -4, 1);
  const momentum = slider({
    label: "Momentum μ, β₁",
    min: 0,
    max: 0.99,
    step: 0.01,
    onInput: (value) => put({ momentum: value }),
  });
  const report = h("p", { class: "dlvc-summary" });
  const rows = RUNNERS.map(({ name, colour, dash, corners }) => {
    const tick = h("input", { type: "checkbox", checked: "", change: () => {
      if (tick.checked) shown.add(name);
      else shown.delete(name);
      draw();
    } });
    const sample = h("canvas", { width: 88, height: 28, "aria-hidden": "true" });
    const pen = sample.getContext("2d");
    pen.scale(2, 2);
    stroke(pen, [[2, 7], [30, 7]], colour, dash, 2);
    mark(pen, [37, 7], colour, corners, 5);
    const cells = [0, 1, 2].map(() => h("td"));
    return { cells, row: h("tr", {}, h("th", { scope: "row" }, h("label", {}, tick, sample, name)), ...cells) };
  });
  const table = h("table", { class: "dlvc-runners" },
    h("thead", {}, h("tr", {}, ...["Optimiser", "w₁", "w₂", "Loss"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, ...rows.map(({ row }) => row)));

  const draw = () => {
    const { title, frame: view, crowding } = all[model.get("surface")];
    lines ??= contours(evaluate, view, crowding);
    paint(canvas, { view, lines, start: model.get("start"), tracks, shown });
    canvas.setAttribute("aria-label", `${title}: contour lines over w₁ and w₂; a click or the arrow keys set the start`);
    kinds.forEach((each, index) => {
      each.setAttribute("aria-pressed", Object.keys(all)[index] === model.get("surface"));
    });
    condition.row.hidden = model.get("surface") !== "bowl";
    condition.show(Math.log10(model.get("condition")), model.get("condition").toPrecision(3));
    lr.show(Math.log10(model.get("lr")), model.get("lr").toPrecision(2));
    adaptive.show(Math.log10(model.get("adaptive_lr")), model.get("adaptive_lr").toPrecision(2));
    momentum.show(model.get("momentum"), model.get("momentum").toFixed(2));
    rows.forEach(({ cells }, index) => {
      const last = tracks[index].at(-1);
      const texts = gone(last)
        ? ["left", "for good", "∞"]
        : [...last.w.map((weight) => signed(weight.toFixed(5))), brief(evaluate(last.w).value)];
      texts.forEach((text, column) => { cells[column].textContent = text; });
    });
    play.textContent = playing() ? "Pause" : "Play";
    report.setAttribute("aria-live", playing() ? "off" : "polite"); // a screen reader hears where it stops
    report.textContent = describe(tracks, evaluate, model.get("start"));
  };
  const restart = () => {
    stop();
    tracks = RUNNERS.map(() => [atStart(model.get("start"))]);
    draw();
  };
  const renew = () => {
    lines = undefined;
    restart();
  };
  const move = () => {
    if (stepsRun() >= LAST) return false;
    tracks.forEach((track, index) => {
      const last = track.at(-1);
      track.push(gone(last) ? last : advance(RUNNERS[index].name, last, evaluate(last.w).gradient, rates()));
    });
    return true;
  };
  const steps = (count) => {
    stop();
    for (let k = 0; k < count; k++) move();
    draw();
  };
  const { playing, stop, toggle } = motion(move, draw);
  const play = button("Play", toggle);

  const setStart = (point) => {
    const { frame: view } = all[model.get("surface")];
    put({ start: point.map((weight, axis) => Math.min(view[axis][1], Math.max(view[axis][0], weight))) });
  };
  canvas.addEventListener("click", ({ offsetX, offsetY }) => {
    const [[left, right], [low, high]] = all[model.get("surface")].frame;
    const share = [offsetX / canvas.clientWidth, 1 - offsetY / canvas.clientHeight];
    setStart([left + share[0] * (right - left), low + share[1] * (high - low)]);
  });
  canvas.addEventListener("keydown", (event) => {
    if (!MOVES[event.key]) return;
    event.preventDefault();
    const { frame: view } = all[model.get("surface")];
    setStart(model.get("start").map((weight, axis) => {
      return weight + (MOVES[event.key][axis] * (view[axis][1] - view[axis][0])) / 40;
    }));
  });

  el.classList.add("dlvc-figure");
  el.append(
    h("div", { class: "dlvc-controls", role: "group", "aria-label": "Surface" }, ...kinds),
    canvas,
    h("div", { class: "dlvc-controls" }, play, button("One step", () => steps(1)), button("Ten steps", () => steps(10)),
      button("Back to the start", restart), button("Reset", () => put(first) ?? renew())),
    table,
    report,
    condition.row,
    lr.row,
    adaptive.row,
    momentum.row,
  );
  restart();

  const listeners = { surface: renew, condition: renew, start: restart, lr: draw, adaptive_lr: draw, momentum: draw };
  for (const [name, listener] of Object.entries(listeners)) model.on(`change:${name}`, listener);
  const letGo = keepDrawn(canvas, draw); // contour lines have the colour of the page's text
  return () => {
    stop();
    letGo();
    for (const [name, listener] of Object.entries(listeners)) model.off(`change:${name}`, listener);
  };
}

/** Where the runners are, in a sentence or two. */
function describe(tracks, evaluate, start) {
  const where = `(${start.map((weight) => signed(weight.toFixed(2))).join(", ")})`;
  const step = tracks[0].length - 1;
  if (!step) return `All stand at the start, ${where}. Click the surface or press an arrow key on it to move the start.`;
  const running = RUNNERS.map(({ name }, index) => ({ name, last: tracks[index].at(-1) }));
  const left = running.filter(({ last }) => gone(last)).map(({ name }) => name);
  const ranked = running
    .filter(({ last }) => !gone(last))
    .map(({ name, last }) => ({ name, loss: evaluate(last.w).value }))
    .sort((one, other) => one.loss - other.loss);
  const lowest = ranked.length ? ` Lowest: ${ranked[0].name}, loss ${brief(ranked[0].loss)}.` : "";
  const lost = left.length ? ` Diverged: ${left.join(", ")}; a smaller rate would hold them.` : "";
  return `Step ${step} from ${where}.${lowest}${lost}`;
}

/** Contour lines in shares of the frame, upwards and to the right. */
function contours(evaluate, view, crowding) {
  const place = (axis, k) => view[axis][0] + (k / CELLS) * (view[axis][1] - view[axis][0]);
  const heights = Array.from({ length: CELLS + 1 }, (_, i) =>
    Array.from({ length: CELLS + 1 }, (_, j) => evaluate([place(0, i), place(1, j)]).value));
  const top = Math.max(...heights.flat());
  return Array.from({ length: CONTOURS - 1 }, (_, k) => contour(heights, top * ((k + 1) / CONTOURS) ** crowding))
    .flat()
    .map((segment) => segment.map((point) => point.map((cells) => cells / CELLS)));
}

function stroke(pen, points, colour, dash, width) {
  [pen.strokeStyle, pen.lineWidth] = [colour, width];
  pen.setLineDash(dash);
  pen.beginPath();
  for (const point of points) pen.lineTo(...point);
  pen.stroke();
  pen.setLineDash([]);
}

/** A filled polygon. */
function mark(pen, [x, y], colour, corners, radius) {
  pen.fillStyle = colour;
  pen.beginPath();
  for (let k = 0; k < corners; k++) {
    const angle = (2 * Math.PI * k) / corners - Math.PI / 2;
    pen.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  pen.fill();
}

function paint(canvas, { view, lines, start, tracks, shown }) {
  const scale = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  [canvas.width, canvas.height] = [width * scale, height * scale];
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const { color, fontFamily } = getComputedStyle(canvas);
  const at = (shares) => [shares[0] * width, (1 - shares[1]) * height];
  const share = (w) => w.map((weight, axis) => (weight - view[axis][0]) / (view[axis][1] - view[axis][0]));

  pen.globalAlpha = 0.4;
  [pen.strokeStyle, pen.lineWidth] = [color, 0.8];
  pen.beginPath();
  for (const [from, to] of lines) {
    pen.moveTo(...at(from));
    pen.lineTo(...at(to));
  }
  pen.stroke();
  pen.globalAlpha = 1;

  [pen.fillStyle, pen.font] = [color, `12px ${fontFamily}`];
  const numbers = (axis) => view[axis].map((weight) => signed(`${weight}`));
  const [[left, right], [low, high]] = [numbers(0), numbers(1)];
  for (const [text, align, x, y] of [
    [left, "left", 22, height - 5], ["w₁", "center", width / 2, height - 5], [right, "right", width - 4, height - 5],
    [low, "left", 4, height - 20], ["w₂", "left", 4, height / 2], [high, "left", 4, 14],
  ]) {
    pen.textAlign = align;
    pen.fillText(text, x, y);
  }

  RUNNERS.forEach(({ name, colour, dash, corners }, index) => {
    if (!shown.has(name)) return;
    const points = tracks[index].filter((runner) => !gone(runner)).map(({ w }) => at(share(w)));
    stroke(pen, points, colour, dash, 2);
    mark(pen, points.at(-1), colour, corners, 6);
  });
  const [x, y] = at(share(start));
  [pen.strokeStyle, pen.lineWidth] = [color, 2];
  pen.beginPath();
  pen.arc(x, y, 9, 0, 2 * Math.PI);
  pen.stroke();
}

export default { render };
