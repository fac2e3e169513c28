namespace Hrm.Puzzles;

/// <summary>
/// Maze files in the format of the paper's datasets: UTF-8, a header that names the columns as in <see cref="SudokuCsv"/>, one maze
/// per line, one character per cell. Every row is verified: lengths, characters, one start and one goal, a shortest path as answer.
/// Questions can also come from text.
/// </summary>
/// <remarks>Nothing is trimmed: rows begin and end with spaces, which are free cells.</remarks>
public static class MazeCsv
{
    /// <summary>Streams the puzzles of a file in constant memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shape">The shape of every maze in it; by default each is square.</param>
    /// <param name="skipped">Receives the error of each bad row, which is then skipped; by default the first is thrown.</param>
    /// <returns>The puzzles in the order of the file. A rating that is not a number of at least 0 is <see langword="null"/>; a missing answer is <see cref="MazeGrid.FindShortestPath"/>.</returns>
    /// <exception cref="HrmFormatException">While enumerating: an error of format or rules; names file, line and field.</exception>
    /// <exception cref="HrmFileException">While enumerating: the file cannot be read.</exception>
    public static IEnumerable<MazePuzzle> Read(string path, MazeShape? shape = null, Action<HrmFormatException>? skipped = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return PuzzleCsv.ReadRows(PuzzleLines.Read(path, skipped), path, skipped).Select(row => PuzzleLines.Try(() => ReadPuzzle(row, path, shape), skipped)).OfType<MazePuzzle>();
    }

    /// <summary>
    /// Streams the mazes of a file or of the standard input in constant memory, each as soon as it is complete: CSV, whose answers are not
    /// read, or text with one maze or one row of a maze per line. Between mazes there can be empty lines.
    /// </summary>
    /// <param name="stream">The content; read while enumerating, owned by the caller.</param>
    /// <param name="name">The name of the content, for errors.</param>
    /// <param name="shape">The shape of every maze.</param>
    /// <param name="skipped">Receives the error of each bad line or maze, which is then skipped; by default the first is thrown.</param>
    /// <returns>The mazes; each has a path from its start to its goal.</returns>
    /// <exception cref="HrmFormatException">While enumerating: an error of format or rules; names the content, line and field.</exception>
    /// <exception cref="HrmFileException">While enumerating: the stream cannot be read.</exception>
    public static IEnumerable<MazeGrid> ReadQuestions(Stream stream, string name, MazeShape shape, Action<HrmFormatException>? skipped = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(shape);
        return new PuzzleText(name, line => line, MazeCells.Symbols.Contains, _ => (shape.Columns, shape.Cells), skipped)
            .ReadRows(PuzzleLines.Read(stream, name, skipped))
            .Select(row => PuzzleLines.Try(() => ReadPuzzle(row with { Answer = string.Empty }, name, shape), skipped)?.Question)
            .OfType<MazeGrid>();
    }

    /// <summary>Writes puzzles to a temporary file and renames it: the final name has the whole file or is unchanged.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="puzzles">The puzzles, at least one.</param>
    /// <exception cref="HrmFormatException">A source contains a line break, a rating is negative or not a number, or there is no puzzle.</exception>
    /// <exception cref="HrmFileException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<MazePuzzle> puzzles)
        => PuzzleCsv.Write(path, puzzles, puzzle => new PuzzleCsvRow(0, puzzle.Source, puzzle.Question.ToString(), puzzle.Answer.ToString(), puzzle.Rating));

    private static MazePuzzle ReadPuzzle(PuzzleCsvRow row, string path, MazeShape? shape)
    {
        var question = row.Read(path, PuzzleCsv.Question, () => MazeGrid.Parse(row.Question, shape ?? MazeShape.OfCells(row.Question.Length)).RequireQuestion());
        var answer = row.Answer.Length > 0
            ? row.Read(path, PuzzleCsv.Answer, () => MazeGrid.Parse(row.Answer, question.Shape))
            : row.Read(path, PuzzleCsv.Question, () => MazePuzzle.Of(question).Answer);
        return row.Read(path, PuzzleCsv.Answer, () => new MazePuzzle(question, answer, row.Source, row.Rating, row.Line));
    }
}
