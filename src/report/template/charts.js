"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const MISSING = 65535;
  /* Okabe and Ito's colours, which colour-blind people tell apart. */
  const CHAINS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a8a00", "#7f7f7f"];
  const CHARTS_AT_ONCE = 6;

  function unpack(text, lowest, highest) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const numbers = new DataView(bytes.buffer);
    const values = new Array(bytes.length / 2);
    for (let place = 0; place < values.length; place++) {
      const number = numbers.getUint16(2 * place, true);
      values[place] = number === MISSING ? null : lowest + (highest - lowest) * number / (MISSING - 1);
    }
    return values;
  }
  function element(tag, attributes, ...children) {
    const own = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) own.setAttribute(name, value);
    own.append(...children);
    return own;
  }
  function shape(tag, attributes, text) {
    const own = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) own.setAttribute(name, value);
    if (text !== undefined) own.textContent = text;
    return own;
  }
  function svg(width, height, label) {
    const own = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
    own.append(shape("title", {}, label));
    return own;
  }
  function ticks(lowest, highest, count) {
    const rough = (highest - lowest) / count;
    if (!(rough > 0)) return [lowest];
    const power = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = [1, 2, 5, 10].map((times) => times * power).find((own) => own >= rough * 0.999);
    const all = [];
    for (let number = Math.ceil(lowest / step - 1e-9); number * step <= highest + step * 1e-9; number++) all.push(number * step);
    return all;
  }
  function shown(value) {
    if (value === null || value === undefined || !isFinite(value)) return "none";
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1).replace("e+", "e");
    return String(parseFloat(value.toPrecision(4))).replace("-", "\u2212");
  }
  const named = (own) => own.unit && own.unit !== "1" ? `${own.name} (${own.unit})` : own.name;
  const path = (points) => points.map(([x, y], place) => `${place ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const scale = (from, to, first, last) => (value) => first + (value - from) / ((to - from) || 1) * (last - first);

  /* Axis below with ticks. */
  function axisBelow(own, lowest, highest, x, y, count, size = 11) {
    own.append(shape("line", { class: "axis", x1: x(lowest), x2: x(highest), y1: y, y2: y }));
    for (const tick of ticks(lowest, highest, count)) {
      own.append(shape("line", { class: "axis", x1: x(tick), x2: x(tick), y1: y, y2: y + 4 }));
      own.append(shape("text", { x: x(tick), y: y + 5 + size, "text-anchor": "middle", "font-size": size, class: "faint" }, shown(tick)));
    }
  }

  /* ---- marginals ---- */
  let wholePrior = false;
  function marginal(own) {
    const [width, height] = [260, 170];
    const density = own.density;
    const words = `${named(own)}: median ${shown(own.median)}, 95 % interval ${shown(own.lower)} to ${shown(own.upper)}`;
    const picture = svg(width, height, words);
    picture.append(shape("text", { x: 4, y: 15, "font-size": 14, "font-weight": 600 }, named(own)));
    if (!density) return picture;
    const heights = unpack(density.heights, 0, density.tallest);
    let [lowest, highest] = [density.first, density.last];
    const prior = own.prior.values.map((value, place) => [value, own.prior.heights[place]]).filter(([, high]) => high !== null);
    if (prior.length) {
      const skip = wholePrior ? 0.01 : 0.02, ends = [prior[Math.floor(skip * prior.length)][0], prior[Math.ceil((1 - skip) * prior.length) - 1][0]];
      const room = wholePrior ? Infinity : 0.6 * (highest - lowest);
      [lowest, highest] = [Math.min(lowest, Math.max(ends[0], lowest - room)), Math.max(highest, Math.min(ends[1], highest + room))];
    }
    const x = scale(lowest, highest, 8, width - 8);
    const inside = prior.filter(([value]) => value >= lowest && value <= highest);
    const tallest = Math.max(density.tallest, ...inside.map(([, high]) => high).sort((a, b) => a - b).slice(0, Math.ceil(0.98 * inside.length)));
    const y = scale(0, tallest * 1.05, height - 34, 24);
    const step = (density.last - density.first) / (heights.length - 1);
    const outline = heights.map((high, place) => [x(density.first + place * step), y(high)]);
    picture.append(shape("path", { class: "density", d: `${path([[outline[0][0], y(0)], ...outline, [outline[outline.length - 1][0], y(0)]])}Z` }));
    if (inside.length) picture.append(shape("path", { class: "prior", d: path(inside.map(([value, high]) => [x(value), Math.max(y(high), 20)])) }));
    axisBelow(picture, lowest, highest, x, height - 24, 4);
    const bar = height - 29;
    picture.append(shape("line", { class: "interval", x1: x(own.lower), x2: x(own.upper), y1: bar, y2: bar }));
    picture.append(shape("circle", { class: "median", cx: x(own.median), cy: bar, r: 4.5 }));
    return picture;
  }
  const drawMarginals = () => byId("marginals").replaceChildren(...data.parameters.map(marginal));
  byId("whole-prior").addEventListener("click", (event) => {
    wholePrior = !wholePrior;
    event.currentTarget.setAttribute("aria-pressed", wholePrior);
    event.currentTarget.textContent = wholePrior ? "show where the posterior is" : "show the whole prior";
    drawMarginals();
  });

  /* ---- pairs ---- */
  for (const own of data.parameters) own.values = unpack(own.draws, own.lowest, own.highest);
  const CELLS = 56;
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
  function pair(one, two, isLeft, isLowest) {
    const size = 200, picture = svg(size, size, `joint density of ${one.name} and ${two.name}`);
    const [xs, ys] = [view(one.values), view(two.values)];
    const grid = new Float64Array(CELLS * CELLS);
    const column = scale(xs[0], xs[1], 0, CELLS), row = scale(ys[0], ys[1], 0, CELLS);
    one.values.forEach((value, place) => {
      const [u, v] = [Math.floor(column(value)), Math.floor(row(two.values[place]))];
      if (u >= 0 && v >= 0 && u < CELLS && v < CELLS) grid[v * CELLS + u] += 1;
    });
    const smooth = blur(grid, one.values.length), heights = levels(smooth, [0.95, 0.8, 0.5]);
    const across = (u) => (u + 0.5) / CELLS * size, up = (v) => size - (v + 0.5) / CELLS * size;
    picture.append(shape("rect", { class: "gridline", x: 0.5, y: 0.5, width: size - 1, height: size - 1, fill: "none" }));
    const colour = getComputedStyle(document.documentElement).getPropertyValue("--posterior");
    const canvas = element("canvas", { width: CELLS, height: CELLS });
    const pen = canvas.getContext("2d"), image = pen.createImageData(CELLS, CELLS);
    const [red, green, blue] = colour.trim().match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16));
    const peak = Math.max(...smooth);
    smooth.forEach((mass, place) => {
      const at = 4 * ((CELLS - 1 - Math.floor(place / CELLS)) * CELLS + place % CELLS);
      image.data.set([red, green, blue, 150 * Math.sqrt(mass / peak)], at);
    });
    pen.putImageData(image, 0, 0);
    picture.append(shape("image", { href: canvas.toDataURL(), x: 0, y: 0, width: size, height: size, preserveAspectRatio: "none" }));
    heights.forEach((level, place) => picture.append(shape("path", { d: contour(smooth, level, across, up), fill: "none", stroke: "var(--posterior)", "stroke-width": 0.8 + 0.5 * place })));
    const place = scale(xs[0], xs[1], 0, size), high = scale(ys[0], ys[1], size, 0);
    if (isLowest) for (const tick of ticks(xs[0], xs[1], 2)) if (place(tick) > 15 && place(tick) < 185) picture.append(shape("text", { x: place(tick), y: size - 5, "font-size": 15, "text-anchor": "middle", class: "faint" }, shown(tick)));
    if (isLeft) for (const tick of ticks(ys[0], ys[1], 2)) if (high(tick) > 15 && high(tick) < 175) picture.append(shape("text", { x: 4, y: high(tick) + 5, "font-size": 15, class: "faint" }, shown(tick)));
    return picture;
  }
  function small(own) {
    const size = 200, picture = svg(size, size, `density of ${own.name}`);
    if (own.density) {
      const [lowest, highest] = view(own.values), x = scale(lowest, highest, 0, size), y = scale(0, own.density.tallest * 1.3, size, 0);
      const heights = unpack(own.density.heights, 0, own.density.tallest), step = (own.density.last - own.density.first) / (heights.length - 1);
      const outline = heights.map((high, place) => [own.density.first + place * step, high]).filter(([value]) => value >= lowest && value <= highest).map(([value, high]) => [x(value), y(high)]);
      picture.append(shape("path", { class: "density", d: `${path([[outline[0][0], size], ...outline, [outline[outline.length - 1][0], size]])}Z` }));
    }
    picture.append(shape("text", { x: size / 2, y: 22, "font-size": Math.min(20, 330 / own.name.length), "font-weight": 600, "text-anchor": "middle" }, own.name));
    return picture;
  }
  function drawPairs() {
    const chosen = data.parameters.filter((own) => own.isChosen), count = chosen.length;
    const plot = byId("pair-plot");
    plot.style.gridTemplateColumns = `repeat(${count}, minmax(0, 1fr))`;
    plot.style.maxWidth = `${Math.min(62, 13 * count)}rem`;
    const cells = [];
    chosen.forEach((two, row) => chosen.forEach((one, column) => {
      const cell = element("div", { class: "cell" });
      if (row === column) cell.append(small(one));
      else if (column < row) cell.append(pair(one, two, column === 0, row === count - 1));
      else {
        const found = correlation(one.values, two.values), size = 0.75 + 0.7 * Math.abs(found);
        cell.className = "cell number";
        cell.setAttribute("aria-label", `correlation of ${two.name} and ${one.name}`);
        cell.append(element("span", { style: `font-size:${size}em; opacity:${0.55 + 0.45 * Math.abs(found)}` }, isFinite(found) ? found.toFixed(2).replace("-", "\u2212") : "–"));
      }
      cells.push(cell);
    }));
    plot.replaceChildren(...cells);
  }
  function choosePairs() {
    const field = byId("pair-choice");
    data.parameters.forEach((own, place) => {
      own.isChosen = place < CHARTS_AT_ONCE;
      const box = element("input", { type: "checkbox" });
      box.checked = own.isChosen;
      box.addEventListener("change", () => { own.isChosen = box.checked; drawPairs(); });
      field.append(element("label", {}, box, ` ${own.name}`));
    });
    field.hidden = data.parameters.length <= CHARTS_AT_ONCE;
    if (field.hidden) field.style.display = "none";
    if (data.parameters.length < 2) byId("pairs").hidden = true;
  }

  /* ---- charts of uPlot ---- */
  const charts = [];
  const colourOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  function axes(options) {
    const own = (more) => ({ stroke: () => colourOf("--faint"), grid: { stroke: () => colourOf("--grid"), width: 1 }, ticks: { stroke: () => colourOf("--grid") }, font: "12px system-ui, sans-serif", labelFont: "12px system-ui, sans-serif", ...more });
    return options.map(own);
  }
  function makeChart(box, options, series, height) {
    const chart = new uPlot({ width: Math.max(box.clientWidth, 200), height, ...options }, series, box);
    charts.push({ chart, box, height });
    return chart;
  }
  const line = (name, width, more) => ({ stroke: () => colourOf(name), width, points: { show: false }, ...more });

  function keyboard(box, chart, last) {
    const show = (from, to) => chart.setScale("x", { min: Math.max(0, from), max: Math.min(last, to) });
    const zoom = (factor) => {
      const { min, max } = chart.scales.x, middle = (min + max) / 2, half = (max - min) / 2 * factor;
      show(middle - half, middle + half);
    };
    const move = (share) => {
      const { min, max } = chart.scales.x, width = max - min;
      const from = Math.min(Math.max(0, min + share * width), Math.max(0, last - width));
      show(from, from + width);
    };
    const acts = { "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), ArrowLeft: () => move(-0.25), ArrowRight: () => move(0.25), 0: () => show(0, last), Escape: () => show(0, last) };
    box.addEventListener("keydown", (event) => {
      if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      acts[event.key]();
    });
    return acts;
  }
  function sweep(own) {
    const times = Array.from({ length: own.points }, (_, place) => place * own.interval_ms);
    const volts = (text) => unpack(text, own.lowest, own.highest);
    const series = [{ label: "time (ms)" }], columns = [times], bands = [];
    if (own.lower) {
      series.push(line("--band", 0, { label: "upper", show: true }), line("--band", 0, { label: "lower" }));
      columns.push(volts(own.upper), volts(own.lower));
      bands.push({ series: [1, 2], fill: () => colourOf("--band") });
    }
    for (const text of own.single) { series.push(line("--single", 1, { label: "draw" })); columns.push(volts(text)); }
    if (own.recorded) { series.push(line("--recording", 1.4, { label: "recording" })); columns.push(volts(own.recorded)); }
    const title = element("h3", {}, own.title), head = element("div", { class: "head" }, title);
    if (own.held_out) title.append(" ", element("span", { class: "badge" }, "held out"));
    const words = `Voltage of ${own.title}: recording and predictions. Plus and minus zoom, arrows move, 0 shows all.`;
    const box = element("div", { class: "sweep", tabindex: "0", role: "group", "aria-label": words }, head);
    const area = element("div", { class: "chart" });
    box.append(area);
    byId("sweeps").append(box);
    const room = 0.04 * (own.highest - own.lowest) || 1;
    const cursor = { sync: { key: "sweeps", setSeries: false }, drag: { x: true, y: false }, y: false, points: { show: false } };
    const chart = makeChart(area, { series, bands, cursor, legend: { show: false }, padding: [6, 12, 0, 0],
      scales: { x: { time: false }, y: { range: [own.lowest - room, own.highest + room] } },
      axes: axes([own.current ? { size: 26, values: () => [] , ticks: { show: false } } : { label: "time (ms)", labelSize: 18, size: 34 }, { label: "voltage (mV)", labelSize: 18, size: 50 }]) }, columns, 230);
    const last = times[times.length - 1];
    const acts = keyboard(box, chart, last);
    for (const [text, key, label] of [["+", "+", "Zoom in"], ["−", "-", "Zoom out"], ["All", "0", "Show all"]]) {
      const button = element("button", { type: "button", "aria-label": `${label}: ${own.title}` }, text);
      button.addEventListener("click", () => acts[key]());
      head.append(button);
    }
    if (own.current) {
      const below = element("div", { class: "chart" });
      box.append(below);
      const values = unpack(own.current, own.current_lowest, own.current_highest);
      const margin = 0.1 * (own.current_highest - own.current_lowest) || 1;
      const current = makeChart(below, { series: [{}, line("--prior", 1.4, { label: "current" })], cursor, legend: { show: false }, padding: [2, 12, 0, 0],
        scales: { x: { time: false }, y: { range: [own.current_lowest - margin, own.current_highest + margin] } },
        axes: axes([{ label: "time (ms)", labelSize: 18, size: 34 }, { label: own.current_unit, labelSize: 18, size: 50 }]) }, [times.slice(0, values.length), values], 120);
      follow(chart, current);
    }
  }
  /* Both show the same stretch of time. */
  function follow(one, two) {
    let busy = false;
    const link = (from, to) => (from.hooks.setScale ||= []).push((_, key) => {
      if (key !== "x" || busy) return;
      const { min, max } = from.scales.x;
      if (to.scales.x.min === min && to.scales.x.max === max) return;
      busy = true;
      to.setScale("x", { min, max });
      busy = false;
    });
    link(one, two); link(two, one);
  }

  /* ---- chains ---- */
  function rankPlot(own) {
    const [width, height] = [300, 130], picture = svg(width, height, `ranks of the draws of ${own.name} in each chain`);
    const bars = own.ranks[0].length, each = own.ranks[0].reduce((sum, count) => sum + count, 0) / bars;
    const spread = 2 * Math.sqrt(each), tallest = Math.max(2 * each, ...own.ranks.flat());
    const x = scale(0, bars, 8, width - 4), y = scale(0, tallest, height - 18, 6);
    picture.append(shape("rect", { class: "expected", x: x(0), width: x(bars) - x(0), y: y(each + spread), height: Math.max(1, y(Math.max(0, each - spread)) - y(each + spread)) }));
    own.ranks.forEach((counts, chain) => {
      const points = counts.flatMap((count, bar) => [[x(bar), y(count)], [x(bar + 1), y(count)]]);
      picture.append(shape("path", { class: "rank", d: path(points), stroke: CHAINS[chain % CHAINS.length] }));
    });
    picture.append(shape("line", { class: "axis", x1: x(0), x2: x(bars), y1: y(0), y2: y(0) }));
    picture.append(shape("text", { x: width / 2, y: height - 3, "text-anchor": "middle", "font-size": 11, class: "faint" }, "rank among all draws"));
    return picture;
  }
  function chainPlot(own) {
    const area = element("div", { class: "chart", role: "img", "aria-label": `draws of ${own.name} in each chain` });
    const ranks = element("div", {}, ...(own.ranks.length ? [rankPlot(own)] : []));
    byId("chains").append(element("h3", {}, named(own)), area, ranks);
    const length = own.values.length / data.chains;
    const columns = [Array.from({ length }, (_, place) => place)];
    const series = [{}];
    for (let chain = 0; chain < data.chains; chain++) {
      columns.push(own.values.slice(chain * length, (chain + 1) * length));
      series.push({ stroke: CHAINS[chain % CHAINS.length], width: 0.8, points: { show: false } });
    }
    makeChart(area, { series, legend: { show: false }, cursor: { drag: { x: true, y: false }, points: { show: false }, y: false }, scales: { x: { time: false } },
      axes: axes([{ show: false }, { size: 54 }]) }, columns, 130);
  }

  /* ---- features ---- */
  function featureChart(rows, id) {
    const place = byId(id);
    if (!rows || !place) return;
    const compared = rows.filter((own) => own.median !== null);
    const wide = place.clientWidth > 560, width = wide ? 900 : 420, label = wide ? 330 : -2, step = wide ? 26 : 42, height = compared.length * step + 34;
    const picture = svg(width, height, `recorded and predicted values of ${compared.length} features`);
    const x = scale(-2, 2, label + 12, width - 14);
    for (const at of [-1, 0, 1]) picture.append(shape("line", { class: "gridline", x1: x(at), x2: x(at), y1: 4, y2: height - 28 }));
    compared.forEach((own, row) => {
      const y = row * step + (wide ? 17 : 32), half = (own.upper - own.lower) / 2 || Math.abs(own.median) * 0.01 || 1;
      const at = (value) => x(Math.max(-1.95, Math.min(1.95, (value - own.median) / half)));
      picture.append(shape("text", wide ? { x: label, y: y + 4, "font-size": 13, "text-anchor": "end" } : { x: 10, y: y - 11, "font-size": 14 }, own.feature));
      const bar = (from, to, kind, thick) => shape("rect", { class: kind, x: at(from), width: Math.max(2, at(to) - at(from)), y: y - thick / 2, height: thick, rx: 2 });
      picture.append(bar(own.lower, own.upper, "wide", 14), bar(own.inner_lower ?? own.median, own.inner_upper ?? own.median, "half", 14));
      picture.append(shape("line", { class: "middle", x1: at(own.median), x2: at(own.median), y1: y - 7, y2: y + 7 }));
      if (own.observed !== null) {
        const dot = shape("circle", { class: own.outside ? "observed out" : "observed", cx: at(own.observed), cy: y, r: 5 });
        dot.append(shape("title", {}, `${own.feature}: recorded ${shown(own.observed)}, predicted ${shown(own.lower)} to ${shown(own.upper)} ${own.unit}`));
        picture.append(dot);
      }
    });
    const words = wide ? ["far below", "2.5 %", "median of the predictions", "97.5 %", "far above"] : ["", "2.5 %", "median", "97.5 %", ""];
    [-2, -1, 0, 1, 2].forEach((at, index) => picture.append(shape("text", { x: x(at), y: height - 10, "font-size": 12, class: "faint", "text-anchor": ["start", "middle", "middle", "middle", "end"][index] }, words[index])));
    place.replaceChildren(picture);
  }

  /* ---- spikes over current ---- */
  function spikeChart() {
    if (!data.spikes.length) return;
    byId("spikes-figure").hidden = false;
    const [width, height] = [640, 320], points = [...data.spikes].sort((a, b) => a.step - b.step);
    const picture = svg(width, height, "number of spikes over the injected current, recorded and predicted");
    const most = Math.max(1, ...points.flatMap((own) => [own.upper, own.recorded || 0])), least = Math.min(...points.map((own) => own.step)), room = 0.05 * (points[points.length - 1].step - least);
    const x = scale(least - room, points[points.length - 1].step + room, 56, width - 12), y = scale(0, most * 1.08, height - 46, 10);
    for (const tick of ticks(0, most * 1.08, 5)) {
      picture.append(shape("line", { class: "gridline", x1: 56, x2: width - 12, y1: y(tick), y2: y(tick) }));
      picture.append(shape("text", { x: 48, y: y(tick) + 4, "text-anchor": "end", "font-size": 12, class: "faint" }, shown(tick)));
    }
    picture.append(shape("path", { class: "wide", d: `${path([...points.map((own) => [x(own.step), y(own.upper)]), ...[...points].reverse().map((own) => [x(own.step), y(own.lower)])])}Z` }));
    picture.append(shape("path", { class: "curve", d: path(points.map((own) => [x(own.step), y(own.median)])) }));
    for (const own of points) {
      picture.append(shape("line", { class: "middle", x1: x(own.step), x2: x(own.step), y1: y(own.lower), y2: y(own.upper) }));
      if (own.recorded !== null) picture.append(shape("circle", { class: "observed", cx: x(own.step), cy: y(own.recorded), r: 5 }));
      if (own.held_out) picture.append(shape("circle", { class: "held", cx: x(own.step), cy: y(own.recorded ?? own.median), r: 9 }));
    }
    axisBelow(picture, least - room, points[points.length - 1].step + room, x, height - 46, 6, 12);
    picture.append(shape("text", { x: (56 + width) / 2, y: height - 6, "text-anchor": "middle", "font-size": 13 }, `step of current (${points[0].unit})`));
    picture.append(shape("text", { x: 14, y: height / 2 - 20, "text-anchor": "middle", "font-size": 13, transform: `rotate(-90 14 ${height / 2 - 20})` }, "spikes"));
    const place = byId("spikes");
    place.style.maxWidth = "44rem";
    place.replaceChildren(picture);
  }

  /* ---- generations of particles ---- */
  function generationChart() {
    const own = data.generations;
    if (!own || !own.length) return;
    const chart = (label, values, isLog) => {
      const [width, height] = [300, 190], picture = svg(width, height, `${label} of each generation`);
      const known = values.map((value, place) => [place + 1, value]).filter(([, value]) => value !== null && isFinite(value) && (!isLog || value > 0));
      if (!known.length) return element("div");
      const f = isLog ? Math.log10 : (value) => value, numbers = known.map(([, value]) => f(value));
      let [low, high] = [Math.min(...numbers), Math.max(...numbers)];
      if (!isLog) low = Math.min(0, low);
      if (high - low < 1e-9) high = low + 1;
      const x = scale(1, Math.max(2, values.length), 48, width - 10), y = scale(low, high, height - 30, 28);
      picture.append(shape("text", { x: 4, y: 14, "font-size": 13, "font-weight": 600 }, label));
      for (const tick of ticks(low, high, 3)) {
        picture.append(shape("line", { class: "gridline", x1: 48, x2: width - 10, y1: y(tick), y2: y(tick) }));
        picture.append(shape("text", { x: 42, y: y(tick) + 4, "text-anchor": "end", "font-size": 11, class: "faint" }, shown(isLog ? Number((10 ** tick).toPrecision(2)) : tick)));
      }
      picture.append(shape("path", { class: "curve", d: path(known.map(([at, value]) => [x(at), y(f(value))])) }));
      for (const [at, value] of known) picture.append(shape("circle", { class: "point", cx: x(at), cy: y(f(value)), r: 3 }));
      axisBelow(picture, 1, Math.max(2, values.length), x, height - 24, 5);
      return picture;
    };
    byId("generations").replaceChildren(chart("threshold ε", own.map((one) => one.epsilon), true), chart("acceptance", own.map((one) => one.acceptance), false), chart("effective sample size", own.map((one) => one.effective_sample_size), false));
  }

  /* ---- directions ---- */
  function directionChart() {
    const place = byId("direction-chart"), own = data.directions;
    if (!place || !own) return;
    const wide = place.clientWidth > 560, width = wide ? 900 : 420, step = wide ? 34 : 46, left = 22, height = own.length * step + 36;
    const picture = svg(width, height, "width of the posterior along combinations of parameters");
    const least = Math.min(0.1, ...own.map((one) => one.width)), lowest = Math.floor(Math.log10(least)), most = Math.log10(Math.max(1.2, ...own.map((one) => one.width)));
    const first = wide ? 520 : left, x = scale(lowest, most, first, width - 20);
    for (let power = lowest; power <= 0; power++) {
      picture.append(shape("line", { class: power === 0 ? "axis" : "gridline", x1: x(power), x2: x(power), y1: 6, y2: height - 26 }));
      picture.append(shape("text", { x: x(power), y: height - 10, "font-size": 12, "text-anchor": "middle", class: "faint" }, power === 0 ? "1 (prior)" : shown(10 ** power)));
    }
    own.forEach((one, row) => {
      const y = row * step + (wide ? 20 : 32);
      const limit = wide ? 66 : 50, words = one.words.length > limit ? `${one.words.slice(0, limit)}…` : one.words;
      const text = shape("text", wide ? { x: 508, y: y + 5, "font-size": 13.5, "text-anchor": "end" } : { x: 4, y: y - 10, "font-size": 14 }, words);
      text.append(shape("title", {}, one.words));
      picture.append(text, shape("rect", { class: "bar", x: first, width: Math.max(2, x(Math.log10(one.width)) - first), y: y - 6, height: 12, rx: 2 }));
    });
    place.replaceChildren(picture);
  }

  /* ---- light and dark ---- */
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  let theme = dark.matches ? "dark" : "light", isDrawn = false;
  function setTheme(next) {
    root.dataset.theme = next;
    byId("theme").setAttribute("aria-pressed", next === "dark");
    byId("theme").textContent = next === "dark" ? "Light" : "Dark";
    if (!isDrawn) return;
    drawPairs();
    for (const { chart } of charts) chart.redraw(false, true);
  }
  byId("theme").addEventListener("click", () => setTheme(theme = theme === "dark" ? "light" : "dark"));
  dark.addEventListener("change", (event) => setTheme(theme = event.matches ? "dark" : "light"));
  addEventListener("beforeprint", () => { for (const own of document.querySelectorAll("details:not(:has(pre))")) own.open = true; setTheme("light"); });
  addEventListener("afterprint", () => setTheme(theme));

  function fit() {
    for (const { chart, box, height } of charts) {
      const width = Math.max(box.clientWidth, 120);
      if (Math.abs(width - chart.width) > 1) chart.setSize({ width, height });
    }
    featureChart(data.features, "feature-chart");
    featureChart(data.held_out_features, "held-out-chart");
    directionChart();
  }
  setTheme(theme);
  drawMarginals();
  choosePairs();
  if (data.parameters.length > 1) drawPairs();
  if (byId("sweeps")) data.sweeps.forEach(sweep);
  spikeChart();
  generationChart();
  if (byId("chains")) data.parameters.forEach(chainPlot);
  fit();
  isDrawn = true;
  let waiting;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(fit, 120); });
  root.dataset.drawn = "yes";
})();
