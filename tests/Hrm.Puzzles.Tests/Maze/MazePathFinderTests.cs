using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class MazePathFinderTests
{
    [Property(MaxTest = 300)]
    public void ShortestPath_is_a_walk_of_the_least_length(int seed)
    {
        var maze = RandomMaze.Of(new Random(seed));
        var steps = RandomMaze.Distances(maze.Layout, maze.Start)[maze.Goal];

        var path = MazePathFinder.ShortestPath(maze);

        path.Should().HaveCount(steps + 1);
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
        MazePathFinder.Solve(MazeGrid.Parse(maze))!.ToString().Should().Be(expected);

    [Fact]
    public void A_goal_behind_walls_has_no_path()
    {
        var maze = MazeGrid.Parse("S #  ###G");

        MazePathFinder.ShortestPath(maze).Should().BeEmpty();
        MazePathFinder.Solve(maze).Should().BeNull();
    }

    [Fact]
    public void Rows_are_not_connected_at_their_ends()
    {
        // From the end of a row there is no step to the beginning of the next.
        var maze = MazeGrid.Parse(" #S G# ", new MazeShape(1, 7));
        MazePathFinder.ShortestPath(maze).Length.Should().Be(3);

        var wrapped = MazeGrid.Parse("##SG##", new MazeShape(2, 3));
        MazePathFinder.ShortestPath(wrapped).Length.Should().Be(0);
    }
}
