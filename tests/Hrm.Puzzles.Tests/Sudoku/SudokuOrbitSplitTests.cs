namespace Hrm.Puzzles.Tests;

public class SudokuOrbitSplitTests
{
    [Fact]
    public void Four_puts_the_two_parts_into_the_two_orbits()
    {
        var canonicalForm = new SudokuCanonicalForm(SudokuShape.Four);

        var split = SudokuOrbitSplit.Four(1000, 500, new Random(1));

        split.Training.Select(puzzle => canonicalForm.Of(puzzle.Answer)).Distinct().Should().ContainSingle();
        split.Test.Select(puzzle => canonicalForm.Of(puzzle.Answer)).Distinct().Should().ContainSingle();
        split.Training.Select(puzzle => puzzle.Answer).Distinct().Should().HaveCountGreaterThan(96).And.HaveCountLessThanOrEqualTo(192);
        split.Test.Select(puzzle => puzzle.Answer).Distinct().Should().HaveCount(96);
    }

    [Fact]
    public void Four_makes_distinct_puzzles_with_one_solution_and_4_to_8_givens()
    {
        var split = SudokuOrbitSplit.Four(1000, 500, new Random(2));

        split.Training.Should().HaveCount(1000);
        split.Test.Should().HaveCount(500);
        var questions = split.Training.Concat(split.Test).Select(puzzle => puzzle.Question).ToArray();
        questions.Should().OnlyHaveUniqueItems().And.OnlyContain(question => SudokuSearch.HasOneSolution(question, default));
        questions.Select(question => question.GivenCount).Distinct().Should().BeEquivalentTo([4, 5, 6, 7, 8]);
    }

    [Fact]
    public void Four_is_the_same_for_the_same_seed()
    {
        SudokuOrbitSplit.Four(50, 20, new Random(3)).Training.Should().Equal(SudokuOrbitSplit.Four(50, 20, new Random(3)).Training);
        SudokuOrbitSplit.Four(50, 20, new Random(3)).Test.Should().Equal(SudokuOrbitSplit.Four(50, 20, new Random(3)).Test);
    }

    [Fact]
    public void Four_fills_the_largest_size_it_accepts()
    {
        SudokuOrbitSplit.Four(0, SudokuOrbitSplit.MaximumPuzzles, new Random(4)).Test.Should().HaveCount(SudokuOrbitSplit.MaximumPuzzles);
        FluentActions.Invoking(() => SudokuOrbitSplit.Four(SudokuOrbitSplit.MaximumPuzzles + 1, 0, new Random(4))).Should().Throw<ArgumentOutOfRangeException>();
    }
}
