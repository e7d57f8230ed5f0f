// Opens the page, and draws whenever something has changed.
const PACE = { perSnapshot: 0.4, least: 3, most: 24 }; // seconds to play

class Page {
  constructor(data) {
    this.state = new State(data);
    this.colors = {};
    this.plane = new Plane(this.state, this.colors);
    this.card = new Card(this.state);
    this.curves = new Curves(this.state, (epoch) => this.seek(epoch));
    const actions = ["layer", "wrong", "play", "theme", "color", "filter", "seek", "pin", "clear", "step", "next"];
    this.controls = new Controls(this.state, Object.fromEntries(actions.map((name) => [name, this[name].bind(this)])));
    element("notes").textContent = data.notes.join(" · ");
    this.frames = 0;
    this.watch();
    this.paintTheme();
  }

  watch() {
    const points = element("points");
    points.addEventListener("pointermove", (event) => this.hover(this.plane.near(event.offsetX, event.offsetY)));
    points.addEventListener("pointerleave", () => this.hover(-1));
    points.addEventListener("click", (event) => this.pin(this.plane.near(event.offsetX, event.offsetY)));
    new ResizeObserver(() => this.resize()).observe(points);
    this.light = matchMedia("(prefers-color-scheme: light)");
    this.light.addEventListener("change", () => this.paintTheme());
    document.fonts?.ready.then(() => this.ask());
  }

  resize() {
    this.plane.resize();
    this.ask();
  }

  // Ask for a frame; nothing runs while nothing changes.
  ask() {
    this.asked ??= requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    this.asked = null;
    if (!this.plane.size) return;
    if (this.state.playing) this.advance(now);
    const moving = this.plane.draw(now);
    element("slider").value = this.state.epoch;
    this.curves.show();
    this.frames++;
    if (moving || this.state.playing) this.ask();
  }

  advance(now) {
    const { state } = this, { least, most, perSnapshot } = PACE;
    const seconds = Math.min(most, Math.max(least, perSnapshot * (state.data.epochs.length - 1)));
    const pace = (state.last - state.first) / (1000 * seconds);
    this.move(Math.min(state.last, state.epoch + pace * Math.min(200, now - (this.before ?? now))));
    this.before = now;
    if (state.epoch >= state.last) this.play();
  }

  // Be at a moment; look anew where that is another snapshot.
  move(epoch) {
    const before = this.state.snapshot;
    this.state.epoch = epoch;
    if (this.state.snapshot !== before) this.look();
  }

  look() {
    this.state.look();
    this.controls.show();
    this.card.show();
    this.ask();
  }

  depart() {
    this.plane.depart(performance.now());
  }

  play() {
    const { state } = this;
    if (state.first === state.last) return;
    if (!state.playing && state.epoch >= state.last) this.seek(state.first);
    state.playing = !state.playing;
    this.before = undefined;
    if (!state.playing) this.seek(state.epoch);
    this.controls.show();
    this.ask();
  }

  seek(epoch) {
    this.depart();
    this.state.playing = false;
    this.move(this.state.nearest(epoch));
    this.look();
  }

  step(by) {
    const { epochs } = this.state.data, place = this.state.snapshot + by;
    this.seek(epochs[Math.min(epochs.length - 1, Math.max(0, place))]);
  }

  layer(index) {
    if (index >= this.state.data.layers.length) return;
    this.depart();
    this.state.layer = index;
    this.look();
  }

  filter(label) {
    const { chosen } = this.state;
    if (!chosen.delete(label)) chosen.add(label);
    if (chosen.size === this.state.data.classes.length) chosen.clear();
    this.look();
  }

  wrong() {
    this.state.wrongOnly = !this.state.wrongOnly;
    this.look();
  }

  color() {
    this.state.predicted = !this.state.predicted;
    this.look();
  }

  clear() {
    this.state.chosen.clear();
    this.state.wrongOnly = false;
    this.state.pinned = this.state.hovered = -1;
    this.look();
  }

  hover(sample) {
    if (sample === this.state.hovered) return;
    this.state.hovered = sample;
    this.card.show();
    this.ask();
  }

  pin(sample) {
    this.state.pinned = sample;
    this.state.hovered = -1;
    this.card.show();
    this.ask();
  }

  next(step) {
    const sample = this.state.neighbour(step);
    if (sample >= 0) this.pin(sample);
  }

  theme() {
    document.documentElement.dataset.theme = this.dark ? "light" : "dark";
    this.paintTheme();
  }

  // Take the colours that the style sheet has now.
  paintTheme() {
    const style = getComputedStyle(document.documentElement);
    const [background, ink, quiet, grid] = ["background", "ink", "quiet", "grid"].map((name) =>
      style.getPropertyValue(`--${name}`).trim());
    this.dark = style.colorScheme === "dark";
    const palette = this.state.data.palettes[this.dark ? "dark" : "light"];
    Object.assign(this.colors, { plane: mixed(grid, background, 0.18), ink, quiet, grid, palette });
    palette.forEach((color, label) => document.documentElement.style.setProperty(`--class-${label}`, color));
    this.look();
  }
}

async function open() {
  if (!("DecompressionStream" in globalThis)) {
    element("message").textContent =
      "This browser cannot unpack the page (no DecompressionStream): expected Chrome or Edge 111, Firefox 113, Safari 16.4, or newer.";
    return;
  }
  const data = await opened();
  element("message").hidden = true;
  element("page").hidden = false;
  globalThis.animviz = new Page(data);
}

open().catch((error) => {
  element("message").hidden = false;
  element("message").textContent = `The page cannot be shown: ${error.message}`;
});
