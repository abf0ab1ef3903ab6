// The world's simplest GAN: one weight w of the discriminator climbs a surface, one weight b of the generator descends it.

import { h, keepDrawn, motion, slider } from "./controls.js";
import { mesh, paint, turnable } from "./surface.js";

const REAL = 3; // mean of the real pixels
const [REACH, STEP] = [60, 0.1]; // normal distributions are sums over a grid, as in dlvc.games
const FRAME = [[-2, 2], [-1, 7]];
const HEIGHTS = { logs: { bottom: -4, top: 0 }, none: { bottom: 0, top: 2 } };
const KINDS = { logs: "With logarithms", none: "Without logarithms" };
const RUN = 600; // steps at most of one run
const FAR = 50; // a player beyond this has left for good

const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const GRID = Array.from({ length: 2 * REACH + 1 }, (_, i) => (i - REACH) * STEP);
const WEIGHTS = GRID.map((z) => (STEP / Math.sqrt(2 * Math.PI)) * Math.exp((-z * z) / 2));

/**
 * Value of the game, and its slopes with respect to w and b.
 * @param {"logs" | "none"} kind
 * @param {number[]} players w and b
 * @param {number} spread standard deviation of the pixels
 * @returns {{value: number, gradient: number[]}}
 */
export function game(kind, [w, b], spread) {
  let value = 0;
  const gradient = [0, 0];
  GRID.forEach((z, i) => {
    const [x, fake] = [spread * z, b - REAL + spread * z]; // pixels less 3, real and generated
    const [p, q] = [sigmoid(w * x), sigmoid(w * fake)];
    // How fast what is said of either pixel rises with its logit.
    const [up, down] = kind === "logs" ? [1 - p, -q] : [p * (1 - p), -q * (1 - q)];
    value += WEIGHTS[i] * (kind === "logs" ? -softplus(-w * x) - softplus(w * fake) : p + 1 - q);
    gradient[0] += WEIGHTS[i] * (up * x + down * fake);
    gradient[1] += WEIGHTS[i] * down * w;
  });
  return { value, gradient };
}

/**
 * One step of both players: w up the slope and b down.
 * @param {number[]} players
 * @param {number} rate
 * @param {boolean} turns whether b sees the step of w before its own
 * @param {(players: number[]) => {gradient: number[]}} evaluate
 * @returns {number[]}
 */
export function play([w, b], rate, turns, evaluate) {
  const { gradient } = evaluate([w, b]);
  const next = w + rate * gradient[0];
  const slope = turns ? evaluate([next, b]).gradient[1] : gradient[1];
  return [next, b - rate * slope];
}

const signed = (number, digits) => number.toFixed(digits).replace("-", "−");

function render({ model, el }) {
  const names = ["kind", "start", "spread", "rate", "turns"];
  const first = Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const evaluate = (w) => ({ w, ...game(model.get("kind"), w, model.get("spread")) });
  let [track, surface] = [[], undefined];
  let last; // step of the present run

  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const button = (name, click) => h("button", { type: "button", click }, name);
  const setting = (name, label, min, max, step) => slider({ label, min, max, step, onInput: (value) => put({ [name]: value }) });

  const canvas = h("canvas", { class: "dlvc-surface", tabindex: 0, role: "img" });
  const kinds = Object.entries(KINDS).map(([kind, name]) => button(name, () => put({ kind })));
  const starts = ["Discriminator w", "Generator b"].map((label, index) => slider({
    ...{ label, min: FRAME[index][0], max: FRAME[index][1], step: 0.1 },
    onInput: (value) => put({ start: model.get("start").with(index, value) }),
  }));
  const spread = setting("spread", "Spread s", 0, 2, 0.05);
  const rate = setting("rate", "Learning rate η", 0.05, 1, 0.05);
  const tick = h("input", { type: "checkbox", input: () => put({ turns: tick.checked }) });
  const report = h("p", { class: "dlvc-summary" });

  const draw = () => {
    const [kind, start] = [model.get("kind"), model.get("start")];
    surface ??= mesh((w) => evaluate(w).value, FRAME, { names: ["w", "b"], ...HEIGHTS[kind] });
    paint(canvas, surface, track, view);
    canvas.setAttribute("aria-label", `Value of the game ${KINDS[kind].toLowerCase()} as a surface over w and b; arrow keys turn it`);
    kinds.forEach((each, index) => each.setAttribute("aria-pressed", Object.keys(KINDS)[index] === kind));
    starts.forEach(({ show }, index) => show(start[index], start[index].toFixed(1)));
    spread.show(model.get("spread"), model.get("spread").toFixed(2));
    rate.show(model.get("rate"), model.get("rate").toFixed(2));
    tick.checked = model.get("turns");
    run.textContent = playing() ? "Pause" : "Run";
    const { w: [w, b], value } = track.at(-1);
    report.setAttribute("aria-live", playing() ? "off" : "polite"); // a screen reader hears where it ends
    report.dataset.place = `${w} ${b} ${value}`;
    report.textContent = `Step ${track.length - 1}: w = ${signed(w, 3)}, b = ${signed(b, 3)}, value ${signed(value, 4)}; ` +
      `${signed(Math.hypot(w, b - REAL), 3)} from the equilibrium.`;
  };
  const restart = () => {
    stop();
    surface = undefined;
    track = [evaluate(model.get("start"))];
    draw();
  };
  const advance = () => {
    const { w } = track.at(-1);
    if (Math.hypot(...w) > FAR) return false;
    track.push(evaluate(play(w, model.get("rate"), model.get("turns"), evaluate)));
    return true;
  };
  const step = () => {
    stop();
    advance();
    draw();
  };
  const { playing, stop, toggle } = motion(() => track.length < last && advance(), draw);
  const run = button("Run", () => {
    last = track.length + RUN;
    toggle();
  });
  const { view, turns } = turnable(canvas, () => draw());

  el.classList.add("dlvc-figure");
  el.append(
    h("div", { class: "dlvc-controls", role: "group", "aria-label": "Game" }, ...kinds),
    canvas,
    h("div", { class: "dlvc-controls", role: "group", "aria-label": "View" }, "Turn", ...turns),
    ...starts.map(({ row }) => row),
    spread.row,
    rate.row,
    h("label", { class: "dlvc-check" }, tick, "The players take turns"),
    h("div", { class: "dlvc-controls" }, run, button("One step", step), button("Reset", () => {
      put(first);
      restart();
    })),
    report,
  );
  restart();

  const listeners = { "change:rate": draw, "change:turns": draw };
  for (const name of ["kind", "start", "spread"]) listeners[`change:${name}`] = restart;
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  const letGo = keepDrawn(canvas, draw); // the frame has the colour of the page's text
  return () => {
    stop();
    letGo();
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
  };
}

export default { render };
