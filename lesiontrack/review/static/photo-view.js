// A photo in an <svg> that can be zoomed, moved and pointed at; its coordinates are the photo's upright
// pixels, with pixel centres at whole numbers.

import { ViewTransform } from "/static/view-transform.js";

const SVG = "http://www.w3.org/2000/svg";
const SIDE = 1600;
const STILL = 4; // px that a click may slip

export function svgElement(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

export class PhotoView {
  #fingers = new Map();
  #drag = null;
  #pinch = null;
  #timer = 0;

  /** `onPick(x, y)` gets upright pixels where `picking` is true and somebody points. */
  constructor(svg, onPick) {
    this.svg = svg;
    this.onPick = onPick;
    this.picking = false;
    this.cross = null;
    const { width, height, src } = svg.dataset;
    [this.width, this.height, this.src] = [Number(width), Number(height), src];
    this.view = new ViewTransform(this.width, this.height);
    this.photo = this.#image(0, 0, this.width, this.height, `${src}?side=${SIDE}`);
    svg.prepend(this.photo);
    this.closer = null;
    svg.setAttribute("preserveAspectRatio", "none");
    new ResizeObserver(() => this.#resize()).observe(svg.parentElement);
    this.#resize();
    this.#listen();
  }

  /** Whether clicks point. */
  setPicking(picking) {
    this.picking = picking;
    this.svg.classList.toggle("picking", picking);
    if (!picking) this.choose(null);
  }

  /** Show a cross at a place, or none. */
  choose(place) {
    this.cross = place;
    const shown = this.svg.querySelector(".chosen");
    shown.toggleAttribute("hidden", !place);
    if (place) {
      shown.dataset.x = place[0];
      shown.dataset.y = place[1];
    }
    this.#place();
  }

  zoom(factor) {
    this.view.zoom(factor);
    this.#place();
  }

  fit() {
    this.view.fit();
    this.#place();
  }

  /** Marks were put in or taken out. */
  refresh() {
    this.#place();
  }

  #resize() {
    const room = this.svg.parentElement.clientWidth;
    if (!room) return; // inside a closed <details>
    const height = Math.min((room * this.height) / this.width, 0.78 * window.innerHeight);
    this.svg.style.height = `${height}px`;
    this.view.resize(room, height);
    this.#place();
  }

  #place() {
    const { view, svg } = this;
    const unit = 1 / view.scale;
    const [left, top] = view.toContent(0, 0).map((value) => value - 0.5);
    svg.setAttribute("viewBox", [left, top, view.screenWidth * unit, view.screenHeight * unit].join(" "));
    svg.classList.toggle("zoomed", !view.fits);
    for (const mark of svg.querySelectorAll("[data-x]"))
      mark.setAttribute("transform", `translate(${mark.dataset.x} ${mark.dataset.y}) scale(${unit})`);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#sharpen(), 250);
  }

  /** Where the screen shows more than the loaded picture holds, load that part by itself. */
  #sharpen() {
    this.closer?.remove();
    this.closer = null;
    const { view } = this;
    const loaded = Math.min(1, SIDE / Math.max(this.width, this.height));
    if (loaded === 1 || view.scale * (window.devicePixelRatio || 1) <= loaded * 1.2) return;
    const [left, top] = view.toContent(0, 0).map((value) => Math.max(0, Math.floor(value)));
    const [right, bottom] = view.toContent(view.screenWidth, view.screenHeight);
    const w = Math.min(this.width, Math.ceil(right)) - left;
    const h = Math.min(this.height, Math.ceil(bottom)) - top;
    this.closer = this.#image(left, top, w, h, `${this.src}?x=${left}&y=${top}&w=${w}&h=${h}&side=${SIDE}`);
    this.photo.after(this.closer);
  }

  #image(x, y, width, height, href) {
    const place = { x: x - 0.5, y: y - 0.5, width, height };
    return svgElement("image", { ...place, href, preserveAspectRatio: "none" });
  }

  #onScreen(event) {
    const box = this.svg.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** Upright pixels of a screen place, kept within the photo. */
  #pixels(screen) {
    const [x, y] = this.view.toContent(...screen);
    const kept = (value, size) => Math.min(size - 1, Math.max(0, value - 0.5));
    return [kept(x, this.width), kept(y, this.height)];
  }

  #listen() {
    const { svg, view } = this;
    svg.addEventListener("pointerdown", (event) => {
      if (event.button > 1) return;
      this.#fingers.set(event.pointerId, this.#onScreen(event));
      this.#drag = this.#fingers.size === 1 ? { from: this.#onScreen(event), moved: false } : null;
      this.#pinch = this.#fingers.size === 2 ? this.#grip() : null;
      if (event.pointerType !== "touch" || !view.fits) svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener("pointermove", (event) => {
      if (!this.#fingers.has(event.pointerId)) return;
      const now = this.#onScreen(event);
      const last = this.#fingers.get(event.pointerId);
      this.#fingers.set(event.pointerId, now);
      if (this.#pinch) {
        const grip = this.#grip();
        view.zoomAt(grip.spread / this.#pinch.spread, grip.x, grip.y);
        view.panBy(grip.x - this.#pinch.x, grip.y - this.#pinch.y);
        this.#pinch = grip;
      } else if (this.#drag) {
        const { from } = this.#drag;
        if (Math.hypot(now[0] - from[0], now[1] - from[1]) > STILL) this.#drag.moved = true;
        if (this.#drag.moved) view.panBy(now[0] - last[0], now[1] - last[1]);
      }
      this.#place();
    });
    const end = (event) => {
      if (!this.#fingers.delete(event.pointerId)) return;
      const clicked = this.#drag && !this.#drag.moved && event.type === "pointerup";
      this.#drag = this.#pinch = null;
      if (clicked && this.picking) this.#pick(this.#pixels(this.#onScreen(event)));
    };
    svg.addEventListener("pointerup", end);
    svg.addEventListener("pointercancel", end);
    svg.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    svg.addEventListener("keydown", (event) => this.#key(event));
  }

  #grip() {
    const [a, b] = [...this.#fingers.values()];
    const spread = Math.max(10, Math.hypot(a[0] - b[0], a[1] - b[1]));
    return { x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2, spread };
  }

  /** The wheel scrolls the page, unless the photo has the focus, is zoomed, or Ctrl is held. */
  #wheel(event) {
    if (!event.ctrlKey && this.view.fits && document.activeElement !== this.svg) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 30 : 1;
    this.view.zoomAt(Math.exp(-0.0015 * event.deltaY * lines), ...this.#onScreen(event));
    this.#place();
  }

  #pick(place) {
    this.choose(place);
    this.onPick(...place);
  }

  #key(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step && this.picking) {
      const by = (event.shiftKey ? 40 : 8) / this.view.scale;
      const [x, y] = this.cross ?? this.#pixels([this.view.screenWidth / 2, this.view.screenHeight / 2]);
      const kept = (value, size) => Math.min(size - 1, Math.max(0, value));
      this.choose([kept(x + step[0] * by, this.width), kept(y + step[1] * by, this.height)]);
      this.view.show(this.cross[0] + 0.5, this.cross[1] + 0.5);
      this.#place();
    } else if (step && !this.view.fits) {
      this.view.panBy(-60 * step[0], -60 * step[1]);
      this.#place();
    } else if (event.key === "Enter" && this.picking && this.cross) this.#pick(this.cross);
    else if (event.key === "+" || event.key === "=") this.zoom(1.3);
    else if (event.key === "-") this.zoom(1 / 1.3);
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
  }
}
