import { sigmoid } from "./segments.js";

const rules = {
  confidence: {
    name: "sigmoid(q_halt) is at least",
    parameter: { value: 0.95, min: 0, max: 1, step: "any" },
    stops: (segment, threshold) => sigmoid(segment.qHalt) >= threshold,
  },
  positive: { name: "q_halt > 0", stops: segment => segment.qHalt > 0 },
  continue: { name: "q_halt > q_continue", stops: segment => segment.qHalt > segment.qContinue },
  unchanged: {
    name: "segments without a change:",
    parameter: { value: 2, min: 1, max: 65536, step: 1 },
    stops: (segment, count) => segment.unchanged >= count,
  },
  maximum: { name: "never before the maximum", stops: () => false },
};

/** Whether the service stops by the comparison of the Q values that fits the model. */
export function isRuleOfModel({ rule, confidence, unchangedSegments }) {
  return rule === null && confidence === null && unchangedSegments === null;
}

/** The rule that the service itself halts by, and its parameter. */
export function ruleOf({ rule, confidence, unchangedSegments }) {
  if (confidence !== null) {
    return ["confidence", confidence];
  }

  if (unchangedSegments !== null) {
    return ["unchanged", unchangedSegments];
  }

  return [{ HaltOverContinue: "continue", HaltPositive: "positive", Never: "maximum" }[rule] ?? "continue"];
}

/** Lets the reader choose a rule, and shows where it stops. */
export class RulePicker {
  constructor(container, letter, changed, goTo) {
    this.letter = letter;
    this.select = document.createElement("select");
    this.select.append(...Object.entries(rules).map(([key, { name }]) => new Option(name, key)));
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
    const { parameter } = rules[rule];
    this.input.hidden = parameter === undefined;
    Object.assign(this.input, parameter ?? {}, value === undefined ? {} : { value });
  }

  /** The segment at which the rule stops, or undefined. */
  stop(segments) {
    const index = this.input.hidden || this.input.validity.valid && this.input.value !== ""
      ? segments.findIndex(segment => rules[this.rule].stops(segment, this.input.valueAsNumber))
      : -1;
    return index < 0 ? undefined : index + 1;
  }

  /** Shows where the rule stops, and whether the prediction there is right. */
  show(segments, isComplete) {
    const stop = this.stop(segments);
    this.end = stop ?? segments.length;
    const end = segments[this.end - 1];
    this.button.disabled = end === undefined;
    if (end === undefined || (stop === undefined && !isComplete)) {
      this.result.textContent = isComplete ? "" : "not yet";
      this.result.className = "";
      return;
    }

    this.result.textContent = `${stop === undefined ? "runs on to" : "stops after"} segment ${this.end}: ${end.isSolved ? "✓ right" : "✗ wrong"}`;
    this.result.className = end.isSolved ? "right" : "false";
  }
}
