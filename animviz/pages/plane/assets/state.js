// What the reader has chosen.
class State extends Moments {
  constructor(data) {
    super(data);
    this.net = new Net(data);
    this.answers = new Answers(data);
    const last = data.steps.length - 1;
    this.layer = Math.max(0, last - 1); // whose space is shown
    while (this.layer > 0 && !data.steps[last].dense && this.layer === last - 1) this.layer--;
    this.unit = null; // [layer, unit] that is looked at
    this.output = 0; // of several the one that is drawn
    this.grid = data.grid > 0;
    this.samples = true;
    this.probe = Float32Array.from(data.limits, ([low, high]) => low + 0.7 * (high - low));
  }

  get there() { return this.data.finite[this.snapshot]; }

  // Take the weights of the moment; between two snapshots only while it plays.
  blend() {
    const { data, snapshot } = this, after = Math.min(snapshot + 1, data.epochs.length - 1);
    const gap = data.epochs[after] - data.epochs[snapshot];
    const blends = gap > 0 && this.playing && !still.matches && data.finite[after];
    this.net.blend(snapshot, after, blends ? (this.epoch - data.epochs[snapshot]) / gap : 0);
    this.share = blends ? (this.epoch - data.epochs[snapshot]) / gap : 0;
  }

  // Limits of the space of a layer at the moment.
  limitsOf(index) {
    const { limits } = this.data.spaces[index];
    if (limits.length === 1) return limits[0];
    const before = limits[this.snapshot], after = limits[Math.min(this.snapshot + 1, limits.length - 1)];
    return before.map((side, k) => side + this.share * (after[k] - side));
  }
}
