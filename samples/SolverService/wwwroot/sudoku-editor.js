import { borders, layOut, nameOf, roam } from "./grid.js";

/** A Sudoku to type: a field a cell. */
export class SudokuEditor {
  hint = "Type digits; the arrow keys move. A whole puzzle can be pasted, one character per cell. The address of a solved puzzle can be shared.";

  constructor(container, model) {
    this.symbols = model.symbols;
    layOut(container, model.side);
    this.cells = Array.from({ length: model.side ** 2 }, (_, cell) => this.createCell(cell, model, container));
    container.replaceChildren(...this.cells);
    roam(this.cells, model.side);
  }

  get text() {
    return this.cells.map(cell => cell.value || this.symbols[0]).join("");
  }

  set text(text) {
    this.cells.forEach((cell, place) => {
      const symbol = (text[place] ?? "").toUpperCase();
      cell.value = this.symbols.indexOf(symbol) > 0 ? symbol : "";
      cell.dataset.before = cell.value;
    });
    this.mark([]);
  }

  /** Shows cells at fault. */
  mark(faults) {
    this.cells.forEach((cell, place) => {
      cell.classList.toggle("wrong", faults.includes(place));
      cell.setAttribute("aria-invalid", faults.includes(place));
    });
  }

  createCell(cell, model, container) {
    const field = document.createElement("input");
    field.type = "text";
    field.maxLength = 1;
    field.inputMode = model.side < 10 ? "numeric" : "text";
    field.autocomplete = "off";
    field.classList.add(...borders(cell, model));
    field.setAttribute("aria-label", nameOf(cell, model.side));
    field.addEventListener("focus", () => field.select());
    field.addEventListener("input", () => {
      const symbol = field.value.toUpperCase();
      if (symbol !== "" && !this.symbols.includes(symbol)) {
        field.value = field.dataset.before ?? "";
        return;
      }

      field.value = this.symbols.indexOf(symbol) > 0 ? symbol : "";
      field.dataset.before = field.value;
      this.mark([]);
      container.dispatchEvent(new Event("edited"));
    });
    return field;
  }
}
