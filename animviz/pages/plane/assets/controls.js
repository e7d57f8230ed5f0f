// Buttons and keys: each changes the state through an action and leaves the drawing to it.
const LARGE_MOVE = 1 / 40, SMALL_MOVE = 1 / 400; // of the inputs' range, by an arrow key

class Controls {
  constructor(state, actions) {
    this.state = state;
    this.actions = actions;
    this.units = new Units(state, actions);
    connect(state, actions);
    addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target.tagName === "BUTTON") return;
    const { actions, state } = this, act = this.moving(event) ?? {
      " ": actions.play, ArrowLeft: () => actions.step(-1), ArrowRight: () => actions.step(1),
      Home: () => actions.seek(state.first), End: () => actions.seek(state.last),
      g: actions.grid, p: actions.samples, t: actions.theme, Escape: actions.clear,
    }[event.key] ?? (/^[1-9]$/.test(event.key) && (() => actions.layer(Number(event.key) - 1)));
    if (!act) return;
    event.preventDefault();
    act();
  }

  // Arrow keys in the pane of the inputs move the point.
  moving(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way || event.target.id !== "input-pane") return undefined;
    const { probe, data } = this.state, share = event.shiftKey ? SMALL_MOVE : LARGE_MOVE;
    return () => this.actions.drag(probe.map((value, k) => value + share * way[k] * (data.limits[k][1] - data.limits[k][0])));
  }

  show() {
    const { state, units } = this, { off } = state.net;
    units.show();
    showClock(state);
    element("count").textContent = off ? `${off} ${off === 1 ? "unit" : "units"} off (Esc: all on)` : "";
    element("missing").hidden = state.there;
    // While it plays the answer changes faster than it could be read aloud.
    for (const name of ["place", "verdict"]) element(name).setAttribute("aria-live", state.playing ? "off" : "polite");
  }
}
