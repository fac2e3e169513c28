using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class ArcGridTests
{
    [Fact]
    public void A_grid_has_sides_and_cells()
    {
        var grid = ArcGrid.Create(2, 3, [0, 1, 2, 3, 4, 9]);

        (grid.Rows, grid.Columns, grid[0, 2], grid[1, 0], grid[1, 2]).Should().Be((2, 3, 2, 3, 9));
        grid.ToString().Should().Be("012\n349");
        grid.Should().Be(ArcGrid.Parse("012/349"));
    }

    [Property(MaxTest = 100)]
    public void ToString_and_Parse_are_inverses(int seed)
    {
        var grid = RandomArc.Grid(new Random(seed));

        ArcGrid.Parse(grid.ToString()).Should().Be(grid);
        ArcGrid.Parse(grid.ToString()).GetHashCode().Should().Be(grid.GetHashCode());
    }

    [Fact]
    public void Grids_of_the_same_cells_in_other_rows_are_not_equal()
    {
        var wide = ArcGrid.Parse("111111");

        wide.Should().NotBe(ArcGrid.Parse("111/111"));
        wide.Should().NotBe(ArcGrid.Parse("111112"));
        wide.GetHashCode().Should().NotBe(ArcGrid.Parse("111/111").GetHashCode());
    }

    [Theory]
    [InlineData(0, 1, 0, "expected 1 to 30 rows and columns, got 0 and 1")]
    [InlineData(1, 31, 31, "expected 1 to 30 rows and columns, got 1 and 31")]
    [InlineData(int.MaxValue, int.MaxValue, 1, "expected 1 to 30 rows and columns, got 2147483647 and 2147483647")]
    [InlineData(2, 2, 3, "expected 2 · 2 cells, got 3")]
    public void Create_rejects_bad_sizes(int rows, int columns, int cells, string problem) =>
        FluentActions.Invoking(() => ArcGrid.Create(rows, columns, new byte[cells])).Should().Throw<HrmFormatException>().WithMessage(problem);

    [Theory]
    [InlineData("", "expected 1 to 30 rows and columns, got 1 and 0")]
    [InlineData("12/1", "[1]: expected 2 cells as in row 0, got 1")]
    [InlineData("12/1x", "[1][1]: expected a digit, got 'x'")]
    [InlineData("12/", "[1]: expected 2 cells as in row 0, got 0")]
    public void Parse_names_the_wrong_cell(string text, string message) =>
        FluentActions.Invoking(() => ArcGrid.Parse(text)).Should().Throw<HrmFormatException>().WithMessage(message);

    [Fact]
    public void Create_names_the_cell_that_is_not_a_colour() =>
        FluentActions.Invoking(() => ArcGrid.Create(2, 2, [0, 9, 3, 10])).Should().Throw<HrmFormatException>()
            .WithMessage("[1][1]: expected a colour of 0 to 9, got 10");
}
