  /* ---- pairs ---- */
  const CELLS = 56, PAIRED_AT_FIRST = 6;
  function ranked(values) {
    const order = values.map((value, place) => [value, place]).sort((a, b) => a[0] - b[0]);
    const ranks = new Float64Array(values.length);
    for (let first = 0; first < order.length;) {
      let last = first;
      while (last + 1 < order.length && order[last + 1][0] === order[first][0]) last++;
      for (let place = first; place <= last; place++) ranks[order[place][1]] = (first + last) / 2;
      first = last + 1;
    }
    return ranks;
  }
  function correlation(a, b) {
    const [one, two] = [ranked(a), ranked(b)];
    const mean = (one.length - 1) / 2;
    let [ab, aa, bb] = [0, 0, 0];
    for (let place = 0; place < one.length; place++) {
      const [x, y] = [one[place] - mean, two[place] - mean];
      ab += x * y; aa += x * x; bb += y * y;
    }
    return ab / Math.sqrt(aa * bb);
  }
  /* The middle of the draws with some room: single draws far away would make the rest small. */
  function view(values) {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
    const room = 0.08 * (at(0.997) - at(0.003)) || 1e-9;
    return [at(0.003) - room, at(0.997) + room];
  }
  /* The width of the kernel is Silverman's in two dimensions; six standard deviations fill the picture. */
  function blur(grid, count) {
    const width = Math.max(1, CELLS / 6 * Math.pow(count, -1 / 6)), reach = Math.ceil(3 * width);
    const kernel = Array.from({ length: 2 * reach + 1 }, (_, at) => Math.exp(-0.5 * ((at - reach) / width) ** 2));
    const total = kernel.reduce((sum, own) => sum + own, 0);
    const along = (from, dx, dy) => {
      const to = new Float64Array(CELLS * CELLS);
      for (let y = 0; y < CELLS; y++) for (let x = 0; x < CELLS; x++) {
        let sum = 0;
        kernel.forEach((weight, index) => {
          const [u, v] = [x + (index - reach) * dx, y + (index - reach) * dy];
          if (u >= 0 && v >= 0 && u < CELLS && v < CELLS) sum += weight * from[v * CELLS + u];
        });
        to[y * CELLS + x] = sum / total;
      }
      return to;
    };
    return along(along(grid, 1, 0), 0, 1);
  }
  /* Heights above which lie these shares of the mass. */
  function levels(grid, shares) {
    const sorted = [...grid].sort((a, b) => b - a);
    const total = sorted.reduce((sum, own) => sum + own, 0);
    return shares.map((share) => {
      let sum = 0;
      return sorted.find((own) => (sum += own) >= share * total) || 0;
    });
  }
  /* Marching squares. */
  function contour(grid, level, x, y) {
    let text = "";
    const at = (u, v) => grid[v * CELLS + u];
    for (let v = 0; v + 1 < CELLS; v++) for (let u = 0; u + 1 < CELLS; u++) {
      const [a, b, c, d] = [at(u, v), at(u + 1, v), at(u + 1, v + 1), at(u, v + 1)];
      const cut = [];
      const between = (p, q, u1, v1, u2, v2) => {
        if ((p >= level) === (q >= level)) return;
        const share = (level - p) / (q - p);
        cut.push([x(u1 + share * (u2 - u1)), y(v1 + share * (v2 - v1))]);
      };
      between(a, b, u, v, u + 1, v); between(b, c, u + 1, v, u + 1, v + 1); between(c, d, u + 1, v + 1, u, v + 1); between(d, a, u, v + 1, u, v);
      for (let place = 0; place + 1 < cut.length; place += 2) text += path([cut[place], cut[place + 1]]);
    }
    return text;
  }
  /* The middle of the draws of all sides. */
  function viewOf(sides, name) {
    const views = sides.map((side) => view(side.by[name].values));
    return [Math.min(...views.map((own) => own[0])), Math.max(...views.map((own) => own[1]))];
  }
  function pair(sides, one, two, isLeft, isLowest) {
    const size = 200, picture = svg(size, size, `joint density of ${one.name} and ${two.name}`);
    const [xs, ys] = [viewOf(sides, one.name), viewOf(sides, two.name)];
    const across = (u) => (u + 0.5) / CELLS * size, up = (v) => size - (v + 0.5) / CELLS * size;
    picture.append(shape("rect", { class: "gridline", x: 0.5, y: 0.5, width: size - 1, height: size - 1, fill: "none" }));
    for (const side of sides) {
      const grid = new Float64Array(CELLS * CELLS), [first, second] = [side.by[one.name].values, side.by[two.name].values];
      const column = scale(xs[0], xs[1], 0, CELLS), row = scale(ys[0], ys[1], 0, CELLS);
      first.forEach((value, place) => {
        const [u, v] = [Math.floor(column(value)), Math.floor(row(second[place]))];
        if (u >= 0 && v >= 0 && u < CELLS && v < CELLS) grid[v * CELLS + u] += 1;
      });
      const smooth = blur(grid, first.length), heights = levels(smooth, [0.95, 0.8, 0.5]);
      const canvas = element("canvas", { width: CELLS, height: CELLS });
      const pen = canvas.getContext("2d"), image = pen.createImageData(CELLS, CELLS);
      const [red, green, blue] = colourOf(side.colour).match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16));
      const peak = Math.max(...smooth) || 1;
      smooth.forEach((mass, place) => {
        const at = 4 * ((CELLS - 1 - Math.floor(place / CELLS)) * CELLS + place % CELLS);
        image.data.set([red, green, blue, 150 * Math.sqrt(mass / peak)], at);
      });
      pen.putImageData(image, 0, 0);
      picture.append(shape("image", { href: canvas.toDataURL(), x: 0, y: 0, width: size, height: size, preserveAspectRatio: "none" }));
      heights.forEach((level, place) => picture.append(shape("path", { class: `contour ${side.kind}`, d: contour(smooth, level, across, up), "stroke-width": 0.8 + 0.5 * place })));
    }
    const place = scale(xs[0], xs[1], 0, size), high = scale(ys[0], ys[1], size, 0);
    if (isLowest) for (const tick of ticks(xs[0], xs[1], 2)) if (place(tick) > 15 && place(tick) < 185) picture.append(shape("text", { x: place(tick), y: size - 5, "font-size": 15, "text-anchor": "middle", class: "faint" }, shown(tick)));
    if (isLeft) for (const tick of ticks(ys[0], ys[1], 2)) if (high(tick) > 15 && high(tick) < 175) picture.append(shape("text", { x: 4, y: high(tick) + 5, "font-size": 15, class: "faint" }, shown(tick)));
    return picture;
  }
  function small(sides, own) {
    const size = 200, picture = svg(size, size, `density of ${own.name}`);
    const drawn = sides.filter((side) => side.by[own.name].density);
    const [lowest, highest] = viewOf(sides, own.name), tallest = Math.max(...drawn.map((side) => side.by[own.name].density.tallest));
    const x = scale(lowest, highest, 0, size), y = scale(0, tallest * 1.3, size, 0);
    for (const side of drawn) {
      const outline = outlined(side.by[own.name].density).filter(([value]) => value >= lowest && value <= highest).map(([value, high]) => [x(value), y(high)]);
      if (outline.length) picture.append(shape("path", { class: `density ${side.kind}`, d: `${path([[outline[0][0], size], ...outline, [outline[outline.length - 1][0], size]])}Z` }));
    }
    picture.append(shape("text", { x: size / 2, y: 22, "font-size": Math.min(20, 330 / own.name.length), "font-weight": 600, "text-anchor": "middle" }, own.name));
    return picture;
  }
  function drawAllPairs(sides) {
    for (const side of sides) side.by = Object.fromEntries(side.parameters.map((own) => [own.name, own]));
    const chosen = sides[0].parameters.filter((own) => isPaired.has(own.name)), count = chosen.length;
    const plot = byId("pair-plot");
    plot.style.gridTemplateColumns = `repeat(${count}, minmax(0, 1fr))`;
    plot.style.maxWidth = `${Math.min(62, 13 * count)}rem`;
    const cells = [];
    chosen.forEach((two, row) => chosen.forEach((one, column) => {
      const cell = element("div", { class: "cell" });
      if (row === column) cell.append(small(sides, one));
      else if (column < row) cell.append(pair(sides, one, two, column === 0, row === count - 1));
      else {
        cell.className = "cell number";
        cell.setAttribute("aria-label", `correlation of ${two.name} and ${one.name}`);
        for (const side of sides) {
          const found = correlation(side.by[one.name].values, side.by[two.name].values), size = 0.75 + 0.7 * Math.abs(found);
          const look = isFinite(found) ? `font-size:${size}em; opacity:${0.55 + 0.45 * Math.abs(found)}` : "";
          cell.append(element("span", { class: `side ${side.kind}`, style: look }, isFinite(found) ? found.toFixed(2).replace("-", "\u2212") : "–"));
        }
      }
      cells.push(cell);
    }));
    plot.replaceChildren(...cells);
  }
  const isPaired = new Set();
  /* `sides`: what there is to be drawn now. Returns what draws it anew. */
  function pairPlot(sides) {
    const field = byId("pair-choice"), parameters = sides()[0].parameters;
    if (!field) return undefined;
    const draw = () => drawAllPairs(sides());
    parameters.forEach((own, place) => {
      if (place < PAIRED_AT_FIRST) isPaired.add(own.name);
      const box = element("input", { type: "checkbox" });
      box.checked = isPaired.has(own.name);
      box.addEventListener("change", () => { if (box.checked) isPaired.add(own.name); else isPaired.delete(own.name); draw(); });
      field.append(element("label", {}, box, ` ${own.name}`));
    });
    field.hidden = parameters.length <= PAIRED_AT_FIRST;
    if (parameters.length < 2) { byId("pairs").hidden = true; return undefined; }
    ofColours.push(draw);
    draw();
    return draw;
  }
