// The editor's state and what its tools do to it; no page elements in here.

import { History } from "/static/draw-history.js";
import {
  clearMask, copyMask, countInside, difference, fillHoles, fillPolygon, joined, stampLine, wholeOf,
} from "/static/draw-mask.js";
import { Layer } from "/static/draw-overlay.js";

export const TOOLS = ["brush", "eraser", "polygon"];
export const MOST_RADIUS = 200;
const SHOWN = ["lesion", "ulcer"]; // the others cover much of a photo: shown once they are asked for

export class Editor {
  /**
   * `masks`: class → mask, all of one size; `changed` is called after everything that is to be shown, with
   * { cursorOnly: true } where only the brush moved.
   */
  constructor(masks, changed) {
    this.masks = masks;
    this.changed = changed;
    this.history = new History();
    this.layers = Object.entries(masks).map(([name, mask]) => new Layer(name, mask));
    this.visible = Object.fromEntries(Object.keys(masks).map((name) => [name, SHOWN.includes(name)]));
    this.active = "lesion";
    this.tool = "brush";
    this.radius = 8;
    this.opacity = 0.55;
    this.hidden = false;
    this.polygon = [];
    this.cursor = null;
    this.photo = null;
    this.labels = [];
    this.counts = Object.fromEntries(Object.keys(masks).map((name) => [name, countInside(masks[name])]));
    this.stroke = null;
    this.unsaved = false;
    this.kept();
  }

  /** The masks were filled with what stands. */
  loaded() {
    for (const layer of this.layers) this.#refresh(layer.name, wholeOf(layer.mask));
    this.kept();
  }

  /** What is drawn now is what was loaded or sent. */
  kept() {
    this.base = Object.fromEntries(Object.entries(this.masks).map(([name, mask]) => [name, copyMask(mask)]));
    this.unsaved = false;
    this.changed();
  }

  /** Class → box of what differs from what was loaded or sent last. */
  differences() {
    const found = {};
    for (const [name, mask] of Object.entries(this.masks)) {
      const box = difference(mask, this.base[name]);
      if (box) found[name] = box;
    }
    return found;
  }

  choose(name) {
    if (!(name in this.masks)) return;
    this.cancel();
    this.active = name;
    this.visible[name] = true;
    this.changed();
  }

  use(tool) {
    if (!TOOLS.includes(tool)) return;
    this.cancel();
    if (tool !== "polygon") this.polygon = [];
    this.tool = tool;
    this.changed();
  }

  resizeBrush(factor) {
    this.setRadius(this.radius * factor);
  }

  setRadius(radius) {
    this.radius = Math.min(MOST_RADIUS, Math.max(0.5, radius));
    this.changed();
  }

  down(place, { erase = false } = {}) {
    if (this.tool === "polygon" && !erase) {
      this.polygon.push(place);
      this.cursor = place;
      this.changed();
      return;
    }
    const value = erase || this.tool === "eraser" ? 0 : 1;
    this.stroke = { before: copyMask(this.masks[this.active]), last: place, box: null, value };
    this.move(place);
  }

  move(place) {
    this.cursor = place;
    const { stroke } = this;
    if (stroke) {
      const box = stampLine(this.masks[this.active], ...stroke.last, ...place, this.radius, stroke.value);
      stroke.last = place;
      stroke.box = joined(stroke.box, box);
      this.#refresh(this.active, box);
    }
    this.changed();
  }

  up() {
    const { stroke } = this;
    this.stroke = null;
    if (stroke) this.#step(this.active, stroke.before, stroke.box);
  }

  /** Drop the stroke in work. */
  cancel() {
    const { stroke } = this;
    this.stroke = null;
    if (!stroke) return;
    this.masks[this.active].data.set(stroke.before.data);
    this.#refresh(this.active, stroke.box);
    this.changed();
  }

  hover(place) {
    this.cursor = place;
    this.changed({ cursorOnly: true });
  }

  closePolygon() {
    const points = this.polygon;
    this.polygon = [];
    this.#operate((mask) => fillPolygon(mask, points, 1));
  }

  dropPolygon() {
    this.polygon = [];
    this.changed();
  }

  fillHoles() {
    this.#operate(fillHoles);
  }

  clear() {
    this.#operate(clearMask);
  }

  undo() {
    if (this.polygon.length) {
      this.polygon.pop();
      this.changed();
      return;
    }
    this.cancel();
    this.#restored(this.history.undo(this.masks));
  }

  redo() {
    this.cancel();
    this.#restored(this.history.redo(this.masks));
  }

  #operate(action) {
    this.cancel();
    const before = copyMask(this.masks[this.active]);
    const box = action(this.masks[this.active]);
    this.#refresh(this.active, box);
    this.#step(this.active, before, box);
  }

  #step(name, before, box) {
    if (box) this.history.push(name, before, this.masks[name], box);
    this.#compare();
  }

  #restored(step) {
    if (step) {
      this.visible[step.name] = true;
      this.#refresh(step.name, step.box);
    }
    this.#compare();
  }

  #compare() {
    this.unsaved = Object.keys(this.differences()).length > 0;
    this.changed();
  }

  #refresh(name, box) {
    if (!box) return;
    this.layers.find((layer) => layer.name === name).refresh(box);
    this.counts[name] = countInside(this.masks[name]);
  }
}
