using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class SudokuSearchTests
{
    [Property(MaxTest = 300)]
    public void CountSolutions_agrees_with_brute_force_on_random_givens(int seed)
    {
        var random = new Random(seed);
        var digits = new byte[16];
        for (var givens = random.Next(7); givens > 0; givens--)
        {
            digits[random.Next(16)] = (byte)random.Next(1, 5);
        }

        var question = SudokuGrid.FromDigits(digits, SudokuShape.Four);
        var expected = BruteForce.CountSolutions(question);

        SudokuSearch.CountSolutions(question, int.MaxValue).Should().Be(expected);
        SudokuSearch.Solutions(question).Should().HaveCount(expected).And.OnlyHaveUniqueItems();
        SudokuSearch.TrySolve(question, out var solution).Should().Be(expected > 0);
        (solution is null || question.IsSolvedBy(solution)).Should().BeTrue();
        SudokuSearch.TrySolveUniquely(question, out solution).Should().Be(expected == 1);
        (solution is not null).Should().Be(expected == 1);
    }

    [Property(MaxTest = 100)]
    public void TrySolveUniquely_finds_the_answer_of_every_shape(int seed)
    {
        var random = new Random(seed);
        var shape = new[] { SudokuShape.Four, SudokuShape.Six, new SudokuShape(3, 2), SudokuShape.OfSide(8), SudokuShape.Nine }[random.Next(5)];
        var puzzle = new SudokuGenerator(shape, random).NextPuzzle(random.Next(shape.Cells));

        SudokuSearch.TrySolveUniquely(puzzle.Question, out var solution).Should().BeTrue();
        solution.Should().Be(puzzle.Answer);

        // One given fewer can make the solution one of several.
        var digits = puzzle.Question.Digits.ToArray();
        digits[Array.FindIndex(digits, digit => digit != 0)] = 0;
        var fewer = SudokuGrid.FromDigits(digits, shape);
        SudokuSearch.HasOneSolution(fewer).Should().Be(SudokuSearch.CountSolutions(fewer, 3) == 1);
        SudokuSearch.TrySolve(fewer, out solution).Should().BeTrue();
        fewer.IsSolvedBy(solution!).Should().BeTrue();
    }

    [Fact]
    public void Solutions_of_the_empty_grid_are_the_288_grids()
    {
        var grids = SudokuSearch.Solutions(SudokuGrid.Empty(SudokuShape.Four)).ToArray();

        grids.Should().HaveCount(288).And.OnlyHaveUniqueItems().And.OnlyContain(grid => grid.IsSolved);
    }

    [Fact]
    public void CountSolutions_counts_6x6_grids_with_a_fixed_first_row()
    {
        // Of the 28,200,960 grids, relabelling gives each of the 6! = 720 first rows the same share.
        var question = SudokuGrid.Parse("123456" + new string('.', 30), SudokuShape.Six);

        SudokuSearch.CountSolutions(question, int.MaxValue).Should().Be(28_200_960 / 720);
    }

    [Fact]
    public void CountSolutions_stops_at_the_limit()
    {
        SudokuSearch.CountSolutions(SudokuGrid.Empty(SudokuShape.Nine), limit: 5).Should().Be(5);
        FluentActions.Invoking(() => SudokuSearch.CountSolutions(SudokuGrid.Empty(SudokuShape.Four), 0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData("1..1............", 0, 0)]
    [InlineData("1234341221434321", 0, 1)]
    [InlineData("1234341221434312", 0, 0)]
    [InlineData("12..34122143432.", 0, 1)]
    [InlineData("123....4........", 0, 0)]
    [InlineData(".2.4.4.221434321", 1, 2)] // 1 and 3 can be exchanged in a rectangle: no digit has one place, no cell one digit.
    public void CountGuesses_counts_the_cells_that_singles_do_not_decide(string question, int guesses, int solutions)
    {
        var grid = SudokuGrid.Parse(question, SudokuShape.Four);

        SudokuSearch.CountGuesses(grid).Should().Be(guesses);
        SudokuSearch.CountSolutions(grid).Should().Be(solutions);
    }

    [Fact]
    public void A_cancelled_search_stops()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        FluentActions.Invoking(() => SudokuSearch.CountSolutions(SudokuGrid.Empty(SudokuShape.OfSide(16)), int.MaxValue, cancelled.Token))
            .Should().Throw<OperationCanceledException>();
    }
}
