namespace Hrm.Puzzles.Tests;

public class MazeShapeTests
{
    [Fact]
    public void The_symmetries_are_the_transforms_that_keep_the_shape()
    {
        MazeShape.Square(30).Symmetries.Select(transform => transform.Index).Should().Equal(0, 1, 2, 3, 4, 5, 6, 7);
        new MazeShape(3, 5).Symmetries.Select(transform => transform.Index).Should().Equal(0, 2, 4, 5);
        new MazeShape(3, 5).Transform(DihedralTransform.Of(1)).Should().Be(new MazeShape(5, 3));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(3, 0)]
    [InlineData(1, 1)]
    [InlineData(257, 3)]
    [InlineData(-2, -2)]
    public void Sizes_that_are_too_small_or_too_large_are_rejected(int rows, int columns) =>
        FluentActions.Invoking(() => new MazeShape(rows, columns)).Should().Throw<ArgumentOutOfRangeException>();

    [Theory]
    [InlineData(4, 2)]
    [InlineData(900, 30)]
    [InlineData(65536, 256)]
    public void OfCells_gives_the_square_shape(int cells, int side) => MazeShape.OfCells(cells).Should().Be(MazeShape.Square(side));

    [Theory]
    [InlineData(-4)]
    [InlineData(901)]
    [InlineData(66049)]
    [InlineData(int.MaxValue)]
    public void OfCells_rejects_numbers_that_are_not_squares(int cells) =>
        FluentActions.Invoking(() => MazeShape.OfCells(cells)).Should().Throw<HrmFormatException>()
            .WithMessage($"expected a square number of cells from 4 to 65536, got {cells}");
}
