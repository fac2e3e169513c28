namespace Hrm.Puzzles.Tests;

public class SudokuSplitTests
{
    [Theory]
    [InlineData(4, 300, 100, 5)]
    [InlineData(4, 50, 50, 0)]
    [InlineData(4, 0, 10, 6)]
    [InlineData(4, 10, 0, 6)]
    [InlineData(6, 200, 100, 12)]
    [InlineData(9, 60, 20, 30)]
    public void Generate_makes_two_parts_that_are_not_symmetric_to_each_other(int side, int training, int test, int givens)
    {
        var split = SudokuSplit.Generate(SudokuShape.OfSide(side), training, test, givens, new Random(side));

        split.Training.Should().HaveCount(training);
        split.Test.Should().HaveCount(test);
        var canonicalForm = new SudokuCanonicalForm(SudokuShape.OfSide(side));
        split.Training.Select(puzzle => canonicalForm.Of(puzzle.Answer)).Should().NotIntersectWith(split.Test.Select(puzzle => canonicalForm.Of(puzzle.Answer)));
        var questions = split.Training.Concat(split.Test).Select(puzzle => puzzle.Question).ToArray();
        questions.Should().OnlyHaveUniqueItems().And.OnlyContain(question => SudokuSearch.CountSolutions(question, 2, default) == 1);
        questions.Should().OnlyContain(question => question.GivenCount >= givens);
    }

    [Fact]
    public void Generate_fails_if_there_are_too_few_puzzles()
    {
        // The classes of 192 and 96 symmetric grids go to different parts.
        FluentActions.Invoking(() => SudokuSplit.Generate(SudokuShape.Four, 193, 1, 16, new Random(4))).Should().Throw<PuzzleSupplyException>()
            .WithMessage("expected 193 training and 1 test puzzles of 4x4*");
        FluentActions.Invoking(() => SudokuSplit.Generate(SudokuShape.Four, 1, 1, 17, new Random(4))).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => SudokuSplit.Generate(SudokuShape.OfSide(12), 1, 1, 100, new Random(4))).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void FourByFour_makes_distinct_puzzles_from_one_class_of_symmetric_grids_per_part()
    {
        var canonicalForm = new SudokuCanonicalForm(SudokuShape.Four);

        var split = SudokuSplit.FourByFour(1000, 500, new Random(1));
        var again = SudokuSplit.FourByFour(1000, 500, new Random(1));

        (split.Training.Count, split.Test.Count).Should().Be((1000, 500));
        again.Training.Should().Equal(split.Training);
        again.Test.Should().Equal(split.Test);
        var questions = split.Training.Concat(split.Test).Select(puzzle => puzzle.Question).ToArray();
        questions.Should().OnlyHaveUniqueItems().And.OnlyContain(question => SudokuSearch.CountSolutions(question, 2, default) == 1);
        questions.Select(question => question.GivenCount).Distinct().Should().BeEquivalentTo([4, 5, 6, 7, 8]);
        split.Training.Select(puzzle => canonicalForm.Of(puzzle.Answer)).Distinct().Should().ContainSingle();
        split.Test.Select(puzzle => canonicalForm.Of(puzzle.Answer)).Distinct().Should().ContainSingle();
        split.Training.Select(puzzle => puzzle.Answer).Distinct().Should().HaveCountGreaterThan(96);
        split.Test.Select(puzzle => puzzle.Answer).Distinct().Should().HaveCount(96);
    }

    [Fact]
    public void FourByFour_is_limited_to_50000_puzzles()
    {
        SudokuSplit.FourByFour(0, 50_000, new Random(4)).Test.Should().HaveCount(50_000);
        FluentActions.Invoking(() => SudokuSplit.FourByFour(50_001, 0, new Random(4))).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => SudokuSplit.FourByFour(-1, 0, new Random(4))).Should().Throw<ArgumentOutOfRangeException>();
    }
}
