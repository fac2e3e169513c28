import { showCard } from "./card.js";
import { readEvents } from "./event-stream.js";
import { MazeEditor } from "./maze-editor.js";
import { Player } from "./player.js";
import { examine, isGiven } from "./segments.js";
import { SudokuEditor } from "./sudoku-editor.js";
import { View } from "./view.js";

const page = Object.fromEntries(Array.from(document.querySelectorAll("[id]"), element => [element.id, element]));

let model, editor, player, view;
let running; // the AbortController of the current trace

const ways = { once: "once", vote: "vote of 9 attempts", hard: "search" };
const found = { NotFound: "not found", FirstPass: "found by the first pass", Vote: "found by a variant", Search: "found by a search" };

const commands = {
  play: togglePlay,
  first: () => player.go(0),
  back: () => player.go(player.position - 1),
  forward: () => player.go(player.position + 1),
  last: () => player.go(player.segments.length),
};

start().catch(error => {
  page.model.textContent = "The model could not be loaded.";
  page.message.textContent = error.message;
});

async function start() {
  const response = await fetch("api/model");
  if (!response.ok) {
    throw new Error(`The service answered ${response.status}.`);
  }

  model = await response.json();
  editor = model.kind === "maze" ? new MazeEditor(page.editor, model, page.tools) : new SudokuEditor(page.editor, model);
  player = new Player(() => view?.schedule(), () => view.pauseAt);
  view = new View(page, model, editor, player);
  page.examples.append(new Option("none", ""), ...model.examples.map((text, index) => new Option(`number ${index + 1}`, text)));
  page.think.append(...model.thinking.map(way => new Option(ways[way], way)));
  page.hint.textContent = editor.hint;
  showCard(page, model);
  listen();
  page.play.disabled = page.edit.disabled = page.clear.disabled = false;
  if (!openFragment()) {
    choose(model.examples[0] ?? "");
  }

  const isBlank = !Array.from(editor.text).some(symbol => isGiven(symbol, model));
  if (!isBlank && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
    solve();
  }
}

function listen() {
  page.form.addEventListener("submit", event => {
    event.preventDefault();
    togglePlay();
  });
  for (const name of ["first", "back", "forward", "last"]) {
    page[name].addEventListener("click", commands[name]);
  }

  page.slider.addEventListener("input", () => player.go(page.slider.valueAsNumber));
  page.speed.addEventListener("change", () => { player.perSecond = Number(page.speed.value); });
  page.player.addEventListener("keydown", pressKey);
  page.stop.addEventListener("click", () => {
    running?.abort();
    page.play.focus(); // before the focus is lost with the button
  });
  page.clear.addEventListener("click", () => choose(""));
  page.edit.addEventListener("click", () => {
    player.go(0);
    view.draw();
    editor.cells.find(cell => cell.tabIndex === 0).focus();
  });
  page.examples.addEventListener("change", () => choose(page.examples.value));
  page.think.addEventListener("change", forget);
  page.editor.addEventListener("edited", () => {
    page.examples.value = "";
    forget();
  });
  document.addEventListener("paste", event => {
    const text = event.clipboardData.getData("text");
    if (text.trim().length > 1 && !page.rules.contains(event.target)) {
      event.preventDefault();
      open(text);
    }
  });
  addEventListener("hashchange", openFragment);
}

function pressKey(event) {
  const isTyping = event.target.matches("select, input:not([type=range], [type=radio])");
  const command = commands[{ p: "play", ",": "back", ".": "forward", "<": "first", ">": "last" }[event.key.toLowerCase()]];
  if (command && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    command();
  }
}

/** Opens the puzzle of the address; returns whether there is one. */
function openFragment() {
  const text = new URLSearchParams(location.hash.slice(1)).get("puzzle");
  if (text !== null) {
    open(text);
  }

  return text !== null;
}

/** Takes a puzzle from outside: one character per cell, in a Sudoku also with white space between them. */
function open(text) {
  const puzzle = text.replace(model.kind === "maze" ? /[\r\n]/g : /\s/g, "");
  const length = model.side ** 2;
  choose(puzzle.length === length ? puzzle : "");
  page.message.textContent = puzzle.length === length ? "" : `Expected ${length} characters, got ${puzzle.length}.`;
}

function choose(puzzle) {
  editor.text = puzzle;
  page.examples.value = model.examples.includes(puzzle) ? puzzle : "";
  forget();
}

/** Drops the trace, which is one of another puzzle. */
function forget() {
  running?.abort();
  running = undefined;
  page.message.textContent = "";
  view.question = undefined;
  player.reset(true);
}

function togglePlay() {
  if (player.isPlaying) {
    player.pause();
  } else if (view.question === undefined) {
    history.replaceState(null, "", `#${new URLSearchParams({ puzzle: editor.text })}`);
    solve();
  } else {
    if (player.isAtEnd) {
      player.go(0);
    }

    player.play();
  }
}

async function solve() {
  forget();
  const mine = running = new AbortController();
  view.question = editor.text;
  player.reset(false);
  player.play();
  let isCut = true;
  try {
    await trace(mine.signal);
    isCut = false;
    if (page.think.value !== "once" && !player.segments.at(-1).isSolved) {
      await think(mine.signal);
    }
  } catch (error) {
    if (running === mine) {
      page.message.textContent = mine.signal.aborted ? "" : error.message;
    }
  } finally {
    if (running === mine) {
      running = undefined;
      if (player.segments.length === 0) {
        view.question = undefined;
        player.pause();
      }

      player.complete(isCut);
    }
  }
}

async function post(path, body, signal) {
  const response = await fetch(`api/${model.kind}${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok) {
    const problem = await response.json();
    editor.mark(problem.cells ?? []);
    throw new Error(problem.detail ?? problem.title);
  }

  return response;
}

/** Lets the model think more about a puzzle that the trace has not solved; the answer follows the segments. */
async function think(signal) {
  page.message.textContent = `Thinking: ${ways[page.think.value]} …`;
  const answer = await (await post("", { puzzle: view.question, think: page.think.value }, signal)).json();
  const runs = `${answer.evaluations} ${answer.evaluations === 1 ? "run" : "runs"} of the model`;
  const event = { segment: player.segments.length + 1, board: answer.solution, isSolved: answer.isSolved };
  player.add({ ...examine(event, model, view.question, player.segments.at(-1)), found: `${found[answer.found]} in ${runs}` });
  page.message.textContent = "";
}

async function trace(signal) {
  const response = await post("/trace", { puzzle: view.question, untilMaximum: true }, signal);
  let isDone = false;
  for await (const { type, data } of readEvents(response)) {
    signal.throwIfAborted();
    isDone ||= type === "done";
    if (type === "segment") {
      player.add(examine(data, model, view.question, player.segments.at(-1)));
    }
  }

  if (!isDone) {
    throw new Error("The service broke off.");
  }
}
