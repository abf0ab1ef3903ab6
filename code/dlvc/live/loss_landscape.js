// The loss of a two-weight classifier as a surface that can be turned, and a ball that rolls down on it.

import { h, keepDrawn, motion, slider } from "./controls.js";
import { mesh, paint, turnable } from "./surface.js";

const SPAN = 8; // each weight goes from -SPAN to SPAN
const ROLL = 300; // steps at most of one roll
const FLAT = 1e-6; // a gradient shorter than this ends a roll
const KINDS = { squared_error: "Squared error", cross_entropy: "Cross-entropy" };

/**
 * Mean loss of the probability p = sigmoid(w · x), and its gradient with respect to w.
 * @param {"squared_error" | "cross_entropy"} kind
 * @param {number[]} w two weights
 * @param {number[][]} x n inputs of two numbers
 * @param {number[]} y n labels, 0 or 1
 * @returns {{value: number, gradient: number[]}}
 */
export function loss(kind, w, x, y) {
  const squared = kind === "squared_error";
  let value = 0;
  const gradient = [0, 0];
  x.forEach(([x1, x2], i) => {
    const z = w[0] * x1 + w[1] * x2;
    const p = 1 / (1 + Math.exp(-z));
    // Cross-entropy from the logit: log(1 + exp(z)) - y z, written so that it can't overflow.
    value += squared ? (p - y[i]) ** 2 : Math.max(z, 0) - y[i] * z + Math.log1p(Math.exp(-Math.abs(z)));
    const slope = squared ? 2 * (p - y[i]) * p * (1 - p) : p - y[i]; // d loss / dz
    gradient[0] += (slope * x1) / x.length;
    gradient[1] += (slope * x2) / x.length;
  });
  return { value: value / x.length, gradient };
}

/**
 * Gradient descent from the track's end, as long as there is a slope and the ball is in the picture.
 * @returns {boolean} whether a step was added to the track
 */
export function descend(track, rate, evaluate) {
  const { w, gradient } = track.at(-1);
  if (Math.hypot(...gradient) < FLAT || w.some((weight) => Math.abs(weight) > SPAN)) return false;
  track.push(evaluate(w.map((weight, index) => weight - rate * gradient[index])));
  return true;
}

/** One sentence on where the ball is. */
function describe({ w, value, gradient }, step) {
  const place = w.map((weight) => weight.toFixed(3).replace("-", "−")).join(", ");
  const slope = Math.hypot(...gradient).toPrecision(5);
  const gone = w.some((weight) => Math.abs(weight) > SPAN) ? " The ball has left the picture." : "";
  return `Step ${step}: w = (${place}), loss ${value.toPrecision(5)}, length of the gradient ${slope}.${gone}`;
}

function render({ model, el }) {
  const first = Object.fromEntries(["kind", "start", "rate"].map((name) => [name, model.get(name)]));
  const evaluate = (w) => ({ w, ...loss(model.get("kind"), w, model.get("x"), model.get("y")) });
  const surfaces = {};
  let track;
  let last; // step of the present roll

  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const button = (name, click) => h("button", { type: "button", click }, name);

  const canvas = h("canvas", { class: "dlvc-surface", tabindex: 0, role: "img" });
  const kinds = Object.entries(KINDS).map(([kind, name]) => button(name, () => put({ kind })));
  const weights = [0, 1].map((index) => slider({
    label: ["Start w₁", "Start w₂"][index],
    min: -SPAN,
    max: SPAN,
    step: 0.1,
    onInput: (value) => put({ start: model.get("start").with(index, value) }),
  }));
  const rate = slider({
    label: "Learning rate",
    min: -1,
    max: 2,
    step: 0.05,
    onInput: (exponent) => put({ rate: 10 ** exponent }),
  });
  const report = h("p", { class: "dlvc-summary" });

  const draw = () => {
    const [kind, start] = [model.get("kind"), model.get("start")];
    surfaces[kind] ??= mesh((w) => evaluate(w).value, [[-SPAN, SPAN], [-SPAN, SPAN]]);
    paint(canvas, surfaces[kind], track, view);
    canvas.setAttribute("aria-label", `${KINDS[kind]} as a surface over two weights; arrow keys turn it`);
    kinds.forEach((each, index) => each.setAttribute("aria-pressed", Object.keys(KINDS)[index] === kind));
    weights.forEach(({ show }, index) => show(start[index], start[index].toFixed(1)));
    rate.show(Math.log10(model.get("rate")), model.get("rate").toPrecision(2));
    roll.textContent = playing() ? "Pause" : "Roll the ball";
    report.setAttribute("aria-live", playing() ? "off" : "polite"); // a screen reader hears where it ends
    report.textContent = describe(track.at(-1), track.length - 1);
  };
  const restart = () => {
    stop();
    track = [evaluate(model.get("start"))];
    draw();
  };
  const step = () => {
    stop();
    descend(track, model.get("rate"), evaluate);
    draw();
  };
  const { playing, stop, toggle } = motion(
    () => track.length < last && descend(track, model.get("rate"), evaluate),
    draw,
  );
  const roll = button("Roll the ball", () => {
    last = track.length + ROLL;
    toggle();
  });
  const { view, turns } = turnable(canvas, () => draw());

  el.classList.add("dlvc-figure");
  el.append(
    h("div", { class: "dlvc-controls", role: "group", "aria-label": "Loss" }, ...kinds),
    canvas,
    h("div", { class: "dlvc-controls", role: "group", "aria-label": "View" }, "Turn", ...turns),
    ...weights.map(({ row }) => row),
    rate.row,
    h("div", { class: "dlvc-controls" }, roll, button("One step", step), button("Reset", () => {
      put(first);
      restart();
    })),
    report,
  );
  restart();

  const listeners = { "change:kind": restart, "change:start": restart, "change:rate": draw };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  const letGo = keepDrawn(canvas, draw); // the frame has the colour of the page's text
  return () => {
    stop();
    letGo();
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
  };
}

export default { render };
