const [width, height] = [340, 130];
const area = { left: 36, right: width - 8, top: 26, bottom: height - 16 };

/** A line chart of the segments, with the current one and the stops of the rules marked. */
export class Chart {
  /** @param lines arrays of a name, a class, a function that reads the value of a segment, and a text if no segment has one */
  constructor(figure, title, goTo, isLogarithmic, lines) {
    Object.assign(this, { title, isLogarithmic, lines });
    this.svg = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
    this.caption = document.createElement("figcaption");
    figure.append(this.caption, this.svg);
    this.svg.addEventListener("click", event => {
      const { left, width: shown } = this.svg.getBoundingClientRect();
      goTo(Math.round(this.segmentAt((event.clientX - left) * width / shown)));
    });
  }

  draw(segments, position, stops) {
    const lines = this.lines.map(([, style, read]) => ({ style, values: segments.map(segment => this.scaled(read(segment))) }));
    const finite = lines.flatMap(line => line.values).filter(Number.isFinite);
    const range = rangeOf(finite);
    const y = value => area.bottom - (value - range[0]) / (range[1] - range[0]) * (area.bottom - area.top);
    const last = Math.max(segments.length, 2);
    const x = segment => area.left + (segment - 1) / (last - 1) * (area.right - area.left);
    this.segmentAt = place => 1 + (place - area.left) / (area.right - area.left) * (last - 1);

    this.svg.replaceChildren(
      ...(finite.length > 0 ? ticks(range) : []).flatMap(value => [
        svg("line", { class: "tick", x1: area.left, x2: area.right, y1: y(value), y2: y(value) }),
        svg("text", { x: area.left - 5, y: y(value) + 4, "text-anchor": "end" }, this.isLogarithmic ? `${10 ** value}` : `${value}`),
      ]),
      svg("text", { x: area.left, y: height - 3 }, "1"),
      svg("text", { x: area.right, y: height - 3, "text-anchor": "end" }, `segment ${last}`),
      ...stops.flatMap(({ letter, segment }, index) => [
        svg("line", { class: "stop", x1: x(segment), x2: x(segment), y1: area.top, y2: area.bottom }),
        svg("text", { class: "stop", x: x(segment), y: 10 + 12 * index, "text-anchor": "middle" }, letter), // one above the other
      ]),
      ...lines.map(({ style, values }) => svg("path", { class: style, d: path(values, x, y) })),
      ...(position === 0 || position > segments.length ? [] : [
        svg("line", { class: "current", x1: x(position), x2: x(position), y1: area.top, y2: area.bottom }),
        ...lines.filter(line => Number.isFinite(line.values[position - 1]))
          .map(({ style, values }) => svg("circle", { class: style, cx: x(position), cy: y(values[position - 1]), r: 4 })),
      ]));
    this.describe(segments, position);
  }

  /** The legend with the values of the current segment, also as the text alternative. */
  describe(segments, position) {
    const current = segments[position - 1];
    const parts = this.lines.map(([name, style, read, none]) => {
      const value = segments.some(segment => Number.isFinite(read(segment))) ? format(read(current ?? {})) : none;
      const sample = svg("svg", { viewBox: "0 0 24 8", class: "sample", "aria-hidden": "true" });
      sample.append(svg("path", { class: style, d: "M0 4H24" }));
      const label = document.createElement("span");
      label.append(sample, ` ${name} ${current ? value : ""}`);
      return label;
    });
    this.caption.replaceChildren(this.title, ...parts);
    const spoken = parts.map(part => part.textContent.trim()).join(", ");
    this.svg.setAttribute("aria-label", `${this.title} over ${segments.length} segments${current ? `; at segment ${position}:` : ":"} ${spoken}. The numbers are in the table below.`);
  }

  scaled(value) {
    return this.isLogarithmic ? Math.log10(value) : value;
  }
}

function rangeOf(values) {
  if (values.length === 0) {
    return [0, 1];
  }

  const least = Math.floor(values.reduce((one, other) => Math.min(one, other)));
  const most = Math.ceil(values.reduce((one, other) => Math.max(one, other)));
  return [least, Math.max(most, least + 1)];
}

function ticks([least, most]) {
  const step = Math.max(1, Math.ceil((most - least) / 4));
  const start = Math.ceil(least / step);
  return Array.from({ length: Math.floor(most / step) - start + 1 }, (_, index) => (start + index) * step);
}

export function format(value) {
  return Number.isFinite(value) ? (Math.abs(value) < 0.1 ? value.toPrecision(2) : value.toFixed(2)).replace("-", "−") : "−";
}

/** A line, broken where a value is not a number. */
function path(values, x, y) {
  return values.map((value, index) => {
    const continues = Number.isFinite(values[index - 1]);
    return Number.isFinite(value) ? `${continues ? "L" : "M"}${x(index + 1).toFixed(1)} ${y(value).toFixed(1)}` : "";
  }).join("");
}

function svg(name, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }

  element.append(text);
  return element;
}
