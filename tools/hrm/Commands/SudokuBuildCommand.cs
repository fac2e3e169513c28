using System.CommandLine;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>data sudoku build</c>: Sudokus from CSV files, or generated.</summary>
internal static class SudokuBuildCommand
{
    private static readonly Option<string[]> Train = BuildOptions.Sources("--train", "Training puzzles: CSV.");
    private static readonly Option<string[]> Test = BuildOptions.Sources("--test", "Test puzzles: CSV.");
    private static readonly Option<int?> Subsample = new("--subsample") { Description = "Take this number of the training puzzles, at random; 1,000 in the paper." };
    private static readonly Option<double?> MinDifficulty = new("--min-difficulty") { Description = "Leave out puzzles with a lower rating." };
    private static readonly Option<int?> MinGuesses = new("--min-guesses") { Description = "Leave out puzzles that the exact search solves with fewer guesses." };
    private static readonly Option<int> Augment = new("--augment") { Description = "Random symmetric variants of each training puzzle; 1,000 in the paper." };
    private static readonly Option<int?> Count = new("--count") { Description = "Generate this number of puzzles with one solution, training and test together, instead of --train and --test." };
    private static readonly Option<int?> TestCount = new("--test-count") { Description = "The number of generated puzzles for testing; a tenth by default. Their solutions are not variants of training solutions." };
    private static readonly Option<int> Givens = new("--givens") { Description = "The givens of a generated puzzle; more if the puzzle is minimal before." };
    private static readonly Option<int> Side = CommonOptions.Side();

    public static Command Create()
    {
        var command = new Command("build", "Build a dataset of Sudokus: take them from CSV files, or generate them.")
        {
            Train, Test, Subsample, MinDifficulty, MinGuesses, Augment, Count, TestCount, Givens, Side,
            BuildOptions.Output, BuildOptions.Seed, BuildOptions.Overwrite,
        };
        command.SetAction((result, cancellationToken) => Task.Run(() => Build(result, cancellationToken), CancellationToken.None));
        return command;
    }

    private static void Build(ParseResult result, CancellationToken cancellationToken)
    {
        var shape = SudokuFiles.ShapeOf(result.GetValue(Side));
        var random = new StatefulRandom(result.GetValue(BuildOptions.Seed));
        var (training, test) = result.GetValue(Count) is { } count
            ? Generate(result, shape, count, random)
            : Find(result, shape);
        var builder = new SudokuDatasetBuilder(shape, new SudokuDatasetOptions
        {
            Subsample = result.GetValue(Subsample),
            MinimumRating = result.GetValue(MinDifficulty),
            MinimumGuesses = result.GetValue(MinGuesses),
            Augmentations = result.GetValue(Augment),
        });
        PuzzleSplit[] splits = [new(NamedDataset.TrainSplit, builder.BuildTraining(training, random)), new(NamedDataset.TestSplit, builder.BuildTest(test))];
        var options = new PuzzleDatasetOptions
        {
            SequenceLength = builder.Task.SequenceLength,
            VocabularySize = builder.Task.VocabularySize,
            Overwrite = result.GetValue(BuildOptions.Overwrite),
        };
        DatasetOutput.Write(result.GetValue(BuildOptions.Output)!, DatasetOutput.BlankAlone, splits, options, AnsiConsole.Console, cancellationToken);
    }

    private static (IEnumerable<SudokuPuzzle> Training, IEnumerable<SudokuPuzzle> Test) Generate(ParseResult result, SudokuShape shape, int count, StatefulRandom random)
    {
        if (result.GetValue(Train) is { Length: > 0 } || result.GetValue(Test) is { Length: > 0 })
        {
            throw new LabException("--count: expected either --count or --train and --test, got both.");
        }

        if (shape.Side > SudokuCanonicalForm.MaximumSide)
        {
            throw new LabException($"--side: expected at most {SudokuCanonicalForm.MaximumSide} for puzzles that are generated, got {shape.Side}.");
        }

        var test = result.GetValue(TestCount) ?? Math.Max(1, count / 10);
        if (test < 1 || test >= count)
        {
            throw new LabException($"--count, --test-count: expected at least 2 and fewer for testing than in all, got {count} and {test}.");
        }

        var split = SudokuSplit.Generate(shape, count - test, test, BuildOptions.Require(result, Givens, 0, shape.Cells), random);
        return (split.Training, split.Test);
    }

    /// <summary>Files are streamed: the full set has 3.8 million rows.</summary>
    private static (IEnumerable<SudokuPuzzle> Training, IEnumerable<SudokuPuzzle> Test) Find(ParseResult result, SudokuShape shape)
    {
        CommonOptions.RequireAbsent(result, "without --count", TestCount, Givens);
        return (Read(Train), Read(Test));

        IEnumerable<SudokuPuzzle> Read(Option<string[]> option)
        {
            var files = SourceFiles.Find(result.GetValue(option) ?? [], ".csv");
            return files.Count > 0
                ? files.SelectMany(file => SudokuCsv.Read(file, shape))
                : throw new LabException($"{option.Name}: expected at least one CSV file (or --count for generated puzzles), got none.");
        }
    }
}
