// Plays, steps, and draws whenever something has changed; what is drawn is up to each kind of page.
const PACE = { perSnapshot: 0.4, least: 3, most: 24 }; // seconds to play

class Player {
  constructor(state) {
    this.state = state;
    this.colors = {};
    this.frames = 0;
    this.curves = new Curves(state, (epoch) => this.seek(epoch));
    element("notes").textContent = state.data.notes.join(" · ");
    this.light = matchMedia("(prefers-color-scheme: light)");
    this.light.addEventListener("change", () => this.paintTheme());
    document.fonts?.ready.then(() => this.ask());
  }

  // Ask for a frame; nothing runs while nothing changes.
  ask() {
    this.asked ??= requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    this.asked = null;
    if (!this.ready) return;
    if (this.state.playing) this.advance(now);
    const moving = this.draw(now);
    element("slider").value = this.state.epoch;
    this.curves.show();
    this.frames++;
    if (moving || this.state.playing) this.ask();
  }

  advance(now) {
    const { state } = this, { least, most, perSnapshot } = PACE;
    const seconds = Math.min(most, Math.max(least, perSnapshot * (state.data.epochs.length - 1)));
    const pace = (state.last - state.first) / (1000 * seconds);
    this.move(Math.min(state.last, state.epoch + pace * Math.min(200, now - (this.before ?? now))));
    this.before = now;
    if (state.epoch >= state.last) this.play();
  }

  // Be at a moment; look anew where that is another snapshot.
  move(epoch) {
    const before = this.state.snapshot;
    this.state.epoch = epoch;
    if (this.state.snapshot !== before) this.look();
  }

  depart() {}

  play() {
    const { state } = this;
    if (state.first === state.last) return;
    if (!state.playing && state.epoch >= state.last) this.seek(state.first);
    state.playing = !state.playing;
    this.before = undefined;
    if (!state.playing) this.seek(state.epoch);
    this.controls.show();
    this.ask();
  }

  seek(epoch) {
    this.depart();
    this.state.playing = false;
    this.move(this.state.nearest(epoch));
    this.look();
  }

  step(by) {
    const { epochs } = this.state.data, place = this.state.snapshot + by;
    this.seek(epochs[Math.min(epochs.length - 1, Math.max(0, place))]);
  }

  theme() {
    document.documentElement.dataset.theme = this.dark ? "light" : "dark";
    this.paintTheme();
  }

  // Take the colours that the style sheet has now.
  paintTheme() {
    const style = getComputedStyle(document.documentElement);
    const [background, ink, quiet, grid] = ["background", "ink", "quiet", "grid"].map((name) =>
      style.getPropertyValue(`--${name}`).trim());
    this.dark = style.colorScheme === "dark";
    const palette = this.state.data.palettes[this.dark ? "dark" : "light"];
    Object.assign(this.colors, { plane: mixed(grid, background, 0.18), background, ink, quiet, grid, palette });
    palette.forEach((color, label) => document.documentElement.style.setProperty(`--class-${label}`, color));
    this.look();
  }
}

function pressable(text, pressed, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(text);
  button.setAttribute("aria-pressed", pressed);
  button.addEventListener("click", act);
  return button;
}

// Slider, play and theme, which every page has.
function connect(state, actions) {
  const slider = element("slider");
  [slider.min, slider.max] = [state.first, state.last];
  slider.disabled = element("play").disabled = state.first === state.last;
  slider.addEventListener("input", () => actions.seek(Number(slider.value)));
  element("play").addEventListener("click", actions.play);
  element("theme").addEventListener("click", actions.theme);
}

function showClock(state) {
  element("play").classList.toggle("playing", state.playing);
  element("play").setAttribute("aria-label", state.playing ? "Pause" : "Play");
  element("epoch").textContent = state.written;
  element("slider").setAttribute("aria-valuetext", `epoch ${state.written}`);
}
