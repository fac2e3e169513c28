using System.Diagnostics;
using Hrm.Core;

namespace Hrm.Puzzles.Tests;

public class MazeGeneratorTests
{
    [Theory]
    [InlineData(5, 5, 2, 300)]
    [InlineData(8, 8, 20, 200)]
    [InlineData(6, 11, 4, 200)]
    [InlineData(30, 30, 60, 100)]
    public void Every_maze_has_the_minimum_path_and_a_new_layout(int rows, int columns, int minimum, int count)
    {
        var generator = new MazeGenerator(new MazeShape(rows, columns), minimum, new StatefulRandom(1));
        var least = Math.Max(minimum, Math.Max(rows, columns));
        var tenth = rows * columns / 10;

        var puzzles = generator.Generate(count).ToArray();

        generator.MinimumPathCells.Should().Be(least);
        puzzles.Should().HaveCount(count);
        puzzles.Select(puzzle => puzzle.Question.CanonicalLayout()).Should().OnlyHaveUniqueItems();
        foreach (var puzzle in puzzles)
        {
            var maze = puzzle.Question;
            (RandomMaze.Distances(maze, maze.Start)[maze.Goal] + 1).Should().Be(puzzle.PathCells).And.BeGreaterThanOrEqualTo(least);
            maze.FindShortestPath().Should().Be(puzzle.Answer);
            maze.WallCount.Should().BeInRange(3 * tenth, 5 * tenth);
            (puzzle.Source, puzzle.Rating).Should().Be(("generated", puzzle.PathCells));
        }
    }

    [Fact]
    public void The_mazes_of_a_seed_are_the_recorded_ones() =>
        new MazeGenerator(MazeShape.Square(6), 8, new StatefulRandom(1)).Generate(3).Select(puzzle => puzzle.Answer.ToString()).Should().Equal(
            "ooooS o#### oo # ##o # #Go# #   # # ",
            "So#  ##oooo #  #o   ##oG   ##  ## ##",
            "G     o     o##  #o # # oo# ###oooS#");

    /// <summary>
    /// Comparison with a plain procedure that searches every pair of a layout, without bounds. Each makes 2,000 mazes; the means
    /// differ by less than four standard errors of their difference.
    /// </summary>
    [Fact]
    public void The_mazes_have_the_distribution_of_the_plain_procedure()
    {
        var shape = MazeShape.Square(8);
        var random = new StatefulRandom(5);
        var fast = Enumerable.Range(0, 2000).Select(_ => new MazeGenerator(shape, 18, random).NextPuzzle()).ToArray();
        var plain = Enumerable.Range(0, 2000).Select(_ => Plain(shape, 18, random)).ToArray();

        Differ(puzzle => puzzle.PathCells).Should().BeLessThan(4);
        Differ(puzzle => puzzle.Question.WallCount).Should().BeLessThan(4);
        Differ(puzzle => shape.RowOf(puzzle.Question.Start)).Should().BeLessThan(4);
        Differ(puzzle => shape.ColumnOf(puzzle.Question.Goal)).Should().BeLessThan(4);

        double Differ(Func<MazePuzzle, int> measure)
        {
            var (a, b) = (fast.Select(measure).ToArray(), plain.Select(measure).ToArray());
            return Math.Abs(a.Average() - b.Average()) / Math.Sqrt((Variance(a) + Variance(b)) / 2000);
        }

        static double Variance(int[] values)
        {
            var mean = values.Average();
            return values.Average(value => (value - mean) * (value - mean));
        }
    }

    [Fact]
    public void Generation_fails_if_there_is_no_further_maze()
    {
        // Fewer than ten cells have no walls, hence one layout.
        var generator = new MazeGenerator(MazeShape.Square(3), 3, new StatefulRandom(7), maximumLayouts: 500);
        generator.NextPuzzle();

        generator.Invoking(g => g.NextPuzzle()).Should().Throw<PuzzleSupplyException>()
            .WithMessage("expected a new maze of 3x3 with a path of at least 3 cells within 500 layouts, got none");
        generator.LayoutsDrawn.Should().BeGreaterThan(500);
        new MazeGenerator(MazeShape.Square(5), 25, new StatefulRandom(8), maximumLayouts: 100).Invoking(g => g.NextPuzzle()).Should().Throw<PuzzleSupplyException>();
    }

    [Fact]
    public void Cancellation_stops_the_generation()
    {
        using var cancellation = new CancellationTokenSource();
        var stream = new MazeGenerator(MazeShape.Square(10), 10, new StatefulRandom(9)).Generate(100, cancellation.Token);

        stream.Invoking(mazes => mazes.Select(maze => cancellation.CancelAsync()).ToArray()).Should().Throw<OperationCanceledException>();
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(26, 100)]
    [InlineData(10, 0)]
    public void Arguments_out_of_range_are_rejected(int minimum, int maximumLayouts) =>
        FluentActions.Invoking(() => new MazeGenerator(MazeShape.Square(5), minimum, new StatefulRandom(1), maximumLayouts))
            .Should().Throw<ArgumentOutOfRangeException>();

    /// <summary>Measured: 27 µs per layout on one core, and 1 in 917 layouts gives a maze: 25 s per 1,000. The limit is 300 s.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public void A_hundred_mazes_like_Maze_Hard_take_less_than_thirty_seconds_of_one_core()
    {
        var generator = new MazeGenerator(MazeShape.Square(30), MazeGenerator.HardPathCells, new StatefulRandom(10));
        var before = Process.GetCurrentProcess().TotalProcessorTime;

        var puzzles = generator.Generate(100).ToArray();

        var seconds = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        seconds.Should().BeLessThan(30);
        puzzles.Should().OnlyContain(puzzle => puzzle.PathCells >= 110);
        // Maze-Hard has means of 115 cells and 334 walls, with standard deviations of 5 and 24: ten times the standard error here.
        puzzles.Average(puzzle => puzzle.PathCells).Should().BeInRange(112.5, 117.5);
        puzzles.Average(puzzle => puzzle.Question.WallCount).Should().BeInRange(324, 345);
    }

    private static MazePuzzle Plain(MazeShape shape, int minimum, Random random)
    {
        var cells = Enumerable.Range(0, shape.Cells).ToArray();
        while (true)
        {
            random.Shuffle(cells);
            var count = random.Next(3 * (shape.Cells / 10), (5 * (shape.Cells / 10)) + 1);
            var layout = Enumerable.Repeat(MazeCell.Free, shape.Cells).ToArray();
            Array.ForEach(cells[..count], cell => layout[cell] = MazeCell.Wall);
            for (var pair = 0; pair < 100; pair++)
            {
                var free = cells[count..];
                random.Shuffle(free);
                var grid = layout.ToArray();
                (grid[free[0]], grid[free[1]]) = (MazeCell.Start, MazeCell.Goal);
                var maze = MazeGrid.FromCells(grid, shape);
                if (maze.FindShortestPath()?.PathCells >= minimum)
                {
                    return MazePuzzle.Of(maze);
                }
            }
        }
    }
}
