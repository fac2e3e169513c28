using System.CommandLine;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>data TASK show</c>: puzzles in colour, in the terminal and as an HTML page.</summary>
internal static class ShowCommand
{
    public static Command Create(ToolTask task)
    {
        var data = new Option<string>("--data") { Description = "The folder of a dataset.", Required = true };
        var split = new Option<string>("--split") { Description = "The split: train or test.", DefaultValueFactory = _ => NamedDataset.TrainSplit };
        var first = new Option<int>("--first") { Description = "The number of the first example." };
        var count = new Option<int>("--count") { Description = "How many examples.", DefaultValueFactory = _ => 3 };
        var html = new Option<string?>("--html") { Description = "An HTML file to write them to as well." };
        var command = new Command("show", $"Show {task.Puzzles} of a dataset in colour.") { data, split, first, count, html };
        command.SetAction(result =>
        {
            using var dataset = NamedDataset.Open(result.GetValue(data)!, result.GetValue(split)!);
            var views = Views(task, dataset, result.GetValue(first), result.GetValue(count));
            ConsolePage.Write(AnsiConsole.Console, views);
            if (result.GetValue(html) is { } path)
            {
                HtmlPage.Write(path, $"{result.GetValue(data)}, {result.GetValue(split)}", views);
                AnsiConsole.Console.WriteLine($"{Words.Count(views.Count, "example")} in {path}");
            }
        });
        return command;
    }

    private static List<PuzzleView> Views(ToolTask task, NamedDataset dataset, int first, int count)
    {
        var examples = dataset.Examples.ExampleCount;
        if (first < 0 || first >= examples || count < 1)
        {
            throw new LabException($"--first, --count: expected 0 to {examples - 1} and at least 1, got {first} and {count}.");
        }

        return [.. Enumerable.Range(first, Math.Min(count, examples - first)).Select(example => task.View(dataset, example))];
    }
}
