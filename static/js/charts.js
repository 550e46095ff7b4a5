// The crosshair of a chart. Without this file the drawing and its table say the same.
const NS = "http://www.w3.org/2000/svg";
const make = (name, attributes) => {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};

function enhance(figure) {
  if (figure.dataset.ready) return;
  figure.dataset.ready = "yes";
  const days = JSON.parse(figure.dataset.chart);
  const chart = figure.querySelector(".chart");
  const plot = chart?.querySelector("svg");
  if (!plot || !days.length) return;
  const height = plot.querySelector("svg").getAttribute("height");
  const group = make("g", { class: "cross", visibility: "hidden" });
  const line = make("line", { y1: 0, y2: height });
  const text = make("text", { y: -2, class: "label" });
  group.append(line, text);
  plot.append(group);
  let at = -1;

  const show = (n) => {
    at = Math.max(0, Math.min(days.length - 1, n));
    const [x, day, value, before, state] = days[at];
    line.setAttribute("x1", `${x}%`);
    line.setAttribute("x2", `${x}%`);
    text.setAttribute("x", `${x}%`);
    text.setAttribute("text-anchor", x < 20 ? "start" : x > 80 ? "end" : "middle");
    text.textContent = [day, value, before && `(${before})`, state].filter(Boolean).join(" · ");
    group.setAttribute("visibility", "visible");
  };
  const hide = () => { at = -1; group.setAttribute("visibility", "hidden"); };

  chart.addEventListener("pointermove", (event) => {
    const box = chart.getBoundingClientRect();
    const x = 100 * (event.clientX - box.left) / box.width;
    show(days.reduce((best, day, n) => (Math.abs(day[0] - x) < Math.abs(days[best][0] - x) ? n : best), 0));
  });
  chart.addEventListener("pointerleave", hide);
  chart.addEventListener("blur", hide);
  chart.setAttribute("tabindex", "0");
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    show(at < 0 ? (step > 0 ? 0 : days.length - 1) : at + step);
  });
}

const enhanceAll = (root) => root.querySelectorAll?.("[data-chart]").forEach(enhance);
enhanceAll(document);
addEventListener("htmx:load", (event) => enhanceAll(event.target));
