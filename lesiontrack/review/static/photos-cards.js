// One card a photo. Every text of a file or a reader goes in as text, never as markup.

const STATES = { unplaced: "not placed", failed: "could not be read", read: "", excluded: "excluded" };
const BATCH = 40;

export class Cards {
  #grid;
  #template;
  #cards = new Map(); // token → li
  #waiting = new Set();
  #timer = 0;
  #seen;

  constructor(grid, template) {
    this.#grid = grid;
    this.#template = template;
    this.photos = [];
    this.shown = [];
    this.dates = new Map(); // token → ISO date, or "" where the camera told none
    this.#seen = new IntersectionObserver((entries) => this.#entered(entries), { rootMargin: "300px" });
    grid.addEventListener("click", (event) => {
      if (event.target.classList.contains("look")) this.enlarge(event.target.closest("li").dataset.token);
    });
  }

  /** Take a new list of photos; cards of photos that are still there stay, with their pictures. */
  update(photos) {
    const cards = new Map();
    for (const photo of photos) {
      photo.words = `${photo.photo} ${photo.patient} ${photo.visit} ${photo.site} ${photo.why}`.toLowerCase();
      const card = this.#cards.get(photo.token) ?? this.#made(photo);
      cards.set(photo.token, card);
      this.#fill(card, photo);
    }
    for (const [token, card] of this.#cards) if (!cards.has(token)) card.remove();
    this.#cards = cards;
    this.photos = photos;
  }

  /** Put these photos into the grid, in their order. */
  show(photos) {
    this.shown = photos;
    this.#grid.replaceChildren(...photos.map((photo) => this.#cards.get(photo.token)));
  }

  card(token) {
    return this.#cards.get(token);
  }

  photo(token) {
    return this.photos.find((photo) => photo.token === token);
  }

  /** The camera's dates of these photos: token → ISO date, or "". */
  async datesOf(tokens) {
    const unknown = tokens.filter((token) => !this.dates.has(token));
    for (let at = 0; at < unknown.length; at += BATCH) {
      const part = unknown.slice(at, at + BATCH);
      const query = new URLSearchParams(part.map((token) => ["of", token]));
      const response = await fetch(`/api/photo-dates?${query}`);
      const found = await response.json();
      if (!response.ok) throw new Error(found.error);
      for (const token of part) this.dates.set(token, found[token] ?? "");
    }
    return this.dates;
  }

  enlarge(token) {
    if (!this.card(token).querySelector(".look")) return;
    const photo = this.photo(token);
    const dialog = document.createElement("dialog");
    dialog.className = "larger";
    dialog.setAttribute("aria-label", photo.photo);
    const image = new Image();
    image.alt = `Photo ${photo.photo}`;
    image.src = `/api/thumb/${token}?side=1280`;
    const line = document.createElement("p");
    line.textContent = [photo.photo, ...partsOf(photo)].join(" · ");
    const close = document.createElement("button");
    close.textContent = "Close";
    close.addEventListener("click", () => dialog.close());
    dialog.append(image, line, close);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  #made(photo) {
    const card = this.#template.content.firstElementChild.cloneNode(true);
    card.dataset.token = photo.token;
    const image = card.querySelector("img");
    image.addEventListener("error", () => {
      image.replaceWith("no picture");
      card.querySelector(".look").remove();
    });
    image.src = `/api/thumb/${photo.token}`;
    card.querySelector(".path").textContent = photo.photo;
    card.querySelector(".look").setAttribute("aria-label", `Larger: ${photo.photo}`);
    this.#seen.observe(card);
    return card;
  }

  #fill(card, photo) {
    card.dataset.state = photo.state;
    const parts = partsOf(photo);
    const place = parts.length ? parts : [STATES[photo.state]];
    card.querySelector(".place").replaceChildren(...place.flatMap((part) => [span(part), " "]));
    const by = photo.by ? `by ${photo.by}, ${photo.at}` : "";
    card.querySelector(".state").textContent =
      photo.state === "excluded" ? by : parts.length ? STATES[photo.state] : "";
    const why = card.querySelector(".why");
    why.textContent = why.title = photo.why;
    this.#hint(card, photo);
  }

  #hint(card, photo) {
    const date = this.dates.get(photo.token);
    const parts = [
      date ? `camera: ${date}` : "",
      photo.by && photo.state !== "excluded" ? `assigned by ${photo.by}, ${photo.at}` : "",
      photo.changed,
    ];
    card.querySelector(".hint").textContent = parts.filter(Boolean).join("; ");
  }

  #entered(entries) {
    for (const { target, isIntersecting } of entries)
      if (isIntersecting && !this.dates.has(target.dataset.token)) this.#waiting.add(target.dataset.token);
    if (!this.#waiting.size || this.#timer) return;
    this.#timer = setTimeout(() => this.#ask(), 250);
  }

  async #ask() {
    const tokens = [...this.#waiting];
    this.#waiting.clear();
    try {
      await this.datesOf(tokens);
    } catch {
      return; // a hint only
    } finally {
      this.#timer = 0;
    }
    for (const token of tokens) {
      const photo = this.photo(token);
      if (photo) this.#hint(this.#cards.get(token), photo);
    }
  }
}

/** Patient, site with its view, and visit with its day, so far as they are known. */
function partsOf(photo) {
  const day = photo.study_day === null || photo.visit.startsWith("day") ? "" : ` (day\u00a0${photo.study_day})`;
  const parts = [
    photo.patient,
    photo.site && (photo.view > 1 ? `${photo.site}, view ${photo.view}` : photo.site),
    photo.visit && photo.visit + day,
    photo.modality === "clinical" ? "" : photo.modality.replace("_", " "),
  ];
  return parts.filter(Boolean);
}

function span(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element;
}
