namespace Hrm.Puzzles.Tests;

public class SudokuShapeTests
{
    [Theory]
    [InlineData(4, 2, 2)]
    [InlineData(6, 2, 3)]
    [InlineData(8, 2, 4)]
    [InlineData(9, 3, 3)]
    [InlineData(12, 3, 4)]
    [InlineData(16, 4, 4)]
    public void OfSide_gives_the_usual_box(int side, int boxRows, int boxColumns)
    {
        var shape = SudokuShape.OfSide(side);

        (shape.BoxRows, shape.BoxColumns, shape.Side, shape.Cells).Should().Be((boxRows, boxColumns, side, side * side));
    }

    [Fact]
    public void Sides_without_boxes_and_boxes_out_of_range_are_refused()
    {
        foreach (var side in new[] { -4, 7, 25 })
        {
            FluentActions.Invoking(() => SudokuShape.OfSide(side)).Should().Throw<ArgumentOutOfRangeException>();
        }

        foreach (var (boxRows, boxColumns) in new[] { (1, 9), (9, 1), (3, 6), (int.MaxValue, int.MaxValue) })
        {
            FluentActions.Invoking(() => new SudokuShape(boxRows, boxColumns)).Should().Throw<ArgumentOutOfRangeException>();
        }
    }

    [Fact]
    public void Shapes_with_the_same_boxes_are_equal_and_others_are_not()
    {
        SudokuShape.OfSide(6).Should().Be(SudokuShape.Six);
        new SudokuShape(3, 2).Should().NotBe(SudokuShape.Six);
    }

    [Fact]
    public void TryParseSymbol_reads_the_symbol_of_every_digit_and_no_other_character()
    {
        var shape = SudokuShape.OfSide(16);
        for (var digit = 0; digit <= 16; digit++)
        {
            shape.TryParseSymbol(shape.SymbolOf(digit), out var read).Should().BeTrue();
            read.Should().Be((byte)digit);
        }

        shape.TryParseSymbol('g', out var lower).Should().BeTrue();
        lower.Should().Be(16);
        Enumerable.Range(0, char.MaxValue).Count(c => shape.TryParseSymbol((char)c, out _)).Should().Be(9 + 14 + 4, "a blank is one of . 0 * _");
        SudokuShape.Four.TryParseSymbol('5', out _).Should().BeFalse();
    }
}
