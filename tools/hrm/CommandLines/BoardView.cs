using System.Globalization;
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
        var thoughts = Thoughts(trace);
        var panels = new List<Panel> { Board("puzzle", SudokuBoard.Format(question)) };
        for (var i = 0; i < thoughts.Count; i++)
        {
            if (thoughts.Count > MostBoards && i == MostBoards - LastBoards)
            {
                var left = thoughts.Count - MostBoards;
                panels.Add(new Panel($"{left} more boards").Header("…").RoundedBorder());
                i += left;
            }

            var (first, answer) = thoughts[i];
            var board = SudokuBoard.Format(encoding.DecodePrediction([.. answer.Tokens]), question, Colour, solution);
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

    private static string Colour(string symbol, SudokuCellKind kind) => kind switch
    {
        SudokuCellKind.Right => $"[green]{symbol}[/]",
        SudokuCellKind.Wrong => $"[red]{symbol}[/]",
        _ => symbol,
    };
}
