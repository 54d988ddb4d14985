// Grade signs of one visit: radio buttons and digits; only what changed is sent.

import { correct, during, reader, say, withdraw } from "./review.js";

const form = document.getElementById("grades");
const signs = [...form.querySelectorAll(".sign")];
const unsaved = document.getElementById("unsaved");
const reveal = document.getElementById("reveal");
const shown = document.getElementById("automatic");
const ERYTHEMA = "erythema";
let current = signs[0];

const chosen = (sign) => sign.querySelector("input:checked")?.value ?? "";
const isChanged = (sign) => chosen(sign) !== sign.dataset.grade;
const isOpen = (sign) => sign.closest("details").open;

/** The grade of another sign or scale, where it was filled in; throws where it is half filled in. */
function other() {
  const { sign, scale_id: scale, grade } = form.elements;
  const given = [sign, scale, grade].map((one) => one.value.trim());
  if (given.every((text) => !text)) return [];
  if (given.some((text) => !text)) throw new Error("Another sign needs its name, its scale and its grade.");
  return [{ sign: given[0], scale_id: given[1], grade: Number(given[2]) }];
}

function hint() {
  for (const sign of signs) {
    sign.classList.toggle("changed", isChanged(sign));
    sign.classList.toggle("current", sign === current);
  }
  const count = signs.filter(isChanged).length;
  unsaved.textContent = count ? `${count} not saved yet` : "";
}

function choose(sign, grade) {
  const radio = sign.querySelector(`input[value="${grade}"]`);
  if (!radio) return;
  radio.checked = true;
  const open = signs.filter(isOpen);
  go(open[open.indexOf(sign) + 1] ?? sign);
}

function go(sign) {
  if (!sign) return;
  current = sign;
  sign.scrollIntoView({ block: "nearest" });
  hint();
}

async function save() {
  const { patient, site, visit, lesion } = form.dataset;
  const values = signs
    .filter(isChanged)
    .map((sign) => ({
      element: sign,
      sign: sign.dataset.sign,
      scale_id: sign.dataset.scale,
      grade: Number(chosen(sign)),
    }));
  const more = other();
  if (!values.length && !more.length) return true;
  if (!(await reader())) return false;
  for (const { element, ...value } of [...values, ...more]) {
    const said = { kind: "grade", patient, site, visit, lesion: lesion || null, ...value };
    const id = await correct(said);
    if (!id) return false;
    if (element) saved(element, String(value.grade), id);
    if (value.sign === ERYTHEMA && !lesion) allowReveal();
  }
  for (const name of ["sign", "scale_id", "grade"]) form.elements[name].value = "";
  hint();
  const count = values.length + more.length;
  say(`${count} ${count === 1 ? "grade" : "grades"} saved.`);
  return true;
}

function saved(sign, grade, id) {
  Object.assign(sign.dataset, { grade, id });
  sign.querySelector(".given").textContent = "graded now";
  sign.querySelector(".undo").hidden = false;
}

async function takeBack(button) {
  const sign = button.closest(".sign");
  if (!(await withdraw(sign ? sign.dataset.id : button.dataset.id))) return;
  location.reload(); // an earlier grade of this sign may stand again
}

function allowReveal() {
  if (reveal) reveal.disabled = false;
}

async function showAutomatic() {
  shown.hidden = !reveal.checked;
  if (!reveal.checked) return;
  const response = await fetch(form.dataset.automatic);
  const answer = await response.json();
  if (!response.ok) {
    reveal.checked = false;
    shown.hidden = true;
    throw new Error(answer.error);
  }
  shown.textContent =
    answer.grade === null
      ? "The software could not grade this site at this visit."
      : `Automatic grade: ${answer.grade.toFixed(1)} (scale ${answer.scale_id}; ` +
        `redness against ${answer.reference}).`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter;
  during(button, async () => {
    const done = await save();
    if (done && button?.value === "next") location.assign(document.getElementById("next").href);
  });
});
form.addEventListener("input", (event) => {
  current = event.target.closest(".sign") ?? current;
  hint();
});
form.addEventListener("focusin", (event) => {
  current = event.target.closest(".sign") ?? current;
  hint();
});
form.addEventListener("click", (event) => {
  if (event.target.classList.contains("undo")) during(event.target, () => takeBack(event.target));
});
reveal?.addEventListener("change", () => during(null, showAutomatic));
document.getElementById("numbers")?.addEventListener("change", (event) => {
  document.getElementById("marks").classList.toggle("off", !event.target.checked);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])")) return;
  const open = signs.filter(isOpen);
  if (/^[0-9]$/.test(event.key)) choose(current, event.key);
  else if (event.key === "ArrowDown") go(open[open.indexOf(current) + 1]);
  else if (event.key === "ArrowUp") go(open[open.indexOf(current) - 1]);
  else if (event.key === "Enter" && !event.target.matches("a, button, summary")) form.requestSubmit();
  else if (event.key.toLowerCase() === "n") document.querySelector("a[rel=next]")?.click();
  else if (event.key.toLowerCase() === "p") document.querySelector("a[rel=prev]")?.click();
  else return;
  event.preventDefault();
});

addEventListener("beforeunload", (event) => {
  if (signs.some(isChanged)) event.preventDefault();
});
hint();
