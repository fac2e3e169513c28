namespace Hrm.Puzzles.Tests;

public class MazeAnswerTests
{
    private static readonly MazeShape Two = new(2, 3);

    [Fact]
    public void Draw_keeps_start_and_goal()
    {
        var answer = MazeAnswer.Draw(MazeGrid.Parse("S  #G ", Two), [0, 1, 4]);

        (answer.ToString(), answer.PathCells).Should().Be(("So #G ", 3));
        answer.Should().Be(MazeAnswer.Parse("So #G ", Two));
        answer.GetHashCode().Should().Be(MazeAnswer.Parse("So #G ", Two).GetHashCode());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(6)]
    public void Draw_rejects_walls_and_cells_outside_the_grid(int cell) =>
        FluentActions.Invoking(() => MazeAnswer.Draw(MazeGrid.Parse("S  #G ", Two), [0, cell]))
            .Should().Throw<ArgumentException>().WithMessage($"path: expected cells of 0 to 5 that are not a wall, got {cell}*");

    [Theory]
    [InlineData("So#G ", "expected 6 characters (2x3), got 5")]
    [InlineData("So #G?", "expected one of '# SGo' at character 6 (row 2, column 3), got '?'")]
    [InlineData("SO #G ", "expected one of '# SGo' at character 2 (row 1, column 2), got 'O'")]
    public void Parse_errors_name_the_position(string text, string message) =>
        FluentActions.Invoking(() => MazeAnswer.Parse(text, Two)).Should().Throw<PuzzleFormatException>().WithMessage(message);
}
