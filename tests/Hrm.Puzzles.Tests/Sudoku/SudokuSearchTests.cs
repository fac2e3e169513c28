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

        SudokuSearch.CountSolutions(question, int.MaxValue).Should().Be(BruteForce.CountSolutions(question));
        SudokuSearch.TrySolve(question, out var solution).Should().Be(BruteForce.CountSolutions(question) > 0);
        (solution is null || SudokuChecker.IsSolution(question, solution)).Should().BeTrue();
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
    public void CountSolutions_stops_at_the_limit() =>
        SudokuSearch.CountSolutions(SudokuGrid.Empty(SudokuShape.Nine), limit: 5).Should().Be(5);

    [Theory]
    [InlineData("1..1............", 0)]
    [InlineData("1234341221434321", 1)]
    [InlineData("1234341221434312", 0)]
    public void CountSolutions_of_conflicting_and_complete_grids(string text, int expected) =>
        SudokuSearch.CountSolutions(SudokuGrid.Parse(text, SudokuShape.Four)).Should().Be(expected);

    [Fact]
    public void A_cancelled_search_stops()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        FluentActions.Invoking(() => SudokuSearch.CountSolutions(SudokuGrid.Empty(SudokuShape.OfSide(16)), int.MaxValue, cancelled.Token))
            .Should().Throw<OperationCanceledException>();
    }
}
