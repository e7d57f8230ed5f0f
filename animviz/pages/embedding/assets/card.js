// The sample that is looked at: its image or numbers, its class, what the network answers and how surely.
const FEW = 10, ROWS_OF_MANY = 6, LONGEST = 10;

class Card {
  constructor(state) {
    this.state = state;
    const { classes } = state.data;
    this.few = classes.length <= FEW;
    this.rows = Array.from({ length: this.few ? classes.length : ROWS_OF_MANY }, () => {
      const row = document.createElement("li");
      row.append(document.createElement("span"), document.createElement("i"), document.createElement("span"));
      return row;
    });
    const longest = Math.max(...classes.map((name) => name.length));
    element("probabilities").style.setProperty("--name", `${Math.min(LONGEST, longest) + 0.5}ch`);
    element("probabilities").append(...this.rows);
    const { sheet } = state.data, image = element("image");
    image.hidden = !sheet;
    if (sheet) [image.width, image.height] = [sheet.width, sheet.height];
    state.data.sprites?.then((sprites) => {
      this.sprites = sprites;
      this.show();
    });
  }

  show() {
    const { data, sample, snapshot } = this.state, none = sample < 0;
    this.picture(sample);
    element("probabilities").hidden = none;
    element("sample").textContent = none ? "" : `sample ${data.numbers[sample]}`;
    element("verdict").textContent = none ? "point at a sample, or search for its number; a click keeps it" : "";
    element("values").textContent = none ? "" : this.numbers(sample);
    if (none) return;
    const truth = data.labels[sample], answer = answerOf(data, sample, snapshot);
    const answered = answer === NO_ANSWER ? "no answer: the training had diverged" : data.classes[answer];
    const sign = answer === NO_ANSWER ? "" : answer === truth ? "right" : "wrong";
    this.verdict([["true class", data.classes[truth]], ["answer", answered], ["", sign]]);
    this.probabilities(sample, truth);
  }

  verdict(lines) {
    const line = ([label, text]) => {
      const row = document.createElement("span"), value = document.createElement("b");
      value.textContent = text;
      row.append(label, " ", value, document.createElement("br"));
      return row;
    };
    element("verdict").replaceChildren(...lines.map(line));
  }

  numbers(sample) {
    const { values, sampleValues } = this.state.data;
    const some = Array.from(sampleValues.subarray(sample * values, (sample + 1) * values), (v) => v.toPrecision(3));
    return some.length ? `inputs ${some.join(", ")}` : "";
  }

  // Few classes keep their places; of many the most probable ones come first.
  probabilities(sample, truth) {
    const { data, snapshot } = this.state;
    const share = data.classes.map((_, label) =>
      (label * data.samples * data.epochs.length < data.probabilities.length
        ? probabilityOf(data, sample, snapshot, label) : 0));
    const order = data.classes.map((_, label) => label);
    if (!this.few) order.sort((a, b) => share[b] - share[a] || a - b);
    this.rows.forEach((row, place) => {
      const label = order[place], [name, bar, value] = row.children;
      name.textContent = name.title = data.classes[label];
      value.textContent = `${Math.round(100 * share[label])} %`;
      bar.style.setProperty("--share", `${100 * share[label]}%`);
      bar.style.setProperty("--color", `var(--class-${label})`);
      row.className = label === truth ? "true" : "";
    });
  }

  picture(sample) {
    const { sheet } = this.state.data, canvas = element("image"), context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!this.sprites || sample < 0) return;
    const left = (sample % sheet.columns) * sheet.width, top = Math.floor(sample / sheet.columns) * sheet.height;
    context.drawImage(this.sprites, left, top, sheet.width, sheet.height, 0, 0, sheet.width, sheet.height);
  }
}
