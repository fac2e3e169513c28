namespace Hrm.Puzzles;

/// <summary>Reason why an answer does not solve its maze.</summary>
public enum MazeFaultKind
{
    /// <summary>A wall, the start or the goal is missing, or a free cell became something other than path.</summary>
    CellChanged,

    /// <summary>The path from the start ends before the goal.</summary>
    DeadEnd,

    /// <summary>The path has more than one way to continue, or continues at the goal.</summary>
    Branch,

    /// <summary>A cell of path that is not connected to the path from start to goal.</summary>
    Stray,

    /// <summary>A path from start to goal that is not a shortest one.</summary>
    NotShortest,

    /// <summary>The maze itself has no path from start to goal.</summary>
    GoalUnreachable,
}

/// <summary>First fault of an answer.</summary>
/// <param name="Kind">The kind of fault.</param>
/// <param name="Cell">
/// The index of the cell, row by row; the goal for <see cref="MazeFaultKind.NotShortest"/> and <see cref="MazeFaultKind.GoalUnreachable"/>.
/// </param>
/// <param name="Message">The cell and its expected content.</param>
public sealed record MazeFault(MazeFaultKind Kind, int Cell, string Message)
{
    /// <summary>
    /// Whether the answer is nevertheless a path from start to goal in its maze; its only fault is then <see cref="MazeFaultKind.NotShortest"/>.
    /// </summary>
    public bool IsPath => Kind == MazeFaultKind.NotShortest;
}

/// <summary>Checks answers to mazes, without a known answer.</summary>
/// <remarks>
/// A path is a set of cells. So the order of its cells must be unique: start and goal have one neighbour on the path, every other cell
/// has two. A path that touches itself is a branch; a shortest path never does.
/// </remarks>
public static class MazeChecker
{
    /// <summary>Whether the answer is a shortest path through the maze; any shortest path is right.</summary>
    /// <inheritdoc cref="FindFault"/>
    public static bool IsSolution(MazeGrid question, MazeAnswer answer) => FindFault(question, answer) is null;

    /// <summary>Finds the first fault of an answer.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="answer">The proposed answer.</param>
    /// <returns>
    /// <see langword="null"/> if the answer is a shortest path. Otherwise the first of: an unreachable goal, a changed cell, a path
    /// that ends early or branches, a stray cell of path, a path that is too long.
    /// </returns>
    /// <exception cref="ArgumentException">The two differ in shape.</exception>
    public static MazeFault? FindFault(MazeGrid question, MazeAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.Shape != question.Shape)
        {
            throw new ArgumentException($"answer: expected {question.Shape}, got {answer.Shape}", nameof(answer));
        }

        var least = MazePathFinder.ShortestPath(question).Length;
        if (least == 0)
        {
            var shape = question.Shape;
            return new MazeFault(MazeFaultKind.GoalUnreachable, question.Goal,
                $"expected a way from the start in {shape.NameOf(question.Start)} to the goal in {shape.NameOf(question.Goal)}, got none");
        }

        return FindChange(question, answer)
            ?? FindBreak(question, answer)
            ?? (answer.PathCells == least
                ? null
                : new MazeFault(MazeFaultKind.NotShortest, question.Goal,
                    FormattableString.Invariant($"expected a path of {least} cells, start and goal included, got one of {answer.PathCells}")));
    }

    private static MazeFault? FindChange(MazeGrid question, MazeAnswer answer)
    {
        for (var cell = 0; cell < question.Shape.Cells; cell++)
        {
            var (expected, actual) = (question[cell], answer[cell]);
            if (actual != expected && (expected, actual) is not (MazeCell.Free, MazeCell.Path))
            {
                var allowed = expected == MazeCell.Free ? "a free cell or a path" : MazeSymbols.NameOf(expected);
                return new MazeFault(MazeFaultKind.CellChanged, cell,
                    $"expected {allowed} in {question.Shape.NameOf(cell)}, got {MazeSymbols.NameOf(actual)}");
            }
        }

        return null;
    }

    /// <summary>Walks the path of an answer whose walls, start and goal are those of its maze.</summary>
    private static MazeFault? FindBreak(MazeGrid question, MazeAnswer answer)
    {
        var shape = question.Shape;
        var walked = new bool[shape.Cells];
        var cell = question.Start;
        var before = -1;
        while (true)
        {
            walked[cell] = true;
            var (ways, next) = Continuations(answer, cell, before);
            if (cell == question.Goal)
            {
                return ways == 0 ? FindStray(answer, walked) : Branch(shape, cell, ways, expected: 0);
            }

            if (ways != 1)
            {
                return ways == 0
                    ? new MazeFault(MazeFaultKind.DeadEnd, cell,
                        $"expected a path from the start to the goal, got one that ends in {shape.NameOf(cell)}")
                    : Branch(shape, cell, ways, expected: 1);
            }

            // The walk ends: a path that meets itself branches at the cell before.
            (before, cell) = (cell, next);
        }
    }

    private static (int Ways, int Next) Continuations(MazeAnswer answer, int cell, int before)
    {
        var shape = answer.Shape;
        var (row, column) = (shape.RowOf(cell), shape.ColumnOf(cell));
        var (ways, next) = (0, -1);
        Look(row + 1 < shape.Rows, cell + shape.Columns);
        Look(column > 0, cell - 1);
        Look(column + 1 < shape.Columns, cell + 1);
        Look(row > 0, cell - shape.Columns);
        return (ways, next);

        void Look(bool exists, int neighbour)
        {
            if (exists && neighbour != before && answer[neighbour] is (MazeCell.Path or MazeCell.Start or MazeCell.Goal))
            {
                ways++;
                next = neighbour;
            }
        }
    }

    private static MazeFault? FindStray(MazeAnswer answer, bool[] walked)
    {
        for (var cell = 0; cell < walked.Length; cell++)
        {
            if (answer[cell] == MazeCell.Path && !walked[cell])
            {
                return new MazeFault(MazeFaultKind.Stray, cell,
                    $"expected every cell of path to be between start and goal, got a separate one in {answer.Shape.NameOf(cell)}");
            }
        }

        return null;
    }

    private static MazeFault Branch(MazeShape shape, int cell, int ways, int expected) =>
        new(MazeFaultKind.Branch, cell, FormattableString.Invariant(
            $"expected {expected} {(expected == 1 ? "way" : "ways")} for the path to continue in {shape.NameOf(cell)}, got {ways}"));
}
