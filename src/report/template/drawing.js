/* What every page draws with. The parts of a page stand in one function, after each other. */
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const MISSING = 65535;
  /* Okabe and Ito's colours, which colour-blind people tell apart. */
  const CHAINS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a8a00", "#7f7f7f"];

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

  /* The points of a density. */
  function outlined(density) {
    const heights = unpack(density.heights, 0, density.tallest), step = (density.last - density.first) / (heights.length - 1);
    return heights.map((high, place) => [density.first + place * step, high]);
  }

  /* Axis below with ticks. */
  function axisBelow(own, lowest, highest, x, y, count, size = 11) {
    own.append(shape("line", { class: "axis", x1: x(lowest), x2: x(highest), y1: y, y2: y }));
    for (const tick of ticks(lowest, highest, count)) {
      own.append(shape("line", { class: "axis", x1: x(tick), x2: x(tick), y1: y, y2: y + 4 }));
      own.append(shape("text", { x: x(tick), y: y + 5 + size, "text-anchor": "middle", "font-size": size, class: "faint" }, shown(tick)));
    }
  }

  /* ---- light and dark, narrow and wide ---- */
  const colourOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  /* What is drawn anew in other colours, at another width, and for print. */
  const ofColours = [], ofWidth = [], ofPrint = [];
  const all = (acts, own) => { for (const act of acts) act(own); };
  let theme = dark.matches ? "dark" : "light";
  function setTheme(next) {
    root.dataset.theme = next;
    byId("theme").setAttribute("aria-pressed", next === "dark");
    byId("theme").textContent = next === "dark" ? "Light" : "Dark";
    all(ofColours);
  }
  byId("theme").addEventListener("click", () => setTheme(theme = theme === "dark" ? "light" : "dark"));
  dark.addEventListener("change", (event) => setTheme(theme = event.matches ? "dark" : "light"));
  addEventListener("beforeprint", () => {
    for (const own of document.querySelectorAll("details:not(:has(pre))")) own.open = true;
    setTheme("light");
    all(ofPrint, true);
  });
  addEventListener("afterprint", () => { setTheme(theme); all(ofPrint, false); });
  let waiting;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(() => all(ofWidth), 120); });
  setTheme(theme);
  /* Each page calls it last. */
  function finish() {
    all(ofWidth);
    root.dataset.drawn = "yes";
  }
