namespace Hrm.Puzzles;

/// <summary>
/// Maze files in the format of the paper's sets: UTF-8, a header as in <see cref="SudokuCsv"/>, one maze per line, one character per
/// cell. Every row is verified: lengths, characters, one start and one goal, an answer that is a shortest path.
/// </summary>
/// <remarks>Blanks at the ends of a field are cells; nothing is trimmed.</remarks>
public static class MazeCsv
{
    /// <summary>Streams the puzzles of a file in constant memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shape">The shape of every maze; by default each is a square.</param>
    /// <returns>The puzzles in the order of the file. An empty rating is <see langword="null"/>.</returns>
    /// <exception cref="PuzzleFormatException">While enumerating: an error of format or rules; names file, line and field.</exception>
    /// <exception cref="PuzzleFileException">While enumerating: the file cannot be read.</exception>
    public static IEnumerable<MazePuzzle> Read(string path, MazeShape? shape = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return PuzzleCsv.ReadRows(path).Select(row => ReadPuzzle(row, path, shape));
    }

    /// <summary>Writes puzzles to a temporary file and renames it: the final name has the whole file or is unchanged.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="puzzles">The puzzles, at least one.</param>
    /// <exception cref="PuzzleFormatException">A source contains a line break, a rating is negative or not a number, or there is no puzzle.</exception>
    /// <exception cref="PuzzleFileException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<MazePuzzle> puzzles)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(puzzles);
        PuzzleCsv.WriteRows(path, puzzles.Select((puzzle, row) =>
            new PuzzleCsvRow(row + 2, puzzle.Source, puzzle.Question.ToString(), puzzle.Answer.ToString(), puzzle.Rating)));
    }

    private static MazePuzzle ReadPuzzle(PuzzleCsvRow row, string path, MazeShape? shape)
    {
        var question = ReadField(row, path, PuzzleCsv.Question, () => shape is null ? MazeGrid.Parse(row.Question) : MazeGrid.Parse(row.Question, shape));
        var answer = ReadField(row, path, PuzzleCsv.Answer, () => MazeAnswer.Parse(row.Answer, question.Shape));
        try
        {
            return new MazePuzzle(question, answer, row.Source, row.Rating, row.Line);
        }
        catch (MazeRuleException e) when (e.Fault.Kind == MazeFaultKind.GoalUnreachable)
        {
            throw new PuzzleFormatException(e.Fault.Message, path, row.Line, PuzzleCsv.Question, e);
        }
        catch (MazeRuleException e)
        {
            var problem = $"the answer does not solve its question: {e.Fault.Message}";
            throw new PuzzleFormatException(problem, path, row.Line, PuzzleCsv.Answer, e);
        }
    }

    private static T ReadField<T>(PuzzleCsvRow row, string path, string field, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (PuzzleFormatException e)
        {
            throw e.At(path, row.Line, field);
        }
    }
}
