// An answer about a picture, a mask and a box, that is moved and enlarged, and what each score makes of it.

import { h, slider } from "./controls.js";
import { percent } from "./probability.js";

const FARTHEST = 32; // pixels
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SCALE = 5; // pixels of the canvas for one of the picture
const STARTS = { network: "The network’s answer", truth: "The truth", nothing: "Background only" };
const ROWS = {
  pixel: "Pixel accuracy",
  background: "IoU of the background",
  object: "IoU of the object",
  mean: "Mean IoU",
  dice: "Dice of the object",
  box: "IoU of the boxes",
};

/**
 * A mask from the lengths of its runs, the first one of pixels outside.
 * @param {number[]} runs
 * @returns {Uint8Array}
 */
export function expand(runs) {
  return Uint8Array.from(runs.flatMap((length, index) => Array(length).fill(index % 2)));
}

/**
 * Enlarges a mask about a centre and moves it: each pixel asks which one it was.
 * @param {Uint8Array} mask square, row by row
 * @param {number[]} centre column and row
 * @param {{right: number, down: number, size: number}} by
 * @returns {Uint8Array}
 */
export function moved(mask, centre, { right, down, size }) {
  const side = Math.sqrt(mask.length);
  const source = (at, middle, step) => Math.floor((at + 0.5 - middle - step) / size + middle);
  return mask.map((_, index) => {
    const column = source(index % side, centre[0], right);
    const row = source(Math.floor(index / side), centre[1], down);
    return column >= 0 && column < side && row >= 0 && row < side ? mask[row * side + column] : 0;
  });
}

/**
 * Enlarges a box about its centre and moves it.
 * @param {number[]} box left, top, right, bottom
 * @param {{right: number, down: number, size: number}} by
 * @returns {number[]}
 */
export function movedBox(box, { right, down, size }) {
  return box.map((edge, index) => {
    const middle = (box[index % 2] + box[(index % 2) + 2]) / 2;
    return (edge - middle) * size + middle + (index % 2 ? down : right);
  });
}

/**
 * Compares an answer with the truth, object against background.
 * @param {Uint8Array} mask
 * @param {number[]} box
 * @param {Uint8Array} answeredMask
 * @param {number[] | undefined} answeredBox
 * @returns {Object<string, number>}
 */
export function scores(mask, box, answeredMask, answeredBox) {
  let [shared, either] = [0, 0];
  mask.forEach((inside, index) => {
    shared += inside & answeredMask[index];
    either += inside | answeredMask[index];
  });
  const neither = mask.length - either;
  const [object, background] = [shared / either, neither / (mask.length - shared)];
  const masks = {
    pixel: (shared + neither) / mask.length,
    background,
    object,
    mean: (object + background) / 2,
    dice: (2 * shared) / (shared + either),
  };
  if (!answeredBox) return { ...masks, box: 0, l1: NaN };
  const area = ([left, top, right, bottom]) => Math.max(0, right - left) * Math.max(0, bottom - top);
  const common = area(box.map((edge, index) => (index < 2 ? Math.max : Math.min)(edge, answeredBox[index])));
  const difference = box.reduce((sum, edge, index) => sum + Math.abs(edge - answeredBox[index]) / 4, 0);
  return { ...masks, box: common / (area(box) + area(answeredBox) - common), l1: difference };
}

function render({ model, el }) {
  const scenes = model.get("scenes").map((scene) => {
    const image = new Image();
    image.src = scene.picture;
    image.decode().then(() => draw());
    const { box, answered_box: answeredBox, side } = scene;
    return { image, side, box, answeredBox, mask: expand(scene.mask), answeredMask: expand(scene.answered_mask) };
  });
  const names = ["scene", "start", "right", "down", "size"];
  const first = Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const place = () => ({ right: model.get("right"), down: model.get("down"), size: model.get("size") });
  const home = { right: 0, down: 0, size: 1 };

  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const within = (pixels) => Math.min(FARTHEST, Math.max(-FARTHEST, pixels));
  const button = (name, click) => h("button", { type: "button", click }, name);
  const group = (name, ...children) => h("div", { class: "dlvc-controls", role: "group", "aria-label": name }, ...children);

  const side = Math.max(...scenes.map((scene) => scene.side)) * SCALE;
  const paper = h("canvas", {
    ...{ width: side, height: side, tabindex: 0, role: "application" },
    "aria-label": "The picture. Arrow keys move the answer, plus and minus change its size.",
  });
  let held; // where the pointer took hold, and where the answer was then
  paper.addEventListener("pointerdown", (event) => {
    paper.setPointerCapture(event.pointerId);
    held = { x: event.offsetX, y: event.offsetY, ...place() };
  });
  paper.addEventListener("pointermove", (event) => {
    if (!paper.hasPointerCapture(event.pointerId)) return;
    const pixels = (distance) => Math.round((distance * scenes[model.get("scene")].side) / paper.clientWidth);
    put({
      right: within(held.right + pixels(event.offsetX - held.x)),
      down: within(held.down + pixels(event.offsetY - held.y)),
    });
  });
  paper.addEventListener("keydown", (event) => {
    const { right, down, size } = place();
    if (event.key in STEPS) {
      const [x, y] = STEPS[event.key];
      put({ right: within(right + x), down: within(down + y) });
    } else if (event.key === "+" || event.key === "-") {
      const step = event.key === "+" ? 0.05 : -0.05;
      put({ size: Math.min(2, Math.max(0.5, Math.round(100 * (size + step)) / 100)) });
    } else {
      return;
    }
    event.preventDefault();
  });

  const pictures = scenes.map((_, index) => button(`Picture ${index + 1}`, () => put({ scene: index, ...home })));
  const starts = Object.entries(STARTS).map(([start, name]) => button(name, () => put({ start, ...home })));
  const right = slider({ label: "Right", min: -FARTHEST, max: FARTHEST, step: 1, onInput: (value) => put({ right: value }) });
  const down = slider({ label: "Down", min: -FARTHEST, max: FARTHEST, step: 1, onInput: (value) => put({ down: value }) });
  const size = slider({ label: "Size", min: 0.5, max: 2, step: 0.05, onInput: (value) => put({ size: value }) });
  const reset = button("Reset", () => put(first));

  const cells = Object.fromEntries([...Object.keys(ROWS), "l1"].map((name) => [name, h("td", { class: "dlvc-value" })]));
  const table = h(
    "table",
    { class: "dlvc-runners" },
    h("tbody", {}, ...Object.entries({ ...ROWS, l1: "L1 of the boxes, pixels" }).map(([name, words]) => {
      return h("tr", {}, h("th", { scope: "row" }, words), cells[name]);
    })),
  );
  const summary = h("p", { class: "dlvc-summary", "aria-live": "polite" });

  const answer = () => {
    const { mask, box, answeredMask, answeredBox } = scenes[model.get("scene")];
    const start = model.get("start");
    if (start === "nothing") return { mask: new Uint8Array(mask.length) };
    const [taken, edges] = start === "network" ? [answeredMask, answeredBox] : [mask, box];
    const centre = [(edges[0] + edges[2]) / 2, (edges[1] + edges[3]) / 2];
    return { mask: moved(taken, centre, place()), box: movedBox(edges, place()) };
  };

  const paint = (scene, given) => {
    const pen = paper.getContext("2d");
    const scale = paper.width / scene.side;
    pen.imageSmoothingEnabled = false;
    pen.drawImage(scene.image, 0, 0, paper.width, paper.height);
    const frame = ([left, top, across, bottom], colour, dash) => {
      for (const [ink, width, line] of [["black", 5, []], [colour, 2.5, dash]]) {
        [pen.strokeStyle, pen.lineWidth] = [ink, width];
        pen.setLineDash(line);
        pen.strokeRect(left * scale, top * scale, (across - left) * scale, (bottom - top) * scale);
      }
      pen.setLineDash([]);
    };
    // The outlines of shapes: each side of a pixel that has the other kind beyond it.
    const outline = (mask, colour, width) => {
      pen.beginPath();
      mask.forEach((inside, index) => {
        if (!inside) return;
        const [x, y] = [index % scene.side, Math.floor(index / scene.side)];
        const edge = (beyond, from, to) => {
          if (beyond) return;
          pen.moveTo(from[0] * scale, from[1] * scale);
          pen.lineTo(to[0] * scale, to[1] * scale);
        };
        edge(x > 0 && mask[index - 1], [x, y], [x, y + 1]);
        edge(x < scene.side - 1 && mask[index + 1], [x + 1, y], [x + 1, y + 1]);
        edge(y > 0 && mask[index - scene.side], [x, y], [x + 1, y]);
        edge(y < scene.side - 1 && mask[index + scene.side], [x, y + 1], [x + 1, y + 1]);
      });
      [pen.strokeStyle, pen.lineWidth] = [colour, width];
      pen.stroke();
    };
    outline(scene.mask, "black", 4);
    outline(scene.mask, "white", 2);
    frame(scene.box, "white", []);
    outline(given.mask, "black", 4);
    outline(given.mask, "#ffb000", 2);
    if (given.box) frame(given.box, "#ffb000", [8, 5]);
  };

  function draw() {
    const scene = scenes[model.get("scene")];
    const given = answer();
    const found = scores(scene.mask, scene.box, given.mask, given.box);
    const { right: x, down: y, size: factor } = place();
    paint(scene, given);
    right.show(x, `${x} px`);
    down.show(y, `${y} px`);
    size.show(factor, `× ${factor.toFixed(2)}`);
    pictures.forEach((each, index) => each.setAttribute("aria-pressed", index === model.get("scene")));
    starts.forEach((each, index) => each.setAttribute("aria-pressed", Object.keys(STARTS)[index] === model.get("start")));
    for (const [name, cell] of Object.entries(cells)) {
      cell.textContent = name !== "l1" ? percent(found[name]) : given.box ? found.l1.toFixed(2) : "–";
      cell.dataset.number = found[name];
    }
    summary.textContent =
      `Pixel accuracy ${percent(found.pixel)}, mean IoU ${percent(found.mean)}, ` +
      `IoU of the boxes ${given.box ? percent(found.box) : "–"}.`;
  }

  el.classList.add("dlvc-figure");
  el.append(
    group("Picture", ...pictures),
    group("What is moved", ...starts, reset),
    h(
      "div",
      { class: "dlvc-moving" },
      h("div", { class: "dlvc-board" }, paper),
      h("div", {}, table, summary),
    ),
    h("div", { class: "dlvc-controls" }, right.row, down.row, size.row),
    h("p", { class: "dlvc-state" }, "White: the truth. Yellow, with a dashed box: the answer."),
    h("p", { class: "dlvc-hint" }, "By keyboard: arrows move the answer, + and − change its size."),
  );
  draw();
  names.forEach((name) => model.on(`change:${name}`, draw));
  return () => names.forEach((name) => model.off(`change:${name}`, draw));
}

export default { render };
