using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Samples.PuzzleLab;

/// <summary>The result of an evaluation by source list and by number of givens.</summary>
internal static class EvaluationReport
{
    public static void Write(IAnsiConsole console, IReadOnlyList<SudokuPuzzle> puzzles, EvaluationResult result)
    {
        var rows = puzzles.Zip(result.Examples, (puzzle, example) => (puzzle, example)).ToArray();
        var table = new Table().RoundedBorder()
            .AddColumn("puzzles")
            .AddColumn(new TableColumn("count").RightAligned())
            .AddColumn(new TableColumn("exact").RightAligned())
            .AddColumn(new TableColumn("exact %").RightAligned())
            .AddColumn(new TableColumn("segments").RightAligned());
        Add(table, "all", rows.Select(row => row.example));
        foreach (var source in rows.GroupBy(row => row.puzzle.Source).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            Add(table, source.Key, source.Select(row => row.example));
        }

        foreach (var givens in rows.GroupBy(row => GivensOf(row.puzzle)).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            Add(table, givens.Key, givens.Select(row => row.example));
        }

        console.Write(table);
        console.WriteLine($"token accuracy {result.Averages.Accuracy:P2}, q_halt accuracy {result.Averages.QHaltAccuracy:P2}, token loss {result.Averages.TokenLoss:F4}");
    }

    private static void Add(Table table, string name, IEnumerable<ExampleResult> examples)
    {
        var all = examples.ToArray();
        var exact = all.Count(example => example.IsExact);
        table.AddRow(
            name.EscapeMarkup(),
            $"{all.Length}",
            $"{exact}",
            $"{100.0 * exact / all.Length:F1}",
            $"{all.Average(example => example.Segments):F2}");
    }

    private static string GivensOf(SudokuPuzzle puzzle)
    {
        // Of a 9×9: 17, 18 to 23, 24 to 29, 30 to 36, more; of other sizes each number by itself.
        var givens = puzzle.Question.GivenCount;
        return puzzle.Shape.Side != 9 ? $"{givens,2} givens" : givens switch
        {
            <= 17 => "17 givens",
            <= 23 => "18-23 givens",
            <= 29 => "24-29 givens",
            <= 36 => "30-36 givens",
            _ => "37+ givens",
        };
    }
}
