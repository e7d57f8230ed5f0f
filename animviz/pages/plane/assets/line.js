// A single input: the answers over it as curves, with the samples and their targets.
const CURVE = 3, MOST_CURVES = 10, TICK = 13, EDGE = { left: 44, right: 12, top: 10, bottom: 26 };

class InputLine extends Pane {
  resize() {
    super.resize();
    const [low, high] = this.state.data.limits[0], [least, most] = this.state.answers.axis;
    const [width, height] = this.size, across = (high - low) / (width - EDGE.left - EDGE.right);
    const down = (most - least) / (height - EDGE.top - EDGE.bottom);
    const right = high + across * EDGE.right, top = most + down * EDGE.top;
    this.span([low - across * EDGE.left, right, least - down * EDGE.bottom, top], false);
  }

  draw({ line }) {
    const { state, page } = this, { net, answers, unit } = state, [low, high] = state.data.limits[0];
    const inputs = Float32Array.from({ length: line }, (_, k) => low + (k / (line - 1)) * (high - low));
    if (this.stale) this.still();
    this.paint(null);
    this.clear();
    this.axes();
    const scores = answers.scores(net, inputs, line, -1);
    this.curves(scores, line).forEach((values, k) => this.curve(inputs, values, CURVE, this.curveColor(k)));
    if (unit) this.own(inputs, unitOver(net, inputs, line, -1, unit).after);
    const [x] = state.probe, [value] = this.curves(answers.scores(net, state.probe, 1, -1), 1).map((values) => values[0]);
    this.ring(this.toX(x), Math.min(this.size[1], Math.max(0, this.toY(value))), page.probeColor);
  }

  // What is drawn: the probability of each class, of two only the second; or each output.
  curves(scores, count) {
    const { answers } = this.state, { width } = answers;
    if (!answers.classifies) {
      return Array.from({ length: Math.min(width, MOST_CURVES) }, (_, k) => column(scores, width, k));
    }
    const every = Array.from({ length: answers.count }, () => new Float32Array(count)), shares = [];
    for (let n = 0; n < count; n++) {
      answers.probabilities(scores, n, shares);
      every.forEach((values, k) => (values[n] = shares[k]));
    }
    return answers.count === 2 ? every.slice(1) : every;
  }

  curveColor(k) {
    const { palette } = this.page.colors, { answers } = this.state;
    return palette[answers.classifies && answers.count > 2 ? k : 1] ?? palette[1];
  }

  curve(inputs, values, width, color, dash) {
    const places = new Float32Array(2 * inputs.length);
    values.forEach((value, n) => {
      places[2 * n] = this.toX(inputs[n]);
      places[2 * n + 1] = this.toY(value);
    });
    this.polyline(places, width, color, dash);
  }

  // The curve of a unit, on a scale of its own.
  own(inputs, values) {
    const low = Math.min(...values), high = Math.max(...values), [least, most] = this.state.answers.axis;
    this.ownRange = [low, high];
    const share = (value) => (high > low ? (value - low) / (high - low) : 0.5);
    this.curve(inputs, values.map((value) => least + (0.04 + 0.92 * share(value)) * (most - least)), OWN, this.page.colors.ink, [9, 6]);
  }

  axes() {
    const { context } = this, { colors } = this.page, [low, high] = this.state.data.limits[0];
    const [least, most] = this.state.answers.axis, bottom = this.size[1] - EDGE.bottom;
    context.font = `${TICK}px "Fira Sans", system-ui, sans-serif`;
    context.fillStyle = colors.quiet;
    [context.textAlign, context.textBaseline] = ["center", "top"];
    for (const tick of ticks(low, high)) context.fillText(signed(tick), this.toX(tick), bottom + 7);
    [context.textAlign, context.textBaseline] = ["right", "middle"];
    for (const tick of ticks(least, most)) {
      context.fillText(signed(tick), EDGE.left - 8, this.toY(tick));
      this.polyline([EDGE.left, this.toY(tick), this.size[0] - EDGE.right, this.toY(tick)], 1, colors.grid);
    }
  }

  // Samples, which do not move here.
  still() {
    const { state, surface, page } = this, { data, answers } = state, { stride } = page;
    surface.clear();
    const height = (n) => {
      if (data.targets) return data.targets[n * answers.width];
      return data.labels && answers.count === 2 && data.labels[n] !== NO_CLASS ? data.labels[n] : answers.axis[0];
    };
    const count = Math.ceil(data.samples / stride);
    const places = Float32Array.from({ length: 2 * count }, (_, k) =>
      k % 2 ? this.toY(height(((k - 1) / 2) * stride)) : this.toX(data.points[(k / 2) * stride]));
    if (state.samples) this.points(places, data.targets ? null : page.sampleColors);
    surface.show();
    this.stale = false;
  }

  at(x) { return Float32Array.of(this.fromX(x)); }
}

// Round numbers within limits, three to seven of them.
function ticks(low, high) {
  const rough = (high - low) / 5, ten = 10 ** Math.floor(Math.log10(rough)), share = rough / ten;
  const step = ten * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10), found = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) found.push(Number((k * step).toPrecision(10)));
  return found;
}

// A number as it is written, with a true minus.
const signed = (value) => String(value).replace("-", "−");
