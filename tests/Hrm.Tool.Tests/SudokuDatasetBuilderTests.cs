using Hrm.Core;
using Hrm.Puzzles;
using Hrm.TestKit;

namespace Hrm.Tool.Tests;

public class SudokuDatasetBuilderTests
{
    private static readonly SudokuShape Shape = SudokuShape.Six;
    private static readonly string[] SampleFiles = ["sudoku_easy_train.csv", "sudoku_easy_test.csv", "sudoku_extreme_like_train.csv", "sudoku_extreme_like_test.csv"];
    private static readonly SudokuPuzzle[] Puzzles = [.. new SudokuGenerator(Shape, new StatefulRandom(8)).NextDistinctPuzzles(40, 14)
        .Select((puzzle, index) => new SudokuPuzzle(puzzle.Question, puzzle.Answer, rating: index % 20 < 5 ? 30 + index : 1))];

    private readonly SudokuTask _task = new(Shape);

    [Fact]
    public void A_stream_repeats_and_depends_on_the_seed()
    {
        var builder = new SudokuDatasetBuilder(Shape, new SudokuDatasetOptions { Augmentations = 2, Subsample = 10 });
        builder.BuildTest(Puzzles).Should().HaveCount(Puzzles.Length).And.OnlyContain(group => group.Puzzles.Count == 1);
        var stream = builder.BuildTraining(Puzzles, new StatefulRandom(3));
        var drawnFrom = new StatefulRandom(3);
        drawnFrom.Next();

        Tokens(stream).Should().Equal(Tokens(stream));
        Tokens(builder.BuildTraining(Puzzles, drawnFrom)).Should().Equal(Tokens(stream));
        Tokens(builder.BuildTraining(Puzzles, new StatefulRandom(4))).Should().NotEqual(Tokens(stream));

        static string[] Tokens(IEnumerable<PuzzleGroup> groups) =>
            [.. groups.SelectMany(group => group.Puzzles).Select(variant => string.Join(' ', variant[0].Inputs.Concat(variant[0].Labels)))];
    }

    [Fact]
    public void A_subsample_is_without_repetition_in_order_and_each_puzzle_is_equally_likely()
    {
        var builder = new SudokuDatasetBuilder(Shape, new SudokuDatasetOptions { Subsample = 10 });
        var indexOf = Puzzles.Select((puzzle, index) => (Key: string.Join(' ', _task.Encode(puzzle.Question)), index)).ToDictionary(entry => entry.Key, entry => entry.index);
        var drawn = new int[Puzzles.Length];
        for (var seed = 0; seed < 2000; seed++)
        {
            var indices = builder.BuildTraining(Puzzles, new StatefulRandom(seed)).Select(group => indexOf[string.Join(' ', group.Puzzles[0][0].Inputs)]).ToArray();
            indices.Should().HaveCount(10).And.OnlyHaveUniqueItems().And.BeInAscendingOrder();
            Array.ForEach(indices, index => drawn[index]++);
        }

        // 500 each on average, with a standard deviation of 19.4; the limits are five standard deviations.
        drawn.Should().OnlyContain(count => count >= 403 && count <= 597);
        // The first ten are in the sample from the start: 5,000 draws in total on average, with a standard deviation of 54.
        drawn.Take(10).Sum().Should().BeInRange(4730, 5270);
    }

    [Fact]
    public void The_minimum_rating_applies_to_training_and_test_before_the_subsample()
    {
        var builder = new SudokuDatasetBuilder(Shape, new SudokuDatasetOptions { MinimumRating = 30, Subsample = 8 });
        var hard = Puzzles.Where(puzzle => puzzle.Rating >= 30).Select(puzzle => string.Join(' ', _task.Encode(puzzle.Question))).ToArray();
        hard.Should().HaveCount(10);

        builder.BuildTest(Puzzles).Select(Inputs).Should().Equal(hard);
        builder.BuildTraining(Puzzles, new StatefulRandom(6)).Select(Inputs).Should().HaveCount(8).And.BeSubsetOf(hard);

        static string Inputs(PuzzleGroup group) => string.Join(' ', group.Puzzles[0][0].Inputs);
    }

    [Fact]
    public void The_minimum_can_be_a_number_of_guesses()
    {
        var puzzles = SampleFiles.SelectMany(file => SudokuCsv.Read(RepositoryFolder.Combine("samples", "data", file), SudokuShape.Nine).Take(50)).ToArray();
        var builder = new SudokuDatasetBuilder(SudokuShape.Nine, new SudokuDatasetOptions { MinimumGuesses = 20 });
        var expected = puzzles.Count(puzzle => SudokuSearch.CountGuesses(puzzle.Question) >= 20);

        expected.Should().BeInRange(50, 150);
        builder.BuildTest(puzzles).Should().HaveCount(expected);
    }

    [Fact]
    public void Puzzles_that_cannot_be_built_are_a_typed_error()
    {
        var rated = new SudokuDatasetBuilder(Shape, new SudokuDatasetOptions { MinimumRating = 1000 });
        var unrated = new SudokuPuzzle(Puzzles[0].Question, Puzzles[0].Answer, line: 7);
        var four = new SudokuGenerator(SudokuShape.Four, new Random(1)).NextPuzzle(8);

        rated.Invoking(b => b.BuildTest(Puzzles).Count()).Should().Throw<HrmFormatException>()
            .WithMessage("expected a puzzle of the minimum difficulty, got none among 40");
        rated.Invoking(b => b.BuildTraining([unrated], new StatefulRandom(7)).Count()).Should().Throw<HrmFormatException>()
            .WithMessage("line 7, rating: expected a rating to compare with the minimum rating, got a puzzle without one");
        new SudokuDatasetBuilder(Shape).Invoking(b => b.BuildTest([]).Count()).Should().Throw<HrmFormatException>().WithMessage("expected at least one puzzle, got none");
        new SudokuDatasetBuilder(Shape).Invoking(b => b.BuildTest([four]).Count()).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Options_have_their_defaults_and_fail_all_at_once()
    {
        var options = new SudokuDatasetOptions();
        (options.Subsample, options.MinimumRating, options.MinimumGuesses, options.Augmentations).Should().Be((null, null, null, 0));

        FluentActions.Invoking(() => new SudokuDatasetBuilder(Shape, new SudokuDatasetOptions
        {
            Subsample = 0,
            MinimumRating = double.NaN,
            MinimumGuesses = -1,
            Augmentations = -1,
        })).Should().Throw<InvalidConfigException>().WithMessage(
            "Sudoku dataset options: Subsample: expected 1 … 2147483647, got 0; MinimumRating: expected a finite number of at least 0, got NaN; "
            + "MinimumGuesses: expected 0 … 2147483647, got -1; Augmentations: expected 0 … 100000, got -1.");
    }
}
