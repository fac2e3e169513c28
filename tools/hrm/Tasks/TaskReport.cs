using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Reports an evaluation: the share of exact answers, in all and per category, and what else the task measures.</summary>
internal abstract class TaskReport
{
    private readonly List<(IReadOnlyList<string> Categories, bool IsExact, int Segments)> _rows = [];

    /// <summary>Returns the categories of an example, one name per kind: its source list, its length; an empty name is no category.</summary>
    /// <param name="example">The index of the example.</param>
    /// <param name="inputs">The tokens of its question.</param>
    public abstract IReadOnlyList<string> CategoriesOf(int example, int[] inputs);

    /// <summary>Adds the next answer.</summary>
    public virtual void Add(EvaluatedExample example)
        => _rows.Add((CategoriesOf(example.Example, example.Inputs), example.IsExact, example.Segments.Count));

    /// <summary>Writes the result of the added answers.</summary>
    public virtual void Write(IAnsiConsole console)
    {
        if (_rows.Count == 0)
        {
            return;
        }

        var table = CreateTable("puzzles", "count", "exact", "exact %", "segments");
        foreach (var (name, rows) in Group(_rows, row => row.Categories))
        {
            var exact = rows.Count(row => row.IsExact);
            table.AddRow(name.EscapeMarkup(), $"{rows.Length}", $"{exact}", $"{100.0 * exact / rows.Length:F1}", $"{rows.Average(row => row.Segments):F2}");
        }

        console.Write(table);
    }

    /// <summary>Writes the result and the metrics that every task has.</summary>
    public void Write(IAnsiConsole console, MetricAverages averages)
    {
        Write(console);
        console.WriteLine($"token accuracy {averages.Accuracy:P2}, q_halt accuracy {averages.QHaltAccuracy:P2}, token loss {averages.TokenLoss:F4}");
    }

    /// <summary>Creates a table with a column of names and columns of numbers.</summary>
    public static Table CreateTable(string names, params string[] numbers)
    {
        var table = new Table().RoundedBorder().AddColumn(names);
        foreach (var number in numbers)
        {
            table.AddColumn(new TableColumn(number).RightAligned());
        }

        return table;
    }

    /// <summary>Returns all results, then those per category: kind by kind, in the order of the names.</summary>
    /// <param name="rows">The results, at least one.</param>
    /// <param name="categoriesOf">Returns the categories of a result, one name per kind; an empty name is no category.</param>
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
