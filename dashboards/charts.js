// Charts under the mouse and the keyboard: the values of a day are told beside it, a click leads to what is behind
// them, and the legend switches series. Everything comes from the chart's table; without this file nothing is lost.

const svgNow = (figure) =>
  [...figure.querySelectorAll("svg[data-plot]")].find((svg) => svg.getClientRects().length > 0);
const rowsOf = (figure) => [...(document.getElementById(figure.dataset.table)?.tBodies[0]?.rows ?? [])];

// What a row tells: its day, and each column with its name; what a column is compared with stands behind it.
function tell(row) {
  const heads = [...row.closest("table").tHead.rows[0].cells].map((cell) => cell.textContent);
  const lines = [];
  [...row.cells].slice(1).forEach((cell, at) => {
    const value = cell.textContent.trim();
    if (cell.classList.contains("then")) lines[lines.length - 1] += ` (${heads[at + 1].toLowerCase()}: ${value})`;
    else lines.push(`${heads[at + 1]}: ${value}`);
  });
  return [row.cells[0].textContent.trim(), lines];
}

function element(figure, name, parent = figure) {
  const known = figure.querySelector(`.${name}`);
  if (known) return known;
  const made = document.createElement("div");
  made.className = name;
  return parent.appendChild(made);
}

function hide(figure) {
  figure.querySelectorAll(".tip, .guide").forEach((part) => part.remove());
  delete figure.dataset.at;
}

function show(figure, at) {
  const [svg, rows] = [svgNow(figure), rowsOf(figure)];
  if (!svg || rows.length === 0) return;
  const place = Math.max(0, Math.min(rows.length - 1, at));
  const [left, right, top, bottom] = svg.dataset.plot.split(" ").map(Number);
  const scale = svg.clientWidth / svg.viewBox.baseVal.width;
  const x = (rows.length === 1 ? (left + right) / 2 : left + ((right - left) * place) / (rows.length - 1)) * scale;
  const guide = element(figure, "guide");
  Object.assign(guide.style, { left: `${x}px`, top: `${top * scale}px`, height: `${(bottom - top) * scale}px` });
  const tip = element(figure, "tip");
  tip.role = "status";
  const [head, lines] = tell(rows[place]);
  const title = document.createElement("b");
  title.textContent = head;
  tip.replaceChildren(title, ...lines.flatMap((line) => [line, document.createElement("br")]).slice(0, -1));
  const isRight = x + tip.offsetWidth + 16 > figure.clientWidth;
  tip.style.left = `${Math.max(0, isRight ? x - tip.offsetWidth - 12 : x + 12)}px`;
  figure.dataset.at = place;
}

function placeAt(figure, clientX) {
  const [svg, rows] = [svgNow(figure), rowsOf(figure)];
  if (!svg) return 0;
  const [left, right] = svg.dataset.plot.split(" ").map(Number);
  const box = svg.getBoundingClientRect();
  const x = ((clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
  return Math.round(((x - left) / (right - left)) * (rows.length - 1));
}

const chartOf = (event) => event.target.closest?.("figure[data-table]");

document.addEventListener("pointermove", (event) => {
  const figure = chartOf(event);
  document.querySelectorAll("figure[data-at]").forEach((other) => other !== figure && hide(other));
  if (figure) show(figure, placeAt(figure, event.clientX));
});
document.addEventListener("pointerdown", (event) => {
  const figure = chartOf(event);
  if (figure && event.pointerType !== "mouse") show(figure, placeAt(figure, event.clientX));
});
document.addEventListener("focusout", (event) => chartOf(event) && hide(chartOf(event)));
document.addEventListener("keydown", (event) => {
  const figure = chartOf(event);
  if (!figure) return;
  const at = Number(figure.dataset.at ?? -1);
  const to = { ArrowRight: at + 1, ArrowLeft: at < 0 ? rowsOf(figure).length - 1 : at - 1, Home: 0, End: Infinity }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    show(figure, to === Infinity ? rowsOf(figure).length - 1 : to);
  } else if (event.key === "Escape") hide(figure);
  else if (event.key === "Enter" && at >= 0) rowsOf(figure)[at]?.querySelector("td a")?.click();
});
document.addEventListener("click", (event) => {
  const figure = chartOf(event);
  if (figure?.dataset.at !== undefined) rowsOf(figure)[Number(figure.dataset.at)]?.querySelector("td a")?.click();
});

// Keys of a legend become buttons that switch their series.
export function switchable() {
  for (const legend of document.querySelectorAll("[data-legend]")) {
    const figure = document.getElementById(legend.dataset.legend);
    for (const key of legend.querySelectorAll("span.key")) {
      const series = [...key.classList].find((name) => /^s\d$/.test(name));
      if (!series || !figure) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = key.className;
      button.textContent = key.textContent;
      button.setAttribute("aria-pressed", "true");
      button.addEventListener("click", () => {
        const isOff = figure.classList.toggle(`without-${series.slice(1)}`);
        button.setAttribute("aria-pressed", String(!isOff));
      });
      key.replaceWith(button);
    }
  }
}

switchable();
