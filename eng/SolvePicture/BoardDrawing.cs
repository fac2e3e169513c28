using System.Globalization;
using System.Text;
using Hrm.Puzzles;

namespace Hrm.SolvePicture;

/// <summary>Boards of one puzzle in rows of an SVG picture: givens grey, right cells green, wrong ones red.</summary>
internal sealed class BoardDrawing(SudokuGrid question, SudokuGrid solution)
{
    private const int Cell = 30;
    private const int Margin = 20;
    private const int Title = 26;
    private const int BoardsInARow = 4;

    private readonly List<(string Title, SudokuGrid Grid, string Note)> _boards = [];

    private int Side => question.Shape.Side * Cell;

    private int Width => Math.Max(Side, 150) + Margin;

    private int Height => Side + (2 * Title) + Margin;

    /// <summary>Adds a board.</summary>
    public void Add(string title, SudokuGrid grid, string note) => _boards.Add((title, grid, note));

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

    private void Draw(StringBuilder svg, (string Title, SudokuGrid Grid, string Note) board)
    {
        var shape = question.Shape;
        Line(svg, $"<text y=\"14\" font-size=\"14\" font-weight=\"bold\" fill=\"#222222\">{board.Title}</text>");
        var text = board.Grid.ToString();
        for (var cell = 0; cell < shape.Cells; cell++)
        {
            var (x, y) = (cell % shape.Side * Cell, Title + (cell / shape.Side * Cell));
            var (fill, ink) = ColoursOf(board.Grid, cell);
            Line(svg, $"<rect x=\"{x}\" y=\"{y}\" width=\"{Cell}\" height=\"{Cell}\" fill=\"{fill}\" stroke=\"#bbbbbb\"/>");
            if (text[cell] != '.')
            {
                Line(svg, $"<text x=\"{x + (Cell / 2)}\" y=\"{y + 21}\" font-size=\"17\" text-anchor=\"middle\" fill=\"{ink}\">{text[cell]}</text>");
            }
        }

        for (var box = 0; box < shape.Cells / shape.Side; box++)
        {
            var (x, y) = (box % shape.BoxRows * shape.BoxColumns * Cell, Title + (box / shape.BoxRows * shape.BoxRows * Cell));
            Line(svg, $"<rect x=\"{x}\" y=\"{y}\" width=\"{shape.BoxColumns * Cell}\" height=\"{shape.BoxRows * Cell}\" fill=\"none\" stroke=\"#444444\" stroke-width=\"2\"/>");
        }

        Line(svg, $"<text y=\"{Side + Title + 17}\" font-size=\"11\" fill=\"#555555\">{board.Note}</text>");
    }

    private (string Fill, string Ink) ColoursOf(SudokuGrid grid, int cell) => (grid[cell], question[cell]) switch
    {
        (0, 0) => ("#ffffff", "#222222"),
        var (digit, _) when digit != solution[cell] => ("#fbdcdc", "#b01c1c"),
        (_, 0) => ("#dff3e0", "#1b6e2a"),
        _ => ("#eeeeee", "#222222"),
    };

    private static void Line(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
