using Hrm.Training;
using Spectre.Console;

namespace Hrm.Samples.PuzzleLab;

/// <summary>The share of exact answers, in all and by categories: source list, number of givens, length of the path.</summary>
internal sealed class CategoryTable
{
    private readonly List<(string[] Categories, ExampleResult Result)> _rows = [];

    /// <summary>Adds an answer.</summary>
    /// <param name="result">How good it is.</param>
    /// <param name="categories">The names that it counts under, one of each kind; an empty name is left out.</param>
    public void Add(ExampleResult result, params string[] categories) => _rows.Add((categories, result));

    public void Write(IAnsiConsole console)
    {
        var table = new Table().RoundedBorder()
            .AddColumn("puzzles")
            .AddColumn(new TableColumn("count").RightAligned())
            .AddColumn(new TableColumn("exact").RightAligned())
            .AddColumn(new TableColumn("exact %").RightAligned())
            .AddColumn(new TableColumn("segments").RightAligned());
        Add(table, "all", [.. _rows.Select(row => row.Result)]);
        for (var kind = 0; kind < _rows[0].Categories.Length; kind++)
        {
            foreach (var category in _rows.GroupBy(row => row.Categories[kind]).Where(group => group.Key.Length > 0).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                Add(table, category.Key, [.. category.Select(row => row.Result)]);
            }
        }

        console.Write(table);
    }

    private static void Add(Table table, string name, ExampleResult[] results)
    {
        var exact = results.Count(result => result.IsExact);
        table.AddRow(
            name.EscapeMarkup(),
            $"{results.Length}",
            $"{exact}",
            $"{100.0 * exact / results.Length:F1}",
            $"{results.Average(result => result.Segments):F2}");
    }
}
