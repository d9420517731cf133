  /* ---- marginals ---- */
  /* Densities of one side or two (`kind`: none, or `b`) over each other, each with its interval, and the prior if there is one. */
  function marginal(own, sides, prior, isWhole) {
    const [width, height] = [260, 156 + 14 * sides.length];
    const said = (side) => `${side.label ? `${side.label} ` : ""}median ${shown(side.median)}, 95 % interval ${shown(side.lower)} to ${shown(side.upper)}`;
    const picture = svg(width, height, `${named(own)}: ${sides.map(said).join("; ")}`);
    picture.append(shape("text", { x: 4, y: 15, "font-size": 14, "font-weight": 600 }, named(own)));
    const drawn = sides.filter((side) => side.density);
    if (!drawn.length) return picture;
    let lowest = Math.min(...drawn.map((side) => side.density.first)), highest = Math.max(...drawn.map((side) => side.density.last));
    prior = prior.filter(([, high]) => high !== null);
    if (prior.length) {
      const skip = isWhole ? 0.01 : 0.02, ends = [prior[Math.floor(skip * prior.length)][0], prior[Math.ceil((1 - skip) * prior.length) - 1][0]];
      const room = isWhole ? Infinity : 0.6 * (highest - lowest);
      [lowest, highest] = [Math.min(lowest, Math.max(ends[0], lowest - room)), Math.max(highest, Math.min(ends[1], highest + room))];
    }
    const x = scale(lowest, highest, 8, width - 8);
    const inside = prior.filter(([value]) => value >= lowest && value <= highest);
    const tallest = Math.max(...drawn.map((side) => side.density.tallest), ...inside.map(([, high]) => high).sort((a, b) => a - b).slice(0, Math.ceil(0.98 * inside.length)));
    const base = height - 20 - 14 * sides.length, y = scale(0, tallest * 1.05, base, 24);
    for (const side of drawn) {
      const outline = outlined(side.density).map(([value, high]) => [x(value), y(high)]);
      picture.append(shape("path", { class: `density ${side.kind}`, d: `${path([[outline[0][0], y(0)], ...outline, [outline[outline.length - 1][0], y(0)]])}Z` }));
    }
    if (inside.length) picture.append(shape("path", { class: "prior", d: path(inside.map(([value, high]) => [x(value), Math.max(y(high), 20)])) }));
    axisBelow(picture, lowest, highest, x, height - 24, 4);
    drawn.forEach((side, place) => {
      const bar = base + 5 + 14 * place;
      picture.append(shape("line", { class: `interval ${side.kind}`, x1: x(side.lower), x2: x(side.upper), y1: bar, y2: bar }));
      picture.append(shape("circle", { class: `median ${side.kind}`, cx: x(side.median), cy: bar, r: 4.5 }));
    });
    return picture;
  }
