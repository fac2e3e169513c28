using System.CommandLine;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>data TASK show</c>: shows puzzles in colour, in the terminal and as an HTML page.</summary>
internal static class ShowCommand
{
    private static readonly Option<string> Split = new("--split") { Description = "The split: train or test.", DefaultValueFactory = _ => NamedDataset.TrainSplit };
    private static readonly Option<int> First = new("--first") { Description = "The index of the first example." };
    private static readonly Option<int> Count = new("--count") { Description = "The number of examples.", DefaultValueFactory = _ => 3 };
    private static readonly Option<string?> Html = new("--html") { Description = "An HTML file to also write the examples to." };

    public static Command Create(ToolTask task)
    {
        var command = new Command("show", $"Show {task.Puzzles} of a dataset in colour.") { CommonOptions.Dataset, Split, First, Count, Html };
        command.SetAction(result => Show(result, task));
        return command;
    }

    private static void Show(ParseResult result, ToolTask task)
    {
        var (folder, split) = (result.GetValue(CommonOptions.Dataset)!, result.GetValue(Split)!);
        var (first, count) = (result.GetValue(First), result.GetValue(Count));
        using var dataset = NamedDataset.Open(folder, split);
        var examples = dataset.Examples.ExampleCount;
        if (first < 0 || first >= examples || count < 1)
        {
            throw new UsageException($"--first, --count: expected 0 to {examples - 1} and at least 1, got {first} and {count}.");
        }

        PuzzleView[] views = [.. Enumerable.Range(first, Math.Min(count, examples - first)).Select(example => task.View(dataset, example))];
        ConsolePage.Write(AnsiConsole.Console, views);
        if (result.GetValue(Html) is { } path)
        {
            HtmlPage.Write(path, $"{folder}, {split}", views);
            AnsiConsole.Console.WriteLine($"{Words.Count(views.Length, "example")} in {path}");
        }
    }
}
