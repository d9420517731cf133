  /* ---- marginals ---- */
  let wholePrior = false;
  const marginalOf = (own) => marginal(own, [{ ...own, kind: "" }], own.prior.values.map((value, place) => [value, own.prior.heights[place]]), wholePrior);
  const drawMarginals = () => byId("marginals").replaceChildren(...data.parameters.map(marginalOf));
  byId("whole-prior").addEventListener("click", (event) => {
    wholePrior = !wholePrior;
    event.currentTarget.setAttribute("aria-pressed", wholePrior);
    event.currentTarget.textContent = wholePrior ? "show where the posterior is" : "show the whole prior";
    drawMarginals();
  });

  /* ---- traces ---- */
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
      const current = makeChart(below, { series: [{}, line("--prior", 1.4, { label: "current" })], cursor, legend: { show: false }, padding: [8, 12, 0, 0],
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

  for (const own of data.parameters) own.values = unpack(own.draws, own.lowest, own.highest);
  drawMarginals();
  pairPlot(() => [{ name: "", kind: "", colour: "--posterior", parameters: data.parameters }]);
  if (byId("sweeps")) data.sweeps.forEach(sweep);
  spikeChart();
  generationChart();
  if (byId("chains")) data.parameters.forEach(chainPlot);
  ofWidth.push(() => {
    featureChart(data.features, "feature-chart");
    featureChart(data.held_out_features, "held-out-chart");
    directionChart();
  });
  finish();
