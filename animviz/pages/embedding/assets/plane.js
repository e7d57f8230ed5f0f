// The plane: points, and above them names of classes and the mark of the sample that is looked at.
const EDGE = 18, REACH = 14, MOVE = 350; // CSS pixels; milliseconds from one picture to the next
const MOST_NAMES = 30, LONGEST_NAME = 16;

class Plane {
  constructor(state, colors) {
    this.state = state;
    this.colors = colors;
    this.points = element("points");
    this.marks = element("marks");
    this.from = new Float32Array(2 * state.data.points);
    this.goal = new Float32Array(2 * state.data.points);
    this.at = new Float32Array(2 * state.data.points); // where points are drawn, in CSS pixels
    this.began = -Infinity;
  }

  // Take the size of the window: as many pixels as the screen has.
  resize() {
    const box = this.points.getBoundingClientRect(), ratio = devicePixelRatio || 1;
    this.size = [Math.max(box.width, 4 * EDGE), Math.max(box.height, 4 * EDGE)];
    for (const canvas of [this.points, this.marks]) {
      canvas.width = Math.round(this.size[0] * ratio);
      canvas.height = Math.round(this.size[1] * ratio);
    }
    this.ratio = ratio;
    this.image = new ImageData(this.points.width, this.points.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    const roomy = Math.sqrt((0.1 * this.size[0] * this.size[1]) / (Math.PI * this.state.data.samples));
    this.radius = Math.min(4, Math.max(1.7, roomy));
    const line = Math.max(1.1, 0.35 * this.radius), { radius } = this;
    const sizes = [Math.max(1, 0.45 * radius), radius, radius + line, radius + 2 * line];
    [this.ghost, this.disc, this.gap, this.rim] = sizes.map((size) => discs(size * ratio, this.image.width));
    this.began = -Infinity;
  }

  // From here on move to what the state shows, instead of jumping there.
  depart(now) {
    this.from.set(this.at);
    this.began = still.matches ? -Infinity : now;
  }

  // Draw a moment; say whether points are still on their way.
  draw(now) {
    this.aim();
    const share = Math.min(1, Math.max(0, (now - this.began) / MOVE));
    const eased = share * share * (3 - 2 * share);
    const { from, goal, at } = this;
    for (let i = 0; i < at.length; i++) at[i] = share < 1 ? from[i] + eased * (goal[i] - from[i]) : goal[i];
    this.paint();
    this.mark();
    return share < 1;
  }

  // Scale and corner of a layer in the canvas, the same at all epochs; the second axis points up.
  fit({ extent: [left, low, right, high] }) {
    const [width, height] = this.size.map((side) => side - 2 * EDGE);
    const scale = Math.min(width / (right - left || 1e-9), height / (high - low || 1e-9));
    const bounded = right > left || high > low ? scale : 1;
    const x = (this.size[0] - bounded * (left + right)) / 2, y = (this.size[1] + bounded * (low + high)) / 2;
    return [bounded, x, y];
  }

  aim() {
    const { state, goal } = this, layer = state.data.layers[state.layer];
    const before = state.snapshot, after = Math.min(before + 1, layer.positions.length - 1);
    const gap = state.data.epochs[after] - state.data.epochs[before];
    const blends = gap > 0 && layer.finite[after] && state.playing && !still.matches;
    const share = blends ? (state.epoch - state.data.epochs[before]) / gap : 0;
    const [scale, x, y] = this.fit(layer), a = layer.positions[before], b = layer.positions[after];
    for (let i = 0; i < goal.length; i += 2) {
      goal[i] = x + scale * (a[i] + share * (b[i] - a[i]));
      goal[i + 1] = y - scale * (a[i + 1] + share * (b[i + 1] - a[i + 1]));
    }
    this.there = layer.finite[before];
  }

  paint() {
    const { state, colors, pixels } = this, width = this.image.width;
    const ground = pixelOf(colors.plane);
    pixels.fill(ground);
    element("missing").hidden = this.there;
    if (this.there) {
      const ghost = pixelOf(colors.grid), ink = pixelOf(colors.ink), palette = colors.palette.map(pixelOf);
      this.each(HIDDEN, (x, y) => stamp(pixels, width, this.ghost, x, y, ghost));
      this.each(RIGHT, (x, y, i) => stamp(pixels, width, this.disc, x, y, palette[state.classOf(i)]));
      this.each(WRONG, (x, y, i) => {
        stamp(pixels, width, this.rim, x, y, ink); // a ring apart from the disc: seen whatever their colours
        stamp(pixels, width, this.gap, x, y, ground);
        stamp(pixels, width, this.disc, x, y, palette[state.classOf(i)]);
      });
    }
    this.points.getContext("2d").putImageData(this.image, 0, 0);
  }

  each(kind, put) {
    const { at, ratio } = this, { seen } = this.state;
    for (let i = 0; i < seen.length; i++) if (seen[i] === kind) put(at[2 * i] * ratio, at[2 * i + 1] * ratio, i);
  }

  mark() {
    const context = this.marks.getContext("2d"), { colors, state, at } = this;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, ...this.size);
    if (!this.there) return;
    context.lineJoin = "round";
    const sample = state.sample;
    if (sample >= 0) this.trail(context, sample);
    this.names(context);
    if (sample < 0) return;
    for (const [width, color] of [[6, colors.plane], [2, colors.ink]]) {
      context.lineWidth = width;
      context.strokeStyle = color;
      context.beginPath();
      context.arc(at[2 * sample], at[2 * sample + 1], this.radius + 6, 0, 7);
      context.stroke();
    }
  }

  // The way of a sample over all epochs.
  trail(context, sample) {
    const layer = this.state.data.layers[this.state.layer], [scale, x, y] = this.fit(layer);
    context.strokeStyle = this.colors.quiet;
    context.lineWidth = 1;
    context.beginPath();
    layer.positions.forEach((at, epoch) => {
      if (layer.finite[epoch]) context.lineTo(x + scale * at[2 * sample], y - scale * at[2 * sample + 1]);
    });
    context.stroke();
  }

  // Names at the medians of the classes, as far as they do not cover each other.
  names(context) {
    const { classes, labels } = this.state.data, taken = [];
    if (classes.length > MOST_NAMES) return;
    context.font = '500 16px "Fira Sans", system-ui, sans-serif';
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 5;
    context.strokeStyle = this.colors.plane;
    context.fillStyle = this.colors.ink;
    this.present ??= new Set(labels);
    classes.forEach((name, label) => {
      const chosen = this.state.chosen;
      if ((!this.state.predicted && !this.present.has(label)) || (chosen.size && !chosen.has(label))) return;
      const text = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
      const half = context.measureText(text).width / 2;
      const [middle, y] = this.middleOf(label);
      if (middle === undefined) return;
      const x = Math.min(this.size[0] - half - 4, Math.max(half + 4, middle));
      if (taken.some((box) => Math.abs(box.x - x) < box.half + half + 4 && Math.abs(box.y - y) < 18)) return;
      taken.push({ x, y, half });
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    });
  }

  // Where the name of a class stands: at the median of its samples, or of those with that answer; nowhere without any.
  middleOf(label) {
    const { at, state } = this, { samples } = state.data;
    if (!state.predicted) return [at[2 * (samples + label)], at[2 * (samples + label) + 1]];
    const own = Array.from({ length: samples }, (_, i) => i).filter((i) => state.classOf(i) === label);
    return own.length ? [0, 1].map((axis) => own.map((i) => at[2 * i + axis]).sort((a, b) => a - b)[own.length >> 1]) : [];
  }

  // The nearest sample that is seen within reach of a place in CSS pixels, or -1.
  near(x, y) {
    let best = REACH * REACH, found = -1;
    if (!this.there) return found;
    for (let i = 0; i < this.state.data.samples; i++) {
      const distance = (this.at[2 * i] - x) ** 2 + (this.at[2 * i + 1] - y) ** 2;
      if (distance < best && this.state.seen[i]) [best, found] = [distance, i];
    }
    return found;
  }
}
