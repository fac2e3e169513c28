namespace Hrm.Puzzles;

/// <summary>
/// Plain lists of Sudoku questions: one per line, one character per cell, row by row, '.' or '0' for a blank. Text after a space or
/// tab, empty lines and lines that begin with '#' are ignored. <see cref="SudokuSearch"/> finds the answers.
/// </summary>
public static class SudokuList
{
    /// <summary>Streams the puzzles of a file with their answers in constant memory.</summary>
    /// <param name="path">The file, UTF-8. Its name without extension is the source of the puzzles.</param>
    /// <param name="shape">The shape of every question in it.</param>
    /// <param name="cancellationToken">Stops a search.</param>
    /// <returns>The puzzles in the order of the file, without a rating.</returns>
    /// <exception cref="PuzzleFormatException">
    /// While enumerating: a line is not a valid question, does not have exactly one solution, or is not decided within a million
    /// guesses, or the file has no puzzle; names file and line.
    /// </exception>
    /// <exception cref="PuzzleFileException">While enumerating: the file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">While enumerating: a search was stopped.</exception>
    public static IEnumerable<SudokuPuzzle> Read(string path, SudokuShape shape, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(shape);
        return Enumerate(path, shape, cancellationToken);
    }

    private static IEnumerable<SudokuPuzzle> Enumerate(string path, SudokuShape shape, CancellationToken cancellationToken)
    {
        var source = Path.GetFileNameWithoutExtension(path);
        using var lines = PuzzleLines.Open(path);
        var found = 0;
        while (lines.TryRead(out var line))
        {
            if (line.StartsWith('#') || string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            // Only the first word, so that a question of a wrong length is reported with its own length.
            var end = line.AsSpan().IndexOfAny(' ', '\t');
            var question = SudokuCsv.ReadGrid(end < 0 ? line : line.AsSpan(0, end), PuzzleCsv.Question, path, lines.LineNumber, shape);
            yield return Solve(question, source, path, lines.LineNumber, cancellationToken);
            found++;
        }

        if (found == 0)
        {
            throw new PuzzleFormatException("expected at least one puzzle, got the end of the file", path, lines.LineNumber + 1);
        }
    }

    private static SudokuPuzzle Solve(SudokuGrid question, string source, string path, int line, CancellationToken cancellationToken)
    {
        try
        {
            if (SudokuSearch.TrySolveUniquely(question, out var answer, cancellationToken))
            {
                return new SudokuPuzzle(question, answer, source, line: line);
            }

            throw new PuzzleFormatException(question.FindConflict()?.Message
                ?? $"expected exactly one solution, got {(SudokuSearch.TrySolve(question, out _, cancellationToken) ? "several" : "none")}");
        }
        catch (PuzzleFormatException e)
        {
            throw e.At(path, line, PuzzleCsv.Question);
        }
    }
}
