// What the reader has chosen, and what follows from it.
class State extends Moments {
  constructor(data) {
    super(data);
    this.layer = 0;
    this.chosen = new Set(); // classes; none stands for all
    this.wrongOnly = false;
    this.predicted = false; // whether colours and names say the answer, and not the true class
    this.hovered = -1;
    this.pinned = -1;
    this.seen = new Uint8Array(data.samples); // HIDDEN, RIGHT or WRONG
    this.look();
  }

  get sample() { return this.hovered >= 0 ? this.hovered : this.pinned; }

  // Work out which samples are seen, and which of them are answered wrongly.
  look() {
    const { data, snapshot } = this;
    this.answered = data.samples > 0 && answerOf(data, 0, snapshot) !== NO_ANSWER;
    this.wrong = this.shown = 0;
    for (let i = 0; i < data.samples; i++) {
      const wrong = this.answered && answerOf(data, i, snapshot) !== data.labels[i];
      const fits = (!this.chosen.size || this.chosen.has(data.labels[i])) && (wrong || !this.wrongOnly);
      this.seen[i] = fits ? (wrong ? WRONG : RIGHT) : HIDDEN;
      this.wrong += wrong;
      this.shown += fits;
    }
  }

  // The class whose colour a sample has.
  classOf(sample) {
    const { data, snapshot } = this;
    return this.predicted && this.answered ? answerOf(data, sample, snapshot) : data.labels[sample];
  }

  sampleOfNumber(number) { return this.data.numbers.indexOf(number); }

  // The next sample that is seen, forwards or backwards, round the end.
  neighbour(step) {
    const { samples } = this.data;
    const start = this.pinned < 0 && step < 0 ? 0 : this.pinned;
    for (let k = 1; k <= samples; k++) {
      const sample = (((start + k * step) % samples) + samples) % samples;
      if (this.seen[sample]) return sample;
    }
    return -1;
  }
}

const HIDDEN = 0, RIGHT = 1, WRONG = 2;
