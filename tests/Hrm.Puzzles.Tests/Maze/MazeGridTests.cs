using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class MazeGridTests
{
    private static readonly MazeShape Two = new(2, 3);

    [Fact]
    public void Parse_reads_cells_row_by_row()
    {
        var grid = MazeGrid.Parse("oS##G ", Two);

        (grid.Start, grid.Goal, grid.WallCount, grid.PathCells).Should().Be((1, 4, 2, 3));
        grid.Cells.ToArray().Should().Equal(MazeCell.Path, MazeCell.Start, MazeCell.Wall, MazeCell.Wall, MazeCell.Goal, MazeCell.Free);
        MazeGrid.Parse("S  G").Shape.Should().Be(MazeShape.Square(2));
    }

    [Property(MaxTest = 200)]
    public void ToString_and_Parse_are_inverses(int seed)
    {
        var maze = RandomMaze.Of(new Random(seed));

        var read = MazeGrid.Parse(maze.ToString(), maze.Shape);

        read.Should().Be(maze);
        read.GetHashCode().Should().Be(maze.GetHashCode());
    }

    [Fact]
    public void Grids_that_differ_in_a_cell_or_in_shape_are_not_equal()
    {
        var maze = MazeGrid.Parse(" S##G ", Two);

        maze.Equals(MazeGrid.Parse(" S## G", Two)).Should().BeFalse();
        maze.Equals(MazeGrid.Parse(" S##G ", new MazeShape(3, 2))).Should().BeFalse();
        maze.Equals(null).Should().BeFalse();
    }

    [Theory]
    [InlineData(" S##G", "expected 6 characters (2x3), got 5")]
    [InlineData(" S##G  ", "expected 6 characters (2x3), got 7")]
    [InlineData(" S#?G ", "expected one of '# SGo' at character 4 (row 2, column 1), got '?'")]
    [InlineData(" s##G ", "expected one of '# SGo' at character 2 (row 1, column 2), got 's'")]
    [InlineData(" S##G\t", "expected one of '# SGo' at character 6 (row 2, column 3), got '\\u0009'")]
    public void Parse_names_the_position_of_bad_text(string text, string message) =>
        FluentActions.Invoking(() => MazeGrid.Parse(text, Two)).Should().Throw<HrmFormatException>().WithMessage(message);

    [Fact]
    public void FromCells_accepts_any_cells_and_rejects_other_values()
    {
        MazeGrid.FromCells([MazeCell.Path, MazeCell.Goal, MazeCell.Goal, MazeCell.Padding, MazeCell.Wall, MazeCell.Free], Two).ToString().Should().Be("oGG?# ");

        FluentActions.Invoking(() => MazeGrid.FromCells(new MazeCell[5], Two)).Should().Throw<HrmFormatException>().WithMessage("expected 6 cells (2x3), got 5");
        FluentActions.Invoking(() => MazeGrid.FromCells([0, 0, 0, 0, 0, (MazeCell)6], Two))
            .Should().Throw<HrmFormatException>().WithMessage("expected a cell of 0 to 5 in row 2, column 3, got 6");
    }

    [Fact]
    public void The_512_layouts_of_3x3_are_102_up_to_symmetry() =>
        // Burnside: (512 + 2·8 + 32 + 4·64) / 8.
        Enumerable.Range(0, 512)
            .Select(bits => MazeGrid.FromCells([.. Enumerable.Range(0, 9).Select(cell => (bits >> cell & 1) == 1 ? MazeCell.Wall : MazeCell.Free)], MazeShape.Square(3)))
            .Select(grid => grid.CanonicalLayout())
            .Distinct().Should().HaveCount(102);

    [Fact]
    public void The_canonical_layout_has_the_fewest_rows_and_ignores_start_and_goal()
    {
        MazeGrid.Parse("#S  G    ").CanonicalLayout().Should().Be("3x3:        #");
        MazeGrid.Parse("#SG ", new MazeShape(4, 1)).CanonicalLayout().Should().Be("1x4:   #");
        MazeGrid.Parse("SG # ### ").CanonicalLayout().Should().Be(MazeGrid.Parse("GS # ### ").CanonicalLayout());
    }
}
