// The graph of an expression that the reader types, with the value and the gradient of each node, step by step.

import { h, slider } from "./controls.js";
import { differentiate, layOut, operationsOf, parse } from "./expressions.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, ACROSS, DOWN, MARGIN] = [78, 54, 86, 82, 4]; // of a node, from one to the next, around all
const BOUND = 4; // of a slider
const WHY = {
  "+": "a sum hands its gradient to both terms",
  "−": "a difference hands its gradient to the first term, and minus it to the second",
  "×": "a product multiplies its gradient by the other factor",
  "÷": "a quotient divides its gradient by the divisor, which itself gets minus that times the quotient",
  "^": "a power multiplies its gradient by the exponent times the base to one power less",
  minus: "a minus turns the sign",
  exp: "exp multiplies by its own value",
  log: "log divides by its argument",
  tanh: "tanh multiplies by 1 minus its value squared",
  sigmoid: "sigmoid multiplies by its value times 1 minus its value",
  relu: "relu lets the gradient pass where its argument is positive, and nothing elsewhere",
};

/** A number as it is shown: four digits, a true minus. */
function show(number) {
  return Number.isFinite(number) ? String(Number(number.toPrecision(4))).replaceAll("-", "−") : "no number";
}

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Draws the graph as far as `forward` operations are computed and `backward` have passed their gradient on. */
function picture(nodes, results, { forward, backward }) {
  const places = layOut(nodes).map(({ x, row }) => ({ x: MARGIN + x * ACROSS, y: MARGIN + row * DOWN }));
  const width = Math.max(...places.map(({ x }) => x)) + WIDTH + MARGIN;
  const height = Math.max(...places.map(({ y }) => y)) + HEIGHT + MARGIN;
  const operations = operationsOf(nodes);
  const known = (index) => nodes[index].kind !== "operation" || operations.indexOf(index) < forward;
  const passed = backward ? operations.slice(-backward) : [];
  const reached = (index) =>
    index === nodes.length - 1 ? forward === operations.length : passed.some((user) => nodes[user].parents.includes(index));
  const active = backward ? operations.at(-backward) : operations[forward - 1];
  const edges = nodes.flatMap(({ parents }, index) => parents.map((parent) => svg("line", {
    x1: places[parent].x + WIDTH / 2,
    y1: places[parent].y + HEIGHT,
    x2: places[index].x + WIDTH / 2,
    y2: places[index].y,
    class: index === active ? "dlvc-active" : "",
  })));
  const boxes = nodes.map((node, index) => {
    const { x, y } = places[index];
    const line = (text, down, name) => svg("text", { x: x + WIDTH / 2, y: y + down, class: name }, text);
    const { value, gradient } = results[index];
    return svg(
      "g",
      { class: `dlvc-node dlvc-${node.kind}${index === active ? " dlvc-active" : ""}`, "data-value": value, "data-gradient": gradient },
      svg("rect", { x, y, width: WIDTH, height: HEIGHT, rx: 6 }),
      line(node.kind === "constant" ? "constant" : node.label, 15, "dlvc-name"),
      line(known(index) ? show(value) : "…", 31, ""),
      line(node.kind === "constant" ? "" : `∂ ${reached(index) ? show(gradient) : "…"}`, 47, "dlvc-slope"),
    );
  });
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" }, ...edges, ...boxes);
}

/** Says what happens in a step. */
function tell(nodes, results, { forward, backward }) {
  const operations = operationsOf(nodes);
  const name = (index) => (nodes[index].kind === "constant" ? "the constant" : nodes[index].label);
  if (backward) {
    const index = operations.at(-backward);
    const { label, parents } = nodes[index];
    const rule = WHY[label.startsWith("^") ? "^" : label];
    const reached = [...new Set(parents)].filter((parent) => nodes[parent].kind !== "constant");
    const now = reached.map((parent) => `${name(parent)} now has ${show(results[parent].gradient)}`).join(", ");
    return `Backward, ${backward} of ${operations.length}: ${rule}. The gradient here is ${show(results[index].gradient)}; ${now || "nothing is reached that could move"}.`;
  }
  if (!forward) return "The inputs are given; nothing has been computed. Next goes to the first operation.";
  const index = operations[forward - 1];
  const from = nodes[index].parents.map((parent) => show(results[parent].value)).join(" and ");
  const end = forward === operations.length ? " This is the result; its gradient with respect to itself is 1." : "";
  return `Forward, ${forward} of ${operations.length}: ${nodes[index].label} of ${from} is ${show(results[index].value)}.${end}`;
}

function render({ model, el }) {
  const first = { expression: model.get("expression"), values: model.get("values") };
  let nodes = parse(first.expression);
  let step = 0;

  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const choose = (expression, values = {}) => {
    field.value = expression;
    put({ values: { ...model.get("values"), ...values }, expression });
  };
  const field = h("input", {
    type: "text",
    value: first.expression,
    spellcheck: "false",
    autocapitalize: "off",
    autocomplete: "off",
    input: () => put({ expression: field.value }),
  });
  const fault = h("p", { class: "dlvc-fault", role: "status" });
  const examples = model.get("examples").map((text) => h("button", { type: "button", click: () => choose(text) }, text));
  const reset = h("button", { type: "button", click: () => choose(first.expression, first.values) }, "Reset");
  const graph = h("div", { class: "dlvc-graph", tabindex: 0, role: "img" });
  const variables = h("div", { class: "dlvc-variables" });
  const go = (to) => {
    step = to;
    draw();
  };
  const stepper = slider({ label: "Step", min: 0, max: 1, step: 1, onInput: go });
  const input = stepper.row.querySelector("input");
  const move = (name, by) => h("button", { type: "button", click: () => go(step + by) }, name);
  const [back, next, all] = [move("Back", -1), move("Next", 1), move("To the end", Infinity)];
  const story = h("p", { class: "dlvc-story", "aria-live": "polite" });
  const summary = h("p", { class: "dlvc-summary", "aria-live": "polite" });
  let sliders = {};

  const valueOf = (name) => model.get("values")[name] ?? 1;
  const list = () => {
    const names = nodes.filter(({ kind }) => kind === "variable").map(({ label }) => label);
    const bound = Math.max(BOUND, ...names.map((name) => Math.abs(valueOf(name))));
    sliders = Object.fromEntries(names.map((name) => [name, slider({
      label: name,
      min: -bound,
      max: bound,
      step: 0.05,
      onInput: (value) => put({ values: { ...model.get("values"), [name]: value } }),
    })]));
    variables.replaceChildren(...Object.values(sliders).map(({ row }) => row));
  };
  const draw = () => {
    const total = operationsOf(nodes).length;
    step = Math.min(Math.max(step, 0), 2 * total);
    const seen = { forward: Math.min(step, total), backward: Math.max(step - total, 0) };
    const values = Object.fromEntries(Object.keys(sliders).map((name) => [name, valueOf(name)]));
    for (const [name, { show: place }] of Object.entries(sliders)) place(values[name], values[name].toFixed(2));
    const results = differentiate(nodes, values, seen.backward);
    const final = differentiate(nodes, values);
    graph.replaceChildren(picture(nodes, results, seen));
    input.max = 2 * total;
    stepper.show(step, `${step} of ${2 * total}`);
    // Not `disabled`, which would take the focus from who presses Enter until the end.
    back.setAttribute("aria-disabled", step === 0);
    for (const button of [next, all]) button.setAttribute("aria-disabled", step === 2 * total);
    story.textContent = tell(nodes, results, seen);
    const slopes = nodes.flatMap(({ kind, label }, index) => (kind === "variable" ? [`${label} ${show(final[index].gradient)}`] : []));
    summary.textContent = `Result ${show(final.at(-1).value)}. ` + (slopes.length ? `Gradient: ${slopes.join(", ")}.` : "No variable.");
    graph.setAttribute("aria-label", `Graph of ${nodes.length} nodes. ${story.textContent} ${summary.textContent}`);
  };
  const read = () => {
    try {
      nodes = parse(model.get("expression"));
    } catch (error) {
      fault.textContent = `${error.message} The graph is still that of the last expression that could be read.`;
      field.setAttribute("aria-invalid", "true");
      return;
    }
    fault.textContent = "";
    field.removeAttribute("aria-invalid");
    step = 0;
    list();
    draw();
  };

  el.classList.add("dlvc-figure");
  el.append(
    h("label", { class: "dlvc-field" }, h("span", {}, "Expression"), field),
    fault,
    h("div", { class: "dlvc-controls" }, ...examples, reset),
    graph,
    h("div", { class: "dlvc-controls" }, back, next, all, stepper.row),
    story,
    variables,
    summary,
  );
  read();
  model.on("change:expression", read);
  model.on("change:values", draw);
  return () => {
    model.off("change:expression", read);
    model.off("change:values", draw);
  };
}

export default { render };
