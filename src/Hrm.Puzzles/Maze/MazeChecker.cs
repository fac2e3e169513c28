namespace Hrm.Puzzles;

/// <summary>Tells whether an answer is a path through a maze, and a shortest one, without knowing the answer beforehand.</summary>
/// <remarks>
/// A path is a set of cells, so the order in which it is walked must be plain to see: start and goal have one neighbour on the
/// path, every other cell of it has two. A path that touches itself counts as a branch; a shortest path never does.
/// </remarks>
public static class MazeChecker
{
    /// <summary>Whether the answer is a shortest path through the maze; any of them will do.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="answer">The proposed answer.</param>
    /// <exception cref="ArgumentException">The two differ in shape.</exception>
    public static bool IsSolution(MazeGrid question, MazeAnswer answer) => Check(question, answer).IsShortest;

    /// <summary>Checks an answer.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="answer">The proposed answer.</param>
    /// <returns>
    /// Whether it is valid and shortest, and the first fault: a changed cell, else where the path from the start breaks off or branches,
    /// else path beside it, else a length that is not the least.
    /// </returns>
    /// <exception cref="ArgumentException">The two differ in shape.</exception>
    public static MazeVerdict Check(MazeGrid question, MazeAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.Shape != question.Shape)
        {
            throw new ArgumentException($"answer: expected {question.Shape}, got {answer.Shape}", nameof(answer));
        }

        return new MazeVerdict(
            FindChange(question, answer)
            ?? new MazePathWalk(question, answer).FindFault()
            ?? FindDetour(question, answer));
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

    private static MazeFault? FindDetour(MazeGrid question, MazeAnswer answer)
    {
        var least = new MazePathFinder(question.Shape).ShortestPathCells(question);
        return answer.PathCells == least
            ? null
            : new MazeFault(MazeFaultKind.NotShortest, question.Goal,
                FormattableString.Invariant($"expected a path of {least} cells, start and goal included, got one of {answer.PathCells}"));
    }
}
