// Opens the page.
const VIVID = 0.62; // strength of the colours of numbers
const BUDGET = { moving: 4e6, fine: 1e8 }, REST = 150; // multiplications for one picture; milliseconds
const MOVING = { cells: 60, vertices: 41, line: 201 }, FINE = { cells: 120, vertices: 81, line: 401 };
const EVERY = 4; // pictures until those of the units are drawn anew

class Page extends Player {
  constructor(data) {
    super(new State(data));
    this.input = data.inputs === 2 ? new InputPlane("input", this) : new InputLine("input", this);
    this.hidden = new HiddenPane("hidden", this);
    const actions = ["layer", "play", "theme", "seek", "step", "look_at", "choose", "grid", "samples", "clear", "drag"];
    this.controls = new Controls(this.state, Object.fromEntries(
      actions.map((name) => [name === "look_at" ? "look" : name, this[name].bind(this)])));
    this.touched = 0;
    this.watch();
    this.paintTheme();
  }

  watch() {
    draggable(this.input, (x, y) => this.drag(this.input.at(x, y)));
    draggable(this.hidden, (x, y) => this.state.there && this.drag(reaching(this.hidden, x, y)));
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(this.input.box);
    observer.observe(this.hidden.box);
  }

  resize() {
    this.input.resize();
    this.hidden.resize();
    this.ask();
  }

  get ready() { return this.input.size; }

  // Something has changed: draw, quickly at first where the network is large.
  ask() {
    this.touched = performance.now();
    super.ask();
  }

  // How much a picture computes: less where the network is large or all moves.
  detail(fine) {
    const { data, net } = this.state, { cells, vertices, line } = fine ? FINE : MOVING;
    const bent = data.inputs === 2 ? 2 * data.grid * vertices : line, fields = data.inputs === 2 ? 2 * cells * cells : line;
    const share = Math.min(1, (fine ? BUDGET.fine : BUDGET.moving) / ((fields + bent + data.samples) * net.cost));
    this.stride = fine ? 1 : Math.ceil(1 / share);
    return {
      cells: Math.max(10, Math.round(cells * Math.sqrt(share))),
      lines: share < 1 ? Math.min(data.grid, Math.max(5, Math.round(data.grid * Math.sqrt(share)))) : data.grid,
      vertices: Math.max(9, Math.round(vertices * Math.sqrt(share))),
      line: Math.max(41, Math.round(line * share)),
    };
  }

  draw(now) {
    const { state } = this, { net, answers, layer } = state, before = this.stride;
    const rests = !state.playing && now - this.touched > REST, detail = this.detail(rests);
    if (before !== this.stride) this.input.stale = true;
    state.blend();
    if (!state.there) return this.blank();
    const inputs = strided(state.data.points, state.data.inputs, this.stride), count = inputs.length / state.data.inputs;
    const hidden = net.run(inputs, count, -1, layer), ends = layer === answers.last;
    const scores = answers.scores(net, ends ? inputs : hidden, count, ends ? -1 : layer);
    this.measure(scores, count);
    this.tell();
    this.input.draw(detail);
    this.hidden.draw(detail, hidden, inputs, count);
    if (rests || this.frames % EVERY === 0) this.controls.units.draw(this, rests);
    if (!rests && !state.playing) this.later();
    return false;
  }

  // A last picture in full where nothing moves any more.
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => super.ask(), REST + 20);
  }

  blank() {
    for (const pane of [this.input, this.hidden]) {
      pane.paint(null);
      pane.clear();
      pane.surface.clear();
      pane.surface.show();
      pane.stale = true;
    }
    element("quality").textContent = "–";
    return false;
  }

  // How right the network is on the samples that are drawn, as it stands now.
  measure(scores, count) {
    const { data, answers } = this.state, { stride } = this;
    element("score").hidden = !data.labels && !data.targets;
    let sum = 0, known = 0;
    for (let n = 0; n < count; n++) {
      if (data.labels && data.labels[n * stride] !== NO_CLASS) {
        known++;
        sum += answers.classOf(scores, n) === data.labels[n * stride];
      }
      for (let k = 0; data.targets && k < answers.width; k++) {
        const error = scores[n * answers.width + k] - data.targets[n * stride * answers.width + k];
        if (Number.isNaN(error)) continue;
        known++;
        sum += error * error;
      }
    }
    const mean = known ? sum / known : NaN;
    say(element("measure"), data.labels ? "right answers" : "mean squared error");
    say(element("quality"), !known ? "–" : data.labels ? `${(100 * mean).toFixed(1)} %` : String(Number(mean.toPrecision(3))));
  }

  // What the network answers to the point.
  tell() {
    const { state } = this, { net, answers, data, probe } = state, scores = answers.scores(net, probe, 1, -1);
    say(element("place"), `point at ${Array.from(probe, number).join(", ")}`);
    const rows = answers.classifies ? this.shares(scores) : Array.from(scores.slice(0, 6), (value, k) =>
      ({ name: answers.width > 1 ? `answer ${k + 1}` : "answer", text: number(value) }));
    const [low, high] = answers.span;
    this.probeColor = answers.classifies ? this.colors.palette[answers.classOf(scores, 0)]
      : mixedSigned(this.colors, (2 * (scores[state.output] - low)) / (high - low || 1) - 1);
    this.rows ??= [];
    while (this.rows.length < rows.length) this.rows.push(verdictRow());
    rows.forEach(({ name, share, text, color }, k) => {
      const [label, bar, value] = this.rows[k].children;
      say(label, name);
      say(value, text);
      bar.hidden = share === undefined;
      if (share !== undefined) bar.style.setProperty("--share", `${100 * share}%`);
      if (color) bar.style.setProperty("--color", color);
    });
    const { unit } = state, step = unit && data.steps[unit[0]];
    const name = unit ? `unit ${unit[1] + 1} of ${step.name}` : "";
    const line = data.inputs === 1 ? `dashed: ${name}, on a scale of its own`
      : hasLine(net, unit ?? [0]) ? `${name}; dashed: where it is 0 before its activation` : name;
    say(element("unit"), unit ? line : "");
  }

  // The likeliest classes of the point; of few classes all in their order.
  shares(scores) {
    const { answers } = this.state, found = answers.probabilities(scores, 0, []);
    const order = found.map((_, k) => k);
    if (order.length > 4) order.sort((a, b) => found[b] - found[a] || a - b);
    return order.slice(0, 4).map((k) => ({
      name: answers.names[k], share: found[k], text: `${Math.round(100 * found[k])} %`, color: this.colors.palette[k],
    }));
  }

  look() {
    const { state } = this, step = state.data.steps[state.layer];
    this.controls.show();
    const axes = step.units === 1 ? `its unit →, ${state.data.inputs === 1 ? "the input" : "the second input"} ↑`
      : step.units === 2 ? "unit 1 →, unit 2 ↑" : "its two main axes";
    element("hidden-name").textContent = `${step.name}: ${axes}`;
    this.nameInputs();
    element("hidden-pane").setAttribute("aria-label", `Space of ${step.name} at epoch ${state.written}`);
    this.ask();
  }

  // What lies where over the inputs; of one input also which curve is which.
  nameInputs() {
    const { data, answers } = this.state, { palette } = this.colors, name = element("input-name");
    const one = answers.classifies ? "probability over the input" : "answer over the input";
    const shown = answers.classifies || answers.single ? "" : `, in colour answer ${this.state.output + 1}`;
    name.textContent = data.inputs === 2 ? `inputs: first →, second ↑${shown}` : one;
    if (data.inputs === 2) return;
    const two = answers.count === 2, curves = answers.names.map((text, k) => [text, palette[k]]).slice(two ? 1 : 0);
    const own = [["answer", palette[1]], ...(data.targets ? [["target", palette[0]]] : [])];
    for (const [text, color] of answers.classifies ? curves : own) {
      const key = document.createElement("i");
      key.className = "key";
      key.style.setProperty("--color", color);
      name.append(key, text);
    }
  }

  paintTheme() {
    super.paintTheme();
    const { data, answers } = this.state, { colors } = this;
    document.documentElement.style.setProperty("--plane", colors.plane);
    this.tint = data.tints[this.dark ? "dark" : "light"];
    this.gridColor = mixed(colors.ink, colors.background, 0.5);
    const palette = colors.palette.map(pixelOf), quiet = pixelOf(colors.quiet), [low, high] = answers.span;
    this.sampleColors = Uint32Array.from({ length: data.samples }, (_, n) => {
      if (data.labels) return data.labels[n] === NO_CLASS ? quiet : palette[data.labels[n]];
      if (!data.targets) return quiet;
      return pixelOf(mixedSigned(colors, (2 * (data.targets[n * answers.width + this.state.output] - low)) / (high - low || 1) - 1));
    });
    this.input.stale = true;
    this.ask();
  }

  layer(index) {
    if (index >= this.state.data.steps.length) return;
    this.state.layer = index;
    this.look();
  }

  look_at(unit) {
    this.state.unit = unit;
    this.controls.units.show();
    this.ask();
  }

  // Switch a unit off or on, and show the answer; of several outputs show this one.
  choose(index, unit) {
    if (index < this.state.data.steps.length - 1) this.state.net.toggle(index, unit);
    else if (!this.state.answers.classifies) this.state.output = unit;
    this.state.unit = null;
    this.paintTheme();
  }

  grid() {
    this.state.grid = !this.state.grid;
    this.input.stale = true;
    this.ask();
  }

  samples() {
    this.state.samples = !this.state.samples;
    this.input.stale = true;
    this.ask();
  }

  clear() {
    this.state.net.reset();
    this.state.unit = null;
    this.look();
  }

  drag(place) {
    this.state.probe = clamped(place, this.state.data.limits);
    this.ask();
  }
}

// Write a text where it is another one: nothing is laid out, or read aloud, in vain.
function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function verdictRow() {
  const row = document.createElement("span");
  row.append(...["b", "i", "em"].map((kind) => document.createElement(kind)));
  element("verdict").append(row);
  return row;
}

// A colour on the scale of numbers, from -1 to 1.
function mixedSigned(colors, value) {
  const share = Math.min(1, Math.abs(value)) || 0;
  return mixed(colors.palette[value < 0 ? 0 : 1], mixed(colors.quiet, colors.background, 0.5), share);
}

opening(async () => new Page(await opened()));
