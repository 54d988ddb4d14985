// Where a picture lies on the screen: zoom and pan. Content and screen places are in pixel edges.

const MOST_ZOOM = 60;

export class ViewTransform {
  /** Content of `width` x `height`, shown in a screen area whose size `resize` tells. */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.screenWidth = width;
    this.screenHeight = height;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
  }

  get fitScale() {
    return Math.min(this.screenWidth / this.width, this.screenHeight / this.height);
  }

  /** Whether all of the content is in view. */
  get fits() {
    return this.scale <= this.fitScale * 1.001;
  }

  resize(screenWidth, screenHeight) {
    const fitted = this.fits;
    this.screenWidth = Math.max(1, screenWidth);
    this.screenHeight = Math.max(1, screenHeight);
    if (fitted) this.fit();
    else this.#settle();
  }

  fit() {
    this.scale = this.fitScale;
    this.#settle();
  }

  /** Zoom by a factor; the content under the screen place stays there. */
  zoomAt(factor, screenX, screenY) {
    const [x, y] = this.toContent(screenX, screenY);
    this.scale = Math.min(Math.max(this.scale * factor, this.fitScale), Math.max(MOST_ZOOM, this.fitScale));
    this.x = screenX - x * this.scale;
    this.y = screenY - y * this.scale;
    this.#settle();
  }

  zoom(factor) {
    this.zoomAt(factor, this.screenWidth / 2, this.screenHeight / 2);
  }

  panBy(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.#settle();
  }

  /** Bring a place of the content into view, if it is not. */
  show(x, y) {
    const [sx, sy] = this.toScreen(x, y);
    const margin = Math.min(40, this.screenWidth / 4, this.screenHeight / 4);
    const inside = (value, size) => Math.min(Math.max(value, margin), size - margin) - value;
    this.panBy(inside(sx, this.screenWidth), inside(sy, this.screenHeight));
  }

  toContent(screenX, screenY) {
    return [(screenX - this.x) / this.scale, (screenY - this.y) / this.scale];
  }

  toScreen(x, y) {
    return [x * this.scale + this.x, y * this.scale + this.y];
  }

  /** Content that is smaller than the screen is centred; larger content always fills it. */
  #settle() {
    const settle = (offset, content, screen) =>
      content <= screen ? (screen - content) / 2 : Math.min(0, Math.max(screen - content, offset));
    this.x = settle(this.x, this.width * this.scale, this.screenWidth);
    this.y = settle(this.y, this.height * this.scale, this.screenHeight);
  }
}
