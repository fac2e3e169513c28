import { borders, layOut } from "./grid.js";

/** What the model thinks after a segment: a board, and its Q values as bars. */
export function createBoard(model, question, before, segment) {
  const item = document.createElement("li");
  const title = document.createElement("strong");
  title.textContent = `Segment ${segment.segment}`;
  item.append(title, createGrid(model, question, before, segment.board), createBars(segment));
  return item;
}

function createGrid(model, question, before, board) {
  const grid = document.createElement("div");
  grid.className = "grid";
  grid.setAttribute("role", "img");
  grid.setAttribute("aria-label", board.match(new RegExp(`.{${model.side}}`, "g")).join(", "));
  layOut(grid, model.side, "board");
  grid.append(...Array.from(board, (symbol, cell) => {
    const isGiven = question[cell] === symbol;
    const element = document.createElement("span");
    element.classList.add(...borders(cell, model));
    element.classList.toggle("wall", symbol === "#" && isGiven);
    element.classList.toggle("path", symbol === "o");
    element.classList.toggle("given", isGiven && model.kind === "sudoku" && symbol !== ".");
    element.classList.toggle("thought", !isGiven);
    element.classList.toggle("changed", before !== undefined && before[cell] !== symbol);
    element.textContent = symbol === "." ? "" : symbol;
    return element;
  }));
  return grid;
}

function createBars(segment) {
  const bars = document.createElement("div");
  bars.className = "bars";
  for (const [name, value] of [["Q halt", segment.qHalt], ["Q continue", segment.qContinue]]) {
    const meter = document.createElement("meter");
    meter.value = value === null ? 0 : 1 / (1 + Math.exp(-value)); // as a probability: from 0 to 1
    meter.setAttribute("aria-label", name);
    bars.append(label(name), meter, label(value === null ? "no number" : value.toFixed(1)));
  }

  return bars;
}

function label(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element;
}
