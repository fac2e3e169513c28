using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class MazeReachTests
{
    [Property(MaxTest = 300)]
    public void A_pair_that_is_far_enough_apart_is_never_rejected(int seed)
    {
        var random = new Random(seed);
        var layout = RandomMaze.Of(random, maximumSide: 9).Layout;
        var free = Enumerable.Range(0, layout.Shape.Cells).Where(cell => !layout.Walls[cell]).ToArray();
        var distances = free.ToDictionary(cell => cell, cell => RandomMaze.Distances(layout, cell));
        var required = random.Next(1, 16);
        var search = new MazeSearch(layout.Shape);
        var reach = new MazeReach(layout.Shape, search);
        search.Load(layout.Walls);

        var may = reach.Load(layout.Walls, required);

        may.Should().Be(may || free.Any(start => free.Any(goal => distances[start][goal] >= required)));
        foreach (var start in free)
        {
            foreach (var goal in free.Where(goal => distances[start][goal] >= required))
            {
                reach.MayBeApart(start, goal).Should().BeTrue();
            }
        }
    }

    [Fact]
    public void Pairs_of_two_parts_and_near_pairs_are_rejected()
    {
        // Two corridors of five cells.
        var layout = MazeGrid.Parse("S    #####    G", new MazeShape(3, 5)).Layout;
        var search = new MazeSearch(layout.Shape);
        var reach = new MazeReach(layout.Shape, search);
        search.Load(layout.Walls);

        reach.Load(layout.Walls, 4).Should().BeTrue();
        reach.MayBeApart(0, 4).Should().BeTrue();
        reach.MayBeApart(0, 2).Should().BeFalse();
        reach.MayBeApart(0, 14).Should().BeFalse();
        reach.Load(layout.Walls, 5).Should().BeFalse();
    }
}
