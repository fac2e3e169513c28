import { borders, layOut, nameOf, roam } from "./grid.js";

const names = { "#": "wall", " ": "free", S: "start", G: "goal" };

/** A maze to draw: a button a cell. */
export class MazeEditor {
  hint = "Draw with the pointer, or move with the arrow keys and press Space to draw; the keys #, S, G and Delete set a cell at once. A whole maze can be pasted. The address of a solved maze can be shared.";

  constructor(container, model, tools) {
    this.side = model.side;
    this.tools = tools;
    this.container = container;
    tools.hidden = false;
    container.classList.add("drawn");
    layOut(container, model.side);
    this.values = Array(model.side ** 2).fill(" ");
    this.cells = this.values.map((_, cell) => this.createCell(cell, model));
    container.replaceChildren(...this.cells);
    roam(this.cells, model.side);
  }

  get text() {
    return this.values.join("");
  }

  set text(text) {
    this.values.forEach((_, cell) => this.show(cell, text[cell] in names ? text[cell] : " "));
    this.mark([]);
  }

  /** Shows cells at fault. */
  mark(faults) {
    this.cells.forEach((cell, place) => {
      cell.classList.toggle("wrong", faults.includes(place));
      cell.setAttribute("aria-label", `${nameOf(place, this.side)}: ${names[this.values[place]]}${faults.includes(place) ? ", at fault" : ""}`);
    });
  }

  createCell(cell, model) {
    const button = document.createElement("button");
    button.type = "button";
    button.classList.add(...borders(cell, model));
    button.setAttribute("aria-label", `${nameOf(cell, model.side)}: ${names[" "]}`);
    button.addEventListener("pointerdown", event => {
      button.releasePointerCapture(event.pointerId); // otherwise a finger would draw only in the first cell
      if (event.button === 0) {
        this.draw(cell);
      }
    });
    button.addEventListener("pointerenter", event => {
      if (event.buttons === 1) {
        this.draw(cell);
      }
    });
    button.addEventListener("click", event => {
      if (event.detail === 0) { // from the keyboard; the pointer has drawn already
        this.draw(cell);
      }
    });
    button.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }

      const symbol = event.key === "Delete" || event.key === "Backspace" ? " " : event.key.toUpperCase();
      if (event.key !== " " && symbol in names) {
        event.preventDefault();
        this.set(cell, symbol);
      }
    });
    return button;
  }

  draw(cell) {
    this.set(cell, this.tools.querySelector("input:checked").value);
  }

  set(cell, symbol) {
    const other = symbol === "S" || symbol === "G" ? this.values.indexOf(symbol) : -1;
    if (other >= 0) {
      this.show(other, " ");
    }

    this.show(cell, symbol);
    this.mark([]);
    this.container.dispatchEvent(new Event("edited"));
  }

  show(cell, symbol) {
    this.values[cell] = symbol;
    this.cells[cell].textContent = symbol === "#" ? "" : symbol;
    this.cells[cell].classList.toggle("wall", symbol === "#");
    this.cells[cell].setAttribute("aria-label", `${nameOf(cell, this.side)}: ${names[symbol]}`);
  }
}
