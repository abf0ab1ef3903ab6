// A picture to draw on, what a trained network says about it, and the training pictures that are nearest to it.

import { drawingBoard } from "./board.js";
import { h, slider } from "./controls.js";
import { TOLERANCE, WORDS, ask, capital, run, scientific } from "./networks.js";
import { bar, percent, softmax } from "./probability.js";
import { SIDE, centre, gaussian, input, nearest, paint } from "./raster.js";

const SIZE = SIDE * SIDE;
const NEAREST = 6;

/** Runs a network on pictures from 0 to 1, one after the other in an array; returns the logits likewise. */
const classify = (experimental, name, pictures) => run(experimental, name, [pictures.length / SIZE, 1, SIDE, SIDE], pictures);

/** Loads a network with its pictures, and makes sure that it answers as it did in PyTorch. */
async function load(experimental, { name, classes, examples, bank }) {
  const [file] = await Promise.all([
    ask(experimental, "read_file", { name: `${name}.gz` }),
    classify(experimental, name, new Float32Array(SIZE)), // only so that both are fetched at the same time
  ]);
  const count = examples + bank;
  const pictures = new Uint8Array(file, 0, count * SIZE);
  const labels = new Uint8Array(file, count * SIZE, count);
  const expected = new Float32Array(file.slice(count * (SIZE + 1)));
  const found = await classify(experimental, name, Float32Array.from(pictures.subarray(0, examples * SIZE), (v) => v / 255));
  const probabilities = (logits, row) => softmax([...logits.slice(row * classes.length, (row + 1) * classes.length)], 1);
  let difference = 0;
  for (let row = 0; row < examples; row++) {
    const theirs = probabilities(expected, row);
    probabilities(found, row).forEach((p, k) => (difference = Math.max(difference, Math.abs(p - theirs[k]))));
  }
  if (!(found.length === expected.length && difference <= TOLERANCE)) {
    throw new Error(`${name}: the probabilities differ from PyTorch's by ${difference}`);
  }
  return {
    examples: Array.from({ length: examples }, (_, i) => pictures.subarray(i * SIZE, (i + 1) * SIZE)),
    exampleLabels: labels.subarray(0, examples),
    bank: pictures.subarray(examples * SIZE),
    bankLabels: labels.subarray(examples),
    words: `Ready. On ${examples} test pictures, the probabilities computed here differ from PyTorch's by at most ${scientific(difference)}.`,
  };
}

function render({ model, el, experimental, runtime = 0 }) {
  const networks = model.get("networks");
  const names = ["network", "source", "truth", "pixels", "centred", "noise", "temperature"];
  const first = Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const pattern = gaussian(SIZE);
  const loaded = new Map(); // promises of what `load` returns, by the networks' names
  let shown = networks[first.network]; // the network whose logits are shown
  let answered = false; // whether any network has, here
  let trouble = ""; // what is said until the reader chooses a network again
  let example = -1; // place of the last one chosen
  let [changing, stale, busy] = [false, false, false];
  let seen; // what the network gets

  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const button = (name, click) => h("button", { type: "button", click }, name);
  const group = (name, ...children) => h("div", { class: "dlvc-controls", role: "group", "aria-label": name }, ...children);
  const small = (label) => h("canvas", { width: SIDE, height: SIDE, role: "img", "aria-label": label });

  // What comes and goes with the network's state.
  const status = h("p", { class: "dlvc-state", role: "status" });
  const say = (state, words = WORDS[state]) => {
    status.dataset.state = state;
    status.textContent = words;
  };
  const fail = (error, network) => {
    if (!answered) {
      say("failed");
      el.dispatchEvent(new CustomEvent("dlvc-failed", { detail: error })); // on a page the picture takes over
      return;
    }
    trouble = `The network for ${network.name} could not be loaded. Try again by choosing it again.`;
    say("failed", trouble);
    if (current() === network) put({ network: networks.indexOf(shown) }); // back to the last one that worked
  };
  const current = () => networks[model.get("network")];
  const ready = (network) => {
    if (!loaded.has(network.name)) {
      say("loading");
      loaded.set(network.name, load(experimental, network));
      loaded.get(network.name).catch(() => loaded.delete(network.name)); // so that it can be tried again
    }
    return loaded.get(network.name);
  };

  // The picture, and what the network gets to see of it.
  const board = drawingBoard({
    read: () => model.get("pixels"),
    write: (pixels) => put({ truth: "", pixels }),
    stroking: (begins) => {
      summary.setAttribute("aria-live", begins ? "off" : "polite"); // a screen reader hears the answer to the whole stroke
      if (!begins) draw();
    },
  });
  const preview = small("What the network sees");
  const look = () => {
    const pixels = model.get("pixels");
    const centring = current().centred && model.get("centred") && !model.get("truth"); // examples stay as they are
    seen = input(centring ? centre(pixels) : pixels, model.get("noise"), pattern);
    paint(board.paper, pixels);
    paint(preview, seen, 255);
  };

  // Settings.
  const switchTo = (index) => () => {
    trouble = "";
    put({ network: index });
    answer(); // even if it was chosen already: it may have failed
  };
  const switches = networks.map((each, index) => button(capital(each.name), switchTo(index)));
  const examples = group("Examples from the test set");
  const showExample = async (label) => {
    const network = current();
    try {
      const { examples: pictures, exampleLabels } = await ready(network);
      do example = (example + 1) % pictures.length;
      while (exampleLabels[example] !== label);
      put({ source: networks.indexOf(network), truth: network.classes[label], pixels: [...pictures[example]] });
    } catch (error) {
      fail(error, network);
    }
  };
  const tick = h("input", { type: "checkbox", input: () => put({ centred: tick.checked }) });
  const centring = h("label", { class: "dlvc-check" }, tick, "Centre and scale what you draw, as MNIST's digits were");
  const noise = slider({ label: "Noise", min: 0, max: 1, step: 0.01, onInput: (value) => put({ noise: value }) });
  // Equal steps of the slider multiply T by equal factors, so that 1 is in the middle.
  const temperature = slider({
    ...{ label: "Temperature T", min: -1, max: 1, step: 0.01 },
    onInput: (exponent) => put({ temperature: 10 ** exponent }),
  });

  // Answers.
  const rows = Array.from({ length: Math.max(...networks.map(({ classes }) => classes.length)) }, () => {
    const [name, probability] = [h("span"), h("output", { class: "dlvc-value", "aria-live": "off" })];
    const { svg, show } = bar();
    return { name, show, probability, row: h("div", { class: "dlvc-answer" }, name, svg, probability) };
  });
  const summary = h("p", { class: "dlvc-summary", "aria-live": "polite" });
  const neighbours = Array.from({ length: NEAREST }, () => {
    const [canvas, name] = [small(""), h("span")];
    return { canvas, name, item: h("li", {}, canvas, name) };
  });
  const heading = h("p", {}, "Nearest training pictures, pixel by pixel: they come with the first answer.");
  const nearby = h("div", { class: "dlvc-nearby" }, heading, h("ul", {}, ...neighbours.map(({ item }) => item)));

  const draw = () => {
    const [network, logits, T] = [current(), model.get("logits"), model.get("temperature")];
    switches.forEach((each, index) => each.setAttribute("aria-pressed", networks[index] === network));
    centring.hidden = !network.centred;
    tick.checked = model.get("centred");
    noise.show(model.get("noise"), model.get("noise").toFixed(2));
    temperature.show(Math.log10(T), T.toPrecision(3));
    const [probabilities, references] = [softmax(logits, T), softmax(logits, 1)];
    const best = probabilities.indexOf(Math.max(...probabilities));
    rows.forEach(({ name, show, probability, row }, index) => {
      row.hidden = index >= shown.classes.length;
      if (row.hidden) return;
      name.textContent = shown.classes[index];
      show(probabilities[index], references[index]);
      probability.textContent = percent(probabilities[index]);
      row.classList.toggle("dlvc-best", index === best);
    });
    summary.textContent = `${describe()}: ${shown.classes[best]}, ${percent(probabilities[best])}.`;
  };
  const describe = () => {
    const [truth, source] = [model.get("truth"), networks[model.get("source")]];
    if (truth && source === shown) return `Example from the test set, true label: ${truth}. Most probable`;
    if (truth) {
      return `Example from the test set of ${source.name} (${truth}). Most probable for the network for ${shown.name}`;
    }
    if (model.get("pixels").some((value) => value > 0)) return "Your picture. Most probable";
    return "An empty picture. Even so, most probable";
  };
  const choose = () => {
    example = -1;
    examples.replaceChildren("Examples:", ...current().classes.map((name, label) => button(name, () => showExample(label))));
  };

  const showNearest = (picture, { bank, bankLabels }, { classes }) => {
    nearest(picture, bank, NEAREST).forEach((at, rank) => {
      const { canvas, name } = neighbours[rank];
      paint(canvas, bank.subarray(at * SIZE, (at + 1) * SIZE));
      name.textContent = classes[bankLabels[at]];
      canvas.setAttribute("aria-label", `Training picture ${rank + 1}`);
    });
    heading.textContent = "Nearest training pictures, pixel by pixel:";
    nearby.classList.add("dlvc-found");
  };

  /** Runs the network on the picture, and once more if that has changed meanwhile. */
  const answer = async () => {
    busy = true;
    while (stale) {
      stale = false;
      const [network, picture] = [current(), seen];
      try {
        const known = await ready(network);
        const logits = [...(await classify(experimental, network.name, picture))];
        [shown, answered] = [network, true];
        put({ logits });
        draw();
        showNearest(picture, known, network);
        say(trouble ? "failed" : "ready", trouble || known.words);
      } catch (error) {
        fail(error, network);
      }
    }
    busy = false;
  };
  const update = () => {
    [changing, stale] = [false, true];
    look();
    if (busy || !answered || current() !== shown) draw(); // for the answer may take its time
    if (!busy) answer();
  };
  /** Updates once for all that is changed together. */
  const changed = () => {
    if (!changing) queueMicrotask(update);
    changing = true;
  };
  const reset = () => {
    trouble = "";
    board.reset();
    put(first);
  };
  const change = () => {
    choose();
    changed();
  };

  el.classList.add("dlvc-figure");
  el.append(
    ...(networks.length > 1 ? [group("Network", "Network:", ...switches)] : []),
    h("div", { class: "dlvc-drawing" },
      h("div", {},
        ...board.parts),
      h("div", {}, ...rows.map(({ row }) => row), summary, examples)),
    h("div", { class: "dlvc-drawing" },
      h("div", { class: "dlvc-seen" }, preview, h("span", { "aria-hidden": "true" }, "What the network sees")),
      h("div", {},
        centring,
        noise.row,
        temperature.row,
        h("div", { class: "dlvc-controls" }, button("Reset", reset)))),
    nearby,
    status,
  );
  choose();
  look();
  draw();
  const bytes = runtime + networks[first.network].bytes;
  const cost = runtime ? ` That takes ${(bytes / 1e6).toFixed(1)}\u202fMB; what you draw stays on your device.` : "";
  say("idle", `The network is loaded when you first draw or choose something.${cost}`);

  const listeners = { "change:network": change, "change:temperature": draw };
  for (const name of ["truth", "pixels", "centred", "noise"]) listeners[`change:${name}`] = changed;
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
  };
}

export default { render };
