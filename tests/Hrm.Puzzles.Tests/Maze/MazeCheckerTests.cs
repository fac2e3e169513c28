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
    public void Any_shortest_path_solves(string answer)
    {
        var verdict = Check(answer);

        (verdict.IsValid, verdict.IsShortest, verdict.Fault).Should().Be((true, true, null));
    }

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
    [InlineData("Soooo##o   o   G", MazeFaultKind.Branch, 0, "expected 1 way for the path to go on in row 1, column 1, got 2")]
    [InlineData("Sooo ##o  oo   G", MazeFaultKind.Branch, 11, "expected 1 way for the path to go on in row 3, column 4, got 2")]
    [InlineData("Sooo ##o   o  oG", MazeFaultKind.Branch, 15, "expected 0 ways for the path to go on in row 4, column 4, got 1")]
    [InlineData("Sooo ##o   oo  G", MazeFaultKind.Stray, 12, "expected every cell of path between start and goal, got one apart in row 4, column 1")]
    public void A_fault_is_named_with_its_cell(string answer, MazeFaultKind kind, int cell, string message)
    {
        var verdict = Check(answer);

        verdict.Fault.Should().Be(new MazeFault(kind, cell, message));
        (verdict.IsValid, verdict.IsShortest).Should().Be((false, false));
    }

    [Fact]
    public void Padding_is_a_changed_cell()
    {
        var cells = MazeAnswer.Parse("Sooo ##o   o   G", MazeShape.Square(4)).Cells.ToArray();
        cells[12] = MazeCell.Padding;

        MazeChecker.Check(MazeGrid.Parse(Question), MazeAnswer.FromCells(cells, MazeShape.Square(4))).Fault!.Message
            .Should().Be("expected a free cell or a path in row 4, column 1, got padding");
    }

    [Fact]
    public void A_detour_is_valid_and_not_shortest()
    {
        var around = MazeGrid.Parse("S G   # #");
        var verdict = MazeChecker.Check(around, MazeAnswer.Parse("S Gooo# #", MazeShape.Square(3)));
        (verdict.IsValid, verdict.IsShortest).Should().Be((true, false));
        verdict.Fault.Should().Be(new MazeFault(MazeFaultKind.NotShortest, 2, "expected a path of 3 cells, start and goal included, got one of 5"));
    }

    /// <summary>Every set of path cells of small mazes, against all paths without a chord that a depth-first search finds.</summary>
    [Property(MaxTest = 100)]
    public void Exactly_the_paths_are_valid(int seed)
    {
        var maze = RandomMaze.Of(new Random(seed), maximumSide: 4);
        var free = Enumerable.Range(0, maze.Shape.Cells).Where(cell => maze[cell] == MazeCell.Free).ToArray();
        var paths = ChordlessPaths(maze, [maze.Start]).Select(path => MazeAnswer.Draw(maze, path)).ToHashSet();
        for (var set = 0; set < 1 << free.Length; set++)
        {
            var answer = MazeAnswer.Draw(maze, [.. free.Where((_, bit) => (set >> bit & 1) == 1)]);

            var verdict = MazeChecker.Check(maze, answer);

            verdict.IsValid.Should().Be(paths.Contains(answer), "of {0}", answer);
            verdict.IsShortest.Should().Be(verdict.IsValid && answer.PathCells == paths.Min(path => path.PathCells));
        }
    }

    [Property(MaxTest = 200)]
    public void A_transformed_path_is_still_valid_and_shortest(int seed)
    {
        var puzzle = RandomMaze.Solvable(new Random(seed), maximumSide: 12);
        foreach (var transform in DihedralTransform.All)
        {
            MazeChecker.IsSolution(puzzle.Question.Transform(transform), puzzle.Answer.Transform(transform)).Should().BeTrue();
        }
    }

    [Fact]
    public void An_answer_of_another_shape_is_refused() =>
        FluentActions.Invoking(() => MazeChecker.Check(MazeGrid.Parse(Question), MazeAnswer.Parse("S  G", MazeShape.Square(2))))
            .Should().Throw<ArgumentException>().WithMessage("answer: expected 4x4, got 2x2*");

    private static MazeVerdict Check(string answer) => MazeChecker.Check(MazeGrid.Parse(Question), MazeAnswer.Parse(answer, MazeShape.Square(4)));

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
