// Lines and discs in a transparent picture; drawn by the processor, the same with or without a graphics card.
class Surface {
  constructor(canvas) {
    this.canvas = canvas;
  }

  resize(width, height) {
    [this.canvas.width, this.canvas.height] = [width, height];
    this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    [this.width, this.height] = [width, height];
  }

  clear() { this.pixels.fill(0); }

  show() { this.canvas.getContext("2d").putImageData(this.image, 0, 0); }

  // Polylines of `each` points, [x, y, ...] in pixels.
  lines(places, each, color, thickness) {
    const bare = pixelOf(color) & 0xffffff;
    for (let start = 0; start < places.length; start += 2 * each) {
      for (let k = start; k < start + 2 * each - 2; k += 2) {
        this.segment(places[k], places[k + 1], places[k + 2], places[k + 3], bare, thickness);
      }
    }
  }

  segment(x0, y0, x1, y1, bare, thickness) {
    const steep = Math.abs(y1 - y0) > Math.abs(x1 - x0);
    let [a0, b0, a1, b1] = steep ? [y0, x0, y1, x1] : [x0, y0, x1, y1];
    if (a0 > a1) [a0, b0, a1, b1] = [a1, b1, a0, b0];
    const most = steep ? this.height : this.width, far = steep ? this.width : this.height;
    const slope = a1 > a0 ? (b1 - b0) / (a1 - a0) : 0;
    const half = 0.5 * thickness * Math.sqrt(1 + slope * slope);
    const end = Math.min(most - 1, Math.floor(a1));
    for (let a = Math.max(0, Math.floor(a0)); a <= end; a++) {
      const middle = b0 + slope * (Math.min(a1, Math.max(a0, a + 0.5)) - a0);
      const low = Math.max(0, Math.floor(middle - half - 0.5)), high = Math.min(far - 1, Math.ceil(middle + half));
      for (let b = low; b <= high; b++) {
        const cover = Math.min(1, half + 0.5 - Math.abs(b + 0.5 - middle));
        if (cover <= 0) continue;
        const at = steep ? a * this.width + b : b * this.width + a, alpha = Math.round(255 * cover);
        if (this.pixels[at] >>> 24 < alpha) this.pixels[at] = (bare | (alpha << 24)) >>> 0;
      }
    }
  }

  // A disc from raster.js with its middle here, over what is there.
  disc(disc, reach, x, y, color) {
    if (!(x > reach && y > reach && x < this.width - reach && y < this.height - reach)) return;
    const column = Math.floor(x), row = Math.floor(y), at = row * this.width + column, { pixels } = this;
    const { whole, edge, share } = disc[Math.floor((y - row) * PARTS) * PARTS + Math.floor((x - column) * PARTS)];
    for (let k = 0; k < whole.length; k++) pixels[at + whole[k]] = color;
    for (let k = 0; k < edge.length; k++) pixels[at + edge[k]] = over(color, share[k], pixels[at + edge[k]]);
  }
}

// A colour with this cover, in 256ths, over a pixel that may be transparent.
function over(color, cover, under) {
  const rest = ((under >>> 24) * (256 - cover)) >> 8, alpha = Math.min(255, cover + rest);
  const share = Math.round((256 * cover) / (cover + rest)), other = 256 - share;
  return ((alpha << 24) |
    ((((under & 0xff00ff) * other + (color & 0xff00ff) * share) >>> 8) & 0xff00ff) |
    ((((under & 0xff00) * other + (color & 0xff00) * share) >>> 8) & 0xff00)) >>> 0;
}
