// Common to editors and boards: a square of cells, and the arrow keys in it.

const largest = 24.75; // rem

/** Sets the number of columns and the size of a cell. */
export function layOut(grid, side) {
  grid.style.setProperty("--side", side);
  grid.style.setProperty("--cell", `min(${Math.min(2.75, Math.max(largest / side, 0.5))}rem, (100vw - 2.25rem) / ${side})`);
}

/** The classes that draw the borders of a cell. */
export function borders(cell, { side, boxRows }) {
  const [row, column] = [Math.floor(cell / side), cell % side];
  const boxColumns = boxRows ? side / boxRows : 0;
  return [
    boxColumns && (column + 1) % boxColumns === 0 && "box-right",
    boxRows && (row + 1) % boxRows === 0 && "box-bottom",
    column === side - 1 && "last-column",
    row === side - 1 && "last-row",
  ].filter(Boolean);
}

export function nameOf(cell, side) {
  return `row ${Math.floor(cell / side) + 1}, column ${(cell % side) + 1}`;
}

/** The cell that a key leads to; the same one where it leads nowhere. */
export function target(key, cell, side) {
  const [row, column] = [Math.floor(cell / side), cell % side];
  switch (key) {
    case "ArrowLeft": return column > 0 ? cell - 1 : cell;
    case "ArrowRight": return column < side - 1 ? cell + 1 : cell;
    case "ArrowUp": return row > 0 ? cell - side : cell;
    case "ArrowDown": return row < side - 1 ? cell + side : cell;
    case "Home": return row * side;
    case "End": return row * side + side - 1;
    default: return undefined;
  }
}

/** One cell is reached by Tab, the others from it by the arrow keys. */
export function roam(cells, side) {
  cells.forEach((element, cell) => {
    element.tabIndex = cell === 0 ? 0 : -1;
    element.addEventListener("focus", () => {
      cells.forEach(other => { other.tabIndex = -1; });
      element.tabIndex = 0;
    });
    element.addEventListener("keydown", event => {
      const next = event.ctrlKey || event.metaKey || event.altKey ? undefined : target(event.key, cell, side);
      if (next !== undefined) {
        event.preventDefault();
        cells[next].focus();
      }
    });
  });
}
