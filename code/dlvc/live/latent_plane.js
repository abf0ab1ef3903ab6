// A plane of codes: wherever the cross stands, a trained decoder draws; a slider goes from one trained model to the next.

import { h, slider } from "./controls.js";
import { answering, ask, loadDrawer, run } from "./networks.js";
import { percent } from "./probability.js";
import { SIDE, gaussian, paint } from "./raster.js";

const SIZE = SIDE * SIDE;
const TILES = 13; // pictures along each side of the plane
const FINE = 60; // steps of the arrow keys from one side to the other
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const CROSS = "#d3202e";

const signed = (number) => number.toFixed(2).replace("-", "−");

function render({ model, el, experimental, runtime = 0 }) {
  const models = model.get("models");
  const [classes, colours, labels] = ["classes", "colours", "labels"].map((name) => model.get(name));
  const names = ["model", "z", "tiles", "pixels", "near"];
  const first = Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const draws = gaussian(400);
  const mosaics = new Map(); // canvases full of pictures, by the models' names
  let pictures; // promise of the test pictures
  let drawn = 0; // numbers taken from `draws`

  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const current = () => models[model.get("model")];
  const button = (name, click) => h("button", { type: "button", click }, name);
  const small = (label) => h("canvas", { width: SIDE, height: SIDE, role: "img", "aria-label": label });

  const known = () => {
    pictures ??= ask(experimental, "read_file", { name: "pictures.gz" }).then((file) => new Uint8Array(file));
    pictures.catch(() => (pictures = undefined));
    return pictures;
  };

  const plane = h("canvas", { class: "dlvc-codes", tabindex: 0, role: "application" });
  const decoded = small("What the decoder draws at the cross");
  const near = small("The nearest test picture");
  const nearName = h("span", {}, "Nearest test picture");
  const summary = h("p", { class: "dlvc-summary", "aria-live": "polite" });
  const stops = slider({
    ...{ label: "Model", min: 0, max: models.length - 1, step: 1 },
    onInput: (value) => put({ model: value, z: inside(model.get("z"), models[value]) }),
  });
  const views = [false, true].map((tiles) => button(tiles ? "Pictures" : "Codes", () => put({ tiles })));

  const inside = (z, { extent }) => z.map((value) => Math.min(extent, Math.max(-extent, value)));
  const move = (z) => put({ z: inside(z, current()) });
  const fromPrior = () => {
    drawn = (drawn + 2) % draws.length;
    move(draws.slice(drawn, drawn + 2));
  };

  /** Place in the list, and distance, of the code that is nearest to the cross. */
  const nearest = () => {
    const z = model.get("z");
    return current().codes
      .map((code, place) => ({ place, distance: Math.hypot(code[0] - z[0], code[1] - z[1]) }))
      .reduce((best, each) => (each.distance < best.distance ? each : best));
  };
  const draw = () => {
    const [z, { title }, { place, distance }] = [model.get("z"), current(), nearest()];
    drawPlane(plane, { ...current(), colours, labels, z, mosaic: model.get("tiles") && mosaics.get(current().name) });
    paint(decoded, model.get("pixels"));
    paint(near, model.get("near"));
    stops.show(model.get("model"), title);
    views.forEach((each, index) => each.setAttribute("aria-pressed", Boolean(index) === model.get("tiles")));
    const radius = Math.hypot(...z);
    const where = z.map(signed).join(", ");
    plane.setAttribute("aria-label", `Plane of codes, cross at ${where}. Arrow keys move it; with Shift, far.`);
    summary.textContent = `z = (${where}), ${signed(radius)} from the origin; ${percent(Math.exp((-radius * radius) / 2))} of all ` +
      `draws from the prior lie farther out. The nearest of ${labels.length} test codes, of the class ${classes[labels[place]]}, ` +
      `is ${signed(distance)} away.`;
    nearName.textContent = `Nearest test picture: ${classes[labels[place]]}`;
  };

  const answer = async (ready) => {
    const [each, z] = [current(), model.get("z")];
    const [words, bank] = await Promise.all([ready(each.name), known()]);
    const pixels = await run(experimental, each.name, [1, 2], Float32Array.from(z));
    if (model.get("tiles") && !mosaics.has(each.name)) mosaics.set(each.name, await mosaic(experimental, each));
    const { place } = nearest();
    const beside = [...bank.subarray(place * SIZE, (place + 1) * SIZE)];
    put({ pixels: Array.from(pixels, (value) => Math.round(255 * value)), near: beside });
    return words;
  };
  const { status, changed } = answering({
    ...{ el, noun: "decoder", gesture: "move the cross", draw, answer },
    bytes: runtime && runtime + model.get("bytes") + current().bytes,
    load: (name) => loadDrawer(experimental, name, 2),
  });

  const pointed = (event) => {
    const { extent } = current();
    const share = [event.offsetX / plane.clientWidth, 1 - event.offsetY / plane.clientHeight];
    move(share.map((part) => (2 * part - 1) * extent));
  };
  plane.addEventListener("pointerdown", (event) => {
    plane.setPointerCapture(event.pointerId);
    summary.setAttribute("aria-live", "off"); // a screen reader hears where the cross is left
    pointed(event);
  });
  plane.addEventListener("pointermove", (event) => {
    if (plane.hasPointerCapture(event.pointerId)) pointed(event);
  });
  plane.addEventListener("lostpointercapture", () => {
    summary.setAttribute("aria-live", "polite");
    draw();
  });
  plane.addEventListener("keydown", (event) => {
    if (!STEPS[event.key]) return;
    event.preventDefault();
    const step = ((event.shiftKey ? 5 : 1) * 2 * current().extent) / FINE;
    move(model.get("z").map((value, axis) => value + STEPS[event.key][axis] * step));
  });

  el.classList.add("dlvc-figure");
  el.append(
    h("div", { class: "dlvc-stops" }, stops.row),
    h("div", { class: "dlvc-plane" },
      plane,
      h("div", { class: "dlvc-pair" },
        h("div", {}, decoded, h("span", {}, "Drawn at the cross")),
        h("div", {}, near, nearName))),
    h("ul", { class: "dlvc-key" }, ...classes.map((name, k) => {
      return h("li", {}, h("b", { style: `color: ${colours[k]}` }, `${k}`), ` ${name}`);
    })),
    h("div", { class: "dlvc-controls" }, h("span", {}, "Show"), ...views, button("Draw z from the prior", fromPrior),
      button("Reset", () => put(first))),
    summary,
    status,
  );
  draw();

  for (const name of ["model", "z", "tiles"]) model.on(`change:${name}`, changed);
  const size = new ResizeObserver(draw);
  size.observe(plane);
  const theme = new MutationObserver(draw); // axes and circles have the colour of the page's text
  for (const page of [document.documentElement, document.body]) theme.observe(page, { attributes: true });
  return () => {
    size.disconnect();
    theme.disconnect();
    for (const name of ["model", "z", "tiles"]) model.off(`change:${name}`, changed);
  };
}

/** Decodes a grid of points into one canvas, which covers the plane. */
async function mosaic(experimental, { name, extent }) {
  const middle = (tile) => ((2 * tile + 1) / TILES - 1) * extent;
  const codes = Float32Array.from({ length: 2 * TILES * TILES }, (_, i) => {
    const tile = Math.floor(i / 2);
    return i % 2 ? -middle(Math.floor(tile / TILES)) : middle(tile % TILES);
  });
  const pixels = await run(experimental, name, [TILES * TILES, 2], codes);
  const [whole, one] = [TILES * SIDE, SIDE].map((side) => Object.assign(document.createElement("canvas"), { width: side, height: side }));
  for (let tile = 0; tile < TILES * TILES; tile++) {
    paint(one, pixels.subarray(tile * SIZE, (tile + 1) * SIZE), 255);
    whole.getContext("2d").drawImage(one, SIDE * (tile % TILES), SIDE * Math.floor(tile / TILES));
  }
  return whole;
}

function drawPlane(canvas, { extent, codes, colours, labels, z, mosaic: whole }) {
  const scale = window.devicePixelRatio || 1;
  const side = canvas.clientWidth;
  [canvas.width, canvas.height] = [side * scale, side * scale];
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const { color, fontFamily } = getComputedStyle(canvas);
  const at = ([x, y]) => [(0.5 + x / (2 * extent)) * side, (0.5 - y / (2 * extent)) * side];

  if (whole) {
    pen.drawImage(whole, 0, 0, side, side);
  } else {
    [pen.textAlign, pen.textBaseline, pen.font] = ["center", "middle", `600 11px ${fontFamily}`];
    codes.forEach((code, place) => {
      pen.fillStyle = colours[labels[place]];
      pen.fillText(labels[place], ...at(code));
    });
  }
  [pen.strokeStyle, pen.lineWidth, pen.globalAlpha] = [whole ? "white" : color, 1, 0.55];
  pen.setLineDash([5, 4]);
  for (const radius of [1, 2, 3]) {
    pen.beginPath();
    pen.arc(...at([0, 0]), (radius / (2 * extent)) * side, 0, 2 * Math.PI);
    pen.stroke();
  }
  pen.setLineDash([]);
  pen.globalAlpha = 1;
  [pen.fillStyle, pen.font, pen.textBaseline] = [whole ? "white" : color, `12px ${fontFamily}`, "alphabetic"];
  const end = extent.toFixed(1);
  for (const [text, align, x, y] of [
    [`−${end}`, "left", 4, side / 2 - 4], [`${end}`, "right", side - 4, side / 2 - 4],
    [`−${end}`, "center", side / 2, side - 5], [`${end}`, "center", side / 2, 14],
  ]) {
    pen.textAlign = align;
    pen.fillText(text, x, y);
  }
  const [x, y] = at(z);
  for (const [ink, width] of [["white", 6], [CROSS, 3]]) {
    [pen.strokeStyle, pen.lineWidth] = [ink, width];
    pen.beginPath();
    pen.moveTo(x - 10, y);
    pen.lineTo(x + 10, y);
    pen.moveTo(x, y - 10);
    pen.lineTo(x, y + 10);
    pen.stroke();
  }
}

export default { render };
