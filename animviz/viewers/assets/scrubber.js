// A scrubber in a notebook's cell: pictures come from Python by messages, one for each moment that is looked at.
const PATIENCE = 3000; // milliseconds without an answer, after which the reader is told
const LOOP = 6500; // milliseconds to play

function made(kind, attributes = {}, ...inner) {
  const node = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null) node.setAttribute(name, value);
  }
  node.append(...inner);
  return node;
}

// Whether the notebook is dark: its letters are light then, whatever notebook it is.
function isDark(node) {
  const pen = new OffscreenCanvas(1, 1).getContext("2d"); // which reads colours in any notation
  pen.fillStyle = getComputedStyle(node).color;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 128;
}

class Field {
  constructor(option, change) {
    this.option = option;
    const { name, kind, choices, low, high, step, words } = option, common = { "aria-label": name };
    if (choices) {
      this.input = made("select", common, ...choices.map((choice) => made("option", {}, choice)));
    } else if (kind === "bool") this.input = made("input", { ...common, type: "checkbox" });
    else if (kind === "number" && !words) this.input = made("input", { ...common, type: "number", min: low, max: high, step });
    else this.input = made("input", { ...common, type: "text", placeholder: words ? words.join(", ") : "" });
    this.input.addEventListener("change", change);
    this.node = made("label", { title: option.help }, made("span", {}, name), this.input);
    this.put(option.value);
  }

  get value() { return this.option.kind === "bool" ? this.input.checked : this.input.value; }

  put(value) {
    if (this.option.kind === "bool") this.input.checked = value;
    else this.input.value = value ?? "";
  }
}

class Scrubber {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.view = String(Math.random()).slice(2);
    this.epoch = this.about.epoch;
    this.asking = new Asking((wanted) => this.ask(wanted), (bitmap, wanted) => this.show(bitmap, wanted), (line) => this.tell(line));
    this.build();
    this.heard = (message, buffers) => this.hear(message, buffers);
    this.told = () => this.refresh();
    model.on("msg:custom", this.heard);
    model.on("change:about", this.told);
    this.look = new MutationObserver(() => this.paint());
    for (const node of [document.documentElement, document.body]) {
      this.look.observe(node, { attributes: true, attributeFilter: ["class", "style", "theme", "data-theme", "data-jp-theme-light"] });
    }
    // JupyterLab takes no arrow, space or letter that is typed here; what is typed with Ctrl or Cmd it does.
    this.typed = ({ ctrlKey, metaKey }) => this.root.toggleAttribute("data-lm-suppress-shortcuts", !ctrlKey && !metaKey);
    window.addEventListener("keydown", this.typed, true);
    this.refresh();
    this.shown = new IntersectionObserver(() => this.root.isConnected && this.paint());
    this.shown.observe(this.root); // a cell puts it in place later
  }

  get about() { return this.model.get("about"); }
  get first() { return this.about.epochs[0]; }
  get last() { return this.about.epochs.at(-1); }

  build() {
    this.scenes = made("select", { "aria-label": "Scene" });
    this.scenes.addEventListener("change", () => this.choose({ scene: this.scenes.value, options: {} }));
    this.fields = made("div", { class: "fields" });
    this.canvas = made("canvas", { role: "img" });
    this.trouble = made("p", { role: "alert", class: "trouble", hidden: true });
    this.button = made("button", { type: "button", class: "play" });
    this.button.addEventListener("click", () => this.play());
    this.slider = made("input", { type: "range", "aria-label": "Epoch", step: "any" });
    this.slider.addEventListener("input", () => this.stop(Number(this.slider.value)));
    this.written = made("output");
    this.options = made("details", {}, made("summary", {}, "Options"), this.fields);
    this.root = made("div", { class: "animviz-scrubber", role: "group" },
      made("div", { class: "head" }, made("label", {}, made("span", {}, "Scene"), this.scenes), this.options),
      this.canvas, this.trouble, made("div", { class: "clock" }, this.button, this.slider, this.written));
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.el.append(this.root);
    this.showPlaying();
  }

  // Take what Python says of scene, options and epochs.
  refresh() {
    const { about } = this;
    this.root.setAttribute("aria-label", `Scrubber: ${about.title}`);
    this.root.style.maxWidth = `${about.size[0]}px`;
    if (!this.canvas.getAttribute("width")) [this.canvas.width, this.canvas.height] = about.size;
    this.scenes.replaceChildren(...about.scenes.map((name) => made("option", {}, name)));
    this.scenes.value = about.scene;
    if (this.named !== about.scene) {
      this.inputs = about.options.map((option) => new Field(option, () => this.choose({ options: this.given() })));
      this.fields.replaceChildren(...this.inputs.map((field) => field.node));
      this.named = about.scene;
    } else about.options.forEach((option, place) => this.inputs[place].put(option.value));
    [this.slider.min, this.slider.max] = [this.first, this.last];
    this.slider.disabled = this.button.disabled = this.first === this.last;
    this.options.hidden = !about.options.length;
    this.move(Math.min(this.last, Math.max(this.first, this.epoch)));
  }

  given() {
    return Object.fromEntries(this.inputs.map((field) => [field.option.key, field.value]));
  }

  choose(choice) {
    this.tell("");
    this.model.send({ kind: "choose", view: this.view, ...choice });
  }

  paint() {
    this.hideFilm();
    const { about } = this, dark = about.theme ? about.theme === "dark" : isDark(this.el);
    this.theme = about.theme || (dark ? "dark" : "light");
    for (const [name, color] of Object.entries(about.colors[this.theme])) this.root.style.setProperty(`--${name}`, color);
    this.root.style.colorScheme = dark ? "dark" : "light";
    this.move(this.epoch);
  }

  move(epoch) {
    this.epoch = epoch;
    this.slider.value = epoch;
    this.written.value = `epoch ${epoch.toFixed(this.last - this.first > 100 ? 0 : 1)}`;
    this.slider.setAttribute("aria-valuetext", this.written.value);
    if (this.theme) this.asking.want({ epoch, theme: this.theme });
  }

  // A promise of the picture; Python answers a request or refuses it.
  ask(wanted) {
    const late = setTimeout(() => this.tell("Python does not answer yet: it is busy, or has ended; run the cell again then"), PATIENCE);
    return new Promise((done, failed) => {
      this.pending = { done, failed };
      this.model.send({ kind: "draw", view: this.view, ...wanted });
    }).finally(() => clearTimeout(late));
  }

  hear(message, buffers) {
    if (message.kind === "move") return this.stop(message.epoch);
    if (message.view !== this.view) return;
    if (message.kind === "drawn") this.pending?.done(new Blob([buffers[0]], { type: "image/png" }));
    else if (message.kind === "refused") {
      if (message.of === "draw") return this.pending?.failed(new Error(message.why));
      this.refresh();
      this.tell(message.why);
    }
  }

  show(bitmap, { epoch }) {
    put(this.canvas, bitmap);
    this.canvas.setAttribute("aria-label", `${this.about.scene} at epoch ${epoch.toFixed(2)}`);
    this.root.dataset.drawn = this.asking.drawn + 1;
    if (this.late) this.tell("");
  }

  tell(line) {
    this.late = line.startsWith("Python does not answer");
    this.trouble.textContent = line;
    this.trouble.hidden = !line;
  }

  play() {
    this.playing = !this.playing;
    if (this.playing && this.epoch >= this.last) this.epoch = this.first;
    this.before = undefined;
    this.showPlaying();
    if (this.playing) requestAnimationFrame((now) => this.advance(now));
  }

  advance(now) {
    if (!this.playing || !this.root.isConnected) return;
    const step = ((this.last - this.first) * Math.min(200, now - (this.before ?? now))) / LOOP;
    this.before = now;
    this.move(Math.min(this.last, this.epoch + step));
    if (this.epoch >= this.last) this.play();
    else requestAnimationFrame((then) => this.advance(then));
  }

  stop(epoch) {
    this.playing = false;
    this.showPlaying();
    this.move(epoch);
  }

  showPlaying() {
    this.button.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    this.button.classList.toggle("playing", Boolean(this.playing));
  }

  // The snapshot before or behind the moment.
  step(by) {
    const { epochs } = this.about, near = 1e-9;
    const next = by > 0 ? epochs.find((epoch) => epoch > this.epoch + near) : epochs.findLast((epoch) => epoch < this.epoch - near);
    this.stop(next ?? this.epoch);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (event.key === "Enter" && target.matches("label input")) return target.dispatchEvent(new Event("change")); // notebooks take it away
    const writes = target !== this.slider && ["INPUT", "SELECT"].includes(target.tagName);
    if (writes || (["BUTTON", "SUMMARY"].includes(target.tagName) && [" ", "Enter"].includes(event.key))) return;
    const act = {
      " ": () => this.first < this.last && this.play(),
      ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1), ArrowDown: () => this.step(-1), ArrowUp: () => this.step(1),
      Home: () => this.stop(this.first), End: () => this.stop(this.last),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  // While the scrubber lives, the film that stands in for it in the saved notebook is not shown.
  hideFilm() {
    const film = document.getElementById(this.about.film);
    const place = film?.closest(".jp-OutputArea-child") ?? film;
    if (place) place.style.display = "none";
  }

  remove() {
    this.playing = false;
    this.look.disconnect();
    this.shown.disconnect();
    window.removeEventListener("keydown", this.typed, true);
    this.model.off("msg:custom", this.heard);
    this.model.off("change:about", this.told);
  }
}

export default {
  render({ model, el }) {
    const scrubber = new Scrubber(model, el);
    return () => scrubber.remove();
  },
};
