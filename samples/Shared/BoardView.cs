using System.Globalization;
using Hrm.Core;
using Hrm.Puzzles;
using Spectre.Console;

namespace Hrm.Samples;

/// <summary>Shows how an answer forms: a board a segment, with its Q values.</summary>
public static class BoardView
{
    /// <summary>Writes the boards side by side: givens plain, right cells green, wrong ones red.</summary>
    /// <param name="console">The console.</param>
    /// <param name="encoding">Turns tokens into grids.</param>
    /// <param name="question">The puzzle.</param>
    /// <param name="solution">Its solution, where it is known; without it no cell is coloured.</param>
    /// <param name="trace">The answer after each segment.</param>
    public static void Write(IAnsiConsole console, SudokuEncoding encoding, SudokuGrid question, SudokuGrid? solution, IReadOnlyList<SegmentAnswer> trace)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(encoding);
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(trace);
        var panels = new List<Panel> { Board("puzzle", SudokuBoard.Format(question)) };
        foreach (var answer in trace)
        {
            var grid = encoding.DecodePrediction([.. answer.Tokens]);
            var board = SudokuBoard.Format(grid, question, Colour, solution);
            var q = string.Create(CultureInfo.InvariantCulture, $"\nQ halt {answer.QHalt,6:F1}\nQ cont {answer.QContinue,6:F1}");
            panels.Add(Board($"segment {answer.Segment}", board.TrimEnd() + q));
        }

        console.Write(new Columns(panels) { Expand = false });
    }

    private static Panel Board(string title, string markup)
        => new Panel(new Markup(markup.TrimEnd())).Header(title).RoundedBorder();

    private static string Colour(string symbol, SudokuCellKind kind) => kind switch
    {
        SudokuCellKind.Right => $"[green]{symbol}[/]",
        SudokuCellKind.Wrong => $"[red]{symbol}[/]",
        _ => symbol,
    };
}
