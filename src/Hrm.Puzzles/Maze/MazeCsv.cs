namespace Hrm.Puzzles;

/// <summary>
/// Maze files in the format of the paper's datasets: UTF-8, a header that names the columns as in <see cref="SudokuCsv"/>, one maze
/// per line, one character per cell. Every row is verified: lengths, characters, one start and one goal, a shortest path as answer.
/// </summary>
/// <remarks>Nothing is trimmed: rows begin and end with spaces, which are free cells.</remarks>
public static class MazeCsv
{
    /// <summary>Streams the puzzles of a file in constant memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shape">The shape of every maze in it; by default each is square.</param>
    /// <returns>The puzzles in the order of the file. An empty rating is <see langword="null"/>.</returns>
    /// <exception cref="HrmFormatException">While enumerating: an error of format or rules; names file, line and field.</exception>
    /// <exception cref="HrmFileException">While enumerating: the file cannot be read.</exception>
    public static IEnumerable<MazePuzzle> Read(string path, MazeShape? shape = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return PuzzleCsv.ReadRows(path).Select(row => ReadPuzzle(row, path, shape));
    }

    /// <summary>Writes puzzles to a temporary file and renames it: the final name has the whole file or is unchanged.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="puzzles">The puzzles, at least one.</param>
    /// <exception cref="HrmFormatException">A source contains a line break, a rating is negative or not a number, or there is no puzzle.</exception>
    /// <exception cref="HrmFileException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<MazePuzzle> puzzles)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(puzzles);
        PuzzleCsv.WriteRows(path, puzzles.Select((puzzle, row) =>
            new PuzzleCsvRow(row + 2, puzzle.Source, puzzle.Question.ToString(), puzzle.Answer.ToString(), puzzle.Rating)));
    }

    private static MazePuzzle ReadPuzzle(PuzzleCsvRow row, string path, MazeShape? shape)
    {
        var field = PuzzleCsv.Question;
        try
        {
            var question = MazeGrid.Parse(row.Question, shape ?? MazeShape.OfCells(row.Question.Length)).RequireQuestion();
            field = PuzzleCsv.Answer;
            return new MazePuzzle(question, MazeGrid.Parse(row.Answer, question.Shape), row.Source, row.Rating, row.Line);
        }
        catch (HrmFormatException e)
        {
            throw e.At(path, row.Line, e.Place ?? field);
        }
    }
}
