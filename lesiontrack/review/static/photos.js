// The page of photos: load, filter, show, and hand what is selected to the form.

import { say } from "./review.js";
import { Cards } from "./photos-cards.js";
import { Form } from "./photos-form.js";
import { Selection } from "./photos-select.js";

const filters = document.getElementById("filters");
const fields = Object.fromEntries([...filters.querySelectorAll("[name]")].map((one) => [one.name, one]));
const grid = document.getElementById("grid");
const shownCount = document.getElementById("shown");
const problem = document.getElementById("problem");

const cards = new Cards(grid, document.getElementById("card"));
const selection = new Selection(grid, cards, () => form?.show(selection.photos));
const element = document.getElementById("edit");
const form = element ? new Form(element, { cards, selection, reload: load }) : null;

async function load() {
  let answer;
  try {
    const response = await fetch("/api/photos");
    answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
  } catch (error) {
    say(`The photos can't be listed: ${error.message}`, { fail: true });
    return;
  }
  problem.hidden = !answer.problem;
  problem.querySelector("span").textContent = answer.problem;
  cards.update(answer.photos);
  options(fields.patient, answer.patients);
  options(fields.site, [...new Set(Object.values(answer.sites).flat())].sort());
  form?.suggest(answer);
  filter();
}

/** Filters that the address names, as in /photos?state=unplaced. */
function fromAddress() {
  for (const [name, value] of new URLSearchParams(location.search))
    if (name in fields) fields[name].value = value;
  filter();
}

function options(select, names) {
  const chosen = select.value;
  select.replaceChildren(select.options[0], ...names.map((name) => new Option(name, name)));
  if (names.includes(chosen)) select.value = chosen;
}

function filter() {
  const text = fields.text.value.trim().toLowerCase();
  const { value: state } = fields.state;
  const shown = cards.photos.filter(
    (photo) =>
      (!text || photo.words.includes(text)) &&
      (!state || (state === "changed" ? photo.changed !== "" : photo.state === state)) &&
      (!fields.patient.value || photo.patient === fields.patient.value) &&
      (!fields.site.value || photo.site === fields.site.value),
  );
  cards.show(shown);
  selection.keep(shown);
  const unplaced = cards.photos.filter((photo) => photo.state === "unplaced").length;
  shownCount.textContent =
    `${shown.length} of ${cards.photos.length} photos` + (unplaced ? `, ${unplaced} not placed` : "");
}

filters.addEventListener("input", (event) => {
  if (event.target === fields.size) grid.style.setProperty("--card", `${fields.size.value}px`);
  else filter();
});
document.getElementById("none")?.addEventListener("click", () => selection.clear());
await load();
fromAddress();
