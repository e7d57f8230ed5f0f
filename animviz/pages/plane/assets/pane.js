// One space: a field below, lines and points above it, and on top what follows the pointer.
const RATIO = 2; // of pixels to CSS pixels at most
const LINE = 1.3;

class Pane {
  constructor(name, page) {
    this.box = element(`${name}-pane`);
    [this.field, this.marks, this.over] = this.box.querySelectorAll("canvas");
    this.surface = new Surface(this.marks);
    this.page = page;
    this.state = page.state;
  }

  resize() {
    const { width, height } = this.box.getBoundingClientRect();
    this.size = [Math.max(60, width), Math.max(60, height)];
    this.ratio = Math.min(RATIO, devicePixelRatio || 1);
    const [columns, rows] = this.size.map((side) => Math.round(side * this.ratio));
    this.surface.resize(columns, rows);
    [this.over.width, this.over.height] = [columns, rows];
    const { samples } = this.state.data;
    const roomy = Math.sqrt((0.06 * this.size[0] * this.size[1]) / (Math.PI * samples));
    this.radius = Math.min(4, Math.max(1.5, roomy));
    this.disc = discs(this.radius * this.ratio, columns);
    this.stale = true;
  }

  // Take limits [x0, x1, y0, y1]; with equal scales more is seen along the longer side.
  span([x0, x1, y0, y1], equal) {
    const [width, height] = this.size;
    let [dx, dy] = [(x1 - x0) / width, (y1 - y0) / height];
    if (equal) dx = dy = Math.max(dx, dy);
    const x = (x0 + x1) / 2, y = (y0 + y1) / 2;
    this.limits = [x - (dx * width) / 2, x + (dx * width) / 2, y - (dy * height) / 2, y + (dy * height) / 2];
    this.scale = [1 / dx, 1 / dy];
  }

  toX(x) { return (x - this.limits[0]) * this.scale[0]; }
  toY(y) { return (this.limits[3] - y) * this.scale[1]; }
  fromX(x) { return this.limits[0] + x / this.scale[0]; }
  fromY(y) { return this.limits[3] - y / this.scale[1]; }

  // Coordinates of the middles of the cells of a lattice, top row first.
  lattice(columns, rows) {
    const found = new Float32Array(2 * columns * rows), [x0, x1, y0, y1] = this.limits;
    for (let row = 0, k = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, k += 2) {
        found[k] = x0 + ((column + 0.5) / columns) * (x1 - x0);
        found[k + 1] = y1 - ((row + 0.5) / rows) * (y1 - y0);
      }
    }
    return found;
  }

  paint(pixels, columns, rows) {
    this.field.hidden = !pixels;
    if (!pixels) return;
    if (this.field.width !== columns || this.field.height !== rows) [this.field.width, this.field.height] = [columns, rows];
    const image = new ImageData(new Uint8ClampedArray(pixels.buffer), columns, rows);
    this.field.getContext("2d").putImageData(image, 0, 0);
  }

  // Draw points at [x, y, ...] in CSS pixels, in the colours of the samples, or all in one.
  points(places, every) {
    const { ratio, disc, surface, radius } = this, reach = Math.ceil(radius * ratio + 1);
    const { stride } = this.page, alone = pixelOf(this.page.colors.palette[0]);
    for (let i = 0; 2 * i < places.length; i++) {
      surface.disc(disc, reach, places[2 * i] * ratio, places[2 * i + 1] * ratio, every ? every[i * stride] : alone);
    }
  }

  lines(places, each, color) {
    const { ratio } = this;
    this.surface.lines(ratio === 1 ? places : places.map((place) => place * ratio), each, color, LINE * ratio);
  }

  get context() {
    const context = this.over.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.lineJoin = context.lineCap = "round";
    return context;
  }

  // Chains of a contour, from cells of a lattice.
  chains(found, columns, rows, width, color, dash = []) {
    const { context } = this, [across, down] = [this.size[0] / columns, this.size[1] / rows];
    context.setLineDash(dash);
    context.beginPath();
    for (const chain of found) {
      for (let k = 0; k < chain.length; k += 2) {
        const place = [(chain[k] + 0.5) * across, (chain[k + 1] + 0.5) * down];
        if (k) context.lineTo(...place);
        else context.moveTo(...place);
      }
    }
    this.trace(context, width, color);
  }

  trace(context, width, color) {
    context.lineWidth = width;
    context.strokeStyle = color;
    context.stroke();
    context.setLineDash([]);
  }

  polyline(places, width, color, dash = []) {
    const { context } = this;
    context.setLineDash(dash);
    context.beginPath();
    for (let k = 0; k < places.length; k += 2) context.lineTo(places[k], places[k + 1]);
    this.trace(context, width, color);
  }

  // The point that can be dragged.
  ring(x, y, color) {
    const { context } = this, { colors } = this.page;
    context.beginPath();
    context.arc(x, y, 8, 0, 7);
    context.fillStyle = color;
    context.fill();
    this.trace(context, 5, colors.background);
    context.beginPath();
    context.arc(x, y, 8, 0, 7);
    this.trace(context, 2.5, colors.ink);
  }

  clear() { this.context.clearRect(0, 0, ...this.size); }
}
