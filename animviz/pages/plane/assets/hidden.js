// The space of a layer: the bent grid and the samples, with what the layers behind it answer there.
class HiddenPane extends Pane {
  get step() { return this.state.data.steps[this.state.layer]; }

  // Whether a place of the picture decides what the layer puts out.
  get lifted() { return this.step.units <= 2 && this.state.layer < this.state.data.steps.length - 1; }

  // Places in CSS pixels of what the layer puts out for inputs.
  places(values, inputs, count) {
    const { units } = this.step, [right, up] = this.state.data.spaces[this.state.layer].axes, width = this.state.data.inputs;
    const found = new Float32Array(2 * count);
    for (let n = 0; n < count; n++) {
      let x = 0, y = 0;
      for (let k = 0; k < units; k++) {
        x += values[n * units + k] * right[k];
        y += values[n * units + k] * up[k];
      }
      if (units === 1) y = inputs[(n + 1) * width - 1];
      found[2 * n] = this.toX(x);
      found[2 * n + 1] = this.toY(y);
    }
    return found;
  }

  placesOf(inputs, count) {
    return this.places(this.state.net.run(inputs, count, -1, this.state.layer), inputs, count);
  }

  draw({ cells, lines, vertices, line }, values, inputs, count) {
    const { state, surface, page } = this;
    this.span(state.limitsOf(state.layer), state.data.spaces[state.layer].limits.length === 1 && this.step.units > 1);
    surface.clear();
    if (state.grid) {
      const { inputs: width, limits } = state.data, each = width === 1 ? line : vertices;
      this.bent = gridPlaces({ limits, grid: lines }, each);
      this.lines(this.placesOf(this.bent, this.bent.length / width), each, page.gridColor);
    }
    if (state.samples) this.points(this.places(values, inputs, count), page.sampleColors);
    surface.show();
    this.clear();
    this.decide(cells);
    const [x, y] = this.placesOf(state.probe, 1);
    this.ring(x, y, page.probeColor);
  }

  decide(cells) {
    const { state, page } = this, { net, answers, unit, layer } = state, { units } = this.step;
    if (!this.lifted) return this.paint(null);
    const rows = units === 1 ? 2 : cells, count = cells * rows, lattice = this.lattice(cells, rows);
    const values = units === 1 ? column(lattice, 2, 0) : lattice, scores = answers.scores(net, values, count, layer);
    this.paint(answerField(page, scores, count), cells, rows);
    if (answers.classifies) {
      for (const margin of answers.margins(scores, count)) this.zero(margin, cells, rows, BOUNDARY);
    }
    if (!unit || unit[0] < layer || !hasLine(net, unit)) return;
    if (unit[0] > layer) return this.zero(unitOver(net, values, count, layer, unit).before, cells, rows, OWN, [9, 6]);
    const nothing = new Float32Array(units);
    net.activate(this.step, nothing); // what a unit puts out that is zero before its activation
    this.zero(column(values, units, unit[1]).map((v) => v - nothing[unit[1]]), cells, rows, OWN, [9, 6]);
  }

  zero(values, columns, rows, width, dash) {
    const found = contour(values, columns, rows);
    if (rows === 2) for (const chain of found) for (let k = 1; k < chain.length; k += 2) chain[k] = chain[k] < 0.5 ? -0.5 : 1.5; // to both edges
    this.chains(found, columns, rows, width, this.page.colors.ink, dash);
  }
}
