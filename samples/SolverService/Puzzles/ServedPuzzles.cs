using Hrm.Core;
using Hrm.Puzzles;

namespace Hrm.Samples.SolverService;

/// <summary>Tells from a model's config what its puzzles are.</summary>
internal static class ServedPuzzles
{
    private const int MazeVocabulary = 6;
    private const int SmallestMaze = 5; // In a smaller one hardly any layout has a way that is long enough for an example.

    /// <summary>
    /// A square of cells with a token each for padding, blank and every digit is a Sudoku; one of six tokens is a maze. 4×4 fits both,
    /// and is taken for a Sudoku. Boxes are as wide as high, or wider: a model of 6×6 with boxes of 3×2 is served by the wrong rules.
    /// </summary>
    /// <exception cref="InvalidConfigException">It is neither.</exception>
    public static IServedPuzzle Of(HrmConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var side = (int)Math.Sqrt(config.SequenceLength);
        var isSquare = side * side == config.SequenceLength;
        if (isSquare && config.VocabularySize == side + 2 && side is 4 or 6 or 8 or 9 or 10 or 12 or 14 or 15 or 16)
        {
            return new ServedSudoku(SudokuShape.OfSide(side));
        }

        return isSquare && config.VocabularySize == MazeVocabulary && side is >= SmallestMaze and <= MazeShape.MaximumSide
            ? new ServedMaze(side)
            : throw new InvalidConfigException("config.json", [
                "expected a model of Sudokus (seq_len = side², vocab_size = side + 2) or mazes (seq_len = side² from 25 on, vocab_size = 6), "
                + FormattableString.Invariant($"got seq_len {config.SequenceLength}, vocab_size {config.VocabularySize}")]);
    }
}
