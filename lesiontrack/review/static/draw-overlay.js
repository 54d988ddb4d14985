// How a class looks over the photo: colour as in the report, outline, and hatching for colour-blind eyes.

export const STYLES = {
  lesion: { colour: "#56b4e9", hatch: "rising" },
  ulcer: { colour: "#f0a000", hatch: "dots" },
  obstruction: { colour: "#c77dff", hatch: "crossed" },
  skin: { colour: "#ccffee", hatch: "level" },
};

const TILE = 9;

/** A repeating tile of the class's hatching on a light wash of its colour. */
export function pattern(context, name, ratio) {
  const { colour, hatch } = STYLES[name];
  const tile = document.createElement("canvas");
  const size = Math.max(4, Math.round(TILE * ratio));
  tile.width = size;
  tile.height = size;
  const pen = tile.getContext("2d");
  pen.fillStyle = colour;
  pen.strokeStyle = colour;
  pen.globalAlpha = 0.35;
  pen.fillRect(0, 0, size, size);
  pen.globalAlpha = 0.95;
  pen.lineWidth = Math.max(1, ratio);
  const line = (x0, y0, x1, y1) => {
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
    pen.stroke();
  };
  if (hatch === "level") line(0, size / 2, size, size / 2);
  if (hatch === "dots") {
    pen.beginPath();
    pen.arc(size / 2, size / 2, size / 6, 0, 2 * Math.PI);
    pen.fill();
  }
  if (hatch === "rising" || hatch === "crossed") {
    for (const shift of [-size, 0, size]) {
      line(shift, size, shift + size, 0);
      if (hatch === "crossed") line(shift, 0, shift + size, size);
    }
  }
  return context.createPattern(tile, "repeat");
}

/** One class's mask as a picture of its own, kept as it changes, and drawn over the photo. */
export class Layer {
  #sheet = document.createElement("canvas");
  #shape = document.createElement("canvas");

  constructor(name, mask) {
    this.name = name;
    this.mask = mask;
    this.#sheet.width = mask.width;
    this.#sheet.height = mask.height;
    this.refresh({ x0: 0, y0: 0, x1: mask.width, y1: mask.height });
  }

  /** The mask changed within a box. */
  refresh(box) {
    const width = box.x1 - box.x0;
    const image = new ImageData(width, box.y1 - box.y0);
    const { data, width: stride } = this.mask;
    for (let y = box.y0, to = 3; y < box.y1; y += 1)
      for (let x = box.x0; x < box.x1; x += 1, to += 4) image.data[to] = data[y * stride + x] ? 255 : 0;
    this.#sheet.getContext("2d").putImageData(image, box.x0, box.y0);
  }

  /** Draw into `context` as the view lies; lengths in device pixels, `ratio` of them to a CSS pixel. */
  draw(context, view, ratio, opacity) {
    const { width, height } = context.canvas;
    if (this.#shape.width !== width || this.#shape.height !== height) {
      this.#shape.width = width;
      this.#shape.height = height;
    }
    const pen = this.#shape.getContext("2d");
    pen.imageSmoothingEnabled = false;
    const put = (dx, dy) =>
      pen.drawImage(
        this.#sheet,
        view.x * ratio + dx,
        view.y * ratio + dy,
        view.width * view.scale * ratio,
        view.height * view.scale * ratio,
      );
    const paint = (fill) => {
      pen.globalCompositeOperation = "source-in";
      pen.fillStyle = fill;
      pen.fillRect(0, 0, width, height);
    };
    const begin = () => {
      pen.globalCompositeOperation = "source-over";
      pen.clearRect(0, 0, width, height);
    };
    begin();
    put(0, 0);
    paint(pattern(pen, this.name, ratio));
    context.globalAlpha = opacity;
    context.drawImage(this.#shape, 0, 0);
    // the outline: the shape moved a little to all sides, less the shape itself
    begin();
    const reach = 1.6 * ratio;
    for (let turn = 0; turn < 2 * Math.PI; turn += Math.PI / 4)
      put(reach * Math.cos(turn), reach * Math.sin(turn));
    pen.globalCompositeOperation = "destination-out";
    put(0, 0);
    paint(STYLES[this.name].colour);
    context.globalAlpha = Math.min(1, opacity * 1.6);
    context.drawImage(this.#shape, 0, 0);
    context.globalAlpha = 1;
  }
}
