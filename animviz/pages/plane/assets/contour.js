// Where numbers over a lattice are zero: chains [x, y, x, y, ...] in cells, from the middle of the first one.
function contour(values, columns, rows) {
  const places = new Map(), links = new Map();
  const crossing = (at, upright) => {
    const key = 2 * at + upright, next = at + (upright ? columns : 1);
    if (!places.has(key)) {
      const share = values[at] / (values[at] - values[next]), x = at % columns, y = Math.floor(at / columns);
      places.set(key, upright ? [x, y + share] : [x + share, y]);
      links.set(key, []);
    }
    return key;
  };
  const link = (a, b) => {
    links.get(a).push(b);
    links.get(b).push(a);
  };
  for (let y = 0; y + 1 < rows; y++) {
    for (let x = 0; x + 1 < columns; x++) {
      const at = y * columns + x, [a, b] = [values[at], values[at + 1]];
      const [d, c] = [values[at + columns], values[at + columns + 1]]; // around the cell: a, b, c, d
      const kind = (a > 0) + 2 * (b > 0) + 4 * (c > 0) + 8 * (d > 0);
      if (kind === 0 || kind === 15) continue;
      const ends = [];
      if (a > 0 !== b > 0) ends.push(crossing(at, 0));
      if (b > 0 !== c > 0) ends.push(crossing(at + 1, 1));
      if (c > 0 !== d > 0) ends.push(crossing(at + columns, 0));
      if (d > 0 !== a > 0) ends.push(crossing(at, 1));
      // Of a saddle the middle says which corners belong together.
      if (ends.length === 4 && a + b + c + d > 0 !== a > 0) ends.push(ends.shift());
      for (let k = 0; k < ends.length; k += 2) link(ends[k], ends[k + 1]);
    }
  }
  return chained(places, links);
}

// Links as chains: first those with ends, then the closed ones.
function chained(places, links) {
  const found = [], seen = new Set();
  const walk = (start) => {
    const chain = [], closed = links.get(start).length === 2;
    for (let key = start; key !== undefined; key = links.get(key).find((next) => !seen.has(next))) {
      seen.add(key);
      chain.push(...places.get(key));
    }
    found.push(closed ? [...chain, chain[0], chain[1]] : chain);
  };
  for (const [key, next] of links) if (next.length === 1 && !seen.has(key)) walk(key);
  for (const key of links.keys()) if (!seen.has(key)) walk(key);
  return found;
}
