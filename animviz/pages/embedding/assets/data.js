// The positions, answers and images that page.py packed.
// Positions of a layer, a Float32Array [x, y, x, y ...] for each epoch, in units of the embedding; medians of the
// classes come after the samples.
async function positionsOf(layer, index, epochs, points) {
  const bytes = new Uint8Array(await inflated(`layer-${index}`));
  const count = bytes.length / 2;
  const found = [];
  const steps = new Int32Array(2 * points);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const at = new Float32Array(2 * points);
    for (let axis = 0; axis < 2; axis++) {
      let place = (axis * epochs + epoch) * points;
      for (let i = axis; i < 2 * points; i += 2, place++) {
        const folded = bytes[place] | (bytes[count + place] << 8);
        steps[i] += (folded >>> 1) ^ -(folded & 1);
        at[i] = layer.low[axis] + layer.step * steps[i];
      }
    }
    found.push(at);
  }
  return found;
}

function extentOf(positions) {
  const extent = [Infinity, Infinity, -Infinity, -Infinity];
  for (const at of positions) {
    for (let i = 0; i < at.length; i++) {
      extent[i % 2] = Math.min(extent[i % 2], at[i]);
      extent[2 + (i % 2)] = Math.max(extent[2 + (i % 2)], at[i]);
    }
  }
  return extent;
}

async function opened() {
  const about = JSON.parse(content("about"));
  const points = about.samples + about.classes.length;
  const layers = await Promise.all(about.layers.map(async (layer, index) => {
    const positions = await positionsOf(layer, index, about.epochs.length, points);
    return { ...layer, positions, extent: extentOf(positions) };
  }));
  const [labels, numbers, answers, probabilities, values] = await Promise.all([
    inflated("labels"), inflated("numbers"), inflated("answers"), inflated("probabilities"),
    about.values ? inflated("values") : new ArrayBuffer(0),
  ]);
  return {
    ...about, layers, points,
    labels: new Uint16Array(labels), numbers: new Uint32Array(numbers), answers: new Uint16Array(answers),
    probabilities: new Uint8Array(probabilities), sampleValues: new Float32Array(values),
    sprites: about.sheet && createImageBitmap(new Blob([bytesOf("sprites")], { type: "image/png" })),
  };
}

const NO_ANSWER = 0xffff;
const answerOf = (data, sample, snapshot) => data.answers[sample * data.epochs.length + snapshot];
const probabilityOf = (data, sample, snapshot, label) =>
  data.probabilities[(label * data.samples + sample) * data.epochs.length + snapshot] / 255;
