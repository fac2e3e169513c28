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
    public void Draw_refuses_walls_and_cells_outside(int cell) =>
        FluentActions.Invoking(() => MazeAnswer.Draw(MazeGrid.Parse("S  #G ", Two), [0, cell]))
            .Should().Throw<ArgumentException>().WithMessage($"path: expected cells of 0 to 5 that are no wall, got {cell}*");

    [Theory]
    [InlineData("So#G ", "expected 6 characters (2x3), got 5")]
    [InlineData("So #G?", "expected one of '# SGo' at character 6 (row 2, column 3), got '?'")]
    [InlineData("SO #G ", "expected one of '# SGo' at character 2 (row 1, column 2), got 'O'")]
    public void Parse_names_the_place_of_bad_text(string text, string message) =>
        FluentActions.Invoking(() => MazeAnswer.Parse(text, Two)).Should().Throw<PuzzleFormatException>().WithMessage(message);

    [Fact]
    public void FromCells_takes_any_cells_and_refuses_what_is_none()
    {
        MazeAnswer.FromCells([MazeCell.Path, MazeCell.Goal, MazeCell.Goal, MazeCell.Padding, MazeCell.Wall, MazeCell.Free], Two).ToString().Should().Be("oGG?# ");

        FluentActions.Invoking(() => MazeAnswer.FromCells(new MazeCell[5], Two)).Should().Throw<PuzzleFormatException>().WithMessage("expected 6 cells (2x3), got 5");
        FluentActions.Invoking(() => MazeAnswer.FromCells([0, 0, 0, 0, 0, (MazeCell)6], Two))
            .Should().Throw<PuzzleFormatException>().WithMessage("expected a cell of 0 to 5 in row 2, column 3, got 6");
    }
}
