using System.Globalization;
using System.Text;

namespace Hrm.SolvePicture;

/// <summary>
/// Boards of one puzzle in rows of an SVG picture: right cells green, wrong ones red. Neighbouring cells of a colour are one shape, which
/// keeps the picture of a maze small.
/// </summary>
/// <param name="question">The puzzle, one character per cell.</param>
/// <param name="solution">Its solution.</param>
/// <param name="box">The rows and columns of a box of a Sudoku; for a maze the whole board.</param>
internal sealed class BoardDrawing(string question, string solution, (int Rows, int Columns) box)
{
    private const int LargestBoard = 270;
    private const int LargestCell = 30;
    private const int Margin = 20;
    private const int Title = 26;
    private const int BoardsInARow = 4;
    private const string Blanks = ". ";
    private const string Black = "#222222";

    private readonly List<(string Title, string Cells, string Note)> _boards = [];
    private readonly int _side = (int)Math.Sqrt(question.Length);

    private int Cell => Math.Min(LargestCell, LargestBoard / _side);

    private int Side => _side * Cell;

    private int Width => Math.Max(Side, 150) + Margin;

    private int Height => Side + (2 * Title) + Margin;

    /// <summary>Adds a board.</summary>
    public void Add(string title, string cells, string note) => _boards.Add((title, cells, note));

    /// <summary>The picture.</summary>
    public string ToSvg()
    {
        var columns = Math.Min(_boards.Count, BoardsInARow);
        var rows = (_boards.Count + BoardsInARow - 1) / BoardsInARow;
        var svg = new StringBuilder();
        var (width, height) = ((columns * Width) + Margin, (rows * Height) + Margin);
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\">");
        Line(svg, $"<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>");
        for (var board = 0; board < _boards.Count; board++)
        {
            Line(svg, $"<g transform=\"translate({Margin + (board % BoardsInARow * Width)},{Margin + (board / BoardsInARow * Height)})\">");
            Draw(svg, _boards[board]);
            Line(svg, $"</g>");
        }

        Line(svg, $"</svg>");
        return svg.ToString();
    }

    private void Draw(StringBuilder svg, (string Title, string Cells, string Note) board)
    {
        var (cells, expected) = (board.Cells, board.Cells == question ? question : solution);
        Line(svg, $"<text y=\"14\" font-size=\"14\" font-weight=\"bold\" fill=\"{Black}\">{board.Title}</text>");
        Line(svg, $"<g transform=\"translate(0,{Title})\">");
        foreach (var colour in Enumerable.Range(0, cells.Length).GroupBy(cell => FillOf(cells[cell], question[cell], expected[cell])))
        {
            Line(svg, $"<path transform=\"scale({Cell})\" fill=\"{colour.Key}\" shape-rendering=\"crispEdges\" d=\"{Shapes([.. colour])}\"/>");
        }

        if (box.Rows < _side)
        {
            Line(svg, $"<path stroke=\"#bbbbbb\" d=\"{Grid(1, 1)}\"/>");
        }

        Line(svg, $"<path stroke=\"#444444\" stroke-width=\"2\" d=\"{Grid(box.Rows, box.Columns)}\"/>");
        DrawSymbols(svg, cells, expected);
        Line(svg, $"</g>");
        Line(svg, $"<text y=\"{Side + Title + 17}\" font-size=\"11\" fill=\"#555555\">{board.Note}</text>");
    }

    /// <summary>Draws digits, start and goal. A white outline makes letters legible that are larger than their cell.</summary>
    private void DrawSymbols(StringBuilder svg, string cells, string expected)
    {
        var size = Math.Max(Cell * 17 / LargestCell, 14);
        Line(svg, $"<g font-size=\"{size}\" text-anchor=\"middle\" fill=\"{Black}\" stroke=\"#ffffff\" stroke-width=\"{(size > Cell ? 4 : 0)}\" paint-order=\"stroke\">");
        for (var cell = 0; cell < cells.Length; cell++)
        {
            if (char.IsLetterOrDigit(cells[cell]) && cells[cell] != 'o')
            {
                var (x, y) = ((cell % _side * Cell) + (Cell / 2), (cell / _side * Cell) + (Cell / 2) + (size / 3) + 1);
                var ink = cells[cell] != expected[cell] ? "#b01c1c" : cells[cell] == question[cell] ? Black : "#1b6e2a";
                Line(svg, $"<text x=\"{x}\" y=\"{y}\"{(ink == Black ? string.Empty : $" fill=\"{ink}\"")}>{cells[cell]}</text>");
            }
        }

        Line(svg, $"</g>");
    }

    private static string FillOf(char symbol, char asked, char expected) => symbol switch
    {
        _ when symbol != expected => symbol is 'o' or '#' ? "#d62f2f" : "#fbdcdc",
        '#' => "#4a5160",
        'o' => "#2c9c4b",
        _ when Blanks.Contains(symbol, StringComparison.Ordinal) => "#ffffff",
        _ => symbol == asked ? "#eeeeee" : "#dff3e0",
    };

    /// <summary>One rectangle for each run of cells in a row.</summary>
    private string Shapes(int[] cells)
    {
        var shapes = new StringBuilder();
        for (var (first, next) = (0, 1); first < cells.Length; first = next++)
        {
            while (next < cells.Length && cells[next] == cells[next - 1] + 1 && cells[next] % _side > 0)
            {
                next++;
            }

            shapes.Append(CultureInfo.InvariantCulture, $"M{cells[first] % _side} {cells[first] / _side}h{next - first}v1h-{next - first}z");
        }

        return shapes.ToString();
    }

    /// <summary>The lines around boxes of so many rows and columns.</summary>
    private string Grid(int rows, int columns)
    {
        var lines = new StringBuilder();
        for (var edge = 0; edge <= _side; edge++)
        {
            lines.Append(CultureInfo.InvariantCulture, $"{(edge % rows == 0 ? $"M0 {edge * Cell}h{Side}" : string.Empty)}{(edge % columns == 0 ? $"M{edge * Cell} 0v{Side}" : string.Empty)}");
        }

        return lines.ToString();
    }

    private static void Line(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
