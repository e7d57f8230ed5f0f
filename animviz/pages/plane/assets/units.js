// The units of all layers: what each answers over the inputs, and what it puts out for the point. A click switches one
// off or on; pointing at one, or holding it, shows its line.
const THUMB = 18, MOST_THUMBS = 24, FEW_UNITS = 64, HOLD = 400;

class Units {
  constructor(state, actions) {
    this.state = state;
    this.actions = actions;
    this.layers = state.data.steps.map((step, index) => this.layer(step, index));
    this.many = state.data.steps.reduce((sum, step) => sum + step.units, 0) > FEW_UNITS;
  }

  layer(step, index) {
    const box = document.createElement("div"), units = document.createElement("div");
    const name = pressable("", false, () => this.actions.layer(index)), about = document.createElement("small");
    about.textContent = ` ${step.units} ${step.units === 1 ? "unit" : "units"}${step.activation ? `, ${step.activation.replaceAll("_", " ")}` : ""}`;
    name.append(step.name, about);
    name.className = "name";
    box.className = "step";
    units.className = "units";
    const buttons = Array.from({ length: step.units }, (_, unit) => this.unit(step, index, unit));
    units.append(...buttons);
    box.append(name, units);
    element("steps").append(box);
    return { name, buttons };
  }

  unit(step, index, unit) {
    const button = document.createElement("button"), text = document.createElement("span");
    button.type = "button";
    button.className = step.units <= MOST_THUMBS ? "unit" : "unit plain";
    if (step.units <= MOST_THUMBS) {
      const canvas = document.createElement("canvas"), fine = this.state.data.inputs === 1 ? 6 : 1;
      [canvas.width, canvas.height] = [THUMB * fine, THUMB * fine];
      button.append(canvas);
    }
    button.append(text);
    let pressed = 0;
    button.addEventListener("pointerenter", () => this.actions.look([index, unit]));
    button.addEventListener("pointerleave", () => this.actions.look(null));
    button.addEventListener("pointerdown", () => (pressed = performance.now()));
    button.addEventListener("focus", () => button.matches(":focus-visible") && this.actions.look([index, unit]));
    button.addEventListener("blur", () => this.actions.look(null));
    button.addEventListener("click", (event) => {
      const held = event.pointerType === "touch" && performance.now() - pressed > HOLD;
      if (!held) this.actions.choose(index, unit);
    });
    return button;
  }

  show() {
    const { state } = this, { steps } = state.data, last = steps.length - 1;
    this.layers.forEach(({ name, buttons }, index) => {
      name.setAttribute("aria-pressed", index === state.layer);
      buttons.forEach((button, unit) => {
        const on = state.net.on[index][unit], looked = state.unit?.[0] === index && state.unit[1] === unit;
        button.classList.toggle("off", !on);
        button.classList.toggle("looked", looked);
        const label = `unit ${unit + 1} of ${steps[index].name}`;
        if (index < last) button.setAttribute("aria-pressed", !on);
        button.setAttribute("aria-label", index < last ? `switch off ${label}` : label);
      });
    });
  }

  // Draw what the units answer, while all moves only if they are few.
  draw(page, fine) {
    const { state } = this, { net, data } = state, over = thumbInputs(data), count = over.length / data.inputs;
    if (!fine && this.many) return;
    let values = over, probe = state.probe;
    data.steps.forEach((step, index) => {
      const small = step.units <= MOST_THUMBS;
      values = net.run(values, count, index - 1, index);
      probe = net.run(probe, 1, index - 1, index);
      this.layers[index].buttons.forEach((button, unit) => {
        say(button.lastChild, `${unit + 1}: ${number(probe[unit])}`);
        if (small) this.thumb(page, button.firstChild, column(values, step.units, unit));
      });
    });
  }

  thumb(page, canvas, values) {
    const context = canvas.getContext("2d");
    if (this.state.data.inputs === 2) {
      const pixels = signedField(relative(values), page.colors, VIVID);
      return context.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), THUMB, THUMB), 0, 0);
    }
    const { width, height } = canvas, shares = relative(values);
    context.clearRect(0, 0, width, height);
    for (const [line, thickness, color] of [[values.map(() => 0), 1, page.colors.grid], [shares, 4, page.colors.ink]]) {
      context.beginPath();
      line.forEach((share, k) => context.lineTo((k / (line.length - 1)) * width, height * (0.5 - 0.42 * share)));
      context.lineWidth = thickness;
      context.strokeStyle = color;
      context.stroke();
    }
  }
}

// Inputs of the small pictures: a lattice of the plane from the top, or the axis.
function thumbInputs({ limits, inputs }) {
  const middle = ([low, high], k, count) => low + ((k + 0.5) / count) * (high - low);
  if (inputs === 1) return Float32Array.from({ length: 60 }, (_, k) => middle(limits[0], k, 60));
  return Float32Array.from({ length: 2 * THUMB * THUMB }, (_, k) => {
    const cell = k >> 1;
    return k % 2 ? middle(limits[1], THUMB - 1 - Math.floor(cell / THUMB), THUMB) : middle(limits[0], cell % THUMB, THUMB);
  });
}

// A number with up to three digits, and a true minus.
function number(value) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  const size = Math.abs(value), text = size >= 10000 ? value.toExponential(1) : value.toFixed(size < 10 ? 2 : 1);
  return text.replace(/^-(?=0\.00$)/, "").replace(/-/g, "−");
}
