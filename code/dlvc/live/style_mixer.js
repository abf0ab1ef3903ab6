// Two pictures and a third between them: each level of the third has the style of the one or of the other, and sliders
// move it along directions. A trained generator draws all three.

import { h, slider } from "./controls.js";
import { answering, loadDrawer, run } from "./networks.js";
import { paint } from "./raster.js";

const LEVELS = ["Coarse", "Middle", "Fine"];

const signed = (number) => number.toFixed(1).replace("-", "−");

function render({ model, el, experimental, runtime = 0 }) {
  const [name, side, styles, directions, reach] = ["name", "side", "styles", "directions", "reach"].map((key) => model.get(key));
  const names = ["chosen", "sources", "steps", "pixels"];
  const first = Object.fromEntries(names.map((key) => [key, model.get(key)]));
  const width = LEVELS.length * styles[0].length;

  const put = (values) => {
    for (const [key, value] of Object.entries(values)) model.set(key, value);
    model.save_changes();
  };
  const replace = (list, index, value) => list.map((old, i) => (i === index ? value : old));
  const button = (label, click) => h("button", { type: "button", click }, label);

  const canvases = ["Picture A", "Picture B", "The mixture"].map((label) => {
    return h("canvas", { width: side, height: side, role: "img", "aria-label": label });
  });
  const another = (which) => () => {
    put({ chosen: replace(model.get("chosen"), which, (model.get("chosen")[which] + 1) % styles.length) });
  };
  const cards = ["A", "B"].map((letter, which) => {
    return h("div", {}, canvases[which], h("span", {}, letter), button(`Another ${letter}`, another(which)));
  });
  const mixture = h("div", {}, canvases[2], h("span", {}, "Mixture"), button("Reset", () => put(first)));
  const levels = LEVELS.map((label, level) => {
    const choices = ["A", "B"].map((letter, source) => {
      return button(letter, () => put({ sources: replace(model.get("sources"), level, source) }));
    });
    return { choices, row: h("div", { class: "dlvc-controls", role: "group", "aria-label": `${label} levels` }, h("span", {}, label), ...choices) };
  });
  const sliders = directions.map((direction, index) => {
    return slider({
      ...{ label: direction.name, min: -reach, max: reach, step: 0.1 },
      onInput: (value) => put({ steps: replace(model.get("steps"), index, value) }),
    });
  });
  const summary = h("p", { class: "dlvc-summary", "aria-live": "polite" });

  /** The inputs of the network: all of A, all of B, and the mixture, moved along the directions. */
  const inputs = () => {
    const [chosen, sources, steps] = ["chosen", "sources", "steps"].map((key) => model.get(key));
    const moved = (w) => w.map((value, i) => directions.reduce((sum, { step }, d) => sum + steps[d] * step[i], value));
    const rows = [[0, 0, 0], [1, 1, 1], sources].map((row, picture) => row.flatMap((source) => {
      const w = styles[chosen[source]];
      return picture === 2 ? moved(w) : w;
    }));
    return Float32Array.from(rows.flat());
  };
  const draw = () => {
    const [sources, steps] = [model.get("sources"), model.get("steps")];
    canvases.forEach((canvas, index) => paint(canvas, model.get("pixels")[index]));
    levels.forEach(({ choices }, level) => choices.forEach((choice, source) => {
      choice.setAttribute("aria-pressed", sources[level] === source);
    }));
    sliders.forEach(({ show }, index) => show(steps[index], signed(steps[index])));
    const from = LEVELS.map((label, level) => `${label.toLowerCase()} levels of ${"AB"[sources[level]]}`).join(", ");
    const walked = directions.map((direction, index) => `${direction.name.toLowerCase()} ${signed(steps[index])}`).join(", ");
    summary.textContent = `The mixture: ${from}; ${walked}.`;
  };

  const answer = async (ready) => {
    const words = await ready(name);
    const found = await run(experimental, name, [3, width], inputs());
    const size = side * side;
    put({ pixels: [0, 1, 2].map((index) => {
      return [...found.subarray(index * size, (index + 1) * size)].map((value) => Math.round(255 * value));
    }) });
    return words;
  };
  const { status, changed } = answering({
    ...{ el, noun: "generator", gesture: "change something", draw, answer },
    bytes: runtime && runtime + model.get("bytes"),
    load: () => loadDrawer(experimental, name, width),
  });

  el.classList.add("dlvc-figure");
  el.append(
    h("div", { class: "dlvc-triple" }, cards[0], mixture, cards[1]),
    ...levels.map(({ row }) => row),
    ...sliders.map(({ row }) => row),
    summary,
    status,
  );
  draw();

  const watched = ["chosen", "sources", "steps"];
  for (const key of watched) model.on(`change:${key}`, changed);
  return () => {
    for (const key of watched) model.off(`change:${key}`, changed);
  };
}

export default { render };
