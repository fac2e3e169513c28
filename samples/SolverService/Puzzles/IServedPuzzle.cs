namespace Hrm.Samples.SolverService;

/// <summary>The puzzles of the loaded model, as text and as tokens. Safe for use by several threads.</summary>
public interface IServedPuzzle
{
    /// <summary>The name in addresses: <c>sudoku</c>, <c>maze</c>.</summary>
    string Kind { get; }

    /// <summary>Rows and columns.</summary>
    int Side { get; }

    /// <summary>Rows of a box, of a Sudoku; else 0.</summary>
    int BoxRows { get; }

    /// <summary>The characters of a question, the empty cell first.</summary>
    string Symbols { get; }

    /// <summary>Puzzles to try.</summary>
    IReadOnlyList<string> Examples { get; }

    /// <summary>Reads and checks a puzzle.</summary>
    /// <param name="text">A character a cell, row by row.</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="InvalidPuzzleException">It is none; says what was expected, what came, and in which cells.</exception>
    int[] Encode(string text);

    /// <summary>What a model predicts, as text.</summary>
    /// <param name="prediction">A token a cell.</param>
    string Decode(int[] prediction);

    /// <summary>Whether a prediction solves a puzzle, by the rules alone.</summary>
    /// <param name="inputs">The tokens of the puzzle.</param>
    /// <param name="prediction">The tokens of the answer.</param>
    bool IsSolution(int[] inputs, int[] prediction);
}
