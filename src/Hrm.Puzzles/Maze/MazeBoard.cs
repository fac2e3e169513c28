using System.Text;

namespace Hrm.Puzzles;

/// <summary>Prints mazes as boards in a frame, one character a cell; lines end in LF.</summary>
public static class MazeBoard
{
    /// <summary>Prints a maze.</summary>
    /// <param name="maze">The maze: '#' wall, ' ' free, 'S' start, 'G' goal.</param>
    /// <returns>The board, without a line break at its end.</returns>
    public static string Format(MazeGrid maze)
    {
        ArgumentNullException.ThrowIfNull(maze);
        return Format(maze.Shape, cell => MazeSymbols.Of(maze[cell]).ToString());
    }

    /// <summary>Prints an answer.</summary>
    /// <param name="answer">The answer: as a maze, with 'o' for path and '?' for padding.</param>
    /// <returns>The board, without a line break at its end.</returns>
    public static string Format(MazeAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Format(answer.Shape, cell => MazeSymbols.Of(answer[cell]).ToString());
    }

    /// <summary>Prints an answer with each cell in the style of its kind.</summary>
    /// <param name="answer">The answer, for example one in the making.</param>
    /// <param name="question">The maze.</param>
    /// <param name="style">Decorates a symbol, for example with colour; must not change its printed width.</param>
    /// <param name="expected">The answer that right and wrong are measured by, if they are to be told apart.</param>
    /// <returns>The board, without a line break at its end.</returns>
    /// <exception cref="ArgumentException">Different shapes.</exception>
    public static string Format(MazeAnswer answer, MazeGrid question, Func<string, MazeCellKind, string> style, MazeAnswer? expected = null)
    {
        ArgumentNullException.ThrowIfNull(style);
        var kinds = Kinds(answer, question, expected);
        return Format(answer.Shape, cell => style(MazeSymbols.Of(answer[cell]).ToString(), kinds[cell]));
    }

    /// <summary>What each cell is beside its maze and, if there is one, the expected answer.</summary>
    /// <param name="answer">The answer, for example one in the making.</param>
    /// <param name="question">The maze.</param>
    /// <param name="expected">The answer that right and wrong are measured by, if they are to be told apart.</param>
    /// <returns>One kind a cell, row by row.</returns>
    /// <exception cref="ArgumentException">Different shapes.</exception>
    public static MazeCellKind[] Kinds(MazeAnswer answer, MazeGrid question, MazeAnswer? expected = null)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(question);
        var shape = answer.Shape;
        var expectedShape = (expected ?? answer).Shape;
        if (question.Shape != shape || expectedShape != shape)
        {
            throw new ArgumentException($"question, expected: expected {shape}, got {question.Shape} and {expectedShape}", nameof(question));
        }

        var kinds = new MazeCellKind[shape.Cells];
        for (var cell = 0; cell < kinds.Length; cell++)
        {
            kinds[cell] = KindOf(answer[cell], question[cell], expected?[cell]);
        }

        return kinds;
    }

    private static MazeCellKind KindOf(MazeCell cell, MazeCell question, MazeCell? expected) => (cell, question) switch
    {
        (MazeCell.Path, MazeCell.Free) when expected is null => MazeCellKind.Path,
        (MazeCell.Path, MazeCell.Free) => expected == MazeCell.Path ? MazeCellKind.Right : MazeCellKind.Wrong,
        _ when cell != question => MazeCellKind.Wrong,
        (MazeCell.Wall, _) => MazeCellKind.Wall,
        (MazeCell.Start, _) => MazeCellKind.Start,
        (MazeCell.Goal, _) => MazeCellKind.Goal,
        _ => MazeCellKind.Free,
    };

    private static string Format(MazeShape shape, Func<int, string> symbol)
    {
        var frame = $"+{new string('-', shape.Columns)}+";
        var board = new StringBuilder(frame).Append('\n');
        for (var row = 0; row < shape.Rows; row++)
        {
            board.Append('|');
            for (var column = 0; column < shape.Columns; column++)
            {
                board.Append(symbol((row * shape.Columns) + column));
            }

            board.Append("|\n");
        }

        return board.Append(frame).ToString();
    }
}
