/* Charts: <div class="chart" data-chart="ID"> drawn from the text of the element ID, {data, layout, config} as JSON: a script
   element of that type, or, since htmx takes those out of what it fetches, a hidden div.
   Plotly is fetched when the first chart comes near the view. "var(--token)" anywhere in a figure becomes the colour of
   the theme in use. The box keeps its size whatever happens in it. */
(() => {
  "use strict";

  const CONFIG = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: "reset" };
  let library = null;

  function load() {
    library ||= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = document.body.dataset.plotly;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => {
        library = null;
        script.remove();
        reject(new Error("The chart library did not load. Reload the page to try again."));
      };
      document.head.append(script);
    });
    return library;
  }

  // The browser resolves a token only where it is used as a colour, hence the probe.
  const probe = document.createElement("span");
  probe.hidden = true;
  let colours = new Map();

  function colour(name) {
    if (!colours.has(name)) {
      probe.style.color = `var(${name})`;
      colours.set(name, getComputedStyle(probe).color);
    }
    return colours.get(name);
  }

  function resolved(value) {
    if (typeof value === "string") return value.includes("var(--") ? value.replace(/var\((--[\w-]+)\)/g, (_, name) => colour(name)) : value;
    if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(resolved);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(inner)]));
    return value;
  }

  function layoutOf(given) {
    const axis = { gridcolor: "var(--chart-grid)", zerolinecolor: "var(--chart-zero)", linecolor: "rgba(0,0,0,0)", tickfont: { family: "JetBrains Mono, monospace", size: 11, color: "var(--text-2)" } };
    const layout = {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: "Inter, sans-serif", size: 11, color: "var(--text-2)" },
      margin: { l: 8, r: 48, t: 8, b: 24 },
      colorway: ["var(--chart-net)", "var(--chart-call)", "var(--chart-put)", "var(--chart-flip)", "var(--chart-after)"],
      showlegend: false,
      dragmode: false,
      hovermode: "closest",
      hoverlabel: { bgcolor: "var(--raised)", bordercolor: "var(--line-strong)", font: { family: "JetBrains Mono, monospace", size: 12, color: "var(--text)" } },
      uirevision: "kept",
      ...given,
    };
    for (const name of Object.keys(layout)) if (/^[xy]axis\d*$/.test(name)) layout[name] = { ...axis, ...layout[name] };
    if (!layout.xaxis) layout.xaxis = axis;
    if (!layout.yaxis) layout.yaxis = axis;
    return resolved(layout);
  }

  const drawn = new WeakMap(); // chart -> the text its figure came from

  async function draw(chart) {
    const text = document.getElementById(chart.dataset.chart)?.textContent;
    if (!text || drawn.get(chart) === text || !chart.clientWidth) return;
    drawn.set(chart, text);
    try {
      const Plotly = await load();
      if (drawn.get(chart) !== text || !chart.isConnected) return;
      const figure = JSON.parse(text);
      const size = { width: chart.clientWidth, height: chart.clientHeight };
      await Plotly.react(chart, resolved(figure.data), { ...layoutOf(figure.layout), ...size }, { ...CONFIG, ...figure.config });
      chart.querySelector(".chart-failed")?.remove();
      chart.dataset.drawn = "";
    } catch (error) {
      drawn.delete(chart);
      fail(chart, error);
    }
  }

  function fail(chart, error) {
    chart.dataset.drawn = "";
    const line = document.createElement("p");
    line.className = "chart-failed";
    line.textContent = error.message;
    chart.replaceChildren(line);
    console.error(error);
  }

  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      target.toggleAttribute("data-near", isIntersecting);
      if (isIntersecting) draw(target);
    }
  }, { rootMargin: "300px" });

  const resized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (!target.hasAttribute("data-drawn")) {
        if (target.hasAttribute("data-near")) draw(target);
      } else if (target.layout && target.clientWidth && (target.clientWidth !== target.layout.width || target.clientHeight !== target.layout.height)) {
        window.Plotly.relayout(target, { width: target.clientWidth, height: target.clientHeight });
      }
    }
  });

  function find() {
    for (const chart of document.querySelectorAll("[data-chart]")) {
      near.observe(chart);
      resized.observe(chart);
      if (chart.hasAttribute("data-near")) draw(chart);
    }
  }

  function recolour() {
    colours = new Map();
    for (const chart of document.querySelectorAll("[data-chart]")) drawn.delete(chart);
    find();
  }

  // After the first paint, so that the library never delays what is read first.
  function start() {
    document.body.append(probe);
    requestAnimationFrame(() => setTimeout(find, 0));
  }

  document.addEventListener("live:snapshot", find);
  document.addEventListener("htmx:afterSettle", find);
  document.addEventListener("app:tab", find);
  document.addEventListener("app:theme", recolour);
  if (document.readyState === "complete") start();
  else addEventListener("load", start);
})();
