namespace Hrm.Puzzles.Tests;

public class MazeBoardTests
{
    private static readonly MazeShape Shape = new(2, 4);
    private static readonly MazeGrid Question = MazeGrid.Parse("S # # G ", Shape);

    [Fact]
    public void Format_draws_a_frame_so_that_blanks_are_seen() =>
        MazeBoard.Format(Question).Should().Be(string.Join('\n', "+----+", "|S # |", "|# G |", "+----+"));

    [Fact]
    public void Format_of_an_answer_shows_path_and_padding() =>
        MazeBoard.Format(MazeAnswer.FromCells(
                [MazeCell.Start, MazeCell.Path, MazeCell.Wall, MazeCell.Padding, MazeCell.Wall, MazeCell.Path, MazeCell.Goal, MazeCell.Free], Shape))
            .Should().Be(string.Join('\n', "+----+", "|So#?|", "|#oG |", "+----+"));

    [Fact]
    public void Kinds_tell_path_right_and_wrong()
    {
        var answer = MazeAnswer.Parse("So#oo G ", Shape);

        MazeBoard.Kinds(answer, Question).Should().Equal(
            MazeCellKind.Start, MazeCellKind.Path, MazeCellKind.Wall, MazeCellKind.Path,
            MazeCellKind.Wrong, MazeCellKind.Free, MazeCellKind.Goal, MazeCellKind.Free);
        MazeBoard.Kinds(answer, Question, MazeAnswer.Parse("So# #oG ", Shape)).Should().Equal(
            MazeCellKind.Start, MazeCellKind.Right, MazeCellKind.Wall, MazeCellKind.Wrong,
            MazeCellKind.Wrong, MazeCellKind.Free, MazeCellKind.Goal, MazeCellKind.Free);
    }

    [Fact]
    public void Format_gives_each_symbol_its_style() =>
        MazeBoard.Format(MazeAnswer.Parse("So#oo G ", Shape), Question, (symbol, kind) => kind == MazeCellKind.Wrong ? $"[{symbol}]" : symbol)
            .Should().Contain("|[o] G |");

    [Fact]
    public void Different_shapes_are_refused() =>
        FluentActions.Invoking(() => MazeBoard.Kinds(MazeAnswer.Parse("S  G", MazeShape.Square(2)), Question))
            .Should().Throw<ArgumentException>().WithMessage("*expected 2x2, got 2x4*");
}
