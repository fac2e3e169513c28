namespace Hrm.Puzzles.Tests;

public class SudokuGeneratorTests
{
    public static TheoryData<int, int, int> Targets => new()
    {
        { 4, 6, 200 },
        { 6, 14, 50 },
        { 8, 30, 20 },
        { 9, 30, 30 },
    };

    [Theory]
    [MemberData(nameof(Targets))]
    public void NextPuzzle_has_one_solution_and_the_givens_asked_for(int side, int givens, int count)
    {
        var generator = new SudokuGenerator(SudokuShape.OfSide(side), new Random(1));
        for (var i = 0; i < count; i++)
        {
            var puzzle = generator.NextPuzzle(givens);

            SudokuSearch.HasOneSolution(puzzle.Question).Should().BeTrue();
            puzzle.Question.GivenCount.Should().BeGreaterThanOrEqualTo(givens);
            IsMinimalOrHas(puzzle.Question, givens).Should().BeTrue();
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(9)]
    public void NextPuzzle_without_a_target_is_minimal(int side)
    {
        var puzzle = new SudokuGenerator(SudokuShape.OfSide(side), new Random(2)).NextPuzzle(givens: 0);

        IsMinimalOrHas(puzzle.Question, givens: 0).Should().BeTrue();
    }

    [Fact]
    public void The_same_seed_gives_the_same_puzzles_and_another_seed_others()
    {
        Puzzles(seed: 3).Should().Equal(Puzzles(seed: 3));
        Puzzles(seed: 3).Should().NotIntersectWith(Puzzles(seed: 4));

        static IEnumerable<SudokuPuzzle> Puzzles(int seed)
        {
            var generator = new SudokuGenerator(SudokuShape.Nine, new Random(seed));
            return [.. Enumerable.Range(0, 5).Select(_ => generator.NextPuzzle(28))];
        }
    }

    [Fact]
    public void NextGrid_reaches_every_4x4_grid()
    {
        var generator = new SudokuGenerator(SudokuShape.Four, new Random(5));

        Enumerable.Range(0, 10_000).Select(_ => generator.NextGrid()).Distinct().Should().HaveCount(288);
    }

    [Fact]
    public void NextPuzzle_refuses_an_answer_that_is_not_solved() =>
        FluentActions.Invoking(() => new SudokuGenerator(SudokuShape.Four, new Random(6)).NextPuzzle(SudokuGrid.Empty(SudokuShape.Four), 4))
            .Should().Throw<ArgumentException>().WithMessage("answer: expected a solved grid of 4x4*");

    private static bool IsMinimalOrHas(SudokuGrid question, int givens) =>
        question.GivenCount == givens || Enumerable.Range(0, question.Shape.Cells).Where(cell => question[cell] != 0).All(cell =>
        {
            var fewer = question.Digits.ToArray();
            fewer[cell] = 0;
            return !SudokuSearch.HasOneSolution(SudokuGrid.FromDigits(fewer, question.Shape));
        });
}
