namespace Hrm.Puzzles;

/// <summary>
/// Sudoku files in the format of the paper's datasets: UTF-8, a header that names the columns, then one puzzle per line. Every row
/// is verified: lengths, characters, givens without conflict, an answer that solves the question.
/// </summary>
/// <remarks>
/// Columns are found by their names, in any order and case: question (or puzzle, quizzes), answer (or solution, solutions), and
/// optionally source and rating (or difficulty). Others are ignored. Written files have the header
/// <c>source,question,answer,rating</c>.
/// </remarks>
public static class SudokuCsv
{
    /// <summary>Streams the puzzles of a file in constant memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shape">The shape of every grid in it.</param>
    /// <returns>The puzzles in the order of the file. An empty rating is <see langword="null"/>.</returns>
    /// <exception cref="HrmFormatException">While enumerating: an error of format or rules; names file, line and field.</exception>
    /// <exception cref="HrmFileException">While enumerating: the file cannot be read.</exception>
    public static IEnumerable<SudokuPuzzle> Read(string path, SudokuShape shape)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(shape);
        return PuzzleCsv.ReadRows(path).Select(row => ReadPuzzle(row, path, shape));
    }

    /// <summary>Writes puzzles to a temporary file and renames it: the final name has the whole file or is unchanged.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="puzzles">The puzzles, at least one.</param>
    /// <exception cref="HrmFormatException">A source contains a line break, a rating is negative or not a number, or there is no puzzle.</exception>
    /// <exception cref="HrmFileException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<SudokuPuzzle> puzzles)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(puzzles);
        PuzzleCsv.WriteRows(path, puzzles.Select((puzzle, row) =>
            new PuzzleCsvRow(row + 2, puzzle.Source, puzzle.Question.ToString(), puzzle.Answer.ToString(), puzzle.Rating)));
    }

    private static SudokuPuzzle ReadPuzzle(PuzzleCsvRow row, string path, SudokuShape shape)
    {
        var field = PuzzleCsv.Question;
        try
        {
            var question = SudokuGrid.Parse(row.Question, shape);
            field = PuzzleCsv.Answer;
            return new SudokuPuzzle(question, SudokuGrid.Parse(row.Answer, shape), row.Source, row.Rating, row.Line);
        }
        catch (HrmFormatException e)
        {
            throw e.At(path, row.Line, e.Place ?? field);
        }
    }
}
