using Hrm.Core;

namespace Hrm.Puzzles.Tests;

public class MazeLengthGeneratorTests
{
    [Theory]
    [InlineData(6, 11, 2, 12, 400)]
    [InlineData(30, 30, 108, 112, 20)]
    public void The_path_lengths_are_uniform_in_the_range(int rows, int columns, int minimum, int maximum, int count)
    {
        var shape = new MazeShape(rows, columns);
        var generator = new MazeLengthGenerator(shape, minimum, maximum);
        var seeds = new StatefulRandom(1);

        var puzzles = Enumerable.Range(0, count).Select(index => generator.Draw(seeds.Split(index))).ToArray();

        foreach (var puzzle in puzzles)
        {
            var maze = puzzle.Question;
            (RandomMaze.Distances(maze, maze.Start)[maze.Goal] + 1).Should().Be(puzzle.PathCells).And.BeInRange(minimum, maximum);
            maze.FindShortestPath().Should().Be(puzzle.Answer);
            maze.WallCount.Should().BeInRange(3 * (shape.Cells / 10), 5 * (shape.Cells / 10));
            (puzzle.Source, puzzle.Rating).Should().Be(("generated", puzzle.PathCells));
        }

        // A length is drawn first, so its frequency is that of the draw: within four standard errors.
        var share = 1.0 / (maximum - minimum + 1);
        var tolerance = 4 * Math.Sqrt(share * (1 - share) * count);
        Enumerable.Range(minimum, maximum - minimum + 1).Should().AllSatisfy(
            length => ((double)puzzles.Count(puzzle => puzzle.PathCells == length)).Should().BeApproximately(share * count, tolerance));
        puzzles.Count(puzzle => puzzle.Question.Start < puzzle.Question.Goal).Should().BeInRange(count / 5, count * 4 / 5);
        puzzles.Select(puzzle => puzzle.Question.CanonicalLayout()).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_maze_depends_only_on_the_random_source()
    {
        var shape = MazeShape.Square(8);
        var generator = new MazeLengthGenerator(shape, 2, 20);
        var first = generator.Draw(new StatefulRandom(5));
        generator.Draw(new StatefulRandom(6));

        generator.Draw(new StatefulRandom(5)).Should().Be(first);
        new MazeLengthGenerator(shape, 2, 20).Draw(new StatefulRandom(5)).Should().Be(first);
    }

    [Fact]
    public void A_length_that_no_layout_has_is_an_error() =>
        new MazeLengthGenerator(MazeShape.Square(5), 25, 25, maximumLayouts: 50).Invoking(generator => generator.Draw(new StatefulRandom(1)))
            .Should().Throw<PuzzleSupplyException>().WithMessage("expected a maze of 5x5 with a path of 25 cells within 50 layouts, got none");

    [Theory]
    [InlineData(1, 5, 10)]
    [InlineData(6, 5, 10)]
    [InlineData(2, 26, 10)]
    [InlineData(2, 5, 0)]
    public void Arguments_out_of_range_are_rejected(int minimum, int maximum, int layouts) =>
        FluentActions.Invoking(() => new MazeLengthGenerator(MazeShape.Square(5), minimum, maximum, layouts)).Should().Throw<ArgumentOutOfRangeException>();
}
