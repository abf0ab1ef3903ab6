// Two pictures and a third between them: each level of the third has the style of the one or of the other, and sliders
// move it along directions. A trained generator draws all three.

import { h, slider } from "./controls.js";
import { TOLERANCE, ask, run, scientific } from "./networks.js";
import { paint } from "./raster.js";

const LEVELS = ["Coarse", "Middle", "Fine"];
const CHECKED = 32; // mixtures with PyTorch's pictures, in 65535 shades
const SHADES = 65535;

const signed = (number) => number.toFixed(1).replace("-", "−");

/** Loads the generator, and makes sure that it draws as it did in PyTorch. */
async function load(experimental, name, width) {
  const [file] = await Promise.all([
    ask(experimental, "read_file", { name: `${name}.gz` }),
    run(experimental, name, [1, width], new Float32Array(width)), // only so that both are fetched at the same time
  ]);
  const inputs = 4 * CHECKED * width; // bytes
  const found = await run(experimental, name, [CHECKED, width], new Float32Array(file.slice(0, inputs)));
  const expected = new Uint16Array(file, inputs);
  let difference = 0;
  expected.forEach((shade, i) => (difference = Math.max(difference, Math.abs(found[i] - shade / SHADES))));
  if (!(found.length === expected.length && difference <= TOLERANCE)) {
    throw new Error(`${name}: the pixels differ from PyTorch's by ${difference}`);
  }
  return `Ready. In ${CHECKED} pictures, the pixels computed here differ from PyTorch's by at most ${scientific(difference)}.`;
}

function render({ model, el, experimental, runtime = 0 }) {
  const [name, side, styles, directions, reach] = ["name", "side", "styles", "directions", "reach"].map((key) => model.get(key));
  const names = ["chosen", "sources", "steps", "pixels"];
  const first = Object.fromEntries(names.map((key) => [key, model.get(key)]));
  const width = LEVELS.length * styles[0].length;
  let loaded; // promise of what `load` returns
  let answered = false;
  let [changing, stale, busy] = [false, false, false];

  const put = (values) => {
    for (const [key, value] of Object.entries(values)) model.set(key, value);
    model.save_changes();
  };
  const replace = (list, index, value) => list.map((old, i) => (i === index ? value : old));
  const button = (label, click) => h("button", { type: "button", click }, label);

  const status = h("p", { class: "dlvc-state", role: "status" });
  const say = (state, words) => {
    status.dataset.state = state;
    status.textContent = words;
  };
  const fail = (error) => {
    loaded = undefined; // so that it can be tried again
    say("failed", "The generator could not be loaded. Change anything to try again.");
    if (!answered) el.dispatchEvent(new CustomEvent("dlvc-failed", { detail: error })); // on a page the picture takes over
  };
  const ready = () => {
    if (!loaded) say("loading", "Loading the generator …");
    loaded ??= load(experimental, name, width);
    return loaded;
  };

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

  /** Runs the network, and once more if anything has changed meanwhile. */
  const answer = async () => {
    busy = true;
    while (stale) {
      stale = false;
      try {
        const words = await ready();
        const found = await run(experimental, name, [3, width], inputs());
        answered = true;
        const size = side * side;
        put({ pixels: [0, 1, 2].map((index) => {
          return [...found.subarray(index * size, (index + 1) * size)].map((value) => Math.round(255 * value));
        }) });
        say("ready", words);
      } catch (error) {
        fail(error);
      }
      draw();
    }
    busy = false;
  };
  const update = () => {
    [changing, stale] = [false, true];
    draw();
    if (!busy) answer();
  };
  /** Updates once for all that is changed together. */
  const changed = () => {
    if (!changing) queueMicrotask(update);
    changing = true;
  };

  el.classList.add("dlvc-figure");
  el.append(
    h("div", { class: "dlvc-triple" }, cards[0], mixture, cards[1]),
    ...levels.map(({ row }) => row),
    ...sliders.map(({ row }) => row),
    summary,
    status,
  );
  const cost = runtime ? ` That takes ${((runtime + model.get("bytes")) / 1e6).toFixed(1)}\u202fMB.` : "";
  say("idle", `The generator is loaded when you first change something.${cost}`);
  draw();

  const watched = ["chosen", "sources", "steps"];
  for (const key of watched) model.on(`change:${key}`, changed);
  return () => {
    for (const key of watched) model.off(`change:${key}`, changed);
  };
}

export default { render };
