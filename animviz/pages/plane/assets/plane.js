// The plane of two inputs: what the network answers there, where it flips, the grid and the samples.
const BOUNDARY = 2.4, OWN = 3;

// The numbers of one unit.
function column(values, units, unit) {
  const found = new Float32Array(values.length / units);
  for (let n = 0; n < found.length; n++) found[n] = values[n * units + unit];
  return found;
}

// Numbers as shares of the greatest one in size.
function relative(values) {
  const most = values.reduce((best, value) => Math.max(best, Math.abs(value)), 0) || 1;
  return values.map((value) => value / most);
}

// What the network answers over a lattice, as pixels: classes, or the output that is chosen, on the scale of its targets.
function answerField(page, scores, count) {
  const { answers, output } = page.state, { colors, tint } = page;
  if (answers.classifies) return classField(answers, scores, count, colors, tint);
  const [low, high] = answers.span, middle = (low + high) / 2, half = (high - low) / 2 || 1;
  return signedField(column(scores, answers.width, output).map((value) => (value - middle) / half), colors, VIVID);
}

// What a unit puts out for what another layer does, and the same before its activation.
function unitOver(net, values, count, from, [index, unit]) {
  const step = net.steps[index], bare = net.run(values, count, from, index, true), before = column(bare, step.units, unit);
  net.activate(step, bare);
  net.mute(index, bare);
  return { before, after: column(bare, step.units, unit) };
}

class InputPlane extends Pane {
  get equal() { return true; }

  resize() {
    super.resize();
    this.span(this.state.data.limits.flat(), true);
    this.seen = Float32Array.from(this.state.data.points, (value, k) => (k % 2 ? this.toY(value) : this.toX(value)));
  }

  draw({ cells }) {
    const { state, page } = this, { net, answers, unit } = state, count = cells * cells;
    const lattice = this.lattice(cells, cells), scores = answers.scores(net, lattice, count, -1);
    if (this.stale) this.still();
    this.clear();
    const own = unit && unitOver(net, lattice, count, -1, unit);
    this.paint(own ? signedField(relative(own.after), page.colors, VIVID) : answerField(page, scores, count), cells, cells);
    if (answers.classifies && !own) {
      for (const margin of answers.margins(scores, count)) {
        this.chains(contour(margin, cells, cells), cells, cells, BOUNDARY, page.colors.ink);
      }
    }
    if (own && hasLine(net, unit)) {
      this.chains(contour(own.before, cells, cells), cells, cells, OWN, page.colors.ink, [9, 6]);
    }
    const [x, y] = state.probe;
    this.ring(this.toX(x), this.toY(y), page.probeColor);
  }

  // Grid and samples, which do not move here.
  still() {
    const { state, surface, page } = this, { data } = state, { stride } = page;
    surface.clear();
    if (state.grid) this.lines(gridPlaces(data, 2).map((v, k) => (k % 2 ? this.toY(v) : this.toX(v))), 2, page.gridColor);
    if (state.samples) this.points(strided(this.seen, 2, stride), page.sampleColors);
    surface.show();
    this.stale = false;
  }

  // The inputs at a place of the pane in CSS pixels.
  at(x, y) { return Float32Array.of(this.fromX(x), this.fromY(y)); }
}

// A line is where a unit is zero before its activation; softmax compares units with each other.
const hasLine = (net, [index]) => !["softmax", "log_softmax"].includes(net.steps[index].activation);

// Every so manieth sample.
function strided(values, width, stride) {
  if (stride === 1) return values;
  const count = Math.ceil(values.length / width / stride), found = new Float32Array(count * width);
  for (let n = 0; n < count; n++) for (let k = 0; k < width; k++) found[n * width + k] = values[n * stride * width + k];
  return found;
}

// Lines over the inputs as polylines of so many points: upright ones, then level ones; of a single input its axis.
function gridPlaces({ limits, grid }, each) {
  const along = ([low, high], k, count) => low + (count > 1 ? k / (count - 1) : 0.5) * (high - low), found = [];
  if (limits.length === 1) {
    for (let k = 0; k < each; k++) found.push(along(limits[0], k, each));
    return Float32Array.from(found);
  }
  for (const upright of [true, false]) {
    for (let line = 0; line < grid; line++) {
      for (let k = 0; k < each; k++) {
        const [x, y] = upright ? [line, k] : [k, line];
        found.push(along(limits[0], x, upright ? grid : each), along(limits[1], y, upright ? each : grid));
      }
    }
  }
  return Float32Array.from(found);
}
