using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class MazeCheckerTests
{
    private const string Question =
        "S   " +
        " ## " +
        "    " +
        "   G";

    [Theory]
    [InlineData("Sooo" + " ##o" + "   o" + "   G")]
    [InlineData("S   " + "o## " + "oo  " + " ooG")]
    public void Any_shortest_path_is_a_solution(string answer) => FindFault(answer).Should().BeNull();

    [Theory]
    [InlineData("Sooo ##o   o  #G", 14, "expected a free cell or a path in row 4, column 3, got a wall")]
    [InlineData("Sooo  #o   o   G", 5, "expected a wall in row 2, column 2, got a free cell")]
    [InlineData("Sooo ##o   o   o", 15, "expected the goal in row 4, column 4, got a path")]
    [InlineData("S    ##        G", 0, "expected a path from the start to the goal, got one that ends in row 1, column 1")]
    [InlineData("Sooo ##o       G", 7, "expected a path from the start to the goal, got one that ends in row 2, column 4")]
    [InlineData("Soooo##o   o   G", 0, "expected the path to continue to 1 cell from row 1, column 1, got 2")]
    [InlineData("Sooo ##o  oo   G", 11, "expected the path to continue to 1 cell from row 3, column 4, got 2")]
    [InlineData("Sooo ##o   o  oG", 15, "expected the path to continue to 0 cells from row 4, column 4, got 1")]
    [InlineData("Sooo ##o   oo  G", 12, "expected every path cell between start and goal, got one apart in row 4, column 1")]
    public void The_first_fault_is_reported_with_its_cell(string answer, int cell, string message) =>
        FindFault(answer).Should().Be(new PuzzleFault(message, cell));

    [Fact]
    public void A_detour_is_reported_with_both_lengths() =>
        MazeGrid.Parse("S G   # #").FindFault(MazeGrid.Parse("S Gooo# #"))
            .Should().Be(new PuzzleFault("expected a path of 3 cells, including start and goal, got one of 5", 2));

    /// <summary>Every set of path cells of small mazes, against all paths without a chord that a depth-first search finds.</summary>
    [Property(MaxTest = 100)]
    public void Exactly_the_paths_are_valid(int seed)
    {
        var maze = RandomMaze.Of(new Random(seed), maximumSide: 4);
        var free = Enumerable.Range(0, maze.Shape.Cells).Where(cell => maze[cell] == MazeCell.Free).ToArray();
        var paths = ChordlessPaths(maze, [maze.Start]).Select(path => WithPath(maze, path)).ToHashSet();
        for (var set = 0; set < 1 << free.Length; set++)
        {
            var answer = WithPath(maze, free.Where((_, bit) => (set >> bit & 1) == 1));

            var fault = maze.FindFault(answer);

            maze.IsPath(answer).Should().Be(paths.Contains(answer), "of {0}", answer);
            (fault is null).Should().Be(paths.Contains(answer) && answer.PathCells == paths.Min(path => path.PathCells));
        }
    }

    [Fact]
    public void Another_shape_and_a_grid_that_is_not_a_question_are_rejected()
    {
        FluentActions.Invoking(() => MazeGrid.Parse(Question).FindFault(MazeGrid.Parse("S  G")))
            .Should().Throw<ArgumentException>().WithMessage("answer: expected 4x4, got 2x2*");
        FluentActions.Invoking(() => MazeGrid.Parse("So G").FindFault(MazeGrid.Parse("So G")))
            .Should().Throw<HrmFormatException>().WithMessage("expected a wall, a free cell, the start or the goal in row 1, column 2, got a path");
    }

    private static PuzzleFault? FindFault(string answer) => MazeGrid.Parse(Question).FindFault(MazeGrid.Parse(answer));

    private static MazeGrid WithPath(MazeGrid maze, IEnumerable<int> path)
    {
        var cells = maze.Cells.ToArray();
        foreach (var cell in path.Where(cell => cells[cell] == MazeCell.Free))
        {
            cells[cell] = MazeCell.Path;
        }

        return MazeGrid.FromCells(cells, maze.Shape);
    }

    private static IEnumerable<int[]> ChordlessPaths(MazeGrid maze, int[] path)
    {
        if (path[^1] == maze.Goal)
        {
            return [path];
        }

        return RandomMaze.Neighbours(maze, path[^1])
            .Where(next => !path.Contains(next) && !path[..^1].Any(earlier => RandomMaze.Neighbours(maze, earlier).Contains(next)))
            .SelectMany(next => ChordlessPaths(maze, [.. path, next]));
    }
}
