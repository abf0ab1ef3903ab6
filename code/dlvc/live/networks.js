// What figures that run a network share. Who runs it is not known here: `experimental.invoke` asks the kernel in
// Jupyter, and on a page the page.

import { h } from "./controls.js";

const PATIENCE = 60_000; // milliseconds that an answer may take, with all that is loaded for it
export const TOLERANCE = 1e-4; // between what is computed here and what PyTorch found
export const WORDS = {
  loading: "Loading the network …",
  failed: "The network could not be loaded.",
};
const CHECKED = 32; // inputs that come with PyTorch's pictures,
const SHADES = 65535; // in so many shades
const RAISED = Object.fromEntries([..."-0123456789"].map((sign, index) => [sign, "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"[index]]));

/** Asks for a file or for a network's answer; returns its bytes in a buffer of their own. */
export async function ask(experimental, command, message, buffers = []) {
  const signal = AbortSignal.timeout(PATIENCE);
  const [, [view]] = await experimental.invoke(command, message, { buffers, signal });
  return view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
}

/**
 * Runs a network.
 * @param {Object} experimental of anywidget
 * @param {string} name
 * @param {number[]} shape of the inputs
 * @param {Float32Array} inputs one after the other
 * @returns {Promise<Float32Array>} the outputs likewise
 */
export async function run(experimental, name, shape, inputs) {
  return new Float32Array(await ask(experimental, "run_network", { name, shape }, [inputs.buffer]));
}

/** A word as it begins a sentence. */
export const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** A small number with one digit: 4e-7 is 4 × 10⁻⁷. */
export function scientific(number) {
  const [digit, exponent] = number.toExponential(0).split("e");
  return `${digit}\u00a0×\u00a010${exponent.replace("+", "").replace(/./g, (sign) => RAISED[sign])}`;
}

/**
 * Loads a network that draws, and makes sure that it draws as it did in PyTorch.
 * @param {Object} experimental of anywidget
 * @param {string} name
 * @param {number} width numbers in an input
 * @returns {Promise<string>} the words that say so
 */
export async function loadDrawer(experimental, name, width) {
  const [file] = await Promise.all([
    ask(experimental, "read_file", { name: `${name}.gz` }),
    run(experimental, name, [1, width], new Float32Array(width)), // only so that both are fetched at the same time
  ]);
  const inputs = 4 * CHECKED * width; // bytes
  const found = await run(experimental, name, [CHECKED, width], new Float32Array(file.slice(0, inputs)));
  const expected = new Uint16Array(file, inputs);
  let difference = 0;
  expected.forEach((shade, i) => (difference = Math.max(difference, Math.abs(found[i] - shade / SHADES))));
  if (!(found.length === expected.length && difference <= TOLERANCE)) {
    throw new Error(`${name}: the pixels differ from PyTorch's by ${difference}`);
  }
  return `Ready. In ${CHECKED} pictures, the pixels computed here differ from PyTorch's by at most ${scientific(difference)}.`;
}

/**
 * Answers what the reader changes, once for all that is changed together, and once more for what is changed meanwhile.
 * A network is loaded when it is first needed, and again if that has failed; a line says how that goes.
 * @param {Object} figure
 * @param {HTMLElement} figure.el
 * @param {string} figure.noun what the network is, such as "decoder"
 * @param {string} figure.gesture what makes it load, such as "move the cross"
 * @param {number} figure.bytes what that takes, or 0 where nobody waits for it
 * @param {(name: string) => Promise<string>} figure.load gives the words for a network that is ready
 * @param {() => void} figure.draw shows the settings
 * @param {(ready: (name: string) => Promise<string>) => Promise<string>} figure.answer runs a network that is ready,
 *   shows what it gives, and returns the words
 * @param {() => void} figure.failed is called when it could not
 * @returns {{status: HTMLElement, changed: () => void, busy: () => boolean}}
 */
export function answering({ el, noun, gesture, bytes, load, draw, answer, failed = () => {} }) {
  const loaded = new Map(); // promises of what `load` returns, by the networks' names
  let answered = false;
  let [changing, stale, busy] = [false, false, false];

  const status = h("p", { class: "dlvc-state", role: "status" });
  const say = (state, words) => {
    status.dataset.state = state;
    status.textContent = words;
  };
  const fail = (error) => {
    failed();
    say("failed", `The ${noun} could not be loaded. ${capital(gesture)} to try again.`);
    if (!answered) el.dispatchEvent(new CustomEvent("dlvc-failed", { detail: error })); // on a page the picture takes over
  };
  const ready = (name) => {
    if (!loaded.has(name)) {
      say("loading", `Loading the ${noun} …`);
      loaded.set(name, load(name));
      loaded.get(name).catch(() => loaded.delete(name)); // so that it can be tried again
    }
    return loaded.get(name);
  };
  const answerAll = async () => {
    busy = true;
    while (stale) {
      stale = false;
      try {
        say("ready", await answer(ready));
        answered = true;
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
    if (!busy) answerAll();
  };
  const changed = () => {
    if (!changing) queueMicrotask(update);
    changing = true;
  };

  const cost = bytes ? ` That takes ${(bytes / 1e6).toFixed(1)}\u202fMB.` : "";
  say("idle", `The ${noun} is loaded when you first ${gesture}.${cost}`);
  return { status, changed, busy: () => busy };
}
