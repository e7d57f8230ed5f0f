// The moments of the snapshots, and the one that is shown.
const still = matchMedia("(prefers-reduced-motion: reduce)");

class Moments {
  constructor(data) {
    this.data = data;
    this.epoch = data.epochs[0];
    this.playing = false;
  }

  get first() { return this.data.epochs[0]; }
  get last() { return this.data.epochs[this.data.epochs.length - 1]; }

  // Number of the last snapshot at or before a moment.
  snapshotAt(epoch) {
    let number = 0;
    while (number + 1 < this.data.epochs.length && this.data.epochs[number + 1] <= epoch + 1e-9) number++;
    return number;
  }

  get snapshot() { return this.snapshotAt(this.epoch); }

  nearest(epoch) {
    const gap = (moment) => Math.abs(moment - epoch);
    return this.data.epochs.reduce((best, moment) => (gap(moment) < gap(best) ? moment : best));
  }

  // The moment as it is written.
  get written() {
    const whole = this.data.epochs.every(Number.isInteger);
    return this.data.epochs[this.snapshot].toFixed(whole ? 0 : 2);
  }
}
