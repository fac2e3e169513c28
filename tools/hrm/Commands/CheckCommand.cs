using System.CommandLine;
using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>data TASK check</c>: verifies the files of a dataset and the rules of its puzzles.</summary>
internal static class CheckCommand
{
    public static Command Create(ToolTask task)
    {
        var disjoint = new Option<bool>("--disjoint") { Description = "Also prove that no test puzzle is a symmetric variant of a training puzzle." };
        var command = new Command("check", $"Check a dataset of {task.Puzzles}: its files, and every example. Exit code 3 if it has faults.") { CommonOptions.Dataset, CommonOptions.Json };
        if (task is not ArcToolTask)
        {
            command.Add(disjoint);
        }

        command.SetAction((result, cancellationToken) => Task.Run(() => Check(result, task, result.GetValue(disjoint), cancellationToken), CancellationToken.None));
        return command;
    }

    private static int Check(ParseResult result, ToolTask task, bool disjoint, CancellationToken cancellationToken)
    {
        var isJson = result.GetValue(CommonOptions.Json);
        var check = new DatasetCheck(task, result.GetValue(CommonOptions.Dataset)!, isJson ? CommandLine.Messages : AnsiConsole.Console);
        var isSound = check.Run(disjoint, cancellationToken);
        if (isJson)
        {
            JsonOutput.Write(check.ToJson());
        }

        return isSound ? 0 : CommandLine.No;
    }
}

/// <summary>Verifies the files of a dataset and checks every example against the rules of its task.</summary>
internal sealed class DatasetCheck(ToolTask task, string folder, IAnsiConsole console)
{
    private const int ShownFaults = 20;

    private readonly JsonObject _splits = [];
    private readonly JsonArray _shown = [];
    private long _faults;

    /// <summary>Returns the result as JSON: the number of faults, the first of them, and the contents of each split.</summary>
    public JsonObject ToJson() => new() { ["data"] = folder, ["faults"] = _faults, ["first_faults"] = _shown.DeepClone(), ["splits"] = _splits.DeepClone() };

    /// <summary>Writes the examples with a fault, and returns whether there are none.</summary>
    /// <exception cref="HrmException">A file of the dataset cannot be read.</exception>
    public bool Run(bool disjoint, CancellationToken cancellationToken)
    {
        try
        {
            PuzzleDatasetFolder.Verify(folder, cancellationToken);
            foreach (var split in Splits())
            {
                CheckExamples(split, cancellationToken);
            }

            // Only a right answer has a canonical form.
            if (disjoint && _faults == 0)
            {
                CheckDisjoint(cancellationToken);
            }
        }
        catch (HrmFormatException fault)
        {
            Report(fault.Message);
            return false;
        }

        console.WriteLine(_faults == 0 ? "no fault found" : $"{Words.Count(_faults, "example")} with a fault");
        return _faults == 0;
    }

    private IEnumerable<string> Splits() => Directory.EnumerateDirectories(folder)
        .Where(split => File.Exists(Path.Combine(split, "dataset.json")))
        .Select(split => Path.GetFileName(split))
        .Order(StringComparer.Ordinal);

    private void CheckExamples(string split, CancellationToken cancellationToken)
    {
        using var dataset = NamedDataset.Open(folder, split);
        for (var example = 0; example < dataset.Examples.ExampleCount; example++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (FindFault(dataset, split, example) is { } fault)
            {
                Report($"{split}, example {example}: {fault}");
            }
        }

        console.WriteLine(DatasetOutput.Contents(split, dataset.Examples));
        _splits[split] = new JsonObject
        {
            ["groups"] = dataset.Examples.GroupOffsets.Count - 1,
            ["puzzles"] = dataset.Examples.PuzzleOffsets.Count - 1,
            ["examples"] = dataset.Examples.ExampleCount,
        };
    }

    private string? FindFault(NamedDataset dataset, string split, int example)
    {
        try
        {
            return task.FindFault(dataset, split, example);
        }
        catch (HrmFormatException error)
        {
            return error.Message;
        }
    }

    private void CheckDisjoint(CancellationToken cancellationToken)
    {
        using var training = NamedDataset.Open(folder, NamedDataset.TrainSplit);
        using var test = NamedDataset.Open(folder, NamedDataset.TestSplit);
        var firstOf = new Dictionary<object, int>();
        foreach (var group in Enumerable.Range(0, training.Examples.GroupOffsets.Count - 1))
        {
            // The other puzzles of the group are variants of its first one.
            cancellationToken.ThrowIfCancellationRequested();
            var example = training.Examples.PuzzleOffsets[training.Examples.GroupOffsets[group]];
            firstOf.TryAdd(FormOf(training, example), example);
        }

        for (var example = 0; example < test.Examples.ExampleCount; example++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (firstOf.TryGetValue(FormOf(test, example), out var disguised))
            {
                Report($"test, example {example}: expected no variant of a training puzzle, got one of example {disguised}");
            }
        }

        console.WriteLine($"{firstOf.Count:N0} different training puzzles up to symmetry compared with {test.Examples.ExampleCount:N0} test puzzles");
    }

    private object FormOf(NamedDataset dataset, int example)
    {
        var (inputs, labels) = dataset.Read(example);
        return task.CanonicalFormOf(inputs, labels)!;
    }

    private void Report(string fault)
    {
        if (++_faults <= ShownFaults)
        {
            _shown.Add(fault);
            console.MarkupLineInterpolated($"[red]{fault}[/]");
        }
    }
}
