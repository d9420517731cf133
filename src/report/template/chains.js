  /* ---- charts of uPlot ---- */
  const charts = [];
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

  /* ---- chains ---- */
  function rankPlot(own) {
    const [width, height] = [400, 150], picture = svg(width, height, `ranks of the draws of ${own.name} in each chain`);
    const bars = own.ranks[0].length, each = own.ranks[0].reduce((sum, count) => sum + count, 0) / bars;
    const spread = 2 * Math.sqrt(each), tallest = Math.max(2 * each, ...own.ranks.flat());
    const x = scale(0, bars, 8, width - 4), y = scale(0, tallest, height - 18, 6);
    picture.append(shape("rect", { class: "expected", x: x(0), width: x(bars) - x(0), y: y(each + spread), height: Math.max(1, y(Math.max(0, each - spread)) - y(each + spread)) }));
    const outline = (counts) => path(counts.flatMap((count, bar) => [[x(bar), y(count)], [x(bar + 1), y(count)]]));
    const many = own.ranks.length > CHAINS.length;
    own.ranks.forEach((counts, chain) => picture.append(shape("path", { class: many ? "rank pale" : "rank", d: outline(counts), stroke: CHAINS[chain % CHAINS.length] })));
    if (many) picture.append(shape("path", { class: "rank uneven", d: outline(own.ranks[own.uneven]) }));
    picture.append(shape("line", { class: "axis", x1: x(0), x2: x(bars), y1: y(0), y2: y(0) }));
    picture.append(shape("text", { x: width / 2, y: height - 3, "text-anchor": "middle", "font-size": 11, class: "faint" }, many ? `rank among all draws; in colour chain ${own.uneven + 1}` : "rank among all draws"));
    return picture;
  }
  function chainPlot(own) {
    const area = element("div", { class: "chart", role: "img", "aria-label": `draws of ${own.name} in each chain` });
    const ranks = element("div", {}, ...(own.ranks.length ? [rankPlot(own)] : []));
    byId("chains").append(element("div", { class: "chain" }, element("h3", {}, named(own)), area, ranks));
    const known = own.values.filter((value) => value !== null), [low, high] = [known.reduce((a, b) => Math.min(a, b), Infinity), known.reduce((a, b) => Math.max(a, b), -Infinity)];
    const room = 0.05 * (high - low) || 1e-9 + 0.05 * Math.abs(high);
    const length = own.values.length / data.chains;
    const columns = [Array.from({ length }, (_, place) => place)];
    const series = [{}];
    for (let chain = 0; chain < data.chains; chain++) {
      columns.push(own.values.slice(chain * length, (chain + 1) * length));
      series.push({ stroke: CHAINS[chain % CHAINS.length], width: 0.8, points: { show: false } });
    }
    makeChart(area, { series, legend: { show: false }, cursor: { drag: { x: true, y: false }, points: { show: false }, y: false }, scales: { x: { time: false }, y: { range: [low - room, high + room] } },
      axes: axes([{ show: false }, { size: 54 }]) }, columns, 130);
  }
  ofColours.push(() => { for (const { chart } of charts) chart.redraw(false, true); });
  ofWidth.push(() => {
    for (const { chart, box, height } of charts) {
      const width = Math.max(box.clientWidth, 120);
      if (Math.abs(width - chart.width) > 1) chart.setSize({ width, height });
    }
  });
