// What live figures share: an element maker, a labelled slider, a movement that stops, and a picture that stays up to date.

/**
 * Makes an HTML element: h("p", { class: "note" }, "text", child).
 * @param {string} tag
 * @param {Object<string, string | number | Function>} attributes a function becomes an event listener
 * @param {...(Node | string)} children
 */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/**
 * Makes a labelled range input with its value in words beside it.
 * @param {{label: string, min: number, max: number, step: number, onInput: (value: number) => void}} options
 * @returns {{row: HTMLElement, show: (value: number, words: string) => void}} `show` moves the thumb
 *   without calling `onInput`
 */
export function slider({ label, min, max, step, onInput }) {
  const input = h("input", { type: "range", min, max, step, input: () => onInput(Number(input.value)) });
  const value = h("span", { class: "dlvc-value", "aria-hidden": "true" });
  const row = h("label", { class: "dlvc-slider" }, h("span", {}, label), input, value);
  const show = (number, words) => {
    input.value = number;
    input.setAttribute("aria-valuetext", words);
    value.textContent = words.replace("-", "−");
  };
  return { row, show };
}

/**
 * A movement that plays until it ends or is stopped; at once to its end for readers who want less motion.
 * @param {() => boolean} move goes one step and says whether there was one to go
 * @param {() => void} draw
 * @returns {{playing: () => boolean, stop: () => void, toggle: () => void}}
 */
export function motion(move, draw) {
  let frame;
  const animate = () => {
    frame = move() ? requestAnimationFrame(animate) : undefined;
    draw();
  };
  const stop = () => {
    cancelAnimationFrame(frame);
    frame = undefined;
  };
  const toggle = () => {
    if (frame) stop();
    else if (matchMedia("(prefers-reduced-motion: reduce)").matches) while (move());
    else frame = requestAnimationFrame(animate);
    draw();
  };
  return { playing: () => frame !== undefined, stop, toggle };
}

/**
 * Draws a canvas anew when its size changes, or the colours of the page's text.
 * @param {HTMLCanvasElement} canvas
 * @param {() => void} draw
 * @returns {() => void} ends it
 */
export function keepDrawn(canvas, draw) {
  const size = new ResizeObserver(draw);
  size.observe(canvas);
  const theme = new MutationObserver(draw);
  for (const page of [document.documentElement, document.body]) theme.observe(page, { attributes: true });
  return () => {
    size.disconnect();
    theme.disconnect();
  };
}
