// One segment of a trace: its numbers, the cells that it changed, and the cells that cannot be right.

const unknown = "."; // a cell without a prediction

/** Adds the changed cells and the cells in conflict to an event of the service. */
export function examine(event, model, question, before) {
  const board = event.board;
  const changed = before ? cells(board, (symbol, cell) => symbol !== before.board[cell]) : [];
  return {
    ...event,
    qHalt: event.qHalt ?? NaN, // no number, which halts nothing
    qContinue: event.qContinue ?? NaN,
    highResidual: event.highResidual ?? NaN,
    lowResidual: event.lowResidual ?? NaN,
    changed,
    unchanged: before && changed.length === 0 ? before.unchanged + 1 : 0,
    wrong: new Set([
      ...cells(board, (symbol, cell) => isAltered(symbol, question[cell], model)),
      ...(model.kind === "sudoku" ? conflicts(board, model) : []),
    ]),
  };
}

export function isGiven(symbol, model) {
  return symbol !== model.symbols[0];
}

export function sigmoid(value) {
  return 1 / (1 + Math.exp(-value));
}

/** Whether a given, or in a maze anything but a path, differs from the question. */
function isAltered(symbol, asked, model) {
  return symbol !== asked && (isGiven(asked, model) || (model.kind === "maze" && symbol !== "o"));
}

function cells(board, holds) {
  return Array.from(board, (symbol, cell) => holds(symbol, cell) ? cell : -1).filter(cell => cell >= 0);
}

/** The cells with a digit that their row, column or box has twice. */
function conflicts(board, { side, boxRows }) {
  const seen = new Map();
  const wrong = new Set();
  Array.from(board).forEach((symbol, cell) => {
    const [row, column] = [Math.floor(cell / side), cell % side];
    const box = Math.floor(row / boxRows) * boxRows + Math.floor(column * boxRows / side);
    for (const unit of symbol === unknown ? [] : [`row ${row}`, `column ${column}`, `box ${box}`]) {
      const other = seen.get(unit + symbol);
      if (other === undefined) {
        seen.set(unit + symbol, cell);
      } else {
        wrong.add(cell).add(other);
      }
    }
  });
  return wrong;
}
