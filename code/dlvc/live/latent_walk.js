// A walk through the latent space of a trained generator: around the ring that two latent vectors span, or towards 0.

import { h, slider } from "./controls.js";
import { TOLERANCE, ask, run, scientific } from "./networks.js";
import { SIDE, gaussian, paint } from "./raster.js";

const SIZE = SIDE * SIDE;
const CHECKED = 32; // latent vectors with PyTorch's pictures, in 65535 levels
const LEVELS = 65535;
const AROUND = 12; // small pictures, evenly around the ring
const TURN = 360;
const PACE = 2; // degrees a frame

/**
 * The latent vector at an angle of the ring that two vectors span.
 * @param {number[][]} pair
 * @param {number} degrees
 * @param {number} length 1 for vectors as long as those of the pair
 * @returns {number[]}
 */
export function onRing([a, b], degrees, length) {
  const angle = (degrees / TURN) * 2 * Math.PI;
  return a.map((value, i) => length * (Math.cos(angle) * value + Math.sin(angle) * b[i]));
}

/** Loads the generator, and makes sure that it draws as it did in PyTorch. */
async function load(experimental, name, latent) {
  const [file] = await Promise.all([
    ask(experimental, "read_file", { name: `${name}.gz` }),
    run(experimental, name, [1, latent], new Float32Array(latent)), // only so that both are fetched at the same time
  ]);
  const codes = new Float32Array(file.slice(0, 4 * CHECKED * latent));
  const expected = new Uint16Array(file, 4 * CHECKED * latent);
  const found = await run(experimental, name, [CHECKED, latent], codes);
  let difference = 0;
  expected.forEach((level, i) => (difference = Math.max(difference, Math.abs(found[i] - level / LEVELS))));
  if (!(found.length === expected.length && difference <= TOLERANCE)) {
    throw new Error(`${name}: the pixels differ from PyTorch's by ${difference}`);
  }
  return `Ready. In ${CHECKED} pictures, the pixels computed here differ from PyTorch's by at most ${scientific(difference)}.`;
}

function render({ model, el, experimental, runtime = 0 }) {
  const [name, latent] = ["name", "latent"].map((key) => model.get(key));
  const keys = ["angle", "length", "pair", "pixels"];
  const first = Object.fromEntries(keys.map((key) => [key, model.get(key)]));
  const draws = gaussian(200 * latent);
  let taken = 0; // pairs taken from `draws`
  let loaded, frame;
  let answered = false;
  let ringOf; // the pair and the length that the small pictures show
  let [changing, stale, busy] = [false, false, false];

  const put = (values) => {
    for (const [key, value] of Object.entries(values)) model.set(key, value);
    model.save_changes();
  };
  const button = (label, click) => h("button", { type: "button", click }, label);
  const small = (label) => h("canvas", { width: SIDE, height: SIDE, role: "img", "aria-label": label });

  const status = h("p", { class: "dlvc-state", role: "status" });
  const say = (state, words) => {
    status.dataset.state = state;
    status.textContent = words;
  };
  const fail = (error) => {
    stop();
    say("failed", "The generator could not be loaded. Move a slider to try again.");
    if (!answered) el.dispatchEvent(new CustomEvent("dlvc-failed", { detail: error })); // on a page the picture takes over
  };
  const ready = () => {
    if (!loaded) {
      say("loading", "Loading the generator …");
      loaded = load(experimental, name, latent);
      loaded.catch(() => (loaded = undefined)); // so that it can be tried again
    }
    return loaded;
  };

  const large = small("What the generator draws");
  const ring = Array.from({ length: AROUND }, (_, i) => small(`At ${(TURN / AROUND) * i} degrees`));
  const angle = slider({ label: "Angle", min: 0, max: TURN, step: 1, onInput: (value) => put({ angle: value }) });
  const length = slider({ label: "Length of z", min: 0, max: 2, step: 0.05, onInput: (value) => put({ length: value }) });
  const summary = h("p", { class: "dlvc-summary", "aria-live": "polite" });

  const others = () => {
    taken = (taken + 1) % 100;
    const numbers = draws.slice(2 * taken * latent, 2 * (taken + 1) * latent);
    put({ pair: [numbers.slice(0, latent), numbers.slice(latent)] });
  };
  const draw = () => {
    const [degrees, factor] = [model.get("angle"), model.get("length")];
    angle.show(degrees, `${degrees}°`);
    length.show(factor, factor.toFixed(2));
    walk.textContent = frame ? "Pause" : "Walk around";
    paint(large, model.get("pixels"));
    summary.setAttribute("aria-live", frame ? "off" : "polite");
    const norm = Math.hypot(...onRing(model.get("pair"), degrees, factor));
    summary.textContent = `At ${degrees}° the latent vector is ${norm.toFixed(1)} long; draws from the prior are around ${Math.sqrt(latent).toFixed(1)}.`;
  };

  /** Runs the generator, and once more if anything has changed meanwhile. */
  const answer = async () => {
    busy = true;
    while (stale) {
      stale = false;
      const [pair, degrees, factor] = ["pair", "angle", "length"].map((key) => model.get(key));
      try {
        const words = await ready();
        const pixels = await run(experimental, name, [1, latent], Float32Array.from(onRing(pair, degrees, factor)));
        if (ringOf?.pair !== pair || ringOf.factor !== factor) {
          const codes = ring.flatMap((_, i) => onRing(pair, (TURN / AROUND) * i, factor));
          const all = await run(experimental, name, [AROUND, latent], Float32Array.from(codes));
          ring.forEach((canvas, i) => paint(canvas, all.subarray(i * SIZE, (i + 1) * SIZE), 255));
          ringOf = { pair, factor };
        }
        answered = true;
        put({ pixels: [...pixels].map((value) => Math.round(255 * value)) });
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

  const stop = () => {
    cancelAnimationFrame(frame);
    frame = undefined;
  };
  const toggle = () => {
    const animate = () => {
      frame = requestAnimationFrame(animate);
      if (!busy) put({ angle: (model.get("angle") + PACE) % TURN });
    };
    if (frame) stop();
    else if (matchMedia("(prefers-reduced-motion: reduce)").matches) put({ angle: (model.get("angle") + TURN / AROUND) % TURN });
    else animate();
    draw();
  };
  const walk = button("Walk around", toggle);
  const reset = () => {
    stop();
    put(first);
    draw();
  };

  el.classList.add("dlvc-figure");
  el.append(
    h("div", { class: "dlvc-walk" }, large, h("div", { class: "dlvc-ring" }, ...ring)),
    angle.row,
    length.row,
    h("div", { class: "dlvc-controls" }, walk, button("Other pictures", others), button("Reset", reset)),
    summary,
    status,
  );
  const cost = runtime ? ` That takes ${((runtime + model.get("bytes")) / 1e6).toFixed(1)}\u202fMB.` : "";
  say("idle", `The generator is loaded when you first move a slider.${cost}`);
  model.get("ring").forEach((pixels, i) => paint(ring[i], pixels));
  draw();

  for (const key of ["angle", "length", "pair"]) model.on(`change:${key}`, changed);
  return () => {
    stop();
    for (const key of ["angle", "length", "pair"]) model.off(`change:${key}`, changed);
  };
}

export default { render };
