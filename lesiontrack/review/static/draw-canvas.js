// The picture of the editor: photo, classes over it, lesion numbers, the polygon and the brush in work.

import { STYLES } from "/static/draw-overlay.js";

export class Picture {
  /** `state`: an Editor. */
  constructor(canvas, view, state) {
    this.canvas = canvas;
    this.view = view;
    this.state = state;
    this.waiting = false;
    this.stale = true; // whether more than the brush's place changed since the last drawing
    this.backdrop = document.createElement("canvas");
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    this.ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(clientWidth * this.ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * this.ratio));
    this.backdrop.width = this.canvas.width;
    this.backdrop.height = this.canvas.height;
    this.stale = true;
    this.view.resize(clientWidth, clientHeight);
    this.draw();
  }

  /** Draw again before the next frame; `cursorOnly`: nothing but the brush's place changed. */
  update({ cursorOnly = false } = {}) {
    if (!cursorOnly) this.stale = true;
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    if (this.stale) this.#backdrop();
    this.stale = false;
    const context = this.canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.backdrop, 0, 0);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.#polygon(context);
    this.#brush(context);
  }

  #backdrop() {
    const { backdrop: canvas, view, ratio, state } = this;
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#202020";
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (state.photo) {
      context.imageSmoothingEnabled = view.scale < 6;
      context.drawImage(
        state.photo,
        view.x * ratio,
        view.y * ratio,
        view.width * view.scale * ratio,
        view.height * view.scale * ratio,
      );
    }
    if (!state.hidden) {
      for (const layer of state.layers)
        if (state.visible[layer.name] && state.counts[layer.name])
          layer.draw(context, view, ratio, state.opacity);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (!state.hidden) this.#labels(context);
  }

  #labels(context) {
    context.font = "600 15px system-ui, sans-serif";
    context.textAlign = "center";
    for (const { text, x, y } of this.state.labels) {
      const [sx, sy] = this.view.toScreen(x, y);
      outlined(context, text, sx, sy - 8);
    }
  }

  #polygon(context) {
    const { polygon, cursor, active } = this.state;
    if (!polygon.length) return;
    const points = (cursor ? [...polygon, cursor] : polygon).map(([x, y]) => this.view.toScreen(x, y));
    const path = () => {
      context.beginPath();
      points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.closePath();
      context.stroke();
    };
    context.lineWidth = 4;
    context.strokeStyle = "#000";
    path();
    context.lineWidth = 2;
    context.strokeStyle = STYLES[active].colour;
    path();
    for (const [x, y] of polygon.map((p) => this.view.toScreen(...p))) {
      context.fillStyle = "#fff";
      context.fillRect(x - 3, y - 3, 6, 6);
    }
  }

  #brush(context) {
    const { cursor, tool, radius } = this.state;
    if (!cursor) return;
    const [x, y] = this.view.toScreen(...cursor);
    const size = tool === "polygon" ? 5 : Math.max(3, radius * this.view.scale);
    for (const [width, colour] of [
      [3, "#000"],
      [1.4, "#fff"],
    ]) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.setLineDash(tool === "eraser" ? [4, 4] : []);
      context.beginPath();
      context.arc(x, y, size, 0, 2 * Math.PI);
      if (tool === "polygon") {
        context.moveTo(x - 9, y);
        context.lineTo(x + 9, y);
        context.moveTo(x, y - 9);
        context.lineTo(x, y + 9);
      }
      context.stroke();
    }
    context.setLineDash([]);
  }
}

function outlined(context, text, x, y) {
  context.lineWidth = 4;
  context.strokeStyle = "#000";
  context.strokeText(text, x, y);
  context.fillStyle = "#fff";
  context.fillText(text, x, y);
}
