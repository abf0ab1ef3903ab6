// A picture to draw on, which a GRU reads row by row: what it believes after each row, its gates and its state.
// Who runs the network is not known here: `experimental.invoke` asks the kernel in Jupyter, and on a page the page.

import { drawingBoard } from "./board.js";
import { h, slider } from "./controls.js";
import { TOLERANCE, WORDS, ask, run, scientific } from "./networks.js";
import { bar, percent, softmax } from "./probability.js";
import { SIDE, centre, paint } from "./raster.js";

const SIZE = SIDE * SIDE;
const PACE = 150; // milliseconds that a row takes when the figure reads by itself
const WHOLE = 32767; // the first picture's gates come as multiples of 1 / 32767
// Beside the belief: what is shown of each unit, and whether it has a sign.
const MAPS = [["Reset r", false], ["Update z", false], ["Candidate n", true], ["State h", true]];

/** The grey of a value from 0 to 1; or from -1 to 1 blue, white, red. */
const colour = (value, signed) => {
  if (!signed) return [255 * value, 255 * value, 255 * value];
  const rest = 255 * (1 - Math.abs(value));
  return value < 0 ? [rest, 0.55 * 255 + 0.45 * rest, 255] : [255, rest, rest];
};

/** The logits and gates of the first picture, as the cell computed them, in the order of the network's output. */
function unpack(logits, gates, classes, units) {
  const bytes = Uint8Array.from(atob(gates), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const wide = classes + 4 * units;
  return Float32Array.from({ length: SIDE * wide }, (_, index) => {
    const [row, column] = [Math.floor(index / wide), index % wide];
    if (column < classes) return logits[row * classes + column];
    return view.getInt16(2 * (row * 4 * units + column - classes), true) / WHOLE;
  });
}

/** Reads pictures from 0 to 1, row by row; returns for each of them what the network gave after each row. */
async function read(experimental, { name, classes, units }, pictures) {
  const [count, wide, given] = [pictures.length / SIZE, classes + 4 * units, SIDE + units];
  const trace = new Float32Array(count * SIDE * wide);
  const input = new Float32Array(count * given); // the row and the state, picture by picture
  for (let row = 0; row < SIDE; row++) {
    for (let i = 0; i < count; i++) {
      input.set(pictures.subarray(i * SIZE + row * SIDE, i * SIZE + (row + 1) * SIDE), i * given);
    }
    const output = await run(experimental, name, [count, given], input);
    for (let i = 0; i < count; i++) {
      const outputs = output.subarray(i * wide, (i + 1) * wide);
      trace.set(outputs, (i * SIDE + row) * wide);
      input.set(outputs.subarray(wide - units), i * given + SIDE);
    }
  }
  return trace;
}

/** Loads the examples, and makes sure that the network believes after each row what it believed in PyTorch. */
async function load(experimental, network) {
  const { name, classes, units, examples } = network;
  const [file] = await Promise.all([
    ask(experimental, "read_file", { name: `${name}.gz` }),
    read(experimental, network, new Float32Array(SIZE)), // only so that both are fetched at the same time
  ]);
  const pictures = new Uint8Array(file, 0, examples * SIZE);
  const labels = new Uint8Array(file, examples * SIZE, examples);
  const expected = new Float32Array(file.slice(examples * (SIZE + 1)));
  const found = await read(experimental, network, Float32Array.from(pictures, (value) => value / 255));
  const wide = classes + 4 * units;
  let difference = 0;
  for (let row = 0; row < examples * SIDE; row++) {
    const theirs = softmax([...expected.subarray(row * classes, (row + 1) * classes)], 1);
    const ours = softmax([...found.subarray(row * wide, row * wide + classes)], 1);
    ours.forEach((p, k) => (difference = Math.max(difference, Math.abs(p - theirs[k]))));
  }
  if (!(found.length === examples * SIDE * wide && difference <= TOLERANCE)) {
    throw new Error(`${name}: the probabilities differ from PyTorch's by ${difference}`);
  }
  return {
    pictures: Array.from({ length: examples }, (_, i) => pictures.subarray(i * SIZE, (i + 1) * SIZE)),
    labels,
    words: `Ready. On ${examples} test pictures and after every row, the probabilities computed here differ from PyTorch's by at most ${scientific(difference)}.`,
  };
}

function render({ model, el, experimental, runtime = 0 }) {
  const network = model.get("network");
  const { classes, units } = network;
  const wide = classes + 4 * units;
  const names = ["pixels", "truth", "centred", "row", "unit"];
  const first = Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const start = unpack(model.get("logits"), model.get("gates"), classes, units);
  let trace = start; // of the picture that was read last
  let loading; // the promise of what `load` returns
  let timer; // while the figure reads by itself
  let example = -1; // place of the last one chosen
  let [stale, busy] = [false, false];

  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const button = (name, click) => h("button", { type: "button", click }, name);
  const status = h("p", { class: "dlvc-state", role: "status" });
  const say = (state, words = WORDS[state]) => {
    status.dataset.state = state;
    status.textContent = words;
  };
  const ready = () => {
    if (!loading) {
      say("loading");
      loading = load(experimental, network);
      loading.catch((error) => {
        loading = undefined; // so that it can be tried again
        say("failed");
        if (trace === start) el.dispatchEvent(new CustomEvent("dlvc-failed", { detail: error })); // the picture takes over
      });
    }
    return loading;
  };

  // The picture, and a line under the row that was read last.
  const board = drawingBoard({
    read: () => model.get("pixels"),
    write: (pixels) => put({ truth: "", pixels }),
    stroking: (begins) => summary.setAttribute("aria-live", begins ? "off" : "polite"),
  });
  const line = h("span", { class: "dlvc-reading", "aria-hidden": "true" });
  board.frame.append(line);
  const preview = h("canvas", { width: SIDE, height: SIDE, role: "img", "aria-label": "What the network reads" });
  const tick = h("input", { type: "checkbox", input: () => put({ centred: tick.checked }) });
  const centring = h("label", { class: "dlvc-check" }, tick, "Centre and scale what you draw, as MNIST's digits were");
  const seen = () => {
    const pixels = model.get("pixels");
    const centred = model.get("centred") && !model.get("truth") ? centre(pixels) : pixels; // examples stay as they are
    return Float32Array.from(centred, (value) => value / 255);
  };
  const showExample = async (label) => {
    try {
      const { pictures, labels } = await ready();
      do example = (example + 1) % pictures.length;
      while (labels[example] !== label);
      put({ truth: String(label), pixels: [...pictures[example]] });
    } catch {
      // `ready` has said so
    }
  };
  const digits = Array.from({ length: classes }, (_, label) => button(String(label), () => showExample(label)));
  const examples = h("div", { class: "dlvc-controls", role: "group", "aria-label": "Examples from the test set" });
  examples.append("Examples:", ...digits);

  // Where we are: the rows that are read, and the unit whose numbers are shown.
  const rows = slider({ label: "Rows read", min: 1, max: SIDE, step: 1, onInput: (row) => go(row) });
  const unit = slider({ label: "Unit", min: 1, max: units, step: 1, onInput: (value) => put({ unit: value }) });
  const halt = () => {
    clearInterval(timer);
    timer = undefined;
    play.textContent = "Read";
    summary.setAttribute("aria-live", "polite");
  };
  const go = (row) => {
    halt();
    put({ row });
  };
  const next = () => {
    if (model.get("row") < SIDE) put({ row: model.get("row") + 1 });
    if (model.get("row") === SIDE) halt();
  };
  const toggle = () => {
    if (timer) return halt();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return go(SIDE);
    if (model.get("row") === SIDE) put({ row: 1 });
    timer = setInterval(next, PACE);
    play.textContent = "Pause";
    summary.setAttribute("aria-live", "off"); // a screen reader hears the last sentence, not one a row
  };
  const play = button("Read", toggle);

  // What the network has in it.
  const answers = Array.from({ length: classes }, (_, digit) => {
    const { svg, show } = bar();
    const value = h("output", { class: "dlvc-value", "aria-live": "off" });
    return { show, value, row: h("div", { class: "dlvc-answer" }, h("span", {}, digit), svg, value) };
  });
  const summary = h("p", { class: "dlvc-summary", "aria-live": "polite" });
  const map = (name, across) => {
    const canvas = h("canvas", { width: across, height: SIDE, role: "img", "aria-label": `${name}, after each row` });
    const value = h("output", { class: "dlvc-value", "aria-live": "off" });
    return { canvas, value, item: h("div", {}, h("div", { class: "dlvc-caption" }, h("span", {}, name), value), canvas) };
  };
  const belief = map("Belief in each digit", classes);
  const places = Array.from({ length: classes }, (_, digit) => h("span", {}, digit));
  belief.item.append(h("div", { class: "dlvc-places", "aria-hidden": "true" }, ...places));
  const maps = MAPS.map(([name]) => map(name, units));
  /** Paints the rows that are read. */
  const fill = (canvas, value, signed) => {
    const image = new ImageData(canvas.width, SIDE);
    for (let row = 0; row < model.get("row"); row++) {
      for (let column = 0; column < canvas.width; column++) {
        image.data.set([...colour(value(row, column), signed), 255], 4 * (row * canvas.width + column));
      }
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  };
  const probabilities = (row) => softmax([...trace.subarray(row * wide, row * wide + classes)], 1);

  const draw = () => {
    const [row, chosen, pixels] = [model.get("row"), model.get("unit"), model.get("pixels")];
    paint(board.paper, pixels);
    const read = seen();
    paint(preview, read.map((value, index) => (index < row * SIDE ? value : 0)), 255);
    line.style.top = `${(100 * row) / SIDE}%`;
    tick.checked = model.get("centred");
    rows.show(row, String(row));
    unit.show(chosen, String(chosen));
    const beliefs = Array.from({ length: SIDE }, (_, each) => probabilities(each));
    const [now, last] = [beliefs[row - 1], beliefs[SIDE - 1]];
    const best = now.indexOf(Math.max(...now));
    answers.forEach(({ show, value, row: answer }, digit) => {
      show(now[digit], last[digit]);
      value.textContent = percent(now[digit]);
      value.dataset.number = now[digit];
      answer.classList.toggle("dlvc-best", digit === best);
    });
    fill(belief.canvas, (each, digit) => beliefs[each][digit], false);
    maps.forEach(({ canvas, value }, place) => {
      const at = (each, column) => trace[each * wide + classes + place * units + column];
      fill(canvas, at, MAPS[place][1]);
      const number = at(row - 1, chosen - 1);
      value.textContent = number.toFixed(3).replace("-", "−");
      value.dataset.number = number;
    });
    const whose = model.get("truth") ? `Test picture of a ${model.get("truth")}` : "Your picture";
    const settled = SIDE - [...beliefs].reverse().findIndex((p) => p.indexOf(Math.max(...p)) !== last.indexOf(Math.max(...last)));
    const since = settled > SIDE ? 1 : settled + 1;
    summary.textContent =
      `${whose}. After ${row} of ${SIDE} rows most probable: ${best}, ${percent(now[best])}. ` +
      `Its last answer, ${last.indexOf(Math.max(...last))}, leads from row ${since} on.`;
  };

  /** Runs the network on the picture, and once more if that has changed meanwhile. */
  const answer = async () => {
    busy = true;
    while (stale) {
      stale = false;
      const picture = seen();
      try {
        const { words } = await ready();
        trace = await read(experimental, network, picture);
        say("ready", words);
        draw();
      } catch {
        say("failed");
      }
    }
    busy = false;
  };
  const changed = () => {
    stale = true;
    draw();
    if (!busy) answer();
  };
  const reset = () => {
    halt();
    board.reset();
    put(first);
  };

  el.classList.add("dlvc-figure");
  el.append(
    h("div", { class: "dlvc-drawing" },
      h("div", {}, ...board.parts),
      h("div", {}, ...answers.map(({ row }) => row), summary, examples)),
    h("div", { class: "dlvc-drawing" },
      h("div", { class: "dlvc-seen" }, preview, h("span", { "aria-hidden": "true" }, "What the network has read")),
      h("div", {}, centring, rows.row, unit.row,
        h("div", { class: "dlvc-controls" }, play, button("Reset", reset)))),
    h("div", { class: "dlvc-maps" }, belief.item, ...maps.map(({ item }) => item)),
    status,
  );
  draw();
  const cost = runtime ? ` That takes ${((runtime + network.bytes) / 1e6).toFixed(1)}\u202fMB; what you draw stays on your device.` : "";
  say("idle", `The network is loaded when you first draw or choose something.${cost}`);

  const listeners = { "change:pixels": changed, "change:centred": changed, "change:row": draw, "change:unit": draw };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  return () => {
    halt();
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
  };
}

export default { render };
