// What figures that run a network share. Who runs it is not known here: `experimental.invoke` asks the kernel in
// Jupyter, and on a page the page.

const PATIENCE = 60_000; // milliseconds that an answer may take, with all that is loaded for it
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

/** A small number with one digit: 4e-7 is 4 × 10⁻⁷. */
export function scientific(number) {
  const [digit, exponent] = number.toExponential(0).split("e");
  return `${digit}\u00a0×\u00a010${exponent.replace("+", "").replace(/./g, (sign) => RAISED[sign])}`;
}
