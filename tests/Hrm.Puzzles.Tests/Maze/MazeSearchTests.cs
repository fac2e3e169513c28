using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class MazeSearchTests
{
    [Property(MaxTest = 300)]
    public void A_path_has_the_length_that_relaxation_finds_and_no_fault(int seed)
    {
        var maze = RandomMaze.Of(new Random(seed));

        var answer = maze.FindShortestPath();

        (answer?.PathCells ?? 0).Should().Be(RandomMaze.Distances(maze, maze.Start)[maze.Goal] + 1);
        if (answer is not null)
        {
            maze.FindFault(answer).Should().BeNull();
        }
    }

    [Theory]
    [InlineData("S       G", "S  o  ooG")]
    [InlineData("G       S", "G  o  ooS")]
    [InlineData("  S   G  ", "  S  oGoo")]
    [InlineData("  G   S  ", "  G  oSoo")]
    public void Among_equal_paths_the_order_down_left_right_up_decides(string maze, string expected) =>
        MazeGrid.Parse(maze).FindShortestPath()!.ToString().Should().Be(expected);

    [Theory]
    [InlineData(3, 3, "S #  ###G", null)]
    [InlineData(1, 7, " #S G# ", " #SoG# ")]
    [InlineData(2, 3, "##SG##", null)]
    public void Walls_and_the_ends_of_rows_block_a_path(int rows, int columns, string maze, string? answer) =>
        (MazeGrid.Parse(maze, new MazeShape(rows, columns)).FindShortestPath()?.ToString()).Should().Be(answer);

    /// <summary>The bounds let the generator skip searches.</summary>
    [Property(MaxTest = 300)]
    public void No_pair_that_is_far_enough_apart_is_ruled_out(int seed)
    {
        var random = new Random(seed);
        var maze = RandomMaze.Of(random, maximumSide: 9);
        var free = Enumerable.Range(0, maze.Shape.Cells).Where(cell => maze[cell] != MazeCell.Wall).ToArray();
        var required = random.Next(1, 16);
        var reach = new MazeReach(maze.Shape, new MazeSearch(maze.Shape));

        var isPossible = reach.Load(maze.Cells, required);

        foreach (var start in free)
        {
            var distances = RandomMaze.Distances(maze, start);
            foreach (var goal in free.Where(goal => distances[goal] >= required))
            {
                isPossible.Should().BeTrue();
                reach.MayBeApart(start, goal).Should().BeTrue();
            }
        }
    }

    [Fact]
    public void Pairs_that_are_near_or_not_connected_are_ruled_out()
    {
        // Two corridors of five cells.
        var maze = MazeGrid.Parse("S    #####    G", new MazeShape(3, 5));
        var reach = new MazeReach(maze.Shape, new MazeSearch(maze.Shape));

        reach.Load(maze.Cells, 4).Should().BeTrue();
        reach.MayBeApart(0, 4).Should().BeTrue();
        reach.MayBeApart(0, 2).Should().BeFalse();
        reach.MayBeApart(0, 14).Should().BeFalse();
        reach.Load(maze.Cells, 5).Should().BeFalse();
    }
}
