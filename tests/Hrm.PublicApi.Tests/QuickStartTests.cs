using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Samples.QuickStart;
using Hrm.TestKit;
using Xunit.Abstractions;

namespace Hrm.PublicApi.Tests;

public sealed class QuickStartTests(ITestOutputHelper output)
{
    /// <summary>At least 98 % exact on puzzles of the other orbit, after at most 60 s of training on 2 cores.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("Category", "Slow")]
    public void The_papers_algorithm_learns_4x4_sudoku(long seed)
    {
        using var sample = new FourByFour(seed);

        var elapsed = sample.Train();

        var full = sample.Evaluate();
        var halting = sample.Evaluate(new ConfidenceHalting(0.95));
        var compared = sample.Evaluate(new QValueHalting());
        output.WriteLine($"seed {seed}: {elapsed.TotalSeconds:F1} s, exact {full.ExactAccuracy:P1}, halting at 95 % {halting.ExactAccuracy:P1} after {halting.Segments:F2} segments, by comparing {compared.ExactAccuracy:P1} after {compared.Segments:F2}");
        full.Count.Should().Be(1000);
        full.ExactAccuracy.Should().BeGreaterThanOrEqualTo(0.98);
        halting.ExactAccuracy.Should().BeGreaterThanOrEqualTo(0.98);
        halting.Segments.Should().BeLessThan(sample.MaxSegments / 2.0);

        // If a model is always right, both values are high, and noise decides which is larger. So the number of segments has no bar.
        compared.ExactAccuracy.Should().BeGreaterThanOrEqualTo(0.98);
        elapsed.Should().BeLessThan(TimeSpan.FromSeconds(60));
    }

    /// <summary>The model need not solve the maze; the exit code says whether the board that is shown solves it.</summary>
    [Fact]
    public void A_hard_maze_is_answered_and_the_answer_is_checked()
    {
        var maze = new MazeGenerator(MazeShape.Square(30), MazeGenerator.HardPathCells, new StatefulRandom(4)).NextPuzzle();

        var (code, text) = ToolProcess.RunProgram("QuickStart.dll", "maze");

        var board = text.ReplaceLineEndings("\n").Split('\n')[1..31].SelectMany(line => line.Where((_, column) => column % 2 == 0));
        var isSolved = maze.Question.IsSolvedBy(MazeGrid.Parse(string.Concat(board)));
        code.Should().Be(isSolved ? 0 : 3);
        text.Should().Match(isSolved ? $"segment *after * segments solved by a shortest path of {maze.PathCells} cells*" : "segment *after * segments not solved: expected *");
    }

    [Fact]
    public void A_maze_whose_goal_cannot_be_reached_is_an_error()
    {
        var (code, text) = ToolProcess.RunProgram("QuickStart.dll", "maze", $"S#{new string(' ', 28)}#{new string(' ', 868)}G");

        code.Should().Be(2);
        text.Trim().Should().Match("error: *expected a path from the start in row 1, column 1 to the goal in row 30, column 30*").And.NotContain("\n");
    }
}
