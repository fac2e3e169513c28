using FsCheck.Xunit;
using Microsoft.Extensions.Options;

namespace Hrm.Puzzles.Tests;

public class SudokuAugmentationTests
{
    private static readonly SudokuPuzzle Puzzle = new SudokuGenerator(SudokuShape.Nine, new Random(1)).NextPuzzle(25);
    private static readonly SudokuEncoding Encoding = new(SudokuShape.Nine);

    [Property(MaxTest = 200)]
    public void Sample_gives_a_question_that_its_labels_solve_and_that_shows_no_less_than_the_puzzle(int seed)
    {
        var (question, answer) = Sample(new() { HintProbability = 0.5, MaxHintFraction = 1 }, new Random(seed));

        SudokuChecker.IsSolution(question, answer).Should().BeTrue();
        question.GivenCount.Should().BeGreaterThanOrEqualTo(Puzzle.Question.GivenCount);
    }

    [Fact]
    public void Without_symmetries_and_hints_the_puzzle_comes_as_it_is() =>
        Sample(new() { Symmetries = false }, new Random(2)).Should().Be((Puzzle.Question, Puzzle.Answer));

    [Fact]
    public void With_symmetries_the_solution_stays_in_its_orbit_and_hardly_repeats()
    {
        var random = new Random(3);
        var canonicalForm = new SudokuCanonicalForm(SudokuShape.Nine);
        var answers = Enumerable.Range(0, 20).Select(_ => Sample(new(), random).Answer).ToArray();

        answers.Should().OnlyHaveUniqueItems();
        answers.Select(canonicalForm.Of).Distinct().Should().ContainSingle();
    }

    [Fact]
    public void Hints_come_at_their_rate_and_fill_up_to_their_share_of_the_blanks()
    {
        var random = new Random(4);
        var options = new SudokuAugmentationOptions { Symmetries = false, HintProbability = 0.5, MaxHintFraction = 0.5 };
        var blanks = 81 - Puzzle.Question.GivenCount;

        var hints = Enumerable.Range(0, 4000).Select(_ => Sample(options, random).Question.GivenCount - Puzzle.Question.GivenCount).ToArray();

        hints.Max().Should().BeInRange((blanks / 2) - 3, blanks / 2);
        // Half of the samples get hints, a quarter of the blanks in the mean: 0.125 · blanks; the standard error is 0.14.
        hints.Average().Should().BeApproximately(0.125 * blanks, 0.8);
        hints.Count(n => n == 0).Should().BeInRange(1900, 2300);
    }

    [Fact]
    public void Hints_reach_every_blank()
    {
        var random = new Random(5);
        var options = new SudokuAugmentationOptions { Symmetries = false, HintProbability = 1, MaxHintFraction = 0.2 };
        var shown = new bool[81];
        for (var i = 0; i < 1000; i++)
        {
            var question = Sample(options, random).Question;
            for (var cell = 0; cell < 81; cell++)
            {
                shown[cell] |= question[cell] != 0;
            }
        }

        shown.Should().OnlyContain(seen => seen);
    }

    [Fact]
    public void The_same_seed_gives_the_same_samples()
    {
        var options = new SudokuAugmentationOptions { HintProbability = 1 };

        Sample(options, new Random(6)).Should().Be(Sample(options, new Random(6)));
        Sample(options, new Random(6)).Should().NotBe(Sample(options, new Random(7)));
    }

    [Fact]
    public void Bad_options_are_reported_all_at_once() =>
        FluentActions.Invoking(() => new SudokuAugmentation(SudokuShape.Nine, new() { HintProbability = 1.5, MaxHintFraction = double.NaN }))
            .Should().Throw<Hrm.Core.InvalidConfigException>()
            .WithMessage("Sudoku augmentation options: HintProbability: expected 0 … 1, got 1.5; MaxHintFraction: expected 0 … 1, got NaN.");

    [Fact]
    public void The_defaults_are_symmetries_without_hints()
    {
        var options = new SudokuAugmentationOptions();

        (options.Symmetries, options.HintProbability, options.MaxHintFraction).Should().Be((true, 0, 0.5));
    }

    [Fact]
    public void Sample_refuses_spans_and_puzzles_that_do_not_fit()
    {
        var augmentation = new SudokuAugmentation(SudokuShape.Nine);

        augmentation.Invoking(a => a.Sample(Puzzle, new Random(8), new int[80], new int[81])).Should().Throw<ArgumentException>();
        new SudokuAugmentation(SudokuShape.Four).Invoking(a => a.Sample(Puzzle, new Random(8), new int[16], new int[16]))
            .Should().Throw<ArgumentException>().WithMessage("puzzle: expected 4x4*got 9x9*");
    }

    private static (SudokuGrid Question, SudokuGrid Answer) Sample(SudokuAugmentationOptions options, Random random)
    {
        var inputs = new int[81];
        var labels = new int[81];
        new SudokuAugmentation(SudokuShape.Nine, options).Sample(Puzzle, random, inputs, labels);
        return (Encoding.Decode(inputs), Encoding.Decode(labels));
    }
}
