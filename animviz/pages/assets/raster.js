// Draws discs into an ImageData, at a quarter of a pixel; the same picture with or without a graphics card.
const PARTS = 4; // places within a pixel, in either direction

// Offsets of the pixels that a disc covers whole, and of those at its edge with their share in 256ths, for each place.
function discs(radius, width) {
  const reach = Math.ceil(radius + 1), found = [];
  for (let part = 0; part < PARTS * PARTS; part++) {
    const left = ((part % PARTS) + 0.5) / PARTS, top = (Math.floor(part / PARTS) + 0.5) / PARTS;
    const whole = [], edge = [], share = [];
    for (let y = -reach; y <= reach; y++) {
      for (let x = -reach; x <= reach; x++) {
        const cover = Math.round(256 * Math.min(1, radius + 0.5 - Math.hypot(x + 0.5 - left, y + 0.5 - top)));
        if (cover === 256) whole.push(y * width + x);
        else if (cover > 0) edge.push(y * width + x), share.push(cover);
      }
    }
    found.push({ whole: Int32Array.from(whole), edge: Int32Array.from(edge), share: Int32Array.from(share) });
  }
  return found;
}

function stamp(pixels, width, disc, x, y, color) {
  const column = Math.floor(x), row = Math.floor(y), at = row * width + column;
  const { whole, edge, share } = disc[Math.floor((y - row) * PARTS) * PARTS + Math.floor((x - column) * PARTS)];
  for (let k = 0; k < whole.length; k++) pixels[at + whole[k]] = color;
  const redBlue = color & 0xff00ff, green = color & 0xff00;
  for (let k = 0; k < edge.length; k++) {
    const under = pixels[at + edge[k]], over = share[k], rest = 256 - over;
    pixels[at + edge[k]] = 0xff000000 |
      ((((under & 0xff00ff) * rest + redBlue * over) >>> 8) & 0xff00ff) |
      ((((under & 0xff00) * rest + green * over) >>> 8) & 0xff00);
  }
}

// "#rrggbb" as a pixel of an ImageData: red in the lowest byte.
function pixelOf(color) {
  const value = parseInt(color.slice(1), 16);
  return (0xff000000 | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

// A colour laid over another with this share.
function mixed(over, under, share) {
  const part = (color, k) => parseInt(color.slice(1 + 2 * k, 3 + 2 * k), 16);
  const mix = [0, 1, 2].map((k) => Math.round(share * part(over, k) + (1 - share) * part(under, k)));
  return `#${mix.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
