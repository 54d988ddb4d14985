// Which photos are selected: by click, range, and keys.

export class Selection {
  #grid;
  #cards;
  #changed;
  #tokens = new Set();
  #anchor = null;
  #shift = false;

  constructor(grid, cards, changed) {
    this.#grid = grid;
    this.#cards = cards;
    this.#changed = changed;
    // A click on a label comes first as itself, then as a click on its checkbox.
    grid.addEventListener("click", (event) => (this.#shift ||= event.shiftKey), { capture: true });
    grid.addEventListener("change", (event) => this.#toggled(event.target));
    grid.addEventListener("keydown", (event) => this.#key(event));
  }

  /** In the order of the page. */
  get photos() {
    return this.#cards.shown.filter((photo) => this.#tokens.has(photo.token));
  }

  clear() {
    this.#set(this.photos, false);
  }

  /** Forget what is not shown any more: nobody should change what they can't see. */
  keep(shown) {
    const tokens = new Set(shown.map((photo) => photo.token));
    const gone = [...this.#tokens].filter((token) => !tokens.has(token));
    for (const token of gone) this.#mark(token, false);
    this.#changed();
  }

  #toggled(box) {
    const { token } = box.closest("li").dataset;
    const shown = this.#cards.shown;
    const at = (wanted) => shown.findIndex((photo) => photo.token === wanted);
    const first = this.#shift && this.#anchor ? at(this.#anchor) : -1;
    const last = at(token);
    this.#shift = false;
    this.#anchor = token;
    if (first < 0) this.#set([shown[last]], box.checked);
    else this.#set(shown.slice(Math.min(first, last), Math.max(first, last) + 1), box.checked);
  }

  #key(event) {
    const box = event.target.closest('input[type="checkbox"]');
    this.#shift = false;
    if (!box) return;
    const { token } = box.closest("li").dataset;
    if (event.key === " ") this.#shift = event.shiftKey;
    else if (event.key === "Escape") this.clear();
    else if (event.key === "Enter") document.querySelector("#edit:not([hidden]) input")?.focus();
    else if (event.key === "l") this.#cards.enlarge(token);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) this.#set(this.#cards.shown, true);
    else if (event.key.startsWith("Arrow")) this.#move(token, event.key);
    else return;
    if (event.key !== " ") event.preventDefault();
  }

  #move(token, key) {
    const shown = this.#cards.shown;
    const columns = getComputedStyle(this.#grid).gridTemplateColumns.split(" ").length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
    const next = shown[shown.findIndex((photo) => photo.token === token) + step];
    if (next) this.#cards.card(next.token).querySelector("input").focus();
  }

  #set(photos, selected) {
    for (const photo of photos) this.#mark(photo.token, selected);
    this.#changed();
  }

  #mark(token, selected) {
    this.#tokens[selected ? "add" : "delete"](token);
    const card = this.#cards.card(token);
    if (!card) return;
    card.toggleAttribute("data-selected", selected);
    card.querySelector("input").checked = selected;
  }
}
