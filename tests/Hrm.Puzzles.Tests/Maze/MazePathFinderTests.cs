using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class MazePathFinderTests
{
    [Property(MaxTest = 300)]
    public void Distances_are_those_of_relaxation(int seed)
    {
        var maze = RandomMaze.Of(new Random(seed));

        new MazePathFinder(maze.Shape).Distances(maze.Layout, maze.Start).Should().Equal(RandomMaze.Distances(maze.Layout, maze.Start));
    }

    [Property(MaxTest = 300)]
    public void ShortestPath_is_a_walk_of_the_least_length(int seed)
    {
        var maze = RandomMaze.Of(new Random(seed));
        var steps = RandomMaze.Distances(maze.Layout, maze.Start)[maze.Goal];
        var solver = new MazePathFinder(maze.Shape);

        var path = solver.ShortestPath(maze);

        path.Should().HaveCount(steps + 1);
        solver.ShortestPathCells(maze).Should().Be(steps + 1);
        if (steps > 0)
        {
            (path[0], path[^1]).Should().Be((maze.Start, maze.Goal));
            path.Zip(path.Skip(1)).Should().OnlyContain(step => RandomMaze.Neighbours(maze.Layout, step.First).Contains(step.Second));
        }
    }

    [Theory]
    [InlineData("S       G", "S  o  ooG")]
    [InlineData("G       S", "G  o  ooS")]
    [InlineData("  S   G  ", "  S  oGoo")]
    [InlineData("  G   S  ", "  G  oSoo")]
    public void Among_equal_paths_the_order_down_left_right_up_decides(string maze, string expected) =>
        new MazePathFinder(MazeShape.Square(3)).Solve(MazeGrid.Parse(maze))!.ToString().Should().Be(expected);

    [Fact]
    public void A_goal_behind_walls_has_no_path()
    {
        var solver = new MazePathFinder(MazeShape.Square(3));
        var maze = MazeGrid.Parse("S #  ###G");

        solver.ShortestPath(maze).Should().BeEmpty();
        (solver.ShortestPathCells(maze), solver.Solve(maze)).Should().Be((0, null));
        solver.Distances(maze.Layout, maze.Start).Should().Equal(0, 1, -1, 1, 2, -1, -1, -1, -1);
    }

    [Fact]
    public void Rows_do_not_run_into_each_other()
    {
        // From the end of a row there is no step to the beginning of the next.
        var maze = MazeGrid.Parse(" #S G# ", new MazeShape(1, 7));
        new MazePathFinder(maze.Shape).ShortestPathCells(maze).Should().Be(3);

        var wrapped = MazeGrid.Parse("##SG##", new MazeShape(2, 3));
        new MazePathFinder(wrapped.Shape).ShortestPathCells(wrapped).Should().Be(0);
    }

    [Fact]
    public void Mazes_of_another_shape_and_cells_in_walls_are_refused()
    {
        var solver = new MazePathFinder(MazeShape.Square(3));
        var maze = MazeGrid.Parse("S #  ###G");

        solver.Invoking(s => s.ShortestPath(MazeGrid.Parse("S  G"))).Should().Throw<ArgumentException>().WithMessage("expected a maze of 3x3, got 2x2*");
        solver.Invoking(s => s.Distances(maze.Layout, 2)).Should().Throw<ArgumentException>().WithMessage("from: expected a free cell of 0 to 8, got 2*");
        solver.Invoking(s => s.Distances(maze.Layout, 9)).Should().Throw<ArgumentException>();
    }
}
