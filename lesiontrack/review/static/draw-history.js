// Steps that can be taken back and again: of each the part of one class's mask before and after.

import { part, paste } from "/static/draw-mask.js";

const MOST_BYTES = 200_000_000;

export class History {
  #done = [];
  #undone = [];
  #bytes = 0;

  /** `before` is a copy of the whole mask from before the step, `box` where it may have changed since. */
  push(name, before, after, box) {
    const step = { name, box, before: part(before, box), after: part(after, box) };
    if (step.before.data.every((value, i) => value === step.after.data[i])) return;
    this.#done.push(step);
    this.#undone = [];
    this.#bytes += 2 * step.before.data.length;
    while (this.#bytes > MOST_BYTES && this.#done.length > 1)
      this.#bytes -= 2 * this.#done.shift().before.data.length;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Take the last step back in `masks` (class → mask). Returns the class and the box, or null. */
  undo(masks) {
    const step = this.#done.pop();
    if (!step) return null;
    this.#undone.push(step);
    paste(masks[step.name], step.box, step.before);
    return step;
  }

  redo(masks) {
    const step = this.#undone.pop();
    if (!step) return null;
    this.#done.push(step);
    paste(masks[step.name], step.box, step.after);
    return step;
  }
}
