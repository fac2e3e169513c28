namespace Hrm.Puzzles.Tests;

public class SudokuGridTests
{
    [Fact]
    public void Parse_reads_both_blanks_and_prints_one()
    {
        var grid = SudokuGrid.Parse("1.0.............", SudokuShape.Four);

        grid[0].Should().Be(1);
        grid[0, 2].Should().Be(0);
        grid.GivenCount.Should().Be(1);
        grid.ToString().Should().Be("1...............");
    }

    [Theory]
    [InlineData("1..............", "expected 16 characters, got 15")]
    [InlineData("..........x.....", "expected '.', '0' or 1 to 4 at character 11 (row 3, column 3), got 'x'")]
    [InlineData("5...............", "expected '.', '0' or 1 to 4 at character 1 (row 1, column 1), got '5'")]
    [InlineData("...............\0", "expected '.', '0' or 1 to 4 at character 16 (row 4, column 4), got '\\u0000'")]
    public void Parse_names_the_position_of_a_wrong_character(string text, string message) =>
        FluentActions.Invoking(() => SudokuGrid.Parse(text, SudokuShape.Four))
            .Should().Throw<HrmFormatException>().WithMessage(message);

    [Fact]
    public void FromDigits_refuses_other_lengths_and_digits()
    {
        FluentActions.Invoking(() => SudokuGrid.FromDigits(new byte[15], SudokuShape.Four))
            .Should().Throw<HrmFormatException>().WithMessage("expected 16 digits, got 15");
        FluentActions.Invoking(() => SudokuGrid.FromDigits([.. new byte[6], 9, .. new byte[9]], SudokuShape.Four))
            .Should().Throw<HrmFormatException>().WithMessage("expected a digit of 0 to 4 in row 2, column 3, got 9");
    }

    [Theory]
    [InlineData("1..1............", 0, 3)]
    [InlineData(".2...........2..", 1, 13)]
    [InlineData("..........3....3", 10, 15)]
    public void FindConflict_names_both_cells(string text, int cell, int other)
    {
        var fault = SudokuGrid.Parse(text, SudokuShape.Four).FindConflict();

        fault.Should().NotBeNull();
        (fault!.Cell, fault.OtherCell).Should().Be((cell, other));
        fault.Message.Should().Contain(SudokuShape.Four.NameOf(cell)).And.Contain(SudokuShape.Four.NameOf(other));
    }

    [Fact]
    public void IsSolved_needs_a_complete_grid_that_keeps_the_rules()
    {
        SudokuGrid.Parse("1234341221434321", SudokuShape.Four).IsSolved.Should().BeTrue();
        SudokuGrid.Parse("123434122143432.", SudokuShape.Four).IsSolved.Should().BeFalse();
        SudokuGrid.Parse("1234123412341234", SudokuShape.Four).IsSolved.Should().BeFalse();
    }

    [Fact]
    public void Grids_of_the_same_digits_in_different_boxes_differ() =>
        SudokuGrid.Empty(SudokuShape.Six).Should().NotBe(SudokuGrid.Empty(new SudokuShape(3, 2)));
}
