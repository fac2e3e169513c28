using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class SudokuSearchTests
{
    private static readonly SudokuGrid[] Grids = [.. SudokuSearch.Solutions(SudokuGrid.Empty(SudokuShape.Four))];

    [Fact]
    public void Solutions_of_the_empty_grid_are_the_288_grids() =>
        Grids.Should().HaveCount(288).And.OnlyHaveUniqueItems().And.OnlyContain(grid => grid.IsSolved);

    [Property(MaxTest = 300)]
    public void Solutions_of_random_givens_are_the_grids_that_keep_them(int seed)
    {
        var random = new Random(seed);
        var digits = new byte[16];
        for (var givens = random.Next(7); givens > 0; givens--)
        {
            digits[random.Next(16)] = (byte)random.Next(1, 5);
        }

        var question = SudokuGrid.FromDigits(digits, SudokuShape.Four);
        var expected = Grids.Count(question.IsSolvedBy);

        SudokuSearch.CountSolutions(question, int.MaxValue).Should().Be(expected);
        SudokuSearch.Solutions(question).Should().HaveCount(expected).And.OnlyHaveUniqueItems();
        SudokuSearch.TrySolve(question, out var solution).Should().Be(expected > 0);
        (solution is null || question.IsSolvedBy(solution)).Should().BeTrue();
    }

    [Property(MaxTest = 100)]
    public void The_answer_of_a_puzzle_of_any_shape_is_the_only_solution(int seed)
    {
        var random = new Random(seed);
        var shape = new[] { SudokuShape.Four, SudokuShape.Six, new SudokuShape(3, 2), SudokuShape.OfSide(8), SudokuShape.Nine }[random.Next(5)];
        var puzzle = new SudokuGenerator(shape, random).NextPuzzle(random.Next(shape.Cells));

        SudokuSearch.Solutions(puzzle.Question).Should().Equal(puzzle.Answer);
        SudokuSearch.CountSolutions(puzzle.Question).Should().Be(1);

        // One given fewer can make the solution one of several.
        var digits = puzzle.Question.Digits.ToArray();
        digits[Array.FindIndex(digits, digit => digit != 0)] = 0;
        var fewer = SudokuGrid.FromDigits(digits, shape);
        SudokuSearch.TrySolve(fewer, out var solution).Should().BeTrue();
        fewer.IsSolvedBy(solution!).Should().BeTrue();
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
    [InlineData(".2.4.4.221434321", 1, 2)] // 1 and 3 can be exchanged in a rectangle, so there is no single.
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

    /// <summary>Five digits fit only into the four other cells of the first row; a search would find that after days.</summary>
    [Fact]
    public void A_question_that_would_take_days_is_refused()
    {
        var question = new char[256];
        Array.Fill(question, '.');
        foreach (var (digit, stack, band) in from digit in Enumerable.Range(0, 5) from stack in Enumerable.Range(0, 3) from band in Enumerable.Range(0, 4) select (digit, stack, band))
        {
            question[(((4 * band) + 1 + ((stack + digit) % 3)) * 16) + (4 * stack) + ((band + digit) % 4)] = "CDEFG"[digit];
        }

        SudokuGrid.Parse(question, SudokuShape.OfSide(16)).Invoking(grid => SudokuSearch.CountSolutions(grid)).Should().Throw<HrmFormatException>()
            .WithMessage("not decided within 1000000 guesses of the exact search");
    }
}
