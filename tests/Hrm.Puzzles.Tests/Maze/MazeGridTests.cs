using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class MazeGridTests
{
    private static readonly MazeShape Two = new(2, 3);

    [Fact]
    public void Parse_reads_walls_start_and_goal_row_by_row()
    {
        var maze = MazeGrid.Parse(" S##G ", Two);

        (maze.Start, maze.Goal, maze.Layout.WallCount).Should().Be((1, 4, 2));
        maze.Layout.Walls.ToArray().Should().Equal(false, false, true, true, false, false);
        Enumerable.Range(0, 6).Select(cell => maze[cell]).Should().Equal(
            MazeCell.Free, MazeCell.Start, MazeCell.Wall, MazeCell.Wall, MazeCell.Goal, MazeCell.Free);
    }

    [Property(MaxTest = 200)]
    public void Parse_is_the_inverse_of_ToString(int seed)
    {
        var maze = RandomMaze.Of(new Random(seed));

        var read = MazeGrid.Parse(maze.ToString(), maze.Shape);

        read.Should().Be(maze);
        read.GetHashCode().Should().Be(maze.GetHashCode());
    }

    [Property(MaxTest = 200)]
    public void A_transform_and_its_inverse_give_the_maze_and_its_answer_back(int seed)
    {
        var puzzle = RandomMaze.Solvable(new Random(seed));
        foreach (var transform in DihedralTransform.All)
        {
            puzzle.Question.Transform(transform).Transform(transform.Inverse).Should().Be(puzzle.Question);
            puzzle.Answer.Transform(transform).Transform(transform.Inverse).Should().Be(puzzle.Answer);
        }
    }

    [Fact]
    public void Mazes_that_differ_in_walls_start_goal_or_shape_are_not_equal()
    {
        var maze = MazeGrid.Parse(" S##G ", Two);

        maze.Equals(MazeGrid.Parse(" S## G", Two)).Should().BeFalse();
        maze.Equals(MazeGrid.Parse("S ##G ", Two)).Should().BeFalse();
        maze.Equals(MazeGrid.Parse(" S# G ", Two)).Should().BeFalse();
        maze.Equals(MazeGrid.Parse(" S##G ", new MazeShape(3, 2))).Should().BeFalse();
        maze.Equals(null).Should().BeFalse();
    }

    [Theory]
    [InlineData(" S##G", "expected 6 characters (2x3), got 5")]
    [InlineData(" S##G  ", "expected 6 characters (2x3), got 7")]
    [InlineData("      ", "expected one 'S', got none")]
    [InlineData("  ##G ", "expected one 'S', got none")]
    [InlineData(" S##  ", "expected one 'G', got none")]
    [InlineData(" SS#G ", "expected one 'S', got a second one in row 1, column 3, after row 1, column 2")]
    [InlineData(" SG##G", "expected one 'G', got a second one in row 2, column 3, after row 1, column 3")]
    [InlineData(" So#G ", "expected one of '# SG' at character 3 (row 1, column 3), got 'o'")]
    [InlineData(" S#?G ", "expected one of '# SG' at character 4 (row 2, column 1), got '?'")]
    [InlineData(" s##G ", "expected one of '# SG' at character 2 (row 1, column 2), got 's'")]
    [InlineData(" S##G\t", "expected one of '# SG' at character 6 (row 2, column 3), got U+0009")]
    public void Parse_errors_name_the_position(string text, string message) =>
        FluentActions.Invoking(() => MazeGrid.Parse(text, Two)).Should().Throw<PuzzleFormatException>().WithMessage(message);

    [Fact]
    public void Parse_without_a_shape_accepts_only_squares()
    {
        MazeGrid.Parse("S  G").Shape.Should().Be(MazeShape.Square(2));
        FluentActions.Invoking(() => MazeGrid.Parse("S G")).Should().Throw<PuzzleFormatException>().WithMessage("expected a square number of cells*got 3");
    }

    [Theory]
    [InlineData(2, 1, "start: expected a free cell, got the wall in row 1, column 3")]
    [InlineData(1, 3, "goal: expected a free cell, got the wall in row 2, column 1")]
    [InlineData(-1, 1, "start: expected a cell of 0 to 5, got -1")]
    [InlineData(1, 6, "goal: expected a cell of 0 to 5, got 6")]
    [InlineData(1, 1, "expected start and goal in different cells, got row 1, column 2 for both")]
    public void Start_and_goal_have_to_be_two_free_cells(int start, int goal, string message)
    {
        var layout = MazeGrid.Parse(" S##G ", Two).Layout;

        layout.Invoking(l => new MazeGrid(l, start, goal)).Should().Throw<PuzzleFormatException>().WithMessage(message);
    }

    [Fact]
    public void A_layout_has_one_entry_per_cell() =>
        FluentActions.Invoking(() => new MazeLayout(Two, new bool[5])).Should().Throw<ArgumentException>().WithMessage("walls: expected 6 cells (2x3), got 5*");
}
