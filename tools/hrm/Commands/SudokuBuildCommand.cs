using System.CommandLine;
using Hrm.Core;
using Hrm.Puzzles;

namespace Hrm.Tool;

/// <summary><c>data sudoku build</c>: builds a dataset of Sudokus from files of puzzles, or of generated ones.</summary>
internal static class SudokuBuildCommand
{
    private static readonly Option<double?> MinDifficulty = new("--min-difficulty") { Description = "Leave out puzzles with a lower rating." };
    private static readonly Option<int?> MinGuesses = new("--min-guesses") { Description = "Leave out puzzles that the exact search solves with fewer guesses." };
    private static readonly Option<int> Augment = new("--augment") { Description = "The number of random symmetric variants per training puzzle; 1,000 in the paper." };
    private static readonly Option<int?> TestCount = new("--test-count") { Description = "The number of generated puzzles for testing, a tenth by default. Their solutions are not variants of training solutions." };
    private static readonly Option<int> Givens = new("--givens") { Description = "The number of givens of a generated puzzle; a puzzle that needs more to have one solution keeps more." };

    public static Command Create() => DatasetOutput.CreateCommand(
        "Build a dataset of Sudokus: take them from files, or generate them.",
        [DatasetOutput.Train, DatasetOutput.Test, DatasetOutput.Subsample, MinDifficulty, MinGuesses, Augment, DatasetOutput.Count, TestCount, Givens, CommonOptions.Side, CommonOptions.SkipBad],
        Build);

    private static void Build(ParseResult result, CancellationToken cancellationToken)
    {
        var shape = SudokuFiles.ShapeOf(result.GetValue(CommonOptions.Side) ?? SudokuFiles.FindSide(SourceFiles.Find(result.GetValue(DatasetOutput.Train) ?? [], ".csv")));
        var random = new StatefulRandom(result.GetValue(DatasetOutput.Seed));
        var (training, test) = result.GetValue(DatasetOutput.Count) is { } count
            ? Generate(result, shape, count, random)
            : Read(result, shape, cancellationToken);
        var builder = new SudokuDatasetBuilder(shape, new SudokuDatasetOptions
        {
            Subsample = result.GetValue(DatasetOutput.Subsample),
            MinimumRating = result.GetValue(MinDifficulty),
            MinimumGuesses = result.GetValue(MinGuesses),
            Augmentations = result.GetValue(Augment),
        });
        DatasetOutput.Write(
            result,
            DatasetOutput.BlankAlone,
            builder.Task.SequenceLength,
            builder.Task.VocabularySize,
            builder.BuildTraining(training, random),
            builder.BuildTest(test),
            cancellationToken);
    }

    private static (IEnumerable<SudokuPuzzle> Training, IEnumerable<SudokuPuzzle> Test) Generate(ParseResult result, SudokuShape shape, int count, StatefulRandom random)
    {
        DatasetOutput.RequireNoFiles(result);
        if (shape.Side > SudokuCanonicalForm.MaximumSide)
        {
            throw new UsageException($"--side: expected at most {SudokuCanonicalForm.MaximumSide} for generated puzzles, got {shape.Side}.");
        }

        var test = result.GetValue(TestCount) ?? Math.Max(1, count / 10);
        if (test < 1 || test >= count)
        {
            throw new UsageException($"--count, --test-count: expected at least 2 puzzles, and fewer for testing than in all, got {count} and {test}.");
        }

        var split = SudokuSplit.Generate(shape, count - test, test, CommonOptions.Require(result, Givens, 0, shape.Cells), random);
        return (split.Training, split.Test);
    }

    /// <summary>Streams the files: the full set has 3.8 million rows.</summary>
    private static (IEnumerable<SudokuPuzzle> Training, IEnumerable<SudokuPuzzle> Test) Read(ParseResult result, SudokuShape shape, CancellationToken cancellationToken)
    {
        CommonOptions.RequireAbsent(result, "without --count", TestCount, Givens);
        return (DatasetOutput.Read(result, DatasetOutput.Train, ReadFile, cancellationToken), DatasetOutput.Read(result, DatasetOutput.Test, ReadFile, cancellationToken));

        IEnumerable<SudokuPuzzle> ReadFile(string file, Action<HrmFormatException>? skipped) => SudokuCsv.Read(file, shape, skipped);
    }
}
