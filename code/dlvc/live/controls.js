// Controls that live figures share: an element maker and a labelled slider.

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
