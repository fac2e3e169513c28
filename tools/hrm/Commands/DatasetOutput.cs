using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Writes a dataset, and says what is in it.</summary>
internal static class DatasetOutput
{
    /// <summary>The identifiers of tasks without puzzle ids.</summary>
    public static IReadOnlyList<string> BlankAlone { get; } = ["<blank>"];

    public static void Write(string folder, IReadOnlyList<string> identifiers, IReadOnlyList<PuzzleSplit> splits, PuzzleDatasetOptions options, IAnsiConsole console, CancellationToken cancellationToken)
    {
        PuzzleDatasetFolder.Write(folder, identifiers, splits, options, new Lines(console), cancellationToken);
        foreach (var split in splits)
        {
            using var dataset = PuzzleDatasetFolder.Open(folder, split.Name);
            console.WriteLine(Contents(split.Name, dataset));
        }

        console.WriteLine($"dataset in {folder}");
    }

    /// <summary>What a part of a dataset holds.</summary>
    public static string Contents(string split, IPuzzleDataset dataset)
        => $"{split}: {Words.Count(dataset.GroupOffsets.Count - 1, "group")}, {Words.Count(dataset.PuzzleOffsets.Count - 1, "puzzle")}, {Words.Count(dataset.ExampleCount, "example")}";

    /// <summary>A line for every hundred thousand examples.</summary>
    private sealed class Lines(IAnsiConsole console) : IProgress<DatasetWriteProgress>
    {
        private const int Step = 100_000;

        private (string Split, int Part) _last = (string.Empty, 0);

        public void Report(DatasetWriteProgress value)
        {
            var now = (value.Split, value.Examples / Step);
            if (now != _last && now.Item2 > 0)
            {
                console.WriteLine($"{value.Split}: {value.Examples:N0} examples of {value.Groups:N0} groups");
            }

            _last = now;
        }
    }
}
