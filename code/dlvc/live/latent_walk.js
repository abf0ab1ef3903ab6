// A walk through the latent space of a trained generator: around the ring that two latent vectors span, or towards 0.

import { h, slider } from "./controls.js";
import { answering, loadDrawer, run } from "./networks.js";
import { SIDE, gaussian, paint } from "./raster.js";

const SIZE = SIDE * SIDE;
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

function render({ model, el, experimental, runtime = 0 }) {
  const [name, latent] = ["name", "latent"].map((key) => model.get(key));
  const keys = ["angle", "length", "pair", "pixels"];
  const first = Object.fromEntries(keys.map((key) => [key, model.get(key)]));
  const draws = gaussian(200 * latent);
  let taken = 0; // pairs taken from `draws`
  let frame;
  let ringOf; // the pair and the length that the small pictures show

  const put = (values) => {
    for (const [key, value] of Object.entries(values)) model.set(key, value);
    model.save_changes();
  };
  const button = (label, click) => h("button", { type: "button", click }, label);
  const small = (label) => h("canvas", { width: SIDE, height: SIDE, role: "img", "aria-label": label });

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

  const answer = async (ready) => {
    const [pair, degrees, factor] = ["pair", "angle", "length"].map((key) => model.get(key));
    const words = await ready(name);
    const pixels = await run(experimental, name, [1, latent], Float32Array.from(onRing(pair, degrees, factor)));
    if (ringOf?.pair !== pair || ringOf.factor !== factor) {
      const codes = ring.flatMap((_, i) => onRing(pair, (TURN / AROUND) * i, factor));
      const all = await run(experimental, name, [AROUND, latent], Float32Array.from(codes));
      ring.forEach((canvas, i) => paint(canvas, all.subarray(i * SIZE, (i + 1) * SIZE), 255));
      ringOf = { pair, factor };
    }
    put({ pixels: [...pixels].map((value) => Math.round(255 * value)) });
    return words;
  };

  const stop = () => {
    cancelAnimationFrame(frame);
    frame = undefined;
  };
  const { status, changed, busy } = answering({
    ...{ el, noun: "generator", gesture: "move a slider", draw, answer, failed: stop },
    bytes: runtime && runtime + model.get("bytes"),
    load: () => loadDrawer(experimental, name, latent),
  });

  const toggle = () => {
    const animate = () => {
      frame = requestAnimationFrame(animate);
      if (!busy()) put({ angle: (model.get("angle") + PACE) % TURN });
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
  model.get("ring").forEach((pixels, i) => paint(ring[i], pixels));
  draw();

  for (const key of ["angle", "length", "pair"]) model.on(`change:${key}`, changed);
  return () => {
    stop();
    for (const key of ["angle", "length", "pair"]) model.off(`change:${key}`, changed);
  };
}

export default { render };
