// Pictures of 28 by 28 grey values, row by row: what a pen does to them, and what a network gets to see.

export const SIDE = 28;
const BOX = 20; // MNIST's digits were scaled to fit into a box of 20 by 20,
const MIDDLE = 14; // and their centre of mass was put into the middle of this row and column, counted from 0

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * Draws a line with round ends and soft edges.
 * @param {number[]} pixels 0 to 255
 * @param {number[]} from x and y; the middle of the first pixel is at 0.5, 0.5
 * @param {number[]} to
 * @param {{width: number, erase: boolean}} pen the width in pixels
 * @returns {number[]} new pixels
 */
export function stroke(pixels, [x1, y1], [x2, y2], { width, erase }) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  return pixels.map((value, index) => {
    const [x, y] = [(index % SIDE) + 0.5 - x1, Math.floor(index / SIDE) + 0.5 - y1];
    const along = clamp((x * dx + y * dy) / (dx * dx + dy * dy || 1), 0, 1);
    const distance = Math.hypot(x - along * dx, y - along * dy);
    const ink = Math.round(255 * clamp(width / 2 + 0.5 - distance, 0, 1));
    return erase ? Math.min(value, 255 - ink) : Math.max(value, ink);
  });
}

/**
 * Scales a drawing to fit MNIST's box and puts its centre of mass where MNIST's digits have it.
 * @param {number[]} pixels
 * @returns {number[]}
 */
export function centre(pixels) {
  let [mass, mx, my] = [0, 0, 0];
  let [left, right, top, bottom] = [SIDE, 0, SIDE, 0];
  pixels.forEach((value, index) => {
    if (!value) return;
    const [x, y] = [index % SIDE, Math.floor(index / SIDE)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
    mass += value;
    mx += value * x;
    my += value * y;
  });
  if (!mass) return pixels;
  const scale = BOX / (Math.max(right - left, bottom - top) + 1);
  const at = (x, y) => (x >= 0 && x < SIDE && y >= 0 && y < SIDE ? pixels[y * SIDE + x] : 0);
  return pixels.map((_, index) => {
    const x = ((index % SIDE) - MIDDLE) / scale + mx / mass;
    const y = (Math.floor(index / SIDE) - MIDDLE) / scale + my / mass;
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const [a, b] = [x - column, y - row]; // between four pixels, in proportion to how near each is
    const upper = (1 - a) * at(column, row) + a * at(column + 1, row);
    const lower = (1 - a) * at(column, row + 1) + a * at(column + 1, row + 1);
    return (1 - b) * upper + b * lower;
  });
}

/**
 * Normally distributed numbers, mean 0 and standard deviation 1; always the same, so that a slider can scale them.
 * @param {number} count
 * @returns {number[]}
 */
export function gaussian(count) {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // linear congruential, constants of Numerical Recipes
    return (state + 0.5) / 2 ** 32;
  };
  return Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

/**
 * What a network gets: pixels from 0 to 1, with noise of a standard deviation.
 * @param {number[]} pixels 0 to 255
 * @param {number} noise
 * @param {number[]} pattern from `gaussian`
 * @returns {Float32Array}
 */
export function input(pixels, noise, pattern) {
  return Float32Array.from(pixels, (value, index) => clamp(value / 255 + noise * pattern[index], 0, 1));
}

/**
 * The pictures of a bank that are nearest by Euclidean distance, nearest first.
 * @param {Float32Array} seen one picture from 0 to 1
 * @param {Uint8Array} bank many pictures from 0 to 255
 * @param {number} count
 * @returns {number[]} their places in the bank
 */
export function nearest(seen, bank, count) {
  const size = seen.length;
  const grey = seen.map((value) => 255 * value);
  const found = Array(count).fill({ place: -1, distance: Infinity });
  for (let start = 0; start < bank.length; start += size) {
    const farthest = found[count - 1].distance;
    let distance = 0;
    // A picture is left as soon as it is too far, which most are after a few rows.
    for (let row = 0; row < size && distance < farthest; row += SIDE) {
      for (let i = row; i < row + SIDE; i++) distance += (grey[i] - bank[start + i]) ** 2;
    }
    if (distance >= farthest) continue;
    const rank = found.findIndex((other) => distance < other.distance);
    found.splice(rank, 0, { place: start / size, distance });
    found.pop();
  }
  return found.map(({ place }) => place);
}

const images = new WeakMap(); // of the canvases, so that a picture costs no new memory

/**
 * Shows a picture on a canvas of its size.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number} scale by which they are multiplied to be from 0 to 255
 */
export function paint(canvas, values, scale = 1) {
  if (!images.has(canvas)) images.set(canvas, new ImageData(canvas.width, canvas.height));
  const image = images.get(canvas);
  const pixels = new Uint32Array(image.data.buffer);
  // Red, green, blue and opacity in one number: the last byte comes first on all processors that browsers run on.
  for (let i = 0; i < pixels.length; i++) pixels[i] = 0xff000000 | (Math.round(scale * values[i]) * 0x010101);
  canvas.getContext("2d").putImageData(image, 0, 0);
}
