// Draws a function of two weights as a surface that can be turned: a mesh of squares, farthest first.

const CELLS = 40; // squares along each weight
const HEIGHT = 1.1; // of the surface, where half a side is 1
const COLOURS = [[63, 111, 181], [42, 157, 143], [233, 162, 59]]; // low to high, mid tones for any background
const TRACK = "#b3123f";

/** Where corner i of the mesh lies, from -1 to 1. */
const grid = (i) => (2 * i) / CELLS - 1;

/**
 * Samples a function on the mesh.
 * @param {(w: number[]) => number} height
 * @param {number} span each weight goes from -span to span
 * @returns {{heights: number[][], top: number, span: number}}
 */
export function mesh(height, span) {
  const places = Array.from({ length: CELLS + 1 }, (_, i) => grid(i) * span);
  const heights = places.map((w1) => places.map((w2) => height([w1, w2])));
  return { heights, top: Math.max(...heights.flat()), span };
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
 * @param {{heights: number[][], top: number, span: number}} surface from `mesh`
 * @param {{w: number[], value: number}[]} track
 * @param {{azimuth: number, elevation: number}} view in radians
 */
export function paint(canvas, { heights, top, span }, track, view) {
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
    const number = `${place * span}`.replace("-", "−");
    pen.fillText(place ? number : "w₁", ...at([place * 0.9, near[1]], 0));
    pen.fillText(place ? number : "w₂", ...at([near[0], place * 0.9], 0));
  }
  pen.textAlign = "right";
  for (const share of [0, 1]) {
    const [right, down] = at(left, share);
    pen.fillText((share * top).toPrecision(2), right - 5 * scale, down);
  }

  const squares = Array.from({ length: CELLS * CELLS }, (_, k) => {
    const [i, j] = [Math.floor(k / CELLS), k % CELLS];
    return { i, j, away: depth([grid(i + 0.5), grid(j + 0.5)], view) };
  });
  squares.sort((one, other) => other.away - one.away);
  pen.lineWidth = 0.75 * scale;
  for (const { i, j } of squares) {
    const ring = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1], [i, j]];
    line(ring.map(([k, l]) => at([grid(k), grid(l)], heights[k][l] / top)));
    const middle = (heights[i][j] + heights[i + 1][j + 1]) / 2 / top;
    [pen.fillStyle, pen.strokeStyle] = [colour(middle), colour(middle, 0.75)];
    pen.fill();
    pen.stroke();
  }

  // The track lies over everything, so that it can be followed behind a hill too.
  const points = track.map(({ w, value }) => at(w.map((weight) => weight / span), value / top));
  for (const [ink, thickness] of [["white", 5], [TRACK, 2.5]]) {
    [pen.strokeStyle, pen.fillStyle, pen.lineWidth] = [ink, ink, thickness * scale];
    line(points);
    pen.stroke();
    pen.beginPath();
    pen.arc(...points.at(-1), (4.5 + thickness / 2) * scale, 0, 2 * Math.PI);
    pen.fill();
  }
}
