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
    [InlineData("Sooo ##o   o  #G", MazeFaultKind.CellChanged, 14, "expected a free cell or a path in row 4, column 3, got a wall")]
    [InlineData("Sooo  #o   o   G", MazeFaultKind.CellChanged, 5, "expected a wall in row 2, column 2, got a free cell")]
    [InlineData("Sooo o#o   o   G", MazeFaultKind.CellChanged, 5, "expected a wall in row 2, column 2, got a path")]
    [InlineData("oooo ##o   o   G", MazeFaultKind.CellChanged, 0, "expected the start in row 1, column 1, got a path")]
    [InlineData("Sooo ##o   o   o", MazeFaultKind.CellChanged, 15, "expected the goal in row 4, column 4, got a path")]
    [InlineData("SooG ##o   o   G", MazeFaultKind.CellChanged, 3, "expected a free cell or a path in row 1, column 4, got the goal")]
    [InlineData("S    ##        G", MazeFaultKind.DeadEnd, 0, "expected a path from the start to the goal, got one that ends in row 1, column 1")]
    [InlineData("Sooo ##o       G", MazeFaultKind.DeadEnd, 7, "expected a path from the start to the goal, got one that ends in row 2, column 4")]
    [InlineData(" ooo ##o   o   G", MazeFaultKind.CellChanged, 0, "expected the start in row 1, column 1, got a free cell")]
    [InlineData("Soooo##o   o   G", MazeFaultKind.Branch, 0, "expected 1 way for the path to continue in row 1, column 1, got 2")]
    [InlineData("Sooo ##o  oo   G", MazeFaultKind.Branch, 11, "expected 1 way for the path to continue in row 3, column 4, got 2")]
    [InlineData("Sooo ##o   o  oG", MazeFaultKind.Branch, 15, "expected 0 ways for the path to continue in row 4, column 4, got 1")]
    [InlineData("Sooo ##o   oo  G", MazeFaultKind.Stray, 12, "expected every cell of path to be between start and goal, got a separate one in row 4, column 1")]
    public void A_fault_is_named_with_its_cell(string answer, MazeFaultKind kind, int cell, string message)
    {
        var fault = FindFault(answer);

        fault.Should().Be(new MazeFault(kind, cell, message));
        fault!.IsPath.Should().BeFalse();
    }

    [Fact]
    public void Padding_is_a_changed_cell()
    {
        var cells = MazeAnswer.Parse("Sooo ##o   o   G", MazeShape.Square(4)).Cells.ToArray();
        cells[12] = MazeCell.Padding;

        MazeChecker.FindFault(MazeGrid.Parse(Question), new MazeAnswer(MazeShape.Square(4), cells))!.Message
            .Should().Be("expected a free cell or a path in row 4, column 1, got padding");
    }

    [Fact]
    public void A_detour_is_a_path_but_not_a_solution()
    {
        var around = MazeGrid.Parse("S G   # #");
        var fault = MazeChecker.FindFault(around, MazeAnswer.Parse("S Gooo# #", MazeShape.Square(3)));
        fault!.IsPath.Should().BeTrue();
        fault.Should().Be(new MazeFault(MazeFaultKind.NotShortest, 2, "expected a path of 3 cells, start and goal included, got one of 5"));
    }

    /// <summary>Every set of path cells of small mazes, against all paths without a chord that a depth-first search finds.</summary>
    [Property(MaxTest = 100)]
    public void Exactly_the_paths_are_accepted_as_paths(int seed)
    {
        var maze = RandomMaze.Of(new Random(seed), maximumSide: 4);
        var free = Enumerable.Range(0, maze.Shape.Cells).Where(cell => maze[cell] == MazeCell.Free).ToArray();
        var paths = ChordlessPaths(maze, [maze.Start]).Select(path => MazeAnswer.Draw(maze, path)).ToHashSet();
        for (var set = 0; set < 1 << free.Length; set++)
        {
            var answer = MazeAnswer.Draw(maze, [.. free.Where((_, bit) => (set >> bit & 1) == 1)]);

            var fault = MazeChecker.FindFault(maze, answer);

            var isPath = fault is null or { IsPath: true };
            isPath.Should().Be(paths.Contains(answer), "of {0}", answer);
            (fault is null).Should().Be(isPath && answer.PathCells == paths.Min(path => path.PathCells));
        }
    }

    [Property(MaxTest = 200)]
    public void A_transformed_solution_is_still_a_solution(int seed)
    {
        var puzzle = RandomMaze.Solvable(new Random(seed), maximumSide: 12);
        foreach (var transform in DihedralTransform.All)
        {
            MazeChecker.IsSolution(puzzle.Question.Transform(transform), puzzle.Answer.Transform(transform)).Should().BeTrue();
        }
    }

    [Fact]
    public void An_answer_of_another_shape_is_rejected() =>
        FluentActions.Invoking(() => MazeChecker.FindFault(MazeGrid.Parse(Question), MazeAnswer.Parse("S  G", MazeShape.Square(2))))
            .Should().Throw<ArgumentException>().WithMessage("answer: expected 4x4, got 2x2*");

    private static MazeFault? FindFault(string answer) => MazeChecker.FindFault(MazeGrid.Parse(Question), MazeAnswer.Parse(answer, MazeShape.Square(4)));

    private static IEnumerable<int[]> ChordlessPaths(MazeGrid maze, int[] path)
    {
        if (path[^1] == maze.Goal)
        {
            return [path];
        }

        return RandomMaze.Neighbours(maze.Layout, path[^1])
            .Where(next => !path.Contains(next) && !path[..^1].Any(earlier => RandomMaze.Neighbours(maze.Layout, earlier).Contains(next)))
            .SelectMany(next => ChordlessPaths(maze, [.. path, next]));
    }
}
