namespace Hrm.Puzzles.Tests;

public class SudokuBoardTests
{
    private const string Answer = "1234341221434321";

    [Fact]
    public void Format_draws_lines_around_the_boxes() =>
        SudokuBoard.Format(SudokuGrid.Parse("1.3456" + new string('.', 29) + "6", SudokuShape.Six)).Should().Be(string.Join('\n',
            "+-------+-------+",
            "| 1 . 3 | 4 5 6 |",
            "| . . . | . . . |",
            "+-------+-------+",
            "| . . . | . . . |",
            "| . . . | . . . |",
            "+-------+-------+",
            "| . . . | . . . |",
            "| . . . | . . 6 |",
            "+-------+-------+"));

    [Fact]
    public void Kinds_tell_given_filled_right_and_wrong()
    {
        var givens = SudokuGrid.Parse("12..............", SudokuShape.Four);
        var grid = SudokuGrid.Parse("1432............", SudokuShape.Four);
        var answer = SudokuGrid.Parse(Answer, SudokuShape.Four);

        SudokuBoard.Kinds(grid, givens)[..5].Should().Equal(
            SudokuCellKind.Given, SudokuCellKind.Wrong, SudokuCellKind.Filled, SudokuCellKind.Filled, SudokuCellKind.Blank);
        SudokuBoard.Kinds(grid, givens, answer)[..5].Should().Equal(
            SudokuCellKind.Given, SudokuCellKind.Wrong, SudokuCellKind.Right, SudokuCellKind.Wrong, SudokuCellKind.Blank);
    }

    [Fact]
    public void Format_gives_each_symbol_its_style()
    {
        var givens = SudokuGrid.Parse("12..............", SudokuShape.Four);
        var grid = SudokuGrid.Parse("124.............", SudokuShape.Four);

        SudokuBoard.Format(grid, givens, (symbol, kind) => kind == SudokuCellKind.Wrong ? $"[{symbol}]" : symbol, SudokuGrid.Parse(Answer, SudokuShape.Four))
            .Should().Contain("| 1 2 | [4] . |");
    }

    [Fact]
    public void Grids_of_two_shapes_are_refused() =>
        FluentActions.Invoking(() => SudokuBoard.Kinds(SudokuGrid.Empty(SudokuShape.Four), SudokuGrid.Empty(SudokuShape.Six)))
            .Should().Throw<ArgumentException>().WithMessage("*expected 4x4*got 6x6*");
}
