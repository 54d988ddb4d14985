// The mask editor's page: loads photo and masks, joins tools, keys and buttons, and sends what was drawn.

import { correctKept } from "/static/correct-kept.js";
import { during, say } from "/static/review.js";
import { Picture } from "/static/draw-canvas.js";
import { Editor, MOST_RADIUS } from "/static/draw-editor.js";
import { followKeys } from "/static/draw-keys.js";
import { emptyMask, fromBits, wholeOf } from "/static/draw-mask.js";
import { pattern, STYLES } from "/static/draw-overlay.js";
import { followPointers } from "/static/draw-pointer.js";
import { maskEdit } from "/static/draw-save.js";
import { ViewTransform } from "/static/view-transform.js";

const root = document.getElementById("draw");
const canvas = document.getElementById("canvas");
const facts = JSON.parse(root.dataset.facts);
const { size, window: shown } = facts;
const factor = size.width / shown.width; // mask pixels to a pixel of the photo
const at = (id) => document.getElementById(id);
const query = `x=${shown.x}&y=${shown.y}&w=${shown.width}&h=${shown.height}&side=${facts.side}`;

const masks = Object.fromEntries(facts.classes.map((name) => [name, emptyMask(size.width, size.height)]));
const view = new ViewTransform(size.width, size.height);
let picture = null;
let saving = false;
let loaded = false;
const editor = new Editor(masks, (what) => refresh(what));
editor.radius = Math.max(2, Math.min(40, size.width / 40));
editor.labels = facts.labels.map(({ text, x, y }) => ({
  text,
  x: (x + 0.5 - shown.x) * factor,
  y: (y + 0.5 - shown.y) * factor,
}));
picture = new Picture(canvas, view, editor);

async function load() {
  const photo = new Image();
  photo.src = `/api/photo/${facts.photo_sha256}?${query}`;
  const fetched = facts.classes.map(async (name) => {
    const response = await fetch(`/api/mask/${facts.photo_sha256}/${name}?${query}&bits=1`);
    if (!response.ok) throw new Error((await response.json()).error);
    masks[name].data.set(
      fromBits(new Uint8Array(await response.arrayBuffer()), size.width, size.height).data,
    );
  });
  await Promise.all([photo.decode(), ...fetched]);
  editor.photo = photo;
  editor.loaded();
  loaded = true;
  root.dataset.loaded = "yes";
  refresh();
}

/** Everything that is shown follows the editor's state. */
function refresh({ cursorOnly = false } = {}) {
  if (!picture) return;
  picture.update({ cursorOnly });
  if (cursorOnly) return;
  for (const button of root.querySelectorAll("[data-tool]"))
    button.setAttribute("aria-pressed", String(button.dataset.tool === editor.tool));
  for (const name of facts.classes) {
    root.querySelector(`input[type=radio][value=${name}]`).checked = name === editor.active;
    root.querySelector(`input[type=checkbox][value=${name}]`).checked = editor.visible[name];
    root.querySelector(`[data-area=${name}]`).textContent = areaText(editor.counts[name]);
  }
  at("close").disabled = editor.polygon.length < 3;
  at("drop").disabled = !editor.polygon.length;
  at("undo").disabled = !editor.history.canUndo && !editor.polygon.length;
  at("redo").disabled = !editor.history.canRedo;
  at("save").disabled = !loaded || saving || !editor.unsaved;
  const obstacle = whyNotRight();
  at("right").disabled = !loaded || saving || obstacle !== "";
  at("right").title = obstacle;
  at("radius").value = String(Math.round(100 * Math.sqrt(editor.radius / MOST_RADIUS)));
  at("radius-said").textContent = `${Math.max(1, Math.round((2 * editor.radius) / factor))} px`;
  at("in-view").disabled = view.fits;
}

function areaText(pixels) {
  const area = pixels / (factor * factor);
  const px = `${Math.round(area).toLocaleString("en")} px²`;
  if (!facts.px_per_mm) return px;
  return `${(area / facts.px_per_mm ** 2).toFixed(1)} mm², ${px}`;
}

async function save() {
  if (saving || !loaded) return;
  const boxes = editor.differences();
  if (!Object.keys(boxes).length) {
    say("Nothing differs from what was loaded.");
    return;
  }
  const kept = `Saved: ${Object.keys(boxes).join(", ")}. Not applied yet: the next run measures with it.`;
  await send(boxes, at("note").value.trim(), [kept, "Saved. Sizes change at the next run."]);
}

const shownClasses = () => facts.classes.filter((name) => editor.visible[name]);

/** Why the outlines can't be called right as they are; empty where they can. */
function whyNotRight() {
  if (editor.unsaved || editor.polygon.length) return "You have drawn here: save that, or undo it.";
  if (factor < 1) return "Outlines are shown coarser than the photo: choose a smaller part first.";
  return shownClasses().length ? "" : "Tick “show” at the classes that you mean.";
}

/** Good outlines are kept too, as they were found. */
async function callRight() {
  if (saving || !loaded || whyNotRight()) return;
  const names = shownClasses();
  const boxes = Object.fromEntries(names.map((name) => [name, wholeOf(masks[name])]));
  const note = ["as found", at("note").value.trim()].filter(Boolean).join(": ");
  const kept = `Saved as found: ${names.join(", ")}. Not applied yet: the next run takes it in.`;
  await send(boxes, note, [kept, `Saved: ${names.join(", ")} as found.`]);
}

async function send(boxes, note, [kept, told]) {
  saving = true;
  refresh();
  await during(null, async () => {
    const value = await maskEdit(facts, masks, boxes);
    if ((await correctKept(value, { note })) === null) return;
    editor.kept();
    at("state").textContent = kept;
    at("note").value = "";
    say(told);
  });
  saving = false;
  refresh();
}

function onlyInView() {
  const [x0, y0] = view.toContent(0, 0).map((value) => Math.max(0, value / factor));
  const [x1, y1] = view.toContent(view.screenWidth, view.screenHeight);
  const [x, y] = [Math.floor(shown.x + x0), Math.floor(shown.y + y0)];
  const width = Math.min(shown.x + shown.width, Math.ceil(shown.x + x1 / factor)) - x;
  const height = Math.min(shown.y + shown.height, Math.ceil(shown.y + y1 / factor)) - y;
  const next = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries({ x, y, w: width, h: height })) next.set(name, value);
  location.search = next.toString();
}

const zoom = (by) => {
  view.zoom(by);
  refresh();
};
const fit = () => {
  view.fit();
  refresh();
};
const hide = (hidden) => {
  editor.hidden = hidden;
  refresh();
};

/** Keyboard: the brush by one step; with `draw` it leaves its mark on the way. */
function step(dx, dy, { draw, fine }) {
  const by = fine ? 1 : Math.max(1, editor.radius / 2);
  const from = editor.cursor ?? view.toContent(view.screenWidth / 2, view.screenHeight / 2);
  const to = [
    Math.min(size.width, Math.max(0, from[0] + dx * by)),
    Math.min(size.height, Math.max(0, from[1] + dy * by)),
  ];
  if (draw && editor.tool !== "polygon") {
    editor.down(from);
    editor.move(to);
    editor.up();
  }
  editor.hover(to);
  view.show(...to);
}

function put() {
  const place = editor.cursor ?? view.toContent(view.screenWidth / 2, view.screenHeight / 2);
  editor.down(place);
  editor.up();
}

const keys = followKeys(canvas, {
  use: (tool) => editor.use(tool),
  choose: (index) => editor.choose(facts.classes[index]),
  fillHoles: () => editor.fillHoles(),
  resizeBrush: (by) => editor.resizeBrush(by),
  undo: () => editor.undo(),
  redo: () => editor.redo(),
  closePolygon: () => editor.closePolygon(),
  dropPolygon: () => editor.dropPolygon(),
  zoom, fit, hide, save, step, put,
});
const moving = () => keys.panning() || at("move").getAttribute("aria-pressed") === "true";
followPointers(canvas, view, editor, { panning: moving, changed: refresh });

const onClick = {
  undo: () => editor.undo(),
  redo: () => editor.redo(),
  fill: () => editor.fillHoles(),
  clear: () => editor.clear(),
  close: () => editor.closePolygon(),
  drop: () => editor.dropPolygon(),
  smaller: () => zoom(1 / 1.3),
  larger: () => zoom(1.3),
  fit,
  save,
  right: callRight,
  "in-view": onlyInView,
  move: () => {
    const on = !moving();
    at("move").setAttribute("aria-pressed", String(on));
    canvas.classList.toggle("panning", on);
  },
};
for (const [id, action] of Object.entries(onClick)) at(id).addEventListener("click", action);
root.addEventListener("click", (event) => {
  // after a click by pointer, keys go to the picture: space would press the button again
  if (event.detail && event.target.closest(".tools button, .class")) canvas.focus({ preventScroll: true });
});
for (const button of root.querySelectorAll("[data-tool]"))
  button.addEventListener("click", () => editor.use(button.dataset.tool));
for (const input of root.querySelectorAll("input[name=class]"))
  input.addEventListener("change", () => editor.choose(input.value));
for (const input of root.querySelectorAll("input[type=checkbox]"))
  input.addEventListener("change", () => {
    editor.visible[input.value] = input.checked;
    refresh();
  });
at("radius").addEventListener("input", (event) => {
  editor.setRadius(MOST_RADIUS * (event.target.value / 100) ** 2);
});
at("opacity").addEventListener("input", (event) => {
  editor.opacity = event.target.value / 100;
  refresh();
});
at("hide").addEventListener("pointerdown", () => hide(true));
for (const kind of ["pointerup", "pointerleave", "pointercancel"])
  at("hide").addEventListener(kind, () => hide(false));
window.addEventListener("beforeunload", (event) => {
  if (editor.unsaved) event.preventDefault();
});
for (const name of facts.classes) {
  const swatch = document.createElement("canvas");
  swatch.width = 26;
  swatch.height = 16;
  const pen = swatch.getContext("2d");
  pen.fillStyle = pattern(pen, name, 1);
  pen.fillRect(0, 0, 26, 16);
  pen.strokeStyle = STYLES[name].colour;
  pen.strokeRect(0.5, 0.5, 25, 15);
  root.querySelector(`[data-class=${name}] .swatch`).append(swatch);
}
load().catch((error) => say(`The picture can't be loaded: ${error.message}`, { fail: true }));
