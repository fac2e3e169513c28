using System.Text;

namespace Hrm.Puzzles;

/// <summary>
/// Reads files of puzzles whose format the first line with content decides. A line with a comma, or with the name of the question
/// column, is the header of a CSV file. Other files are text: a puzzle per line, or a row of a puzzle per line.
/// </summary>
/// <param name="path">The name of the file, for errors.</param>
/// <param name="clean">Removes comments and surrounding spaces from a line of text.</param>
/// <param name="sizeOf">Returns the columns and cells of a puzzle, given the length of its first line.</param>
/// <param name="skipped">Receives each bad line or puzzle, which is then skipped; <see langword="null"/> to throw.</param>
/// <remarks>
/// Between the puzzles of a text there can be empty lines and comments. In a text with section names in brackets, only the section
/// <c>[Puzzle]</c> is read. After an error in a grid, the rest of its rows is not read.
/// </remarks>
internal sealed class PuzzleText(string path, Func<string, string> clean, Func<int, (int Columns, int Cells)> sizeOf, Action<HrmFormatException>? skipped)
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
        var (columns, cells, start) = (0, 0, 0);
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
                isBroken = false;
                continue;
            }

            var size = sizeOf(text.Length);
            if (text.Length == size.Cells)
            {
                EndGrid();
                (start, isBroken) = (number, false);
                yield return new PuzzleCsvRow(number, string.Empty, text, string.Empty, null);
                continue;
            }

            if (grid.Length == 0)
            {
                (start, (columns, cells)) = (number, size);
            }

            if (text.Length != columns)
            {
                grid.Clear();
                isBroken = true;
                Refuse(number, $"expected {cells} characters (a puzzle) or {columns} (a row of one), got {text.Length}: {Quote.Text(text)}");
            }
            else if (!isBroken && grid.Append(text).Length == cells)
            {
                yield return new PuzzleCsvRow(start, string.Empty, grid.ToString(), string.Empty, null);
                grid.Clear();
            }
        }

        EndGrid();
        if (start == 0)
        {
            throw NoPuzzle();
        }

        void EndGrid()
        {
            if (grid.Length > 0)
            {
                Refuse(start, $"expected {cells / columns} rows of {columns} characters, got {grid.Length / columns}");
                grid.Clear();
            }
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
