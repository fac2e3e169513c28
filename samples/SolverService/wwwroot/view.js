import { Board } from "./board.js";
import { Chart, format } from "./charts.js";
import { RulePicker } from "./rules.js";
import { sigmoid } from "./segments.js";

const columns = {
  Segment: segment => segment.found ? "answer" : segment.segment,
  Changed: segment => segment.changed.length,
  "In conflict": segment => segment.wrong.size,
  q_halt: segment => format(segment.qHalt),
  Confidence: segment => format(sigmoid(segment.qHalt)),
  q_continue: segment => format(segment.qContinue),
  "High residual": segment => format(segment.highResidual),
  "Low residual": segment => format(segment.lowResidual),
  Solved: segment => segment.isSolved ? "yes" : "no",
};

/** Shows the player's segment: the board, the charts, the table, and the rules for stopping. */
export class View {
  question; // the puzzle of the trace, if there is one
  #frame = 0;
  #speech;
  #spoken = "";

  constructor(page, model, editor, player) {
    Object.assign(this, { page, model, editor, player });
    const go = segment => player.go(segment);
    this.board = new Board(page.board, model);
    this.charts = [
      new Chart(page.values, "Q values", go, false, [
        ["q_halt", "first", segment => segment.qHalt],
        ["q_continue", "second", segment => model.isContinueTrained ? segment.qContinue : NaN, "(not trained)"],
      ]),
      new Chart(page.residuals, "Residuals", go, true, [
        ["high", "first", segment => segment.highResidual],
        ["low", "second", segment => segment.lowResidual],
      ]),
    ];
    const { stops } = model.halting;
    this.pickers = ["A", "B"].map(letter => new RulePicker(page.rules, letter, stops, () => this.schedule(), go));
    const { rule, value } = stops.length > 1 ? { rule: "Service" } : stops[0];
    this.pickers[0].choose(rule, value ?? undefined);
    this.pickers[1].choose(rule === "HaltPositive" ? "Confidence" : "HaltPositive");
    const states = model.kind === "maze" ? ["path"] : ["given", "filled"];
    page.legend.append(...[...states, "changed", "wrong"].map(name => create("span", name === "wrong" ? "in conflict" : name, name)));
    page.columns.append(...Object.keys(columns).map(name => create("th", name)));
  }

  /** The segment at which the playback pauses. */
  get pauseAt() {
    return this.pickers[0].stop(this.player.segments);
  }

  /** Draws at most once per frame. */
  schedule() {
    this.#frame ||= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { segments, traced, position } = this.player;
    const stops = this.pickers.map(picker => ({ letter: picker.letter, segment: picker.stop(segments) })).filter(stop => stop.segment);
    this.#drawBoard();
    this.#drawControls(stops);
    this.#drawTable();
    this.charts.forEach(chart => chart.draw(traced, position, stops));
    this.pickers.forEach(picker => picker.show(this.player));
    this.#announce();
  }

  /** The editor, or the prediction in its place. The focus does not go back into the editor, whose fields take the keys of the player. */
  #drawBoard() {
    const { page, board, editor, player: { current } } = this;
    const cell = editor.cells.indexOf(document.activeElement);
    const leavesBoard = !current && board.cells.includes(document.activeElement);
    page.form.hidden = current !== undefined;
    page.hint.hidden = current !== undefined;
    page.board.hidden = page.legend.hidden = current === undefined;
    if (current) {
      board.show(this.question, current);
    }

    if (leavesBoard) {
      page.play.focus();
    } else if (current && cell >= 0) {
      board.cells[cell].focus();
    }
  }

  #drawControls(stops) {
    const { page, player: { segments, traced, position, current, isComplete, isPlaying } } = this;
    const { maxSegments } = this.model.halting;
    const total = isComplete ? traced.length : maxSegments;
    page.title.textContent = current?.found ? "The answer after more thinking" : current ? `Segment ${position} of ${total}` : "The puzzle";
    page.caption.textContent = current ? describe(current, stops) : isPlaying ? "In the queue …" : "Press Solve, or edit it first.";
    page.caption.classList.toggle("right", current?.isSolved ?? false);
    page.play.textContent = isPlaying ? "Pause" : this.question === undefined ? "Solve" : "Play";
    page.slider.max = isComplete ? segments.length : maxSegments;
    page.slider.value = position;
    page.slider.setAttribute("aria-valuetext", page.title.textContent);
    page.slider.disabled = segments.length === 0;
    page.first.disabled = page.back.disabled = position === 0;
    page.forward.disabled = page.last.disabled = position === segments.length;
    page.stop.disabled = isComplete;
  }

  #drawTable() {
    const { page: { rows }, player: { segments, position } } = this;
    while (rows.rows.length > segments.length) {
      rows.deleteRow(-1);
    }

    for (const segment of segments.slice(rows.rows.length)) {
      rows.insertRow().append(...Object.values(columns).map(read => create("td", read(segment))));
    }

    rows.querySelector("[aria-current]")?.removeAttribute("aria-current");
    rows.rows[position - 1]?.setAttribute("aria-current", "true");
  }

  /** Reports the latest change to a screen reader: every few seconds while segments play, otherwise at once. */
  #announce() {
    const text = `${this.page.title.textContent}: ${this.page.caption.textContent}`;
    if (text !== this.#spoken && !(this.player.isPlaying && this.#speech)) {
      this.#spoken = text;
      clearTimeout(this.#speech);
      this.#speech = setTimeout(() => {
        this.#speech = undefined;
        this.#spoken = this.page.live.textContent = `${this.page.title.textContent}: ${this.page.caption.textContent}`;
      }, this.player.isPlaying ? 4000 : 400);
    }
  }
}

function describe(segment, stops) {
  const count = (number, text) => `${number} ${number === 1 ? "cell" : "cells"} ${text}`;
  return [
    segment.found ?? (segment.segment === 1 ? "first prediction" : count(segment.changed.length, "changed")),
    segment.wrong.size > 0 ? `${segment.wrong.size} in conflict` : "",
    segment.isSolved ? "✓ solved" : "not solved",
    ...stops.filter(stop => stop.segment === segment.segment).map(stop => `rule ${stop.letter} stops here`),
  ].filter(Boolean).join(", ");
}

function create(name, text, className = "") {
  const element = document.createElement(name);
  Object.assign(element, { textContent: text, className });
  return element;
}
