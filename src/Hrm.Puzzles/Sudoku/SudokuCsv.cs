namespace Hrm.Puzzles;

/// <summary>
/// Files of Sudokus, UTF-8: the CSV files of the paper and of Kaggle, lists of one puzzle per line (<c>.sdm</c> too), and grids of one
/// row per line (<c>.sdk</c> too). The content decides the format, not the name of the file. Every puzzle is verified.
/// </summary>
/// <remarks>
/// <para>
/// A CSV file has a header with the columns question (or puzzle, quizzes) and optionally answer (or solution, solutions), source, and
/// rating (or difficulty), in any order and case. Others are ignored. Written files have the header <c>source,question,answer,rating</c>.
/// </para>
/// <para>
/// In the other formats spaces around a line and the text after a <c>#</c> are ignored, as are empty lines and all sections in brackets
/// except <c>[Puzzle]</c>. A blank is '.', '0', '*' or '_'; A to G follow 9.
/// </para>
/// </remarks>
public static class SudokuCsv
{
    /// <summary>Streams the puzzles of a file in constant memory. A missing answer is found by <see cref="SudokuSearch"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shape">The shape of every grid in it; by default the usual shape of the first one. A 16×16 grid with one row per line needs it.</param>
    /// <param name="skipped">Receives the error of each bad line or puzzle, which is then skipped; by default the first is thrown.</param>
    /// <returns>The puzzles in the order of the file. A rating that is not a number of at least 0 is <see langword="null"/>.</returns>
    /// <exception cref="HrmFormatException">While enumerating: an error of format or rules, or a question without answer that has not exactly one solution; names file, line and field.</exception>
    /// <exception cref="HrmFileException">While enumerating: the file cannot be read.</exception>
    public static IEnumerable<SudokuPuzzle> Read(string path, SudokuShape? shape = null, Action<HrmFormatException>? skipped = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Read(PuzzleLines.Read(path, skipped), path, shape, skipped, (row, known) => ReadPuzzle(row, path, known));
    }

    /// <summary>Streams the questions of a file or of the standard input in constant memory, each as soon as it is complete. Answers are not read.</summary>
    /// <param name="stream">The content; read while enumerating, owned by the caller.</param>
    /// <param name="name">The name of the content, for errors.</param>
    /// <param name="shape"><inheritdoc cref="Read(string, SudokuShape?, Action{HrmFormatException}?)" path="/param[@name='shape']"/></param>
    /// <param name="skipped"><inheritdoc cref="Read(string, SudokuShape?, Action{HrmFormatException}?)" path="/param[@name='skipped']"/></param>
    /// <returns>The questions, without conflicting givens.</returns>
    /// <exception cref="HrmFormatException">While enumerating: an error of format or rules; names the content, line and field.</exception>
    /// <exception cref="HrmFileException">While enumerating: the stream cannot be read.</exception>
    public static IEnumerable<SudokuGrid> ReadQuestions(Stream stream, string name, SudokuShape? shape = null, Action<HrmFormatException>? skipped = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        return Read(PuzzleLines.Read(stream, name, skipped), name, shape, skipped, (row, known) => ReadQuestion(row, name, known));
    }

    /// <summary>Writes puzzles to a temporary file and renames it: the final name has the whole file or is unchanged.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="puzzles">The puzzles, at least one.</param>
    /// <exception cref="HrmFormatException">A source contains a line break, a rating is negative or not a number, or there is no puzzle.</exception>
    /// <exception cref="HrmFileException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<SudokuPuzzle> puzzles)
        => PuzzleCsv.Write(path, puzzles, puzzle => new PuzzleCsvRow(0, puzzle.Source, puzzle.Question.ToString(), puzzle.Answer.ToString(), puzzle.Rating));

    private static IEnumerable<T> Read<T>(
        IEnumerable<PuzzleLine> lines, string path, SudokuShape? shape, Action<HrmFormatException>? skipped, Func<PuzzleCsvRow, SudokuShape, T> read)
        where T : class
    {
        var text = new PuzzleText(path, WithoutComment, SudokuShape.IsSymbol, SizeOf, skipped);
        return text.ReadRows(lines).Select(row => PuzzleLines.Try(() => Read(row), skipped)).OfType<T>();

        T Read(PuzzleCsvRow row)
        {
            var its = shape ?? row.Read(path, PuzzleCsv.Question, () => SudokuShape.OfCells(row.Question.Length));
            var puzzle = read(row, its);
            shape = its;
            return puzzle;
        }

        // A line of 16 characters is a 4×4 puzzle; shorter ones are rows.
        (int Columns, int Cells) SizeOf(int length)
        {
            var likely = shape ?? SudokuShape.Find(length < SudokuShape.Four.Cells ? length : (int)Math.Sqrt(length)) ?? SudokuShape.Nine;
            return (likely.Side, likely.Cells);
        }
    }

    private static string WithoutComment(string line) => line.Split('#', 2)[0].Trim();

    private static SudokuGrid ReadQuestion(PuzzleCsvRow row, string path, SudokuShape shape) => row.Read(path, PuzzleCsv.Question, () =>
    {
        var question = SudokuGrid.Parse(row.Question, shape);
        return question.FindConflict() is { } conflict ? throw conflict.OfQuestion() : question;
    });

    private static SudokuPuzzle ReadPuzzle(PuzzleCsvRow row, string path, SudokuShape shape)
    {
        var question = ReadQuestion(row, path, shape);
        var answer = row.Answer.Length > 0
            ? row.Read(path, PuzzleCsv.Answer, () => SudokuGrid.Parse(row.Answer, shape))
            : row.Read(path, PuzzleCsv.Question, () => FindAnswer(question));
        return row.Read(path, PuzzleCsv.Answer, () => new SudokuPuzzle(question, answer, row.Source, row.Rating, row.Line));
    }

    private static SudokuGrid FindAnswer(SudokuGrid question)
    {
        var search = SudokuSearch.Start(question);
        var answer = search.MoveNext() ? search.Solution : null;
        return answer is not null && !search.MoveNext()
            ? answer
            : throw new HrmFormatException("expected one solution, as there is no answer, got none or several");
    }
}
