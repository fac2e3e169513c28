import { borders, layOut, nameOf, roam } from "./grid.js";
import { isGiven } from "./segments.js";

const spoken = { "#": "wall", " ": "free", ".": "blank", o: "path", S: "start", G: "goal" };

/** The prediction after a segment. */
export class Board {
  constructor(container, model) {
    this.model = model;
    layOut(container, model.side);
    this.cells = Array.from({ length: model.side ** 2 }, (_, cell) => {
      const element = document.createElement("span");
      element.setAttribute("role", "gridcell");
      element.classList.add(...borders(cell, model));
      return element;
    });
    for (let start = 0; start < this.cells.length; start += model.side) {
      const row = document.createElement("div");
      row.setAttribute("role", "row");
      row.append(...this.cells.slice(start, start + model.side));
      container.append(row);
    }

    roam(this.cells, model.side);
  }

  show(question, { board, changed, wrong }) {
    const { kind, side } = this.model;
    const changedCells = new Set(changed);
    this.cells.forEach((element, cell) => {
      const symbol = board[cell];
      const states = {
        given: kind === "sudoku" && isGiven(question[cell], this.model),
        changed: changedCells.has(cell),
        wrong: wrong.has(cell),
      };
      for (const [name, holds] of Object.entries(states)) {
        element.classList.toggle(name, holds);
      }

      element.classList.toggle("filled", kind === "sudoku" && !states.given);
      element.classList.toggle("wall", symbol === "#");
      element.classList.toggle("path", symbol === "o");
      element.textContent = symbol === "." || symbol === "#" ? "" : symbol;
      const names = Object.keys(states).filter(name => states[name]).join(", ").replace("wrong", "in conflict");
      element.setAttribute("aria-label", `${nameOf(cell, side)}: ${spoken[symbol] ?? symbol}${names && ", "}${names}`);
    });
  }
}
