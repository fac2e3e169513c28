namespace Hrm.Puzzles.Tests;

public class MazePuzzleTests
{
    [Fact]
    public void Of_solves_the_maze_and_rates_it_by_its_path()
    {
        var puzzle = MazePuzzle.Of(MazeGrid.Parse("S#G #    "), "mine");

        puzzle.Answer.ToString().Should().Be("S#Go#oooo");
        (puzzle.PathCells, puzzle.Rating, puzzle.Source).Should().Be((7, 7, "mine"));
    }

    [Fact]
    public void An_unreachable_goal_is_the_first_fault()
    {
        var question = MazeGrid.Parse("S##G");
        const string Message = "expected a path from the start in row 1, column 1 to the goal in row 2, column 2, got none";

        FluentActions.Invoking(() => MazePuzzle.Of(question)).Should().Throw<HrmFormatException>().WithMessage($"question: {Message}");
        FluentActions.Invoking(() => new MazePuzzle(question, question)).Should().Throw<HrmFormatException>()
            .WithMessage($"question: {Message}").Which.Positions.Should().Equal(3, 0);
    }
}
