using System.Globalization;
using System.Text;
using Hrm.Core;
using Hrm.Puzzles;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Shows how an answer forms: a board a segment, with its Q values.</summary>
public static class BoardView
{
    private const int MostBoards = 16;
    private const int LastBoards = 4;

    /// <summary>
    /// Writes the boards side by side: givens plain, right cells green, wrong ones red. Segments that leave the answer as it is share a board,
    /// with the Q values of the last; of very many boards some in the middle are left out.
    /// </summary>
    /// <param name="console">The console.</param>
    /// <param name="task">Turns tokens into grids.</param>
    /// <param name="question">The puzzle.</param>
    /// <param name="solution">Its solution, where it is known; without it no cell is coloured.</param>
    /// <param name="trace">The answer after each segment.</param>
    public static void Write(IAnsiConsole console, SudokuTask task, SudokuGrid question, SudokuGrid? solution, IReadOnlyList<SegmentAnswer> trace)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(trace);
        var thoughts = Thoughts(trace);
        var panels = new List<Panel> { Board("puzzle", Draw(question, question, question)) };
        for (var i = 0; i < thoughts.Count; i++)
        {
            if (thoughts.Count > MostBoards && i == MostBoards - LastBoards)
            {
                var left = thoughts.Count - MostBoards;
                panels.Add(new Panel($"{left} more boards").Header("…").RoundedBorder());
                i += left;
            }

            var (first, answer) = thoughts[i];
            var board = Draw(task.Decode([.. answer.Tokens]), question, solution);
            var q = string.Create(CultureInfo.InvariantCulture, $"\nQ halt {answer.QHalt,6:F1}\nQ cont {answer.QContinue,6:F1}");
            panels.Add(Board(first == answer.Segment ? $"segment {first}" : $"segments {first}-{answer.Segment}", board.TrimEnd() + q));
        }

        console.Write(CommandLine.Beside(console, panels));
    }

    /// <summary>The answers that differ from the one before: the segment that each came with, and what the last said that left it so.</summary>
    private static List<(int First, SegmentAnswer Last)> Thoughts(IReadOnlyList<SegmentAnswer> trace)
    {
        var thoughts = new List<(int First, SegmentAnswer Last)>();
        foreach (var answer in trace)
        {
            if (thoughts.Count > 0 && thoughts[^1].Last.Tokens.AsSpan().SequenceEqual(answer.Tokens))
            {
                thoughts[^1] = (thoughts[^1].First, answer);
            }
            else
            {
                thoughts.Add((answer.Segment, answer));
            }
        }

        return thoughts;
    }

    private static Panel Board(string title, string markup)
        => new Panel(new Markup(markup.TrimEnd())).Header(title).RoundedBorder();

    /// <summary>The grid as markup, with lines around the boxes.</summary>
    private static string Draw(SudokuGrid grid, SudokuGrid question, SudokuGrid? solution)
    {
        var shape = grid.Shape;
        var line = string.Concat(Enumerable.Repeat("+" + new string('-', (2 * shape.BoxColumns) + 1), shape.Side / shape.BoxColumns)) + "+\n";
        var board = new StringBuilder();
        for (var cell = 0; cell < shape.Cells; cell++)
        {
            var (row, column) = (shape.RowOf(cell), shape.ColumnOf(cell));
            board.Append(column == 0 && row % shape.BoxRows == 0 ? line : string.Empty)
                .Append(column % shape.BoxColumns == 0 ? "| " : string.Empty)
                .Append(Coloured(shape.SymbolOf(grid[cell]), grid[cell], question[cell], solution?[cell]))
                .Append(column == shape.Side - 1 ? " |\n" : " ");
        }

        return board.Append(line).ToString();
    }

    private static string Coloured(char symbol, int digit, int given, int? right)
        => digit == given || (given == 0 && right is null) ? symbol.ToString()
            : given == 0 && digit == right ? $"[green]{symbol}[/]"
            : $"[red]{symbol}[/]";
}
