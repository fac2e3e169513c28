using System.Text.Json.Nodes;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Reports an evaluation: the share of exact answers, in all and per category, and what else the task measures.</summary>
internal abstract class TaskReport
{
    /// <summary>The kind of category that names the file of an example.</summary>
    protected const string FileKind = "file";

    private readonly List<Row> _rows = [];

    /// <summary>The kinds of categories.</summary>
    public abstract IReadOnlyList<string> Kinds { get; }

    /// <summary>The names of what the task checks in an answer besides exactness.</summary>
    protected virtual IReadOnlyList<string> Checks => [];

    /// <summary>Returns the categories of an example, one name per kind: its source list, its length; an empty name is no category.</summary>
    /// <param name="example">The index of the example.</param>
    /// <param name="inputs">The tokens of its question.</param>
    public abstract IReadOnlyList<string> CategoriesOf(int example, int[] inputs);

    /// <summary>Adds the next answer.</summary>
    public virtual void Add(EvaluatedExample example) => Add(example.Example, example.Inputs, example.Answer, example.IsExact, example.Segments.Count);

    /// <summary>Adds the next answer.</summary>
    public void Add(int example, int[] inputs, int[] answer, bool isExact, int segments)
        => _rows.Add(new Row(CategoriesOf(example, inputs), isExact, segments, Check(inputs, answer)));

    /// <summary>Returns the results of <see cref="Checks"/> for the tokens of a question and of an answer.</summary>
    protected virtual IReadOnlyList<bool> Check(int[] inputs, int[] answer) => [];

    /// <summary>Writes the result of the added answers.</summary>
    public virtual void Write(IAnsiConsole console)
    {
        if (_rows.Count == 0)
        {
            return;
        }

        var table = CreateTable("puzzles", ["count", "exact", "exact %", .. Checks.Select(check => check.Replace('_', ' ')), "segments"]);
        foreach (var (name, rows) in GroupForTable(_rows, row => row.Categories))
        {
            var exact = rows.Count(row => row.IsExact);
            table.AddRow([name.EscapeMarkup(), $"{rows.Length}", $"{exact}", $"{100.0 * exact / rows.Length:F1}", .. PassesOf(rows).Select(count => $"{count}"), $"{rows.Average(row => row.Segments):F2}"]);
        }

        console.Write(table);
    }

    /// <summary>Writes the result and the metrics that every task has.</summary>
    public void Write(IAnsiConsole console, MetricAverages averages)
    {
        Write(console);
        console.WriteLine($"token accuracy {averages.Accuracy:P2}, q_halt accuracy {averages.QHaltAccuracy:P2}, token loss {averages.TokenLoss:F4}");
    }

    /// <summary>Returns the result as JSON: count, exact answers and mean segments of all, and of each category by its kind.</summary>
    public virtual JsonObject ToJson()
    {
        var by = new JsonObject();
        foreach (var (kind, name, rows) in Group(_rows, row => row.Categories))
        {
            by[kind] ??= new JsonObject();
            by[kind]![name] = ToJson(rows);
        }

        return new JsonObject { [ListNames.All] = ToJson(_rows), ["by"] = by };
    }

    /// <summary>Returns the number of answers that pass each check.</summary>
    private IEnumerable<int> PassesOf(IReadOnlyCollection<Row> rows) => Checks.Select((_, check) => rows.Count(row => row.Checks[check]));

    /// <summary>Returns the result with the metrics that every task has as JSON.</summary>
    public JsonObject ToJson(MetricAverages averages)
    {
        var json = ToJson();
        json["token_accuracy"] = JsonOutput.Number(averages.Accuracy);
        json["q_halt_accuracy"] = JsonOutput.Number(averages.QHaltAccuracy);
        json["token_loss"] = JsonOutput.Number(averages.TokenLoss);
        return json;
    }

    private JsonObject ToJson(IReadOnlyCollection<Row> rows)
    {
        var exact = rows.Count(row => row.IsExact);
        var json = new JsonObject
        {
            ["count"] = rows.Count,
            ["exact"] = exact,
            ["accuracy"] = JsonOutput.Number((double)exact / rows.Count),
        };
        foreach (var (check, passes) in Checks.Zip(PassesOf(rows)))
        {
            json[check] = passes;
        }

        json["segments"] = rows.Count == 0 ? null : rows.Average(row => row.Segments);
        return json;
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

    /// <summary>Returns all results, then those per category: kind by kind, in the order of the names. A single file is not repeated.</summary>
    /// <param name="rows">The results, at least one.</param>
    /// <param name="categoriesOf">Returns the categories of a result, one name per kind; an empty name is no category.</param>
    public IEnumerable<(string Name, T[] Rows)> GroupForTable<T>(IReadOnlyCollection<T> rows, Func<T, IReadOnlyList<string>> categoriesOf)
        => Group(rows, categoriesOf)
            .Where(group => group.Kind != FileKind || group.Rows.Length < rows.Count)
            .Select(group => (group.Name, group.Rows))
            .Prepend((ListNames.All, [.. rows]));

    private IEnumerable<(string Kind, string Name, T[] Rows)> Group<T>(IReadOnlyCollection<T> rows, Func<T, IReadOnlyList<string>> categoriesOf)
        => Kinds.SelectMany((kind, index) => rows
            .GroupBy(row => categoriesOf(row)[index])
            .Where(group => group.Key.Length > 0)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (kind, group.Key, group.ToArray())));

    private sealed record Row(IReadOnlyList<string> Categories, bool IsExact, int Segments, IReadOnlyList<bool> Checks);
}
