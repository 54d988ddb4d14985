// The form: what is to change, and one assignment a photo.

import { ask, correct, during, labelled, reader, say, withdraw } from "./review.js";
import { planned } from "./photos-plan.js";

const NAMES = ["patient", "visit", "site"];
const NOWHERE = "unknown"; // an excluded photo may have no place

export class Form {
  #element;
  #cards;
  #selection;
  #reload;
  #known = { patients: [], visits: {}, sites: {} };

  constructor(element, { cards, selection, reload }) {
    this.#element = element;
    this.#cards = cards;
    this.#selection = selection;
    this.#reload = reload;
    const { dates, visit } = element.elements;
    dates.addEventListener("change", () => {
      visit.disabled = dates.checked;
    });
    element.addEventListener("input", () => this.#hint());
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      during(event.submitter, () => this.#save());
    });
    this.#button("exclude", () => this.#exclude());
    this.#button("back", () => this.#takeBack());
  }

  suggest(known) {
    this.#known = known;
    this.#hint();
  }

  /** Show the form for these photos. */
  show(photos) {
    const { elements } = this.#element;
    this.#element.hidden = photos.length === 0;
    document.getElementById("count").textContent =
      `${photos.length} ${photos.length === 1 ? "photo" : "photos"} selected`;
    for (const name of NAMES) elements[name].placeholder = common(photos.map((photo) => photo[name]));
    document.getElementById("back").disabled = !photos.some((photo) => photo.corrections.length);
    this.#hint();
  }

  #button(id, action) {
    const button = document.getElementById(id);
    button.addEventListener("click", () => during(button, action));
  }

  #fields() {
    const { elements } = this.#element;
    const values = Object.fromEntries(
      [...NAMES, "view", "modality"].map((name) => [name, elements[name].value.trim()]),
    );
    if (elements.dates.checked) values.visit = "";
    return values;
  }

  /** Suggestions that fit the patient, and which names would be new. */
  #hint() {
    const fields = this.#fields();
    const patient = fields.patient || common(this.#selection.photos.map((photo) => photo.patient));
    const visits = this.#known.visits[patient] ?? [];
    const everywhere = [...new Set(Object.values(this.#known.sites).flat())].sort();
    const sites = this.#known.sites[patient] ?? [];
    options("patients", this.#known.patients);
    options("visits", visits);
    options("sites", [...new Set([...sites, ...everywhere])]);
    const isNew = (name, known) => fields[name] && !known.includes(fields[name]);
    const news = [
      isNew("patient", this.#known.patients) && `patient ${fields.patient}`,
      isNew("visit", visits) && `visit ${fields.visit}`,
      isNew("site", sites) && `site ${fields.site}`,
    ].filter(Boolean);
    document.getElementById("new").textContent = news.length ? `New: ${news.join(", ")}.` : "";
  }

  async #save() {
    const photos = this.#selection.photos;
    const fields = this.#fields();
    const dated = this.#element.elements.dates.checked;
    const dates = dated ? await this.#cards.datesOf(photos.map((photo) => photo.token)) : null;
    const { changes, missing } = planned(photos, this.#cards.photos, fields, dates);
    if (missing) throw new Error(missing);
    if (!changes.length) throw new Error("Nothing changes: fill in what is to be otherwise.");
    if (await this.#send(changes)) this.#element.reset();
    this.#element.elements.visit.disabled = false;
  }

  async #exclude() {
    const photos = this.#selection.photos.filter((photo) => photo.state !== "excluded");
    if (!photos.length) throw new Error("These photos are excluded already.");
    const note = document.createElement("input");
    note.type = "text";
    note.maxLength = 2000;
    const field = labelled("Why (it is kept with your name): ", note);
    const what = photos.length === 1 ? "this photo" : `these ${photos.length} photos`;
    if (!(await ask(`Take ${what} out of the study?`, [field], { confirm: "Exclude" }))) return;
    const place = (photo) =>
      Object.fromEntries(NAMES.map((name) => [name, photo[name] || NOWHERE]));
    await this.#send(
      photos.map((photo) => ({ photo, value: { ...place(photo), view: photo.view || 1, excluded: true } })),
      note.value,
    );
  }

  async #takeBack() {
    const ids = this.#selection.photos.flatMap((photo) => photo.corrections);
    if (!(await reader())) return;
    for (const id of ids) await withdraw(id);
    say(`${ids.length === 1 ? "1 assignment" : `${ids.length} assignments`} taken back.`);
    await this.#reload();
  }

  async #send(changes, note = "") {
    if (!(await reader())) return false;
    const count = document.getElementById("count");
    let done = 0;
    try {
      for (const { photo, value } of changes) {
        count.textContent = `Saving ${done + 1} of ${changes.length} …`;
        const response = await fetch(`/api/photo-digest/${photo.token}`);
        const answer = await response.json();
        if (!response.ok) throw new Error(`${photo.photo}: ${answer.error}`);
        await correct({ kind: "assignment", photo: photo.photo, ...answer, ...value }, { note });
        done += 1;
      }
    } finally {
      if (done) say(`${done} of ${changes.length} saved. They act from the next run on.`);
      await this.#reload();
    }
    return true;
  }
}

function options(id, names) {
  const list = document.getElementById(id);
  list.replaceChildren(...names.map((name) => new Option(name, name)));
}

/** What all have, else "several". */
function common(values) {
  const all = [...new Set(values.filter(Boolean))];
  return all.length > 1 ? "several" : (all[0] ?? "");
}
