// Networks of live figures: their files, their answers, and how far these are from PyTorch's.

const PATIENCE = 60_000; // milliseconds that an answer may take, with all that is loaded for it
export const TOLERANCE = 1e-4; // between the probabilities computed here and PyTorch's
export const WORDS = {
  loading: "Loading the network …",
  failed: "The network could not be loaded.",
};

const RAISED = Object.fromEntries([..."-0123456789"].map((sign, index) => [sign, "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"[index]]));

/** A small number with one digit: 4e-7 is 4 × 10⁻⁷. */
export function scientific(number) {
  const [digit, exponent] = number.toExponential(0).split("e");
  return `${digit}\u00a0×\u00a010${exponent.replace("+", "").replace(/./g, (sign) => RAISED[sign])}`;
}

/** Asks for a file or for a network's answer; returns its bytes in a buffer of their own. */
export async function ask(experimental, command, message, buffers = []) {
  const signal = AbortSignal.timeout(PATIENCE);
  const [, [view]] = await experimental.invoke(command, message, { buffers, signal });
  return view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
}

/** Runs a network on a batch of this shape; returns its outputs, one sample after the other. */
export async function run(experimental, name, shape, values) {
  return new Float32Array(await ask(experimental, "run_network", { name, shape }, [values.buffer]));
}
