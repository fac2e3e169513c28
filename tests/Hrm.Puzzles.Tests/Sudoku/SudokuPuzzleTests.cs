namespace Hrm.Puzzles.Tests;

public class SudokuPuzzleTests
{
    private const string Answer = "1234341221434321";

    [Theory]
    [InlineData("2...............", Answer, 0, null, "expected the given 2 in row 1, column 1, got 1")]
    [InlineData("1...............", "123434122143432.", 15, null, "expected a digit in row 4, column 4, got a blank")]
    [InlineData("1...............", "1134341221434321", 0, 1, "expected different digits in row 1, column 1 and row 1, column 2, got 1 in both")]
    [InlineData("1..1............", Answer, 0, 3, "expected different digits in row 1, column 1 and row 1, column 4, got 1 in both")]
    public void Constructor_names_the_cell_that_is_wrong(string question, string answer, int cell, int? other, string message)
    {
        var create = () => new SudokuPuzzle(SudokuGrid.Parse(question, SudokuShape.Four), SudokuGrid.Parse(answer, SudokuShape.Four));

        var thrown = create.Should().Throw<HrmFormatException>().WithMessage($"*{message}").Which;
        thrown.Place.Should().Be(answer == Answer && other is not null ? "question" : "answer");
        thrown.Positions.Should().Equal(other is null ? [cell] : [cell, other.Value]);
    }

    [Fact]
    public void Constructor_refuses_grids_of_different_shapes() =>
        FluentActions.Invoking(() => new SudokuPuzzle(SudokuGrid.Empty(SudokuShape.Six), SudokuGrid.Parse(Answer, SudokuShape.Four)))
            .Should().Throw<ArgumentException>().WithMessage("*6x6*4x4*");
}
