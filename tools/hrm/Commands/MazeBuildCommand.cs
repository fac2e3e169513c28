using System.CommandLine;
using Hrm.Core;
using Hrm.Puzzles;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>data maze build</c>: builds a dataset of generated mazes, or of mazes from CSV files.</summary>
internal static class MazeBuildCommand
{
    private const int ProgressStep = 100;

    private static readonly Option<double> TestShare = new("--test-share") { Description = "The share of generated mazes that is for testing.", DefaultValueFactory = _ => 0.1 };
    private static readonly Option<int> Size = new("--size") { Description = "The side of generated mazes.", DefaultValueFactory = _ => 30 };
    private static readonly Option<int?> MinPath = new("--min-path") { Description = "The minimum number of cells of a path, including start and goal; 110 in Maze-Hard." };
    private static readonly Option<int?> MaxPath = new("--max-path") { Description = "The maximum number of cells of a generated path; every number from --min-path is then equally frequent." };
    private static readonly Option<bool> Augment = new("--augment") { Description = "Add all eight rotations and reflections of a training maze to its group." };
    private static readonly Option<bool> DropDuplicates = new("--drop-duplicates") { Description = "Leave out mazes whose walls repeat an earlier maze, also rotated or reflected." };

    public static Command Create() => DatasetOutput.CreateCommand(
        "Build a dataset of mazes: generate them, or take them from CSV files.",
        [DatasetOutput.Count, TestShare, Size, MinPath, MaxPath, DatasetOutput.Train, DatasetOutput.Test, DatasetOutput.Subsample, Augment, DropDuplicates, CommonOptions.SkipBad],
        Build);

    private static void Build(ParseResult result, CancellationToken cancellationToken)
    {
        var random = new StatefulRandom(result.GetValue(DatasetOutput.Seed));
        var mazes = result.GetValue(DatasetOutput.Count) is { } count
            ? Generate(result, count, random, cancellationToken)
            : Read(result, cancellationToken);
        var task = new MazeTask(mazes.Training[0].Shape);
        var training = Keep(result, task, mazes.Training);
        if (result.GetValue(DatasetOutput.Subsample) is not null)
        {
            training = RandomSubset.Draw(training, CommonOptions.Require(result, DatasetOutput.Subsample, 1, int.MaxValue), random.Split(0));
        }

        var isAugmented = result.GetValue(Augment);
        DatasetOutput.Write(
            result,
            DatasetOutput.BlankAlone,
            task.SequenceLength,
            task.VocabularySize,
            training.Select(task.ToExample).Select(example => isAugmented ? PuzzleGroup.Of(task.VariantsOf(example)) : PuzzleGroup.Of(example)),
            Keep(result, task, mazes.Test).Select(task.ToExample).Select(PuzzleGroup.Of),
            cancellationToken);
    }

    /// <summary>Selects the mazes with long enough paths, and each layout once if that is wanted.</summary>
    private static IEnumerable<MazePuzzle> Keep(ParseResult result, MazeTask task, IReadOnlyList<MazePuzzle> puzzles)
    {
        if (puzzles.FirstOrDefault(puzzle => puzzle.Shape != task.Shape) is { } other)
        {
            throw new HrmFormatException($"expected a maze of {task.Shape}, got one of {other.Shape}", line: other.Line, place: "question");
        }

        var minimum = result.GetValue(MinPath) ?? 0;
        var kept = puzzles.Where(puzzle => puzzle.PathCells >= minimum);
        return result.GetValue(DropDuplicates) ? kept.DistinctBy(puzzle => puzzle.Question.CanonicalLayout()) : kept;
    }

    private static MazeSplit Generate(ParseResult result, int count, StatefulRandom random, CancellationToken cancellationToken)
    {
        DatasetOutput.RequireNoFiles(result);
        if (count < 2)
        {
            throw new UsageException($"--count: expected at least 2, one for training and one for testing, got {count}.");
        }

        var size = CommonOptions.Require(result, Size, 2, MazeShape.MaximumSide);
        var test = Math.Clamp((int)Math.Round(count * CommonOptions.Require(result, TestShare, 0, 1)), 1, count - 1);
        var shape = MazeShape.Square(size);
        var maximum = result.GetValue(MaxPath);
        var (least, minimum) = (maximum is null ? size : 2, result.GetValue(MinPath) ?? (maximum is null ? size : 2));
        if (minimum < least || minimum > size * size)
        {
            throw new UsageException($"--min-path: expected {least} to {size * size}, from {(maximum is null ? "the side" : "start and goal alone")} to the number of cells, got {minimum}.");
        }

        if (maximum < minimum || maximum > size * size)
        {
            throw new UsageException($"--max-path: expected {minimum} to {size * size}, from the minimum to the number of cells, got {maximum}.");
        }

        var generator = new MazeGenerator(shape, minimum, random);
        var lengths = maximum is null ? null : new MazeLengthGenerator(shape, minimum, maximum.Value);
        var mazes = new MazePuzzle[count];
        for (var made = 1; made <= count; made++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            mazes[made - 1] = lengths is null ? generator.NextPuzzle(cancellationToken) : lengths.Draw(random);
            if (made % ProgressStep == 0)
            {
                CommandLine.Messages.WriteLine($"{made:N0} of {count:N0} mazes{(lengths is null ? $", from {generator.LayoutsDrawn:N0} layouts" : string.Empty)}");
            }
        }

        // samples/data/README.md has the same numbers of the official mazes.
        AnsiConsole.Console.WriteLine(Statistics("path cells", [.. mazes.Select(maze => maze.PathCells)]));
        AnsiConsole.Console.WriteLine(Statistics("walls", [.. mazes.Select(maze => maze.Question.WallCount)]));
        return MazeSplit.ByLayout(mazes, count - test);
    }

    private static MazeSplit Read(ParseResult result, CancellationToken cancellationToken)
    {
        CommonOptions.RequireAbsent(result, "without --count", Size, TestShare);
        return new MazeSplit(
            [.. DatasetOutput.Read(result, DatasetOutput.Train, ReadFile, cancellationToken)], [.. DatasetOutput.Read(result, DatasetOutput.Test, ReadFile, cancellationToken)]);

        static IEnumerable<MazePuzzle> ReadFile(string file, Action<HrmFormatException>? skipped) => MazeCsv.Read(file, skipped: skipped);
    }

    private static string Statistics(string name, int[] values)
    {
        Array.Sort(values);
        return $"{name}: minimum {values[0]}, median {values[values.Length / 2]}, mean {values.Average():F1}, maximum {values[^1]}";
    }
}
