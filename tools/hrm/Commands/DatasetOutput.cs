using System.CommandLine;
using Hrm.Core;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>The options that the builders of datasets share, and what they do with them.</summary>
internal static class DatasetOutput
{
    private const int ProgressStep = 100_000;

    public static Option<int?> Count { get; } = new("--count") { Description = "Generate this number of puzzles, training and test together, instead of --train and --test." };

    public static Option<string[]> Train { get; } = CommonOptions.Files("--train", "Training puzzles: one or more files, or folders of CSV files.");

    public static Option<string[]> Test { get; } = CommonOptions.Files("--test", "Test puzzles: one or more files, or folders of CSV files.");

    public static Option<int?> Subsample { get; } = new("--subsample") { Description = "Take this number of the training puzzles, at random; 1,000 in the paper." };

    public static Option<string> Output { get; } = new("--output") { Description = "The folder to write the dataset to.", Required = true };

    public static Option<long> Seed { get; } = new("--seed") { Description = "The seed of every draw.", DefaultValueFactory = _ => 1 };

    public static Option<bool> Overwrite { get; } = new("--overwrite") { Description = "Replace an existing dataset." };

    /// <summary>The identifiers of tasks without puzzle ids.</summary>
    public static IReadOnlyList<string> BlankAlone { get; } = ["<blank>"];

    /// <summary>Creates a command that builds a dataset; the help lists the options of the task before those of every builder.</summary>
    public static Command CreateCommand(string description, Option[] options, Action<ParseResult, CancellationToken> build)
    {
        var command = new Command("build", description);
        foreach (var option in (Option[])[.. options, Output, Seed, Overwrite])
        {
            command.Add(option);
        }

        command.SetAction((result, cancellationToken) => Task.Run(() => build(result, cancellationToken), CancellationToken.None));
        return command;
    }

    /// <summary>Reads the files of puzzles of an option, row by row.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="option">The option.</param>
    /// <param name="read">Reads a file; its second argument receives bad lines, or is <see langword="null"/> without <c>--skip-bad</c>.</param>
    /// <param name="cancellationToken">Stops between two puzzles.</param>
    /// <exception cref="UsageException">The option names no file.</exception>
    public static IEnumerable<T> Read<T>(
        ParseResult result, Option<string[]> option, Func<string, Action<HrmFormatException>?, IEnumerable<T>> read, CancellationToken cancellationToken)
    {
        var files = SourceFiles.Find(result.GetValue(option) ?? [], ".csv");
        return files.Count > 0
            ? BadLines.Read(files, read, result.GetValue(CommonOptions.SkipBad), cancellationToken)
            : throw new UsageException($"{option.Name}: expected at least one file of puzzles (or --count for generated puzzles), got none.");
    }

    /// <summary>Refuses files of puzzles beside <c>--count</c>.</summary>
    public static void RequireNoFiles(ParseResult result)
    {
        if (CommonOptions.Given(result, Train, Test).Length > 0)
        {
            throw new UsageException("--count: expected either --count or --train and --test, got both.");
        }

        CommonOptions.RequireAbsent(result, "with --count", CommonOptions.SkipBad);
    }

    /// <summary>Writes the dataset and reports its contents.</summary>
    public static void Write(
        ParseResult result, IReadOnlyList<string> identifiers, int sequenceLength, int vocabularySize, IEnumerable<PuzzleGroup> train, IEnumerable<PuzzleGroup> test, CancellationToken cancellationToken)
    {
        var (console, folder) = (AnsiConsole.Console, result.GetValue(Output)!);
        PuzzleSplit[] splits = [new(NamedDataset.TrainSplit, train), new(NamedDataset.TestSplit, test)];
        var options = new PuzzleDatasetOptions { SequenceLength = sequenceLength, VocabularySize = vocabularySize, Overwrite = result.GetValue(Overwrite) };
        PuzzleDatasetFolder.Write(folder, identifiers, splits, options, new Lines(CommandLine.Messages), cancellationToken);
        foreach (var split in splits)
        {
            using var dataset = PuzzleDatasetFolder.Open(folder, split.Name);
            console.WriteLine(Contents(split.Name, dataset));
        }

        console.WriteLine($"dataset in {folder}");
    }

    /// <summary>Describes the contents of a split.</summary>
    public static string Contents(string split, IPuzzleDataset dataset)
        => $"{split}: {Words.Count(dataset.GroupOffsets.Count - 1, "group")}, {Words.Count(dataset.PuzzleOffsets.Count - 1, "puzzle")}, {Words.Count(dataset.ExampleCount, "example")}";

    /// <summary>Writes a line per 100,000 examples.</summary>
    private sealed class Lines(IAnsiConsole console) : IProgress<int>
    {
        private int _last;

        public void Report(int value)
        {
            if (value / ProgressStep > _last / ProgressStep)
            {
                console.WriteLine($"{value:N0} examples written");
            }

            _last = value;
        }
    }
}
