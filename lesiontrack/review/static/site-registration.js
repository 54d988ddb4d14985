// Reference and visit in one frame: one over the other, a slider, side by side; and what a reader says of it.

import { keysAreText } from "/static/keys.js";
import { correct, during } from "/static/review.js";

const facts = JSON.parse(document.getElementById("site").dataset.facts);
const compare = document.getElementById("compare");
const at = (id) => document.getElementById(id);
const INTERVAL_MS = 600;
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
let timer = 0;

function show(which) {
  compare.dataset.shown = which;
  const text = which === "visit" ? `visit ${facts.visit}` : `the reference, visit ${facts.reference.visit}`;
  at("swap").setAttribute("aria-label", `Show the other photo; now it is ${text}`);
  if (!timer) at("shown").textContent = `Shown: ${text}.`;
}

const swap = () => show(compare.dataset.shown === "visit" ? "reference" : "visit");

function flicker(on) {
  clearInterval(timer);
  timer = on ? setInterval(swap, INTERVAL_MS) : 0;
  at("flicker").setAttribute("aria-pressed", String(on));
  if (on) at("shown").textContent = "Both photos, in turn.";
  else show(compare.dataset.shown);
}

function setMode(mode) {
  flicker(false);
  compare.dataset.mode = mode;
  for (const button of compare.querySelectorAll("button[data-mode]"))
    button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
}

/** People who asked their system for less motion swap by hand. */
function heedMotion() {
  if (still.matches) flicker(false);
  at("flicker").disabled = still.matches;
  at("flicker").title = still.matches ? "Off: your system asks for less motion; use “Show the other”" : "";
}

if (compare) {
  compare.style.setProperty("--ratio", facts.reference.width / facts.reference.height);
  at("swap").addEventListener("click", () => {
    flicker(false);
    swap();
  });
  at("flicker").addEventListener("click", () => flicker(!timer));
  at("cut").addEventListener("input", (event) => {
    compare.style.setProperty("--cut", `${event.target.value}%`);
  });
  for (const button of compare.querySelectorAll("button[data-mode]"))
    button.addEventListener("click", () => setMode(button.dataset.mode));
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "f" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (compare.dataset.mode !== "flicker" || keysAreText(event)) return;
    flicker(false);
    swap();
  });
  still.addEventListener("change", heedMotion);
  heedMotion();
}

for (const button of document.querySelectorAll("[data-judge]"))
  button.addEventListener("click", () =>
    during(button, async () => {
      const { patient, site, visit, photo_sha256, reference } = facts;
      const accepted = button.dataset.judge === "yes";
      const value = {
        kind: "registration", patient, site, visit, photo_sha256, accepted,
        reference_sha256: reference.sha256,
      };
      if ((await correct(value)) === null) return;
      sessionStorage.setItem("said", accepted ? "Accepted." : "Rejected. The next run does not use it.");
      location.reload();
    }),
  );
