// Opens the page.
class Page extends Player {
  constructor(data) {
    super(new State(data));
    this.plane = new Plane(this.state, this.colors);
    this.card = new Card(this.state);
    const actions = ["layer", "wrong", "play", "theme", "color", "filter", "seek", "pin", "clear", "step", "next"];
    this.controls = new Controls(this.state, Object.fromEntries(actions.map((name) => [name, this[name].bind(this)])));
    this.watch();
    this.paintTheme();
  }

  watch() {
    const points = element("points");
    points.addEventListener("pointermove", (event) => this.hover(this.plane.near(event.offsetX, event.offsetY)));
    points.addEventListener("pointerleave", () => this.hover(-1));
    points.addEventListener("click", (event) => this.pin(this.plane.near(event.offsetX, event.offsetY)));
    new ResizeObserver(() => this.resize()).observe(points);
  }

  resize() {
    this.plane.resize();
    this.ask();
  }

  get ready() { return this.plane.size; }

  draw(now) { return this.plane.draw(now); }

  look() {
    this.state.look();
    this.controls.show();
    this.card.show();
    this.ask();
  }

  depart() {
    this.plane.depart(performance.now());
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
}

opening(async () => new Page(await opened()));
