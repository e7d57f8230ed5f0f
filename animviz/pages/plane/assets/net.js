// The network at a moment: what each layer puts out, as animviz' forward computes it.
const SELU_SCALE = 1.0507009873554805, SELU_ALPHA = 1.6732632423543772;
const sigmoid = (z) => 0.5 + 0.5 * Math.tanh(0.5 * z);
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

// The error function to 2e-7 (Abramowitz and Stegun 7.1.26).
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
}

const ACTIVATIONS = {
  tanh: Math.tanh, sigmoid, softplus,
  relu: (z) => Math.max(z, 0),
  square: (z) => z * z,
  relu6: (z) => Math.min(Math.max(z, 0), 6),
  elu: (z) => (z > 0 ? z : Math.expm1(z)),
  selu: (z) => SELU_SCALE * (z > 0 ? z : SELU_ALPHA * Math.expm1(z)),
  gelu: (z) => 0.5 * z * (1 + erf(z / Math.SQRT2)),
  gelu_tanh: (z) => 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))),
  silu: (z) => z * sigmoid(z),
  mish: (z) => z * Math.tanh(softplus(z)),
  softsign: (z) => z / (1 + Math.abs(z)),
  exponential: Math.exp,
  hard_sigmoid: (z) => Math.min(Math.max(z / 6 + 0.5, 0), 1),
  hard_silu: (z) => z * Math.min(Math.max(z / 6 + 0.5, 0), 1),
  hard_tanh: (z) => Math.min(Math.max(z, -1), 1),
  log_sigmoid: (z) => -softplus(-z),
};

// Softmax over each row, or its logarithm.
function softmax(values, units, logarithm) {
  for (let start = 0; start < values.length; start += units) {
    let most = -Infinity, sum = 0;
    for (let k = start; k < start + units; k++) most = Math.max(most, values[k]);
    for (let k = start; k < start + units; k++) sum += Math.exp(values[k] - most);
    for (let k = start; k < start + units; k++) {
      values[k] = logarithm ? values[k] - most - Math.log(sum) : Math.exp(values[k] - most) / sum;
    }
  }
}

class Net {
  constructor({ steps, rows }) {
    this.steps = steps;
    this.rows = rows;
    this.weights = new Float32Array(rows[0].length);
    this.on = steps.map((step) => new Uint8Array(step.units).fill(1));
    let place = 0;
    this.starts = steps.map(({ dense, biased, inputs, units }) => {
      const start = place;
      place += dense ? (inputs + (biased ? 1 : 0)) * units : 0;
      return start;
    });
    // Multiplications for one sample; an activation costs as much as twenty.
    this.cost = steps.reduce((sum, { dense, inputs, units }) => sum + units * ((dense ? inputs : 0) + 20), 0);
  }

  // Be between two snapshots.
  blend(before, after, share) {
    const { weights } = this, a = this.rows[before], b = this.rows[after];
    for (let k = 0; k < weights.length; k++) weights[k] = a[k] + share * (b[k] - a[k]);
  }

  // What step `to` puts out for values that step `from` puts out, -1 for inputs; bare: without its activation.
  run(values, count, from, to, bare = false) {
    for (let index = from + 1; index <= to; index++) {
      const step = this.steps[index], last = bare && index === to;
      values = step.dense ? this.product(index, values, count) : Float32Array.from(values);
      if (last) break;
      this.activate(step, values);
      this.mute(index, values);
    }
    return values;
  }

  product(index, values, count) {
    const { inputs, units, biased } = this.steps[index], { weights } = this;
    const start = this.starts[index], bias = start + inputs * units;
    const found = new Float32Array(count * units), sum = new Float64Array(units);
    for (let n = 0; n < count; n++) {
      for (let u = 0; u < units; u++) sum[u] = biased ? weights[bias + u] : 0;
      for (let i = 0; i < inputs; i++) {
        const value = values[n * inputs + i], row = start + i * units;
        if (value !== 0) for (let u = 0; u < units; u++) sum[u] += value * weights[row + u];
      }
      found.set(sum, n * units);
    }
    return found;
  }

  activate({ activation, slope, units }, values) {
    if (activation === "" || activation === "linear") return;
    if (activation === "softmax" || activation === "log_softmax") {
      softmax(values, units, activation === "log_softmax");
      return;
    }
    const act = activation === "leaky_relu" ? (z) => (z > 0 ? z : slope * z) : ACTIVATIONS[activation];
    for (let k = 0; k < values.length; k++) values[k] = act(values[k]);
  }

  mute(index, values) {
    const on = this.on[index], { units } = this.steps[index];
    if (!on.includes(0)) return;
    for (let k = 0; k < values.length; k++) if (!on[k % units]) values[k] = 0;
  }

  toggle(index, unit) {
    this.on[index][unit] ^= 1;
  }

  get off() { return this.on.reduce((sum, layer) => sum + layer.reduce((n, on) => n + !on, 0), 0); }

  reset() { this.on.forEach((layer) => layer.fill(1)); }
}
