using System.CommandLine;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>data maze build</c>: mazes that are generated, or from CSV files.</summary>
internal static class MazeBuildCommand
{
    private const int ProgressStep = 100;

    private static readonly Option<int?> Count = new("--count") { Description = "Generate this number of mazes, training and test together, instead of --train and --test." };
    private static readonly Option<double> TestShare = new("--test-share") { Description = "The share of generated mazes that is for testing.", DefaultValueFactory = _ => 0.1 };
    private static readonly Option<int> Size = new("--size") { Description = "The side of generated mazes.", DefaultValueFactory = _ => 30 };
    private static readonly Option<int?> MinPath = new("--min-path") { Description = "The minimum number of cells of a path, including start and goal; 110 in Maze-Hard." };
    private static readonly Option<string[]> Train = BuildOptions.Sources("--train", "Training mazes: CSV.");
    private static readonly Option<string[]> Test = BuildOptions.Sources("--test", "Test mazes: CSV.");
    private static readonly Option<int?> Subsample = new("--subsample") { Description = "Take this number of the training mazes, at random." };
    private static readonly Option<bool> Augment = new("--augment") { Description = "Put all eight rotations and reflections of a training maze into its group." };
    private static readonly Option<bool> DropDuplicates = new("--drop-duplicates") { Description = "Leave out mazes whose walls repeat an earlier maze, also rotated or reflected." };

    public static Command Create()
    {
        var command = new Command("build", "Build a dataset of mazes: generate them, or take them from CSV files.")
        {
            Count, TestShare, Size, MinPath, Train, Test, Subsample, Augment, DropDuplicates,
            BuildOptions.Output, BuildOptions.Seed, BuildOptions.Overwrite,
        };
        command.SetAction((result, cancellationToken) => Task.Run(() => Build(result, cancellationToken), CancellationToken.None));
        return command;
    }

    private static void Build(ParseResult result, CancellationToken cancellationToken)
    {
        var random = new StatefulRandom(result.GetValue(BuildOptions.Seed));
        var mazes = result.GetValue(Count) is { } count
            ? Generate(result, count, random, cancellationToken)
            : Read(result);
        var builder = new MazeDatasetBuilder(mazes.Training[0].Shape, new MazeDatasetOptions
        {
            TrainingPuzzles = result.GetValue(Subsample),
            Augment = result.GetValue(Augment),
            MinimumPathCells = result.GetValue(MinPath) ?? 0,
            DropDuplicates = result.GetValue(DropDuplicates),
        });
        PuzzleSplit[] splits =
        [
            new(NamedDataset.TrainSplit, builder.BuildTraining(mazes.Training, random)),
            new(NamedDataset.TestSplit, builder.BuildTest(mazes.Test)),
        ];
        var options = new PuzzleDatasetOptions
        {
            SequenceLength = builder.Task.SequenceLength,
            VocabularySize = builder.Task.VocabularySize,
            Overwrite = result.GetValue(BuildOptions.Overwrite),
        };
        DatasetOutput.Write(result.GetValue(BuildOptions.Output)!, DatasetOutput.BlankAlone, splits, options, AnsiConsole.Console, cancellationToken);
    }

    private static MazeSplit Generate(ParseResult result, int count, StatefulRandom random, CancellationToken cancellationToken)
    {
        if (result.GetValue(Train) is { Length: > 0 } || result.GetValue(Test) is { Length: > 0 })
        {
            throw new LabException("--count: expected either --count or --train and --test, got both.");
        }

        if (count < 2)
        {
            throw new LabException($"--count: expected at least 2, one for training and one for testing, got {count}.");
        }

        var size = BuildOptions.Require(result, Size, 2, MazeShape.MaximumSide);
        var test = Math.Clamp((int)Math.Round(count * BuildOptions.Require(result, TestShare, 0, 1)), 1, count - 1);
        var minimum = result.GetValue(MinPath) ?? size;
        if (minimum < size || minimum > size * size)
        {
            throw new LabException($"--min-path: expected {size} to {size * size}, from the side to the number of cells, got {minimum}.");
        }

        var generator = new MazeGenerator(MazeShape.Square(size), minimum, random);
        var mazes = new MazePuzzle[count];
        for (var made = 1; made <= count; made++)
        {
            mazes[made - 1] = generator.NextPuzzle(cancellationToken);
            if (made % ProgressStep == 0)
            {
                AnsiConsole.Console.WriteLine($"{made:N0} of {count:N0} mazes, from {generator.LayoutsDrawn:N0} layouts");
            }
        }

        WriteStatistics(AnsiConsole.Console, mazes);
        return MazeSplit.ByLayout(mazes, count - test);
    }

    private static MazeSplit Read(ParseResult result)
    {
        CommonOptions.RequireAbsent(result, "without --count", Size, TestShare);
        return new MazeSplit(Read(Train), Read(Test));

        MazePuzzle[] Read(Option<string[]> option)
        {
            var files = SourceFiles.Find(result.GetValue(option) ?? [], ".csv");
            return files.Count > 0
                ? [.. files.SelectMany(file => MazeCsv.Read(file))]
                : throw new LabException($"{option.Name}: expected at least one CSV file (or --count for generated mazes), got none.");
        }
    }

    /// <summary>What the official mazes are known by: samples/data/README.md has the same numbers of theirs.</summary>
    private static void WriteStatistics(IAnsiConsole console, MazePuzzle[] mazes)
    {
        console.WriteLine(Statistics("path cells", [.. mazes.Select(maze => maze.PathCells)]));
        console.WriteLine(Statistics("walls", [.. mazes.Select(maze => maze.Question.WallCount)]));
    }

    private static string Statistics(string name, int[] values)
    {
        Array.Sort(values);
        return $"{name}: minimum {values[0]}, median {values[values.Length / 2]}, mean {values.Average():F1}, maximum {values[^1]}";
    }
}
