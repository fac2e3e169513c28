import { sigmoid } from "./segments.js";

const rules = {
  Confidence: {
    name: "sigmoid(q_halt) is at least",
    parameter: { value: 0.95, min: 0, max: 1, step: "any" },
    stops: (segment, threshold) => sigmoid(segment.qHalt) >= threshold,
  },
  HaltPositive: { name: "q_halt > 0", stops: segment => segment.qHalt > 0 },
  HaltOverContinue: { name: "q_halt > q_continue", stops: segment => segment.qHalt > segment.qContinue },
  UnchangedSegments: {
    name: "segments without a change:",
    parameter: { value: 2, min: 1, max: 65536, step: 1 },
    stops: (segment, count) => segment.unchanged >= count,
  },
  Never: { name: "never before the maximum", stops: () => false },
};

/** Describes a stop of the service. */
export function describeStop({ rule, value }) {
  return `${rules[rule].name} ${value ?? ""}`.trim();
}

/** The rules to choose from: first that of the service if it has several stops. */
function choices(stops) {
  const service = {
    name: "the first stop of the service",
    stops: segment => stops.some(({ rule, value }) => rules[rule].stops(segment, value)),
  };
  return stops.length > 1 ? { Service: service, ...rules } : rules;
}

/** Lets the reader choose a rule, and shows where it stops. */
export class RulePicker {
  /** @param stops those of the service, at least one */
  constructor(container, letter, stops, changed, goTo) {
    this.letter = letter;
    this.rules = choices(stops);
    this.select = document.createElement("select");
    this.select.append(...Object.entries(this.rules).map(([key, { name }]) => new Option(name, key)));
    this.select.setAttribute("aria-label", `Rule ${letter}`);
    this.input = document.createElement("input");
    this.input.type = "number";
    this.input.setAttribute("aria-label", `Parameter of rule ${letter}`);
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.textContent = "Show";
    this.button.addEventListener("click", () => goTo(this.end));
    this.result = document.createElement("output");
    this.select.addEventListener("change", () => {
      this.choose(this.rule);
      changed();
    });
    this.input.addEventListener("input", changed);

    const row = document.createElement("fieldset");
    row.className = "row";
    const legend = document.createElement("legend");
    legend.textContent = `Rule ${letter}`;
    row.append(legend, this.select, this.input, this.result, this.button);
    container.append(row);
  }

  get rule() {
    return this.select.value;
  }

  choose(rule, value) {
    this.select.value = rule;
    const { parameter } = this.rules[rule];
    this.input.hidden = parameter === undefined;
    Object.assign(this.input, parameter ?? {}, value === undefined ? {} : { value });
  }

  /** The segment at which the rule stops, or undefined. It does not stop at an answer after more thinking. */
  stop(segments) {
    const index = this.input.hidden || this.input.validity.valid && this.input.value !== ""
      ? segments.findIndex(segment => !segment.found && this.rules[this.rule].stops(segment, this.input.valueAsNumber))
      : -1;
    return index < 0 ? undefined : index + 1;
  }

  /** Shows where the rule stops, and whether the prediction there is right. */
  show({ segments, traced, isComplete, isCut }) {
    const stop = this.stop(segments);
    this.end = stop ?? traced.length;
    const end = segments[this.end - 1];
    this.button.disabled = end === undefined;
    if (end === undefined || (stop === undefined && (isCut || !isComplete))) {
      this.result.textContent = !isComplete ? "not yet" : end ? "not known (cut)" : "";
      this.result.className = "";
      return;
    }

    this.result.textContent = `${stop === undefined ? "runs on to" : "stops after"} segment ${this.end}: ${end.isSolved ? "✓ right" : "✗ wrong"}`;
    this.result.className = end.isSolved ? "right" : "false";
  }
}
