// What the answers say: scores whose greatest decides, probabilities, and colours of a field.
class Answers {
  constructor({ meaning, steps, classes }) {
    Object.assign(this, meaning);
    this.last = steps.length - 1;
    this.width = steps[this.last].units;
    this.single = this.width === 1;
    this.count = this.classifies ? Math.max(2, this.width) : this.width;
    this.names = classes;
  }

  // Outputs, but before a last sigmoid or softmax that decides: scores do not saturate as probabilities do.
  scores(net, values, count, from) {
    return net.run(values, count, from, this.last, this.ending !== "");
  }

  // The class of sample n.
  classOf(scores, n) {
    if (this.single) return scores[n] > this.threshold ? 1 : 0;
    let best = 0;
    for (let k = 1; k < this.width; k++) if (scores[n * this.width + k] > scores[n * this.width + best]) best = k;
    return best;
  }

  // Probabilities of all classes of sample n, written into an array.
  probabilities(scores, n, into) {
    if (this.single) {
      const [low, high] = this.span, score = scores[n];
      into[1] = this.ending || this.logits ? sigmoid(score) : Math.min(1, Math.max(0, (score - low) / (high - low)));
      into[0] = 1 - into[1];
      return into;
    }
    const start = n * this.width, soft = this.ending !== "sigmoid" && (this.ending || this.logits);
    let most = -Infinity, sum = 0;
    for (let k = 0; k < this.width; k++) most = Math.max(most, scores[start + k]);
    for (let k = 0; k < this.width; k++) {
      const score = scores[start + k];
      into[k] = soft ? Math.exp(score - most) : this.ending ? sigmoid(score) : Math.max(score, 1e-9);
      sum += into[k];
    }
    for (let k = 0; k < this.width; k++) into[k] /= sum;
    return into;
  }

  // Numbers that are zero where the answer flips: one list for two classes, else one for each class.
  margins(scores, count) {
    if (this.single) return [scores.map((score) => score - this.threshold)];
    const { width } = this, found = [];
    for (let k = width === 2 ? 1 : 0; k < width; k++) {
      found.push(Float32Array.from({ length: count }, (_, n) => {
        let rival = -Infinity;
        for (let j = 0; j < width; j++) if (j !== k) rival = Math.max(rival, scores[n * width + j]);
        return scores[n * width + k] - rival;
      }));
    }
    return found;
  }
}

const SHADES = 255;

// "#rrggbb" as [red, green, blue].
const channels = (color) => [1, 3, 5].map((k) => parseInt(color.slice(k, k + 2), 16));
const packedColor = (red, green, blue) =>
  (0xff000000 | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;

// Pixels of a field of classes: the colour of each class, as strong as the network is sure.
function classField(answers, scores, count, colors, tint) {
  const under = channels(colors.background), palette = colors.palette.map(channels), { count: classes } = answers;
  const shares = new Float64Array(classes);
  const blend = () => {
    const mix = [...under];
    for (let k = 0; k < classes; k++) {
      const sure = tint * Math.min(1, Math.max(0, (shares[k] - 1 / classes) / (1 - 1 / classes)));
      if (sure > 0) for (let c = 0; c < 3; c++) mix[c] += sure * (palette[k][c] - under[c]);
    }
    return packedColor(mix[0], mix[1], mix[2]);
  };
  const found = new Uint32Array(count);
  if (classes > 2) {
    for (let n = 0; n < count; n++) {
      answers.probabilities(scores, n, shares);
      found[n] = blend();
    }
    return found;
  }
  const scale = Uint32Array.from({ length: SHADES + 1 }, (_, shade) => {
    [shares[0], shares[1]] = [1 - shade / SHADES, shade / SHADES];
    return blend();
  });
  for (let n = 0; n < count; n++) found[n] = scale[Math.round(SHADES * answers.probabilities(scores, n, shares)[1]) || 0];
  return found;
}

// Pixels of numbers from -1 to 1: from one colour over the background to the other.
function signedField(values, colors, tint) {
  const under = channels(colors.background), [low, high] = colors.palette.map(channels);
  const scale = Uint32Array.from({ length: 2 * SHADES + 1 }, (_, shade) => {
    const share = (tint * Math.abs(shade - SHADES)) / SHADES, over = shade < SHADES ? low : high;
    return packedColor(...under.map((part, c) => part + share * (over[c] - part)));
  });
  const found = new Uint32Array(values.length);
  for (let n = 0; n < found.length; n++) {
    const value = values[n];
    found[n] = scale[Math.round(SHADES * (1 + Math.max(-1, Math.min(1, value)))) || (value < 0 ? 0 : SHADES)];
  }
  return found;
}
