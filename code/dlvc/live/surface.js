// Draws a function of two weights as a surface that can be turned: a mesh of squares, farthest first.

const CELLS = 40; // squares along each weight
const HEIGHT = 1.1; // of the surface, where half a side is 1
const COLOURS = [[63, 111, 181], [42, 157, 143], [233, 162, 59]]; // low to high, mid tones for any background
const TRACK = "#b3123f";
const TURNS = {
  ArrowLeft: { sign: "←", name: "Turn left", azimuth: 0.15, elevation: 0 },
  ArrowRight: { sign: "→", name: "Turn right", azimuth: -0.15, elevation: 0 },
  ArrowUp: { sign: "↑", name: "Tilt up", azimuth: 0, elevation: 0.1 },
  ArrowDown: { sign: "↓", name: "Tilt down", azimuth: 0, elevation: -0.1 },
};

/** Where corner i of the mesh lies, from -1 to 1. */
const grid = (i) => (2 * i) / CELLS - 1;

/**
 * Samples a function on the mesh.
 * @param {(w: number[]) => number} height
 * @param {number[][]} frame the range of each weight
 * @param {{names?: string[], bottom?: number, top?: number}} options names of the weights; where the heights' axis
 *   begins, below which everything is drawn flat, and where it ends
 * @returns {{heights: number[][], frame: number[][], names: string[], bottom: number, top: number}}
 */
export function mesh(height, frame, { names = ["w₁", "w₂"], bottom = 0, top } = {}) {
  const [first, second] = frame.map(([low, high]) => {
    return Array.from({ length: CELLS + 1 }, (_, i) => low + ((high - low) * i) / CELLS);
  });
  const heights = first.map((w1) => second.map((w2) => Math.max(bottom, height([w1, w2]))));
  return { heights, frame, names, bottom, top: top ?? Math.max(...heights.flat()) };
}

/** A colour between the given ones, for t from 0 to 1; a shade below 1 darkens it. */
function colour(t, shade = 1) {
  const place = Math.min(t, 0.9999) * (COLOURS.length - 1);
  const [low, high] = COLOURS.slice(Math.floor(place));
  const mix = low.map((channel, i) => Math.round((channel + (high[i] - channel) * (place % 1)) * shade));
  return `rgb(${mix.join()})`;
}

/** How far away a point of the ground is. */
const depth = ([u, v], { azimuth }) => u * Math.sin(azimuth) + v * Math.cos(azimuth);

/**
 * Draws a mesh, its frame and a track with a ball at its end.
 * @param {HTMLCanvasElement} canvas
 * @param {Object} surface from `mesh`
 * @param {{w: number[], value: number}[]} track
 * @param {{azimuth: number, elevation: number}} view in radians
 */
export function paint(canvas, { heights, frame, names, bottom, top }, track, view) {
  const share = (height) => Math.max(0, (height - bottom) / (top - bottom));
  const scale = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * scale;
  canvas.height = canvas.clientHeight * scale;
  // The ground's diagonal must fit in from every side, the height above it, and the labels around.
  const [ground, hill] = [2 * Math.SQRT2 * Math.sin(view.elevation), HEIGHT * Math.cos(view.elevation)];
  const unit = Math.min(canvas.width / 3.2, canvas.height / (ground + hill + 0.3));
  const pen = canvas.getContext("2d");
  const at = ([u, v], height) => {
    const right = u * Math.cos(view.azimuth) - v * Math.sin(view.azimuth);
    const up = (height - 0.5) * hill + depth([u, v], view) * Math.sin(view.elevation);
    return [canvas.width / 2 + right * unit, canvas.height / 2 - up * unit];
  };
  const line = (points) => {
    pen.beginPath();
    for (const point of points) pen.lineTo(...point);
  };

  const { color, fontFamily } = getComputedStyle(canvas);
  const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]];
  const left = corners.reduce((found, next) => (at(next, 0)[0] < at(found, 0)[0] ? next : found));
  [pen.strokeStyle, pen.fillStyle, pen.lineWidth] = [color, color, scale];
  [pen.font, pen.textAlign, pen.textBaseline] = [`${12 * scale}px ${fontFamily}`, "center", "middle"];
  line([...corners, corners[0]].map((corner) => at(corner, 0)));
  pen.stroke();
  line([at(left, 0), at(left, 1)]);
  pen.stroke();
  // Each weight's numbers stand at the edge that is nearest to the reader.
  const near = [Math.sin(view.azimuth), Math.cos(view.azimuth)].map((away) => (away > 0 ? -1.17 : 1.17));
  for (const place of [-1, 0, 1]) {
    const [first, second] = frame.map((ends, weight) => {
      return place ? `${ends[(place + 1) / 2]}`.replace("-", "−") : names[weight];
    });
    pen.fillText(first, ...at([place * 0.9, near[1]], 0));
    pen.fillText(second, ...at([near[0], place * 0.9], 0));
  }
  pen.textAlign = "right";
  for (const [place, height] of [bottom, top].entries()) {
    const [right, down] = at(left, place);
    pen.fillText(height.toPrecision(2).replace("-", "−"), right - 5 * scale, down);
  }

  const squares = Array.from({ length: CELLS * CELLS }, (_, k) => {
    const [i, j] = [Math.floor(k / CELLS), k % CELLS];
    return { i, j, away: depth([grid(i + 0.5), grid(j + 0.5)], view) };
  });
  squares.sort((one, other) => other.away - one.away);
  pen.lineWidth = 0.75 * scale;
  for (const { i, j } of squares) {
    const ring = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1], [i, j]];
    line(ring.map(([k, l]) => at([grid(k), grid(l)], share(heights[k][l]))));
    const middle = share((heights[i][j] + heights[i + 1][j + 1]) / 2);
    [pen.fillStyle, pen.strokeStyle] = [colour(middle), colour(middle, 0.75)];
    pen.fill();
    pen.stroke();
  }

  // The track lies over everything, so that it can be followed behind a hill too.
  const points = track.map(({ w, value }) => {
    return at(w.map((weight, i) => (2 * (weight - frame[i][0])) / (frame[i][1] - frame[i][0]) - 1), share(value));
  });
  for (const [ink, thickness] of [["white", 5], [TRACK, 2.5]]) {
    [pen.strokeStyle, pen.fillStyle, pen.lineWidth] = [ink, ink, thickness * scale];
    line(points);
    pen.stroke();
    pen.beginPath();
    pen.arc(...points.at(-1), (4.5 + thickness / 2) * scale, 0, 2 * Math.PI);
    pen.fill();
  }
}

/**
 * Lets a canvas be turned by pointer, by arrow keys and by buttons.
 * @param {HTMLCanvasElement} canvas
 * @param {() => void} draw called after each turn
 * @returns {{view: {azimuth: number, elevation: number}, turns: HTMLElement[]}} the view, for `paint`, and the buttons
 */
export function turnable(canvas, draw) {
  const view = { azimuth: -0.6, elevation: 0.5 };
  const turn = ({ azimuth, elevation }) => {
    view.azimuth += azimuth;
    view.elevation = Math.min(1.5, Math.max(0.1, view.elevation + elevation));
    draw();
  };
  canvas.addEventListener("keydown", (event) => {
    if (!TURNS[event.key]) return;
    event.preventDefault();
    turn(TURNS[event.key]);
  });
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    turn({ azimuth: -event.movementX / 100, elevation: event.movementY / 150 });
  });
  const turns = Object.values(TURNS).map(({ sign, name, ...angles }) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: sign, onclick: () => turn(angles) });
    button.setAttribute("aria-label", name);
    return button;
  });
  return { view, turns };
}
