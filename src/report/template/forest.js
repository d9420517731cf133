  /* ---- intervals below each other ---- */
  function axisTicks(lowest, highest, isLog, count) {
    if (!isLog || highest / lowest < 3) return ticks(lowest, highest, count);
    const found = [];
    for (let power = Math.floor(Math.log10(lowest)); power <= Math.log10(highest); power++)
      for (const digit of [1, 2, 5]) { const at = digit * 10 ** power; if (at >= lowest && at <= highest) found.push(at); }
    if (found.length < 3) return ticks(lowest, highest, count);
    return found.length > 2 * count ? found.filter((at) => Math.abs(Math.log10(at) % 1) < 1e-9) : found;
  }
  /* `several`: bars have the colours of chains; `sides`: those of A and B. */
  function forest(own, isWide, several, sides) {
    const step = (row) => isWide ? 26 + (own.overlaid ? 0 : 11 * (row.bars.length - 1)) : 46 + (own.overlaid ? 0 : 11 * (row.bars.length - 1));
    const width = isWide ? 900 : 420, left = isWide ? 230 : 12, right = isWide ? 130 : 12;
    const top = 24, height = own.rows.reduce((sum, row) => sum + step(row), 0) + top + 38;
    const words = own.rows.flatMap((row) => row.bars.map((bar) => bar.words)).join("; ");
    const picture = svg(width, height, `${own.title}: ${words}`);
    picture.append(shape("text", { x: isWide ? left : 4, y: 14, "font-size": 14, "font-weight": 600 }, own.title));
    const scaled = own.log ? Math.log : (value) => value, [low, high] = own.ends;
    const place = scale(scaled(low), scaled(high), left + 8, width - right - 8), x = (value) => place(Math.max(scaled(low), Math.min(scaled(high), scaled(value))));
    for (const tick of axisTicks(low, high, own.log, isWide ? 8 : 4)) {
      picture.append(shape("line", { class: "gridline", x1: x(tick), x2: x(tick), y1: top, y2: height - 32 }));
      picture.append(shape("text", { x: x(tick), y: height - 14, "font-size": 12, "text-anchor": "middle", class: "faint" }, shown(tick)));
    }
    if (own.reference !== null) picture.append(shape("line", { class: "reference", x1: x(own.reference), x2: x(own.reference), y1: top, y2: height - 32 }));
    let from = top;
    for (const row of own.rows) {
      const middle = from + step(row) / 2 + (isWide ? 0 : 9), label = row.label.length > 32 ? `${row.label.slice(0, 31)}…` : row.label;
      const text = shape("text", isWide ? { x: left - 4, y: middle + 5, "font-size": 13.5, "text-anchor": "end" } : { x: 4, y: from + 16, "font-size": 14 }, label);
      text.append(shape("title", {}, row.label));
      picture.append(text, shape("text", isWide ? { x: width - right + 4, y: middle + 5, "font-size": 12.5, class: "faint" } : { x: width - 4, y: from + 16, "font-size": 13, "text-anchor": "end", class: "faint" }, row.note));
      if (row.band) picture.append(shape("rect", { class: "shade", x: x(row.band[0]), width: Math.max(1, x(row.band[1]) - x(row.band[0])), y: middle - 9 - (row.bars.length > 1 && !own.overlaid ? 5.5 * (row.bars.length - 1) : 0), height: 18 + (row.bars.length > 1 && !own.overlaid ? 11 * (row.bars.length - 1) : 0), rx: 2 }));
      row.bars.forEach((bar, number) => {
        const y = middle + (own.overlaid ? 0 : 11 * (number - (row.bars.length - 1) / 2));
        const look = several ? { style: `--own: ${CHAINS[bar.colour % CHAINS.length]}` } : {}, kind = sides && bar.colour ? "b" : "";
        const group = shape("g", { class: `whisker ${kind}`, ...look });
        group.append(shape("title", {}, bar.words), shape("line", { x1: x(bar.lower), x2: x(bar.upper), y1: y, y2: y }));
        group.append(shape("circle", { class: bar.sure ? "" : "unsure", cx: x(bar.median), cy: y, r: 4.5 }));
        picture.append(group);
      });
      from += step(row);
    }
    return picture;
  }
  /* Draws them into a place, as wide as it is now. */
  function forests(id, several, sides, groups) {
    const place = byId(id);
    if (!place) return undefined;
    const draw = () => {
      const isWide = place.clientWidth > 560 || place.clientWidth === 0;
      place.replaceChildren(...groups().filter((own) => own).map((own) => forest(own, isWide, several, sides)));
    };
    ofWidth.push(draw);
    return draw;
  }
