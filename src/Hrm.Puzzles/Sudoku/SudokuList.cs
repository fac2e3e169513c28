namespace Hrm.Puzzles;

/// <summary>
/// Plain lists of Sudoku questions, as they are passed around: one a line, one character a cell row by row, '.' or '0' for a
/// blank; after a space or tab anything may follow. Lines that begin with '#' and empty lines are passed over. The answers are
/// found by <see cref="SudokuSearcher"/>.
/// </summary>
public static class SudokuList
{
    /// <summary>Streams the puzzles of a file, each with its answer; memory does not grow with its size.</summary>
    /// <param name="path">The file, UTF-8. Its name without extension is the source of the puzzles.</param>
    /// <param name="shape">The shape of every question in it.</param>
    /// <param name="cancellationToken">Stops the search for an answer.</param>
    /// <returns>The puzzles in the order of the file, without a rating.</returns>
    /// <exception cref="PuzzleFormatException">
    /// While enumerating: a line is no question, or one that has not exactly one solution or is not decided by a million guesses, or
    /// there is none; names file and line.
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
        var searcher = new SudokuSearcher(shape);
        using var lines = PuzzleLines.Open(path);
        var found = 0;
        while (lines.TryRead(out var line))
        {
            if (line.StartsWith('#') || string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var question = ReadQuestion(line, shape, path, lines.LineNumber);
            yield return new SudokuPuzzle(question, Solve(searcher, question, path, lines.LineNumber, cancellationToken), source, line: lines.LineNumber);
            found++;
        }

        if (found == 0)
        {
            throw new PuzzleFormatException("expected at least one puzzle, got the end of the file", path, lines.LineNumber + 1);
        }
    }

    private static SudokuGrid ReadQuestion(string line, SudokuShape shape, string path, int number)
    {
        // The end of the first word, so that a question of a wrong length is reported with its own length.
        var end = line.AsSpan().IndexOfAny(' ', '\t');
        SudokuGrid question;
        try
        {
            question = SudokuGrid.Parse(end < 0 ? line : line.AsSpan(0, end), shape);
        }
        catch (PuzzleFormatException e)
        {
            throw e.At(path, number, PuzzleCsv.Question);
        }

        return question.FindConflict() is { } conflict
            ? throw new PuzzleFormatException(conflict.Message, path, number, PuzzleCsv.Question)
            : question;
    }

    private static SudokuGrid Solve(SudokuSearcher searcher, SudokuGrid question, string path, int number, CancellationToken cancellationToken)
    {
        var answer = new byte[question.Shape.Cells];
        try
        {
            if (searcher.TrySolveUniquely(question.Digits, answer, cancellationToken))
            {
                return SudokuGrid.FromDigits(answer, question.Shape);
            }

            var solutions = searcher.CountSolutions(question.Digits, cancellationToken: cancellationToken) == 0 ? "none" : "several";
            throw new PuzzleFormatException($"expected exactly one solution, got {solutions}");
        }
        catch (PuzzleFormatException e)
        {
            throw e.At(path, number, PuzzleCsv.Question);
        }
    }
}
