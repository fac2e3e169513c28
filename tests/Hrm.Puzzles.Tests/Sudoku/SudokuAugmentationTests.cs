using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class SudokuAugmentationTests
{
    private static readonly SudokuPuzzle Puzzle = new SudokuGenerator(SudokuShape.Nine, new Random(1)).NextPuzzle(25);

    [Property(MaxTest = 200)]
    public void Apply_keeps_the_question_solved_by_its_labels_and_removes_no_given(int seed)
    {
        var (question, answer) = Sample(new() { HintProbability = 0.5, MaxHintFraction = 1 }, new Random(seed));

        question.IsSolvedBy(answer).Should().BeTrue();
        question.GivenCount.Should().BeGreaterThanOrEqualTo(Puzzle.Question.GivenCount);
    }

    [Fact]
    public void Without_symmetries_and_hints_the_puzzle_is_unchanged() =>
        Sample(new() { Symmetries = false }, new Random(2)).Should().Be((Puzzle.Question, Puzzle.Answer));

    [Fact]
    public void With_symmetries_the_solution_keeps_its_canonical_form_and_hardly_repeats()
    {
        var random = new Random(3);
        var canonicalForm = new SudokuCanonicalForm(SudokuShape.Nine);
        var answers = Enumerable.Range(0, 20).Select(_ => Sample(new(), random).Answer).ToArray();

        answers.Should().OnlyHaveUniqueItems();
        answers.Select(canonicalForm.Of).Distinct().Should().ContainSingle();
    }

    [Fact]
    public void Hints_have_their_rate_and_fill_at_most_their_share_of_the_blanks()
    {
        var random = new Random(4);
        var options = new SudokuAugmentationOptions { Symmetries = false, HintProbability = 0.5, MaxHintFraction = 0.5 };
        var blanks = 81 - Puzzle.Question.GivenCount;

        var questions = Enumerable.Range(0, 4000).Select(_ => Sample(options, random).Question).ToArray();
        var hints = Array.ConvertAll(questions, question => question.GivenCount - Puzzle.Question.GivenCount);

        hints.Max().Should().BeInRange((blanks / 2) - 3, blanks / 2);
        // Half of the samples get hints, a quarter of the blanks on average: 0.125 · blanks; the standard error is 0.14.
        hints.Average().Should().BeApproximately(0.125 * blanks, 0.8);
        hints.Count(n => n == 0).Should().BeInRange(1900, 2300);
        Enumerable.Range(0, 81).Should().OnlyContain(cell => questions.Any(question => question[cell] != 0), "hints reach every blank");
    }

    [Fact]
    public void All_bad_options_are_reported_at_once() =>
        FluentActions.Invoking(() => new SudokuTask(SudokuShape.Nine, new() { HintProbability = 1.5, MaxHintFraction = double.NaN }))
            .Should().Throw<Hrm.Core.InvalidConfigException>()
            .WithMessage("Sudoku augmentation options: HintProbability: expected 0 … 1, got 1.5; MaxHintFraction: expected 0 … 1, got NaN.");

    private static (SudokuGrid Question, SudokuGrid Answer) Sample(SudokuAugmentationOptions options, Random random)
    {
        var task = new SudokuTask(SudokuShape.Nine, options);
        var example = task.ToExample(Puzzle);
        task.Augment(example.Inputs, example.Labels, random);
        return (task.DecodeExample(example.Inputs), task.DecodeExample(example.Labels));
    }
}
