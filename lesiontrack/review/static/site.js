// The photo page: point to lesions, join ids, name; every form sends one correction and loads the page again.

import { correct, during, say, withdraw } from "/static/review.js";
import { PhotoView } from "/static/photo-view.js";

const root = document.getElementById("site");
const facts = JSON.parse(root.dataset.facts);
const svg = document.getElementById("photo");
const every = [...root.querySelectorAll("form[data-for]")];
const forms = Object.fromEntries(every.map((form) => [form.dataset.for, form]));
const { patient, site, visit, photo_sha256 } = facts;
const view = svg ? new PhotoView(svg, picked) : null;
let place = null;

function picked(x, y) {
  place = { x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10 };
  refresh();
}

function tool() {
  return root.querySelector("input[name=tool]:checked").value;
}

function refresh() {
  for (const [name, form] of Object.entries(forms)) form.hidden = name !== tool();
  view?.setPicking(tool() === "point");
  if (tool() !== "point") place = null;
  else if (place) view?.choose([place.x, place.y]);
  forms.point.querySelector("button.main").disabled = !place;
  document.getElementById("place").textContent = place
    ? `Chosen: x ${place.x}, y ${place.y} px.`
    : "No place chosen yet.";
  const draw = forms.point.querySelector("[data-draw]");
  if (place) {
    const side = 400;
    const [x, y] = [place.x, place.y].map((value) => Math.max(0, Math.round(value - side / 2)));
    draw.search = `x=${x}&y=${y}&w=${side}&h=${side}`;
  }
  const { lesion, same_as } = forms.same.elements;
  forms.same.querySelector("button.main").disabled = !lesion.value || lesion.value === same_as.value;
}

/** Send, then show the page as it is after that. */
async function send(form, value, told) {
  const button = form?.querySelector("button.main") ?? null;
  await during(button, async () => {
    const note = form?.elements.note?.value.trim() ?? "";
    if ((await correct(value, { note })) === null) return;
    sessionStorage.setItem("said", told);
    location.reload();
  });
}

forms.point.addEventListener("submit", (event) => {
  event.preventDefault();
  const lesion = forms.point.elements.lesion.value;
  const seen = facts.places[lesion] ?? [];
  const value = { kind: "lesion_point", patient, site, visit, photo_sha256, lesion, ...place, seen };
  send(forms.point, value, `Saved: ${lesion} is there. The next run uses it.`);
});
forms.same.addEventListener("submit", (event) => {
  event.preventDefault();
  const [lesion, same_as] = [forms.same.elements.lesion.value, forms.same.elements.same_as.value];
  const value = { kind: "same_lesion", patient, site, lesion, same_as };
  value.places = facts.places[lesion] ?? [];
  value.same_as_places = facts.places[same_as] ?? [];
  if (!value.places.length)
    say(`It is not known where ${lesion} was seen, so it can't be joined.`, { fail: true });
  else send(forms.same, value, `Saved: ${lesion} is ${same_as}. The next run joins them.`);
});
forms.name.addEventListener("submit", (event) => {
  event.preventDefault();
  const { lesion, name } = forms.name.elements;
  const value = { kind: "lesion_name", patient, lesion: lesion.value, name: name.value.trim() };
  send(forms.name, value, "Name saved.");
});

root.addEventListener("change", refresh);
root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.zoom) {
    const by = Number(button.dataset.zoom);
    if (by) view?.zoom(1.5 ** by);
    else view?.fit();
  }
  if (button.dataset.point) {
    root.querySelector("input[name=tool][value=point]").checked = true;
    forms.point.elements.lesion.value = button.dataset.point;
    refresh();
    svg.scrollIntoView({ block: "center" });
    svg.focus({ preventScroll: true });
  }
  if (button.dataset.withdraw)
    during(button, async () => {
      if ((await withdraw(button.dataset.withdraw)) !== null) location.reload();
    });
});
for (const what of ["outlines", "marks"])
  document.getElementById(`show-${what}`).addEventListener("change", (event) => {
    svg?.classList.toggle(`hide-${what}`, !event.target.checked);
  });

const told = sessionStorage.getItem("said");
if (told) {
  sessionStorage.removeItem("said");
  say(told);
}
refresh();
