// Buttons, search and keys: each changes the state through an action and leaves the drawing to it.
class Controls {
  constructor(state, actions) {
    this.state = state;
    this.actions = actions;
    const { data } = state;
    this.layers = data.layers.map((layer, index) => pressable(layer.name, false, () => actions.layer(index)));
    element("layers").append(...this.layers);
    const counts = new Array(data.classes.length).fill(0);
    data.labels.forEach((label) => counts[label]++);
    this.classes = data.classes.map((name, label) => this.chip(name, label, counts[label]));
    element("classes").append(...this.classes);
    element("wrong").addEventListener("click", actions.wrong);
    element("predicted").addEventListener("click", actions.color);
    connect(state, actions);
    element("search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.search();
    });
    addEventListener("keydown", (event) => this.key(event));
  }

  chip(name, label, count) {
    const button = pressable("", false, () => this.actions.filter(label)), dot = document.createElement("i");
    dot.style.setProperty("--color", `var(--class-${label})`);
    button.append(dot, name);
    button.title = `${name}: ${count} samples`;
    return button;
  }

  search() {
    const text = element("number").value.trim(), number = Number(text);
    const sample = /^\d+$/.test(text) ? this.state.sampleOfNumber(number) : -1;
    if (sample >= 0) this.actions.pin(sample);
    else element("count").textContent = text ? `no sample ${text} on this page` : "";
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { actions, state } = this, typing = event.target.id === "number";
    if (event.key === "Escape") {
      element("number").value = "";
      event.target.blur();
      return actions.clear();
    }
    if (typing || (event.key === " " && event.target.tagName === "BUTTON")) return;
    const keys = {
      " ": actions.play, ArrowLeft: () => actions.step(-1), ArrowRight: () => actions.step(1),
      Home: () => actions.seek(state.first), End: () => actions.seek(state.last),
      m: actions.wrong, c: actions.color, t: actions.theme, n: () => actions.next(1), p: () => actions.next(-1),
      "/": () => element("number").focus(),
    };
    const act = keys[event.key] ?? (/^[1-9]$/.test(event.key) && (() => actions.layer(Number(event.key) - 1)));
    if (!act) return;
    event.preventDefault();
    act();
  }

  show() {
    const { state } = this, { data } = state;
    this.layers.forEach((button, index) => button.setAttribute("aria-pressed", index === state.layer));
    this.classes.forEach((button, label) => button.setAttribute("aria-pressed", state.chosen.has(label)));
    element("wrong").setAttribute("aria-pressed", state.wrongOnly);
    element("predicted").setAttribute("aria-pressed", state.predicted);
    showClock(state);
    const right = 1 - state.wrong / data.samples;
    element("accuracy").textContent = state.answered ? `${(100 * right).toFixed(1)} %` : "–";
    const which = state.shown < data.samples ? `${state.shown.toLocaleString("en")} of ` : "";
    const wrong = state.answered ? `, ${state.wrong.toLocaleString("en")} misclassified` : "";
    element("count").textContent = `${which}${data.samples.toLocaleString("en")} samples${wrong}`;
    const name = data.layers[state.layer].name;
    element("points").setAttribute("aria-label", `${name} at epoch ${state.written}: ${element("count").textContent}`);
  }
}
