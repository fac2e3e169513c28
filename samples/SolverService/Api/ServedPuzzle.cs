using Hrm.Core;
using Hrm.Puzzles;

namespace Hrm.Samples.SolverService;

/// <summary>The puzzles that the loaded model solves.</summary>
/// <param name="Kind">The name in addresses: <c>sudoku</c> or <c>maze</c>.</param>
/// <param name="Task">Reads, writes and checks the puzzles.</param>
/// <param name="Side">The number of rows and of columns.</param>
/// <param name="BoxRows">The number of rows of a box of a Sudoku; otherwise 0.</param>
/// <param name="Symbols">The characters of a question, the empty cell first.</param>
/// <param name="Examples">Puzzles to try.</param>
internal sealed record ServedPuzzle(string Kind, IPuzzleTask Task, int Side, int BoxRows, string Symbols, IReadOnlyList<string> Examples)
{
    private const int LargestSudokuExample = 9; // The generator needs too long for larger ones.

    /// <summary>From the forum's hardest list. The model of the samples needs about twenty segments for it.</summary>
    private const string HardSudoku = "23.........65..9...1.....7.3...5......8..65.....89..2.1..6...4...4.8.6.......4..7";

    private const int HardMazeSide = 30; // Of Maze-Hard; other sides may have no path of its length.
    private const int SmallestMaze = 5; // Smaller layouts rarely have a path that is long enough for an example.

    /// <summary>
    /// Recognises a Sudoku by a square of cells with one token each for padding, blank and every digit, and a maze by six tokens. 4×4
    /// fits both and counts as a Sudoku. Boxes are square or wider than high: a model of 6×6 with boxes of 3×2 gets the wrong rules.
    /// </summary>
    /// <exception cref="InvalidConfigException">The model solves neither.</exception>
    public static ServedPuzzle Of(HrmConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var side = (int)Math.Sqrt(config.SequenceLength);
        var isSquare = side * side == config.SequenceLength;
        if (isSquare && config.VocabularySize == side + 2 && side is 4 or 6 or 8 or 9 or 10 or 12 or 14 or 15 or 16)
        {
            return Sudoku(SudokuShape.OfSide(side));
        }

        return isSquare && config.VocabularySize == 6 && side is >= SmallestMaze and <= MazeShape.MaximumSide
            ? Maze(MazeShape.Square(side))
            : throw new InvalidConfigException("config.json", [
                "expected a model of Sudokus (seq_len = side², vocab_size = side + 2) or mazes (seq_len = side² from 25 on, vocab_size = 6), "
                + FormattableString.Invariant($"got seq_len {config.SequenceLength}, vocab_size {config.VocabularySize}")]);
    }

    public override string ToString() => $"{Kind} {Side}x{Side}";

    private static ServedPuzzle Sudoku(SudokuShape shape) => new(
        "sudoku",
        new SudokuTask(shape),
        shape.Side,
        shape.BoxRows,
        string.Concat(Enumerable.Range(0, shape.Side + 1).Select(shape.SymbolOf)),
        shape.Side > LargestSudokuExample
            ? []
            : [.. shape.Side == 9 ? [HardSudoku] : Array.Empty<string>(), .. Generate(shape)]);

    private static IEnumerable<string> Generate(SudokuShape shape)
        => new SudokuGenerator(shape, new StatefulRandom(1)).NextDistinctPuzzles(5, shape.Cells * 2 / 5).Select(puzzle => puzzle.Question.ToString());

    private static ServedPuzzle Maze(MazeShape shape) => new(
        "maze",
        new MazeTask(shape),
        shape.Rows,
        BoxRows: 0,
        " #SG",
        [.. new MazeGenerator(shape, shape.Rows == HardMazeSide ? MazeGenerator.HardPathCells : shape.Rows, new StatefulRandom(1)).Generate(3).Select(puzzle => puzzle.Question.ToString())]);
}
