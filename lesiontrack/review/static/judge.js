// Buttons and keys by which a lesion's visits are judged and signed, and corrections are taken back.

import { ask, correct, during, labelled, reader, refresh, say, withdraw } from "./review.js";

const main = () => document.querySelector("main");
const about = () => ({ patient: main().dataset.patient, lesion: main().dataset.lesion });
const cards = () => [...document.querySelectorAll(".card[data-visit]")];

async function send(value, options) {
  if ((await correct(value, options)) === null) return;
  await refresh();
}

function text(words, name = "p") {
  const line = document.createElement(name);
  line.textContent = words;
  return line;
}

async function sign(chosen) {
  const name = await reader();
  if (!name || !chosen.length) return;
  const { patient, lesion } = about();
  const list = document.createElement("ul");
  list.append(...chosen.map((card) => text(card.dataset.signs, "li")));
  const note = document.createElement("input");
  note.type = "text";
  note.maxLength = 2000;
  const fields = [
    text(`I, ${name}, have looked at the photos and stand behind these values of lesion ${lesion} of patient ${patient}:`),
    list,
    text("With them goes what they rest on: the photo, its scale, the model that outlined it. When any of it changes, the signature is void."),
    labelled("Note (may be empty) ", note),
  ];
  const confirm = chosen.length === 1 ? "Sign this visit" : `Sign these ${chosen.length} visits`;
  if (!(await ask("Sign", fields, { confirm }))) return;
  const site = main().dataset.site;
  let done = 0;
  try {
    for (const card of chosen) {
      const value = { kind: "signature", patient, site, lesion, visit: card.dataset.visit, values: {} };
      await correct(value, { note: note.value.trim() });
      done += 1;
    }
  } finally {
    if (done) await refresh();
  }
  say(done === 1 ? "Signed." : `${done} visits signed.`);
}

async function notEvaluable(card) {
  const reason = document.createElement("textarea");
  reason.rows = 3;
  reason.maxLength = 2000;
  reason.required = true;
  const whole = document.createElement("input");
  whole.type = "checkbox";
  const { patient, lesion } = about();
  const site = main().dataset.site;
  const visit = card.dataset.visit;
  const both = document.createElement("label");
  both.append(whole, ` every lesion of ${site} at this visit, not only ${lesion}`);
  const fields = [labelled("Why can't it be measured? ", reason), both];
  const ready = () => reason.value.trim() !== "";
  if (!(await ask(`Not evaluable at ${visit}`, fields, { confirm: "Not evaluable", ready }))) return;
  const value = { kind: "evaluability", patient, visit, site, evaluable: false, reason: reason.value.trim() };
  await send(whole.checked ? value : { ...value, lesion });
}

async function rename() {
  const input = document.createElement("input");
  input.type = "text";
  input.maxLength = 80;
  input.value = main().dataset.name;
  const { patient, lesion } = about();
  const field = labelled(`Shown beside ${lesion}, which stays its id. Empty takes the name away. `, input);
  if (await ask("What do people call it?", [field], { confirm: "Keep this name" }))
    await send({ kind: "lesion_name", patient, lesion, name: input.value.trim() });
}

const ACTIONS = {
  sign: (card) => sign([card]),
  "sign-all": () => sign(cards().filter((card) => card.dataset.signable !== undefined)),
  gone: (card) => send({ kind: "gone", ...about(), visit: card.dataset.visit, gone: true }),
  still: (card) => send({ kind: "gone", ...about(), visit: card.dataset.visit, gone: false }),
  "not-evaluable": notEvaluable,
  new: () => send({ kind: "new_lesion", ...about(), new: true }),
  before: () => send({ kind: "new_lesion", ...about(), new: false }),
  name: rename,
  undo: async (card, button) => {
    if ((await withdraw(button.dataset.id)) === null) return;
    await refresh();
    say("Taken back.");
  },
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-action]");
  const action = button && ACTIONS[button.dataset.action];
  if (action) during(button, () => action(button.closest(".card"), button));
});

document.addEventListener("change", (event) => {
  const layer = event.target.dataset.layer;
  if (layer) main().classList.toggle(`hide-${layer}`, !event.target.checked);
});

const OF_VISIT = { s: "sign", g: "gone", t: "still", e: "not-evaluable" };
const OF_LESION = { S: "sign-all", w: "new", f: "before", m: "name" };

function current() {
  return document.activeElement?.closest(".card[data-visit]");
}

function move(step) {
  const all = cards();
  const now = all.indexOf(current());
  const next = all[now === -1 ? 0 : Math.min(Math.max(now + step, 0), all.length - 1)];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea, dialog"))
    return;
  const card = current();
  const press = (target) => {
    if (!target) return;
    event.preventDefault(); // else the key would be typed into the dialog that it opens
    target.click();
  };
  if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
    if (!event.target.closest(".scroll")) move(event.key === "ArrowRight" ? 1 : -1);
  } else if (event.key in OF_LESION) {
    press(main().querySelector(`[data-action="${OF_LESION[event.key]}"]`));
  } else if (event.key in OF_VISIT) {
    press(card?.querySelector(`[data-action="${OF_VISIT[event.key]}"]`));
  } else if (event.key === "u") {
    press([...(card?.querySelectorAll('[data-action="undo"]') ?? [])].pop());
  } else {
    const target = [card, document].map((place) => place?.querySelector(`[data-key="${CSS.escape(event.key)}"]`));
    press(target.find(Boolean));
  }
});

if (location.hash) document.getElementById(location.hash.slice(1))?.focus({ preventScroll: true });
