// Pairs of points, each one place of skin in both photos.

import { correctKept } from "/static/correct-kept.js";
import { during } from "/static/review.js";
import { PhotoView, svgElement } from "/static/photo-view.js";

const facts = JSON.parse(document.getElementById("site").dataset.facts);
const at = (id) => document.getElementById(id);
const WHICH = ["visit", "reference"];
const NAMES = { visit: `visit ${facts.visit}`, reference: `the reference, ${facts.reference.visit}` };
const LEAST = 2;

// of each pair { visit: [x, y], reference: [x, y] }, either may be missing while it is being placed
const pairs = facts.pairs.map((p) => ({ visit: [p.x, p.y], reference: [p.reference_x, p.reference_y] }));
let unsaved = false;

const views = Object.fromEntries(
  WHICH.map((which) => {
    const view = new PhotoView(at(`landmarks-${which}`), (x, y) => placed(which, [x, y]));
    view.setPicking(true);
    return [which, view];
  }),
);

const whole = (pair) => WHICH.every((which) => pair[which]);

function placed(which, place) {
  const rounded = place.map((value) => Math.round(value * 10) / 10);
  const open = pairs.find((pair) => !whole(pair));
  if (open) open[which] = rounded; // clicking the same photo again moves the point
  else pairs.push({ [which]: rounded });
  unsaved = true;
  refresh();
}

function refresh() {
  for (const which of WHICH) {
    const marks = views[which].svg.querySelector(".marks");
    marks.replaceChildren(
      ...pairs.flatMap((pair, i) => (pair[which] ? [numbered(i + 1, pair[which], !whole(pair))] : [])),
    );
    views[which].choose(null);
  }
  at("landmarks-list").replaceChildren(...pairs.map(listed));
  const open = pairs.find((pair) => !whole(pair));
  const missing = open && WHICH.find((which) => !open[which]);
  const count = pairs.filter(whole).length;
  at("landmarks-next").textContent = missing
    ? `Now the same place in ${NAMES[missing]}.`
    : `${count} ${count === 1 ? "pair" : "pairs"}. Click the next place in either photo.`;
  at("landmarks-save").disabled = !unsaved || Boolean(open) || count < LEAST;
}

function numbered(number, [x, y], waiting) {
  const mark = svgElement("g", { class: waiting ? "mark pending" : "mark", "data-x": x, "data-y": y });
  const text = svgElement("text", { y: -9, "text-anchor": "middle" });
  text.textContent = String(number);
  const cross = svgElement("path", { d: "M-3 0H3M0 -3V3", stroke: "#fff" });
  mark.append(svgElement("circle", { r: 5 }), cross, text);
  return mark;
}

function listed(pair, index) {
  const line = document.createElement("li");
  const said = (which) => (pair[which] ? pair[which].map((value) => value.toFixed(0)).join(", ") : "…");
  line.append(`${said("visit")} is ${said("reference")} in the reference `);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = "delete";
  button.setAttribute("aria-label", `Delete pair ${index + 1}`);
  button.addEventListener("click", () => {
    pairs.splice(index, 1);
    unsaved = true;
    refresh();
  });
  line.append(button);
  return line;
}

at("landmarks-save").addEventListener("click", () =>
  during(at("landmarks-save"), async () => {
    const { patient, site, visit, photo_sha256, reference } = facts;
    const value = {
      kind: "landmarks", patient, site, visit, reference_visit: reference.visit, photo_sha256,
      reference_sha256: reference.sha256,
      pairs: pairs.map((pair) => ({
        x: pair.visit[0], y: pair.visit[1], reference_x: pair.reference[0], reference_y: pair.reference[1],
      })),
    };
    if ((await correctKept(value, { note: at("landmarks-note").value.trim() })) === null) return;
    unsaved = false;
    sessionStorage.setItem("said", "Points saved. The next run brings the photo into place by them.");
    location.reload();
  }),
);
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
refresh();
