// Grades the quizzes of a page. Answers are kept in this browser only, under keys that begin with "dlvc-quiz:".

// Storage may be forbidden; answers then last as long as the page.
const attempt = (action) => {
  try {
    return action();
  } catch {
    return null;
  }
};
const keyOf = (form) => `dlvc-quiz:${form.dataset.key}`;
const read = (form) => attempt(() => JSON.parse(localStorage.getItem(keyOf(form)))) ?? [];
const write = (form, chosen) => attempt(() => localStorage.setItem(keyOf(form), JSON.stringify(chosen)));
const erase = (form) => attempt(() => localStorage.removeItem(keyOf(form)));

const inputsOf = (form) => [...form.querySelectorAll("input")];
const statusOf = (form) => form.querySelector(".quiz-status");

function say(form, verdict, reasons = []) {
  const first = document.createElement("strong");
  first.textContent = verdict;
  const paragraphs = reasons.map((reason) => {
    const paragraph = document.createElement("p");
    paragraph.append(...reason.cloneNode(true).childNodes);
    return paragraph;
  });
  statusOf(form).replaceChildren(first, ...paragraphs);
}

function forget(form) {
  delete form.dataset.result;
  statusOf(form).replaceChildren();
}

function grade(form) {
  const options = [...form.querySelectorAll("details li")].map((answer, number) => ({
    chosen: inputsOf(form)[number].checked,
    right: answer.classList.contains("quiz-right"),
    why: answer.querySelector(".quiz-why"),
  }));
  const chosen = options.filter((option) => option.chosen);
  const mistakes = chosen.filter((option) => !option.right);
  const whys = (list) => list.map((option) => option.why);
  forget(form);
  if (!chosen.length) {
    say(form, "Choose an answer first.");
  } else if (mistakes.length) {
    form.dataset.result = "wrong";
    say(form, "Not yet.", whys(mistakes));
  } else if (options.some((option) => option.right && !option.chosen)) {
    form.dataset.result = "wrong";
    say(form, "Not yet: what you chose is right, but more is.");
  } else {
    form.dataset.result = "right";
    say(form, "Right.", whys(chosen));
  }
}

for (const quiz of document.querySelectorAll(".quiz")) {
  const forms = [...quiz.querySelectorAll("form")];
  const progress = quiz.querySelector(".quiz-progress");
  const count = () => {
    const right = forms.filter((form) => form.dataset.result === "right").length;
    progress.textContent = `${right} of ${forms.length} right. Your answers stay in this browser.`;
  };

  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      grade(form);
      write(form, inputsOf(form).flatMap((input, number) => (input.checked ? [number] : [])));
      count();
    });
    form.addEventListener("change", () => {
      forget(form);
      count();
    });
    const chosen = read(form);
    inputsOf(form).forEach((input, number) => (input.checked = chosen.includes(number)));
    if (chosen.length) grade(form);
    const button = form.querySelector("button");
    button.disabled = button.hidden = false;
  }

  const eraser = quiz.querySelector(".quiz-erase");
  eraser.hidden = false;
  eraser.addEventListener("click", () => {
    for (const form of forms) {
      erase(form);
      form.reset();
      forget(form);
    }
    progress.textContent = "Your answers are erased.";
  });
  count();
}
