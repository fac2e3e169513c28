using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>The share of exact answers, in all and by categories: source list, number of givens, length of the path.</summary>
internal sealed class CategoryTable
{
    private readonly List<(IReadOnlyList<string> Categories, bool IsExact, int Segments)> _rows = [];

    /// <summary>Whether no answer was added.</summary>
    public bool IsEmpty => _rows.Count == 0;

    /// <summary>Adds an answer.</summary>
    /// <param name="example">The example with its answer.</param>
    /// <param name="categories">The names that it counts under, one of each kind; an empty name is left out.</param>
    public void Add(EvaluatedExample example, IReadOnlyList<string> categories) => _rows.Add((categories, example.IsExact, example.Segments.Count));

    public void Write(IAnsiConsole console)
    {
        var table = new Table().RoundedBorder()
            .AddColumn("puzzles")
            .AddColumn(new TableColumn("count").RightAligned())
            .AddColumn(new TableColumn("exact").RightAligned())
            .AddColumn(new TableColumn("exact %").RightAligned())
            .AddColumn(new TableColumn("segments").RightAligned());
        foreach (var (name, rows) in Categories.Group(_rows, row => row.Categories))
        {
            var exact = rows.Count(row => row.IsExact);
            table.AddRow(
                name.EscapeMarkup(),
                $"{rows.Length}",
                $"{exact}",
                $"{100.0 * exact / rows.Length:F1}",
                $"{rows.Average(row => row.Segments):F2}");
        }

        console.Write(table);
    }
}
