using Hrm.Core;

namespace Hrm.Puzzles.Tests;

public class SudokuGeneratorTests
{
    [Theory]
    [InlineData(4, 6, 200)]
    [InlineData(6, 14, 50)]
    [InlineData(8, 30, 20)]
    [InlineData(9, 30, 30)]
    [InlineData(9, 0, 1)]
    public void NextPuzzle_has_one_solution_and_the_requested_givens(int side, int givens, int count)
    {
        var generator = new SudokuGenerator(SudokuShape.OfSide(side), new Random(1));
        for (var i = 0; i < count; i++)
        {
            var puzzle = generator.NextPuzzle(givens);

            SudokuSearch.CountSolutions(puzzle.Question).Should().Be(1);
            puzzle.Question.GivenCount.Should().BeGreaterThanOrEqualTo(givens);
            HasGivensOrIsMinimal(puzzle.Question, givens).Should().BeTrue();
        }
    }

    [Theory]
    [InlineData(4, ".4...2.1..1....2")]
    [InlineData(6, "5....3..6.4.3....6..2...4...65.5....")]
    [InlineData(9, ".......4.4...21..8.52.8...7...3.2...6...4.....479........6.8.25.7..3...6.9....8.3")]
    public void A_seed_gives_the_recorded_puzzle(int side, string expected) =>
        new SudokuGenerator(SudokuShape.OfSide(side), new StatefulRandom(5)).NextPuzzle(givens: 0).Question.ToString().Should().Be(expected);

    [Fact]
    public void NextDistinctPuzzles_fails_if_there_are_no_more()
    {
        // A 4×4 question with 16 givens is one of the 288 grids.
        new SudokuGenerator(SudokuShape.Four, new Random(8)).NextDistinctPuzzles(288, 16).Select(puzzle => puzzle.Question)
            .Should().HaveCount(288).And.OnlyHaveUniqueItems();
        FluentActions.Invoking(() => new SudokuGenerator(SudokuShape.Four, new Random(8)).NextDistinctPuzzles(289, 16))
            .Should().Throw<PuzzleSupplyException>().WithMessage("expected 289 different puzzles of 4x4 with boxes of 2x2 with 16 givens, got 288:*");
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

    private static bool HasGivensOrIsMinimal(SudokuGrid question, int givens) =>
        question.GivenCount == givens || Enumerable.Range(0, question.Shape.Cells).Where(cell => question[cell] != 0).All(cell =>
        {
            var fewer = question.Digits.ToArray();
            fewer[cell] = 0;
            return SudokuSearch.CountSolutions(SudokuGrid.FromDigits(fewer, question.Shape)) != 1;
        });
}
