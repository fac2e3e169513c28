using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>What an evaluation says in the terms of a task.</summary>
internal abstract class TaskReport
{
    /// <summary>What an example counts under, one name of each kind: its source list, its length; an empty name is none.</summary>
    /// <param name="example">The number of the example.</param>
    /// <param name="inputs">The tokens of its question.</param>
    public abstract IReadOnlyList<string> CategoriesOf(int example, int[] inputs);

    /// <summary>Takes the next answer.</summary>
    public abstract void Add(EvaluatedExample example);

    /// <summary>Writes the result, when all answers were taken.</summary>
    public abstract void Write(IAnsiConsole console);

    /// <summary>Writes the result, and what every task has.</summary>
    public void Write(IAnsiConsole console, MetricAverages averages)
    {
        Write(console);
        console.WriteLine($"token accuracy {averages.Accuracy:P2}, q_halt accuracy {averages.QHaltAccuracy:P2}, token loss {averages.TokenLoss:F4}");
    }
}

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

/// <summary>Results by what their puzzles have in common.</summary>
internal static class Categories
{
    /// <summary>All results, then those of each category: kind by kind, in the order of the names.</summary>
    /// <param name="rows">The results, at least one.</param>
    /// <param name="categoriesOf">The names that a result counts under, one of each kind; an empty name is left out.</param>
    public static IEnumerable<(string Name, T[] Rows)> Group<T>(IReadOnlyCollection<T> rows, Func<T, IReadOnlyList<string>> categoriesOf)
    {
        yield return ("all", [.. rows]);
        for (var kind = 0; kind < categoriesOf(rows.First()).Count; kind++)
        {
            foreach (var category in rows.GroupBy(row => categoriesOf(row)[kind]).Where(group => group.Key.Length > 0).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                yield return (category.Key, [.. category]);
            }
        }
    }
}
