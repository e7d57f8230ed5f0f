// Dragging the point: in the inputs where the pointer is; in a hidden space as near to it as an input comes.
const STARTS = 400, HALVINGS = 16;

function clamped(place, limits) {
  return place.map((value, k) => Math.min(limits[k][1], Math.max(limits[k][0], value)));
}

// The input whose place in a hidden pane is nearest to one in CSS pixels.
function reaching(pane, x, y) {
  const { data } = pane.state, width = data.inputs, { limits } = data;
  const distances = (inputs) => {
    const places = pane.placesOf(inputs, inputs.length / width);
    return Array.from({ length: places.length / 2 }, (_, n) => Math.hypot(places[2 * n] - x, places[2 * n + 1] - y));
  };
  const side = width === 1 ? STARTS : Math.round(Math.sqrt(STARTS));
  const starts = [...pane.state.probe, ...gridPlaces({ limits, grid: side }, side)];
  const inputs = Float32Array.from(starts), gaps = distances(inputs);
  let at = gaps.reduce((best, gap, n) => (gap < gaps[best] ? n : best), 0), gap = gaps[at];
  let place = inputs.slice(at * width, (at + 1) * width);
  const moves = width === 1 ? [[-1], [1]] : [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [1, -1], [-1, 1], [-1, -1]];
  for (let share = 1 / side, halvings = 0; halvings < HALVINGS;) {
    const tried = moves.map((move) =>
      clamped(place.map((value, k) => value + share * move[k] * (limits[k][1] - limits[k][0])), limits));
    const found = distances(Float32Array.from(tried.flatMap((input) => [...input])));
    at = found.reduce((best, d, n) => (d < found[best] ? n : best), 0);
    if (found[at] < gap) [gap, place] = [found[at], tried[at]];
    else [share, halvings] = [share / 2, halvings + 1];
  }
  return place;
}

// Let a pointer drag in a pane; `take` is given the place in CSS pixels.
function draggable(pane, take) {
  const { box } = pane;
  const follow = (event) => {
    const room = box.getBoundingClientRect();
    take(event.clientX - room.left, event.clientY - room.top);
  };
  box.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    box.setPointerCapture(event.pointerId);
    follow(event);
  });
  box.addEventListener("pointermove", (event) => {
    if (box.hasPointerCapture(event.pointerId)) follow(event);
  });
}
