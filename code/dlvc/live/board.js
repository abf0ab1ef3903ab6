// A board of 28 by 28 pixels to draw on, by pointer, touch or keyboard, with its tools.

import { h, slider } from "./controls.js";
import { SIDE, stroke } from "./raster.js";

const PEN = { x: SIDE / 2, y: SIDE / 2, down: false, erase: false, width: 3 };
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const inside = (value) => Math.min(SIDE - 0.5, Math.max(0.5, value)); // from the first pixel's middle to the last one's

/**
 * Makes a drawing board; who makes it paints its paper.
 * @param {{read: () => number[], write: (pixels: number[]) => void, stroking: (begins: boolean) => void}} owner
 *   holds the pixels, 0 to 255, row by row, and is told when a stroke of the pointer begins and ends
 * @returns {{parts: HTMLElement[], paper: HTMLCanvasElement, frame: HTMLElement, reset: () => void}}
 */
export function drawingBoard({ read, write, stroking }) {
  const pen = { ...PEN };
  const button = (name, click) => h("button", { type: "button", click }, name);
  const paper = h("canvas", {
    ...{ width: SIDE, height: SIDE, class: "dlvc-paper", tabindex: 0, role: "application" },
    "aria-label": "Drawing. Arrow keys move the pen, the space bar puts it down and lifts it, Delete clears.",
  });
  const marker = h("span", { class: "dlvc-pen", "aria-hidden": "true" });
  const place = h("p", { role: "status" });
  const keys = h("p", {}, "By keyboard: arrows move the pen, space puts it down and lifts it, Delete clears.");
  const clear = () => write(Array(SIDE * SIDE).fill(0));
  const drawTo = (x, y) => {
    write(stroke(read(), [pen.x, pen.y], [x, y], pen));
    [pen.x, pen.y] = [x, y];
  };
  const showPen = () => {
    [marker.style.left, marker.style.top] = [pen.x, pen.y].map((value) => `${(100 * value) / SIDE}%`);
    marker.classList.toggle("dlvc-down", pen.down);
    const tool = pen.erase ? "Eraser" : "Pen";
    place.textContent = `${tool} ${pen.down ? "down" : "up"} in column ${Math.ceil(pen.x)}, row ${Math.ceil(pen.y)}.`;
    tools.forEach((each, index) => each.setAttribute("aria-pressed", Boolean(index) === pen.erase));
    width.show(pen.width, `${pen.width} pixels`);
  };
  const take = (values) => () => {
    Object.assign(pen, values);
    showPen();
  };
  const tools = [button("Pen", take({ erase: false })), button("Eraser", take({ erase: true }))];
  const width = slider({ label: "Width", min: 1, max: 6, step: 0.5, onInput: (value) => take({ width: value })() });

  paper.addEventListener("pointerdown", (event) => {
    paper.setPointerCapture(event.pointerId);
    stroking(true);
    [pen.x, pen.y] = [event.offsetX, event.offsetY].map((value) => (SIDE * value) / paper.clientWidth);
    drawTo(pen.x, pen.y);
  });
  paper.addEventListener("pointermove", (event) => {
    if (!paper.hasPointerCapture(event.pointerId)) return;
    drawTo((SIDE * event.offsetX) / paper.clientWidth, (SIDE * event.offsetY) / paper.clientHeight);
  });
  paper.addEventListener("lostpointercapture", () => {
    stroking(false);
    take({ x: inside(pen.x), y: inside(pen.y) })(); // a stroke may end beside the paper
  });
  paper.addEventListener("keydown", (event) => {
    if (event.key in STEPS) {
      const [x, y] = STEPS[event.key].map((step, axis) => {
        return inside(Math.floor([pen.x, pen.y][axis]) + 0.5 + step); // from the middle of a pixel to the next one's
      });
      if (pen.down) drawTo(x, y);
      else [pen.x, pen.y] = [x, y];
    } else if (event.key === " ") {
      pen.down = !pen.down;
      if (pen.down) drawTo(pen.x, pen.y);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      clear();
    } else {
      return;
    }
    event.preventDefault();
    showPen();
  });

  showPen();
  const frame = h("div", { class: "dlvc-board" }, paper, marker);
  const controls = h("div", { class: "dlvc-controls", role: "group", "aria-label": "Drawing" });
  controls.append(...tools, button("Clear", clear));
  const parts = [frame, controls, width.row, h("div", { class: "dlvc-hint" }, place, keys)];
  return { parts, paper, frame, reset: take(PEN) };
}
