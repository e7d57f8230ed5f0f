// The weights of every snapshot, and the samples, as page.py packed them.
async function rowsOf({ epochs, shift }) {
  const bytes = new Uint8Array(await inflated("weights"));
  const count = bytes.length / 4, weights = count / epochs.length;
  const rows = epochs.map(() => new Float32Array(weights));
  const bits = new Int32Array(1), value = new Float32Array(bits.buffer);
  for (let weight = 0, place = 0; weight < weights; weight++) {
    for (let epoch = 0, sum = 0; epoch < epochs.length; epoch++, place++) {
      const folded = bytes[place] | (bytes[count + place] << 8) |
        (bytes[2 * count + place] << 16) | (bytes[3 * count + place] << 24);
      sum = (sum + ((folded >>> 1) ^ -(folded & 1))) | 0;
      bits[0] = sum << shift;
      rows[epoch][weight] = value[0];
    }
  }
  return rows;
}

async function opened() {
  const about = JSON.parse(content("about"));
  const [rows, points, directions, labels, targets] = await Promise.all([
    rowsOf(about), inflated("points"), inflated("directions"),
    about.labelled ? inflated("labels") : null, about.targeted ? inflated("targets") : null,
  ]);
  const every = new Float32Array(directions);
  let place = 0;
  const spaces = about.spaces.map((limits, index) => {
    const { units } = about.steps[index];
    const axes = [0, 1].map((axis) => every.subarray(place + axis * units, place + (axis + 1) * units));
    place += 2 * units;
    return { limits, axes };
  });
  return {
    ...about, rows, spaces, points: new Float32Array(points), inputs: about.limits.length,
    labels: labels && new Uint16Array(labels), targets: targets && new Float32Array(targets),
  };
}

const NO_CLASS = 0xffff;
