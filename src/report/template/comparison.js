  const several = data.comparisons.length > 1;
  let chosen = 0;
  for (const side of data.sides) for (const own of side.columns) own.values = unpack(own.draws, own.lowest, own.highest);

  /* ---- which side is B ---- */
  const LOOKS = [{ kind: "", colour: "--posterior" }, { kind: "b", colour: "--b" }];
  function both() {
    const { parameters } = data.comparisons[chosen];
    return LOOKS.map((look, place) => {
      const side = data.sides[place ? chosen + 1 : 0];
      return { ...look, name: side.name, parameters: parameters.map((own, number) => ({ name: own.name, unit: own.unit, values: side.columns[number].values, density: own.sides[place].density })) };
    });
  }
  function drawMarginals() {
    const names = [data.sides[0].name, data.sides[chosen + 1].name];
    const of = (own) => marginal(own, own.sides.map((side, place) => ({ ...side, ...LOOKS[place], label: names[place] })), [], false);
    byId("marginals").replaceChildren(...data.comparisons[chosen].parameters.map(of));
  }
  const drawCorrelations = forests("correlation-chart", false, true, () => [data.comparisons[chosen].correlations]);
  forests("difference-charts", several, false, () => data.differences);
  forests("classifier-chart", false, false, () => [data.classifier]);
  drawMarginals();
  const drawPairs = pairPlot(both);
  function choose() {
    const field = byId("other-choice");
    field.hidden = !several;
    if (!several) return;
    data.comparisons.forEach((_, place) => {
      const box = element("input", { type: "radio", name: "other" });
      box.checked = place === chosen;
      box.addEventListener("change", () => {
        chosen = place;
        for (const own of document.querySelectorAll(".other-name")) own.textContent = data.sides[chosen + 1].name;
        drawMarginals();
        if (drawPairs) drawPairs();
        if (drawCorrelations) drawCorrelations();
      });
      field.append(element("label", {}, box, ` ${data.sides[place + 1].name}`));
      byId("difference-key").append(element("span", { class: "key whole", style: `--own: ${CHAINS[place % CHAINS.length]}` }), `${data.sides[place + 1].name} `);
    });
  }
  choose();
  finish();
