// What every page can do: theme, sidebars, search field, copy buttons, contents that follow, printing.
// A module, so that it runs when the page has been read. Without it the page is light and can be read in full.

const root = document.documentElement;
const all = (selector) => document.querySelectorAll(selector);
const wide = matchMedia("(min-width: 992px)"); // where the theme shows the left sidebar

function follow(query, act) {
  query.addEventListener("change", act);
  act();
}

// The theme: automatic, then its opposite, then its like. The head's script has set the first one.
const dark = matchMedia("(prefers-color-scheme: dark)");

function showTheme() {
  const { mode } = root.dataset;
  root.dataset.theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode;
}

function changeTheme() {
  const modes = dark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
  root.dataset.mode = modes[(modes.indexOf(root.dataset.mode) + 1) % modes.length];
  try {
    localStorage.setItem("mode", root.dataset.mode);
  } catch {
    // Some browsers refuse to store; the theme then lasts as long as the page.
  }
  showTheme();
}

follow(dark, showTheme);
all(".theme-switch-button").forEach((button) => button.addEventListener("click", changeTheme));

// Dialogs close by the Escape key of themselves, and here by a click beside them.
all("dialog").forEach((dialog) =>
  dialog.addEventListener("click", (event) => {
    const box = dialog.getBoundingClientRect();
    const inside =
      event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (event.target === dialog && !inside) dialog.close();
  }),
);

// The sidebars: on narrow windows in a dialog; the left one can be hidden on wide ones.
function move(from, to) {
  to.append(...from.childNodes);
  to.classList.add(...from.classList);
  from.removeAttribute("class");
}

for (const name of ["primary", "secondary"]) {
  const sidebar = document.querySelector(`#pst-${name}-sidebar`);
  const dialog = document.querySelector(`#pst-${name}-sidebar-modal`);
  if (!sidebar || !dialog) continue;
  all(`.${name}-toggle`).forEach((button) =>
    button.addEventListener("click", () => {
      if (name === "primary" && wide.matches) {
        sidebar.classList.toggle("pst-sidebar-hidden");
      } else {
        move(sidebar, dialog);
        dialog.showModal();
      }
    }),
  );
  dialog.addEventListener("close", () => move(dialog, sidebar));
  dialog.addEventListener("click", (event) => event.target.closest('a[href^="#"]') && dialog.close());
}
const here = document.querySelector(".bd-docs-nav .current .current");
const left = document.querySelector("#pst-primary-sidebar");
if (here && here.offsetTop > left.clientHeight) left.scrollTop = here.offsetTop - left.clientHeight / 4;

// The search field: a dialog on every page but the search page, which has a field of its own.
const search = document.querySelector("#pst-search-dialog");
const field = document.querySelector("main form.bd-search input");
const apple = /^(Mac|iPhone|iPad)/.test(navigator.platform);

function openSearch() {
  if (field) field.focus();
  else if (search.open) search.close();
  else search.showModal();
}

all(".search-button__button").forEach((button) => button.addEventListener("click", openSearch));
if (apple) all(".kbd-shortcut__modifier").forEach((key) => (key.textContent = "⌘"));
addEventListener("keydown", (event) => {
  const modified = apple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (modified && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openSearch();
  }
});

// The header's menus and the marks beside equations close when one leaves them.
const MENUS = ".header-menu, .equation-mark";

function closeMenus(except) {
  all(`:is(${MENUS})[open]`).forEach((menu) => menu.contains(except) || menu.removeAttribute("open"));
}

addEventListener("click", (event) => closeMenus(event.target));
addEventListener("focusin", (event) => closeMenus(event.target));
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.activeElement.closest(MENUS)?.querySelector("summary").focus(); // or the focus would be in what is closed
  closeMenus(null);
});

// Copy buttons, on sources only. Of a console's text, what one types: no prompts and no answers.
function source(block) {
  const copy = block.querySelector("pre").cloneNode(true);
  copy.querySelectorAll(".gp, .go, .linenos").forEach((part) => part.remove());
  return copy.textContent.trimEnd();
}

function addCopyButton(block) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy-button pst-js-only";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source(block));
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  block.parentElement.append(button); // not in the block, which clips what lies on its edge
}

all(".bd-article div.highlight").forEach((block) => block.closest(".cell_output") || addCopyButton(block));

// The contents beside the text mark the section that is being read.
const links = new Map();
all("#pst-page-toc-nav a").forEach((link) => {
  const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)))?.querySelector("h2, h3, h4");
  if (heading) links.set(heading, link);
});
// Scrolls the contents alone: scrollIntoView might move the page too.
function keepInView(link) {
  const panel = document.querySelector("#pst-secondary-sidebar");
  const beyond = link.getBoundingClientRect().bottom - panel.getBoundingClientRect().bottom + 40;
  const before = link.getBoundingClientRect().top - panel.getBoundingClientRect().top - 80;
  if (beyond > 0) panel.scrollTop += beyond;
  else if (before < 0) panel.scrollTop += before;
}
// The current section is the last whose heading has passed into the upper third, however far the page jumped.
const passed = new Set();
const watcher = new IntersectionObserver(
  (entries) => {
    entries.forEach(({ target, isIntersecting }) => passed[isIntersecting ? "add" : "delete"](target));
    const current = [...links.keys()].findLast((heading) => passed.has(heading));
    for (const [heading, link] of links) {
      link.classList.toggle("active", heading === current);
      if (heading === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (current) keepInView(links.get(current));
  },
  { rootMargin: "10000000px 0px -70% 0px" },
);
links.forEach((_, heading) => watcher.observe(heading));

// What formulas within a line are set in comes before one scrolls to the first, or its paragraph would break anew.
if (document.querySelector(".katex")) {
  const faces = ["1em KaTeX_Main", "italic 1em KaTeX_Math", "1em KaTeX_Size1"];
  if (document.querySelector(".boldsymbol")) faces.push("italic bold 1em KaTeX_Math");
  if (document.querySelector(".mathcal")) faces.push("1em KaTeX_Caligraphic");
  addEventListener("load", () => faces.forEach((face) => document.fonts.load(face)));
}

// What scrolls sideways can be reached by keyboard, in browsers that do not see to it.
const sizes = new ResizeObserver((entries) =>
  entries.forEach(({ target }) => {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }),
);

function watchSizes() {
  sizes.disconnect();
  all(".bd-article pre, .cell_output > .output, .formula, .pst-scrollable-table-container").forEach((box) => sizes.observe(box));
}

watchSizes();
document.fonts.addEventListener("loadingdone", watchSizes); // a font that comes makes formulas wider, not their boxes

// On paper everything is open, except the answers of a quiz, and each line of a source knows how far in it begins.
const opened = [];
const sources = new Map();

function inLines(text) {
  return text.trimEnd().split("\n").map((line) => {
    const indent = line.replace(/<[^>]*>/g, "").search(/\S|$/);
    return `<span class="printed-line" style="--indent: ${indent}">${line || " "}</span>`;
  }).join("");
}

addEventListener("beforeprint", () => {
  opened.push(...all(".bd-article details:not([open]):not(form details)"));
  opened.forEach((block) => (block.open = true));
  all(".bd-article div.highlight > pre").forEach((block) => {
    sources.set(block, block.innerHTML);
    block.innerHTML = inLines(block.innerHTML); // no token of a source goes over a line's end
  });
});
addEventListener("afterprint", () => {
  opened.splice(0).forEach((block) => (block.open = false));
  sources.forEach((text, block) => (block.innerHTML = text));
  sources.clear();
});
