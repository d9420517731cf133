  const groups = data.groups, MANY = 60;
  const scaled = (own) => own.log ? Math.log : (value) => value;
  const ends = (values) => {
    const [low, high] = [Math.min(...values), Math.max(...values)], room = 0.05 * (high - low) || 1e-9 + 0.05 * Math.abs(high);
    return [low - room, high + room];
  };
  const back = (own) => own.log ? Math.exp : (value) => value;
  /* From values to places, and the ticks between the ends. */
  function axisOf(own, values, first, last, count) {
    const to = scaled(own), [low, high] = ends(values.map(to)), place = scale(low, high, first, last);
    return { at: (value) => place(to(value)), ticks: axisTicks(back(own)(low), back(own)(high), own.log, count) };
  }

  /* ---- mean and reach of each group ---- */
  function populationChart(own) {
    const [width, row] = [330, 48], height = 26 + row * groups.length + 26;
    const said = own.means.map((mean, group) => `${groups[group]} ${shown(mean[1])}, 95 % interval ${shown(mean[0])} to ${shown(mean[2])}`);
    const picture = svg(width, height, `${named(own)}: ${said.join("; ")}`);
    picture.append(shape("text", { x: 4, y: 15, "font-size": 14, "font-weight": 600 }, named(own)));
    const left = groups.length > 1 ? 74 : 8, axis = axisOf(own, [...own.reach.flat(), ...own.means.flat(), ...own.shrunken.map((cell) => cell[1])], left, width - 8, 4);
    const base = height - 24;
    picture.append(shape("line", { class: "axis", x1: left, x2: width - 8, y1: base, y2: base }));
    for (const tick of axis.ticks) {
      picture.append(shape("line", { class: "axis", x1: axis.at(tick), x2: axis.at(tick), y1: base, y2: base + 4 }));
      picture.append(shape("text", { x: axis.at(tick), y: base + 16, "text-anchor": "middle", "font-size": 11, class: "faint" }, shown(tick)));
    }
    groups.forEach((name, group) => {
      const y = 26 + row * group + 15, [lower, median, upper] = own.means[group], [from, to] = own.reach[group];
      if (groups.length > 1) {
        const text = shape("text", { x: left - 6, y: y + 5, "font-size": 12, "text-anchor": "end" }, name.length > 10 ? `${name.slice(0, 9)}…` : name);
        text.append(shape("title", {}, name));
        picture.append(text);
      }
      picture.append(shape("line", { class: "reach", x1: axis.at(from), x2: axis.at(to), y1: y, y2: y }));
      picture.append(shape("line", { class: "interval", x1: axis.at(lower), x2: axis.at(upper), y1: y, y2: y }));
      picture.append(shape("circle", { class: "median", cx: axis.at(median), cy: y, r: 4.5 }));
      own.shrunken.forEach((cell, place) => {
        if (own.group_of[place] !== group) return;
        const dot = shape("circle", { class: "cell", cx: axis.at(cell[1]), cy: y + 16, r: own.cells.length > MANY ? 1.8 : 3, opacity: own.cells.length > MANY ? 0.6 : 0.85 });
        dot.append(shape("title", {}, `${own.cells[place]}: ${shown(cell[1])}`));
        picture.append(dot);
      });
    });
    return picture;
  }
  byId("population").replaceChildren(...data.parameters.map(populationChart));

  /* ---- each cell by itself and with the others known ---- */
  function shrinkageChart(own, isWide) {
    const count = own.cells.length, isNamed = count <= MANY, step = isNamed ? 24 : 7;
    const width = isWide ? 900 : 420, left = isNamed ? (isWide ? 200 : 112) : 16, top = 24, height = top + count * step + 30;
    const picture = svg(width, height, `${named(own)} of ${count} cells, by themselves and with the others known`);
    picture.append(shape("text", { x: left, y: 14, "font-size": 14, "font-weight": 600 }, named(own)));
    const axis = axisOf(own, [...own.own.flat(), ...own.shrunken.flat()].filter((value) => !own.log || value > 0), left + 6, width - 12, isWide ? 8 : 4);
    const base = height - 26;
    for (const tick of axis.ticks) {
      picture.append(shape("line", { class: "gridline", x1: axis.at(tick), x2: axis.at(tick), y1: top, y2: base }));
      picture.append(shape("text", { x: axis.at(tick), y: base + 16, "text-anchor": "middle", "font-size": 12, class: "faint" }, shown(tick)));
    }
    own.means.forEach((mean, group) => {
      const [first, last] = [own.group_of.indexOf(group), own.group_of.lastIndexOf(group)];
      if (first >= 0) picture.append(shape("line", { class: "reference", x1: axis.at(mean[1]), x2: axis.at(mean[1]), y1: top + first * step, y2: top + (last + 1) * step }));
    });
    own.cells.forEach((name, place) => {
      const y = top + (place + 0.5) * step, shift = step / 6, [a, b, c] = own.own[place], [d, e, f] = own.shrunken[place];
      const group = shape("g", {}), thick = isNamed ? 2.6 : 1.8, size = isNamed ? 3.6 : 2;
      group.append(shape("title", {}, `${name}: by itself ${shown(b)} (${shown(a)} to ${shown(c)}), with the others known ${shown(e)} (${shown(d)} to ${shown(f)})`));
      group.append(shape("line", { class: "own", x1: axis.at(a), x2: axis.at(c), y1: y - shift, y2: y - shift }), shape("circle", { class: "own-dot", cx: axis.at(b), cy: y - shift, r: size }));
      group.append(shape("line", { class: "interval", style: `stroke-width: ${thick}`, x1: axis.at(d), x2: axis.at(f), y1: y + shift, y2: y + shift }), shape("circle", { class: "median", cx: axis.at(e), cy: y + shift, r: size }));
      /* So that pointing between the two lines finds the cell. */
      group.append(shape("rect", { x: left, width: width - left, y: y - step / 2, height: step, fill: "transparent" }));
      const longest = isWide ? 28 : 15;
      if (isNamed) group.append(shape("text", { x: left - 4, y: y + 4, "font-size": 12.5, "text-anchor": "end" }, name.length > longest ? `…${name.slice(1 - longest)}` : name));
      picture.append(group);
    });
    /* Groups of cells that have no names are named themselves. */
    if (groups.length > 1 && !isNamed) groups.forEach((name, group) => {
      const first = own.group_of.indexOf(group);
      if (first >= 0) picture.append(shape("text", { x: width - 12, y: top + first * step + 14, "font-size": 13, "font-weight": 600, "text-anchor": "end" }, name));
    });
    return picture;
  }
  let chosen = 0, isPrinted = false;
  function drawShrinkage() {
    const place = byId("shrinkage"), isWide = place.clientWidth > 560;
    const which = isPrinted ? data.parameters : [data.parameters[chosen]];
    place.replaceChildren(...which.map((own) => shrinkageChart(own, isWide)));
  }
  function chooseShrinkage() {
    const field = byId("shrinkage-choice");
    data.parameters.forEach((own, place) => {
      const box = element("input", { type: "radio", name: "shrunken" });
      box.checked = place === chosen;
      box.addEventListener("change", () => { chosen = place; drawShrinkage(); });
      field.append(element("label", {}, box, ` ${own.name}`));
    });
    field.hidden = data.parameters.length < 2;
  }
  chooseShrinkage();
  ofWidth.push(drawShrinkage);
  ofPrint.push((isNow) => { isPrinted = isNow; drawShrinkage(); });

  forests("effect-charts", groups.length > 2, false, () => data.effects);
  forests("correlation-chart", false, false, () => [data.correlations]);
  if (byId("effect-key")) groups.slice(1).forEach((name, place) => byId("effect-key").append(element("span", { class: "key whole", style: `--own: ${CHAINS[place % CHAINS.length]}` }), `${name} `));
  for (const own of data.quantities) {
    own.values = unpack(own.draws, own.lowest, own.highest);
    chainPlot(own);
  }
  finish();
