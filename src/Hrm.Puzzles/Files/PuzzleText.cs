using System.Text;

namespace Hrm.Puzzles;

/// <summary>
/// Reads files of puzzles whose format the first line with content decides. A line with a comma, or with the name of the question
/// column, is the header of a CSV file. Other files are text: a puzzle per line, or a row of a puzzle per line.
/// </summary>
/// <param name="path">The name of the file, for errors.</param>
/// <param name="clean">Removes comments and surrounding spaces from a line of text.</param>
/// <param name="isCell">Whether a character can be a cell of a puzzle.</param>
/// <param name="sizeOf">Returns the columns and cells of a puzzle, given the length of its first line.</param>
/// <param name="skipped">Receives each bad line or puzzle, which is then skipped; <see langword="null"/> to throw.</param>
/// <remarks>
/// Between the puzzles of a text there can be empty lines and comments. In a text with section names in brackets, only the section
/// <c>[Puzzle]</c> is read. Every other line is an error. In a grid, a line of cells is a damaged row: the grid is not read. Any other
/// one, and one between grids, is a title, after which a grid begins.
/// </remarks>
internal sealed class PuzzleText(string path, Func<string, string> clean, Func<char, bool> isCell, Func<int, (int Columns, int Cells)> sizeOf, Action<HrmFormatException>? skipped)
{
    /// <summary>Streams the rows of a CSV file, or the puzzles of a text as rows that have only a question.</summary>
    /// <exception cref="HrmFormatException">An error of format; names the line.</exception>
    public IEnumerable<PuzzleCsvRow> ReadRows(IEnumerable<PuzzleLine> lines)
    {
        using var all = lines.GetEnumerator();
        string first;
        do
        {
            first = all.MoveNext() ? clean(all.Current.Text) : throw NoPuzzle();
        }
        while (first.Length == 0);

        var rest = From(all);
        foreach (var row in PuzzleCsv.IsHeader(first) ? PuzzleCsv.ReadRows(rest, path, skipped) : ReadGrids(rest))
        {
            yield return row;
        }
    }

    private IEnumerable<PuzzleCsvRow> ReadGrids(IEnumerable<PuzzleLine> lines)
    {
        var grid = new StringBuilder();
        var (columns, cells, start, rows) = (0, 0, 0, 0);
        var (isOtherSection, isBroken) = (false, false);
        foreach (var (number, line) in lines)
        {
            var text = clean(line);
            if (text.StartsWith('['))
            {
                isOtherSection = !text.Equals("[Puzzle]", StringComparison.OrdinalIgnoreCase);
                text = string.Empty;
            }

            if (text.Length == 0 || isOtherSection)
            {
                EndGrid();
                continue;
            }

            var size = sizeOf(text.Length);
            if (text.Length == size.Cells)
            {
                EndGrid();
                start = number;
                yield return new PuzzleCsvRow(number, string.Empty, text, string.Empty, null);
                continue;
            }

            if (rows == 0)
            {
                (start, (columns, cells)) = (number, size);
            }

            var isOfCells = text.All(isCell);
            if (text.Length != columns || (rows == 0 && !isOfCells))
            {
                var got = text.Length == columns ? "other characters" : $"{text.Length}";
                Refuse(number, $"expected {cells} characters (a puzzle) or {columns} (a row of one), got {got}: {Quote.Text(text)}");
                if (rows == 0 || !isOfCells)
                {
                    EndGrid();
                    continue;
                }

                isBroken = true;
            }

            grid.Append(text);
            if (++rows * columns == cells)
            {
                if (!isBroken)
                {
                    yield return new PuzzleCsvRow(start, string.Empty, grid.ToString(), string.Empty, null);
                }

                EndGrid();
            }
        }

        EndGrid();
        if (start == 0)
        {
            throw NoPuzzle();
        }

        void EndGrid()
        {
            if (!isBroken && rows > 0 && rows * columns < cells)
            {
                Refuse(start, $"expected {cells / columns} rows of {columns} characters, got {rows}");
            }

            grid.Clear();
            (rows, isBroken) = (0, false);
        }
    }

    private void Refuse(int line, string problem) => PuzzleLines.Try<string, HrmFormatException>(() => throw new HrmFormatException(problem, path, line), skipped);

    private HrmFormatException NoPuzzle() => new("expected at least one puzzle, got none", path);

    private static IEnumerable<PuzzleLine> From(IEnumerator<PuzzleLine> lines)
    {
        do
        {
            yield return lines.Current;
        }
        while (lines.MoveNext());
    }
}
