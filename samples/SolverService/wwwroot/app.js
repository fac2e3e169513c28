import { createBoard } from "./board.js";
import { readEvents } from "./event-stream.js";
import { MazeEditor } from "./maze-editor.js";
import { SudokuEditor } from "./sudoku-editor.js";

const [form, examples, tools, container, hint, solve, stop, clear, message, status, segments] =
  ["form", "examples", "tools", "editor", "hint", "solve", "stop", "clear", "message", "status", "segments"]
    .map(id => document.getElementById(id));

let running; // the AbortController of the current trace

start().catch(error => {
  document.getElementById("model").textContent = "The model could not be loaded.";
  message.textContent = error.message;
});

async function start() {
  const response = await fetch("api/model");
  if (!response.ok) {
    throw new Error(`The service answered ${response.status}.`);
  }

  const model = await response.json();
  const editor = model.kind === "maze" ? new MazeEditor(container, model, tools) : new SudokuEditor(container, model);
  hint.textContent = editor.hint;
  document.getElementById("model").textContent =
    `A model of ${model.parameters.toLocaleString("en")} parameters, for ${model.kind === "maze" ? "mazes" : "Sudokus"} of ${model.side}×${model.side}.`;
  examples.append(new Option("none", ""), ...model.examples.map((text, place) => new Option(`number ${place + 1}`, text)));
  examples.addEventListener("change", () => { editor.text = examples.value; });
  container.addEventListener("edited", () => {
    examples.value = "";
    message.textContent = "";
  });
  container.addEventListener("refused", event => { message.textContent = event.detail; });
  clear.addEventListener("click", () => {
    editor.text = "";
    examples.value = "";
  });
  stop.addEventListener("click", () => running?.abort());
  form.addEventListener("submit", event => {
    event.preventDefault();
    watch(model, editor);
  });
  solve.disabled = clear.disabled = false;
}

async function watch(model, editor) {
  running?.abort();
  const mine = running = new AbortController();
  const question = editor.text;
  segments.replaceChildren();
  message.textContent = "";
  status.textContent = "In the queue …";
  stop.disabled = false;
  try {
    await trace(model, editor, question, mine.signal);
  } catch (error) {
    if (running === mine) {
      status.textContent = mine.signal.aborted ? "Stopped." : "No answer.";
      message.textContent = mine.signal.aborted ? "" : error.message;
    }
  } finally {
    if (running === mine) {
      if (document.activeElement === stop) {
        solve.focus(); // before the focus is lost with the button
      }

      stop.disabled = true;
    }
  }
}

async function trace(model, editor, question, signal) {
  const response = await fetch(`api/${model.kind}/trace`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ puzzle: question }),
    signal,
  });
  if (!response.ok) {
    const problem = await response.json();
    editor.mark(problem.cells ?? []);
    throw new Error(problem.detail ?? problem.title);
  }

  let board;
  let isDone = false;
  for await (const { type, data } of readEvents(response)) {
    signal.throwIfAborted();
    if (type === "segment") {
      segments.append(createBoard(model, question, board, data));
      board = data.board;
      status.textContent = `Segment ${data.segment}${data.isSolved ? ": solved" : ""} …`;
    } else if (type === "done") {
      isDone = true;
      const sure = data.confidence === null ? "" : `, ${Math.floor(100 * data.confidence)} % sure`;
      status.textContent = `${data.isSolved ? "Solved" : "Not solved"} after ${data.segments} segments (${data.reason}${sure}).`;
    }
  }

  if (!isDone) {
    throw new Error("The service broke off.");
  }
}
