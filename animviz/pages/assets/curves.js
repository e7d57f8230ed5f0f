// Learning curves over the slider: past bright, what is to come faint; a click goes to that epoch.
const SHARE = 1000, DIGITS = 3;

function svg(name, attributes, parent) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

// "M0 1L..." of a curve; gaps where there is no number.
function pathOf(curve, toX, toY) {
  let pen = "M";
  return curve.epochs.map((epoch, i) => {
    if (curve.values[i] === null) return (pen = "M"), "";
    const step = `${pen}${toX(epoch).toFixed(1)} ${toY(curve.values[i]).toFixed(1)}`;
    pen = "L";
    return step;
  }).join("");
}

class Curves {
  constructor(state, seek) {
    this.state = state;
    this.plots = [...new Set(state.data.curves.map((curve) => curve.name))].map((name, place) => this.plot(name, `past-${place}`, seek));
    if (!this.plots.length) element("curves").textContent = "no epoch has been trained: there is no curve";
    this.rule();
  }

  toX(epoch) {
    const { first, last } = this.state;
    return (SHARE * (epoch - first)) / (last - first || 1);
  }

  plot(name, id, seek) {
    const curves = this.state.data.curves.filter((curve) => curve.name === name);
    const values = curves.flatMap((curve) => curve.values).filter((value) => value !== null);
    const most = name === "loss" ? Math.max(...values, 1e-9) : Math.max(...values, 1);
    const least = Math.min(0, ...values);
    const toY = (value) => 100 - (100 * (value - least)) / (most - least);
    const box = document.createElement("div"), caption = document.createElement("p");
    box.className = "curve";
    const drawing = svg("svg", { viewBox: `0 0 ${SHARE} 100`, preserveAspectRatio: "none", "aria-hidden": "true" }, box);
    svg("line", { class: "base", x1: 0, y1: toY(0), x2: SHARE, y2: toY(0) }, drawing);
    const later = svg("g", { class: "later" }, drawing);
    const past = svg("rect", { x: -SHARE, y: -100, height: 300 }, svg("clipPath", { id }, drawing));
    const bright = svg("g", { "clip-path": `url(#${id})` }, drawing);
    for (const curve of curves) {
      const shape = { class: curve.kind, d: pathOf(curve, (epoch) => this.toX(epoch), toY) };
      svg("path", shape, later);
      svg("path", shape, bright);
    }
    const now = svg("line", { class: "now", y1: 0, y2: 100 }, drawing);
    caption.append(name.replaceAll("_", " "));
    const numbers = curves.map((curve) => this.legend(curve, caption));
    box.append(caption);
    box.addEventListener("pointerdown", (event) => {
      const room = box.getBoundingClientRect(), { first, last } = this.state;
      seek(first + ((event.clientX - room.left) / room.width) * (last - first));
    });
    element("curves").append(box);
    return { curves, past, now, numbers };
  }

  legend(curve, caption) {
    const part = document.createElement("span"), key = document.createElement("i"), value = document.createElement("b");
    key.className = `key ${curve.kind}`;
    part.append(key, curve.kind, " ", value);
    caption.append(part);
    return value;
  }

  // Whole epochs under the curves, as many as there is room for.
  rule() {
    const { first, last } = this.state, least = (last - first) / 6;
    const step = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000, 10000].find((size) => size >= least) ?? least;
    for (let epoch = Math.ceil(first / step) * step; epoch <= last; epoch += step) {
      const tick = document.createElement("span");
      tick.textContent = epoch;
      tick.style.setProperty("--left", `${this.toX(epoch) / (SHARE / 100)}%`);
      element("ruler").append(tick);
    }
  }

  show() {
    const x = this.toX(this.state.epoch), moment = this.state.data.epochs[this.state.snapshot];
    for (const plot of this.plots) {
      plot.past.setAttribute("width", SHARE + x);
      plot.now.setAttribute("x1", x);
      plot.now.setAttribute("x2", x);
      plot.curves.forEach((curve, i) => (plot.numbers[i].textContent = valueAt(curve, moment)));
    }
  }
}

// The last number known at a moment, as it is written.
function valueAt(curve, moment) {
  const place = curve.epochs.findLastIndex((epoch) => epoch <= moment + 1e-9);
  const value = place < 0 ? null : curve.values[place];
  return value === null ? "–" : value.toFixed(DIGITS);
}
