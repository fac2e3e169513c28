namespace Hrm.Puzzles;

/// <summary>Checks answers to mazes.</summary>
internal static class MazeChecker
{
    /// <summary>Implements <see cref="MazeGrid.FindFault"/> for a question and an answer of the same shape.</summary>
    public static PuzzleFault? FindFault(MazeGrid question, MazeGrid answer) =>
        FindChange(question, answer) ?? FindBreak(question, answer) ?? FindDetour(question, answer);

    /// <summary>Implements <see cref="MazeGrid.IsPath"/> for a question and an answer of the same shape.</summary>
    public static bool IsPath(MazeGrid question, MazeGrid answer) => FindChange(question, answer) is null && FindBreak(question, answer) is null;

    /// <summary>The error of a maze whose goal cannot be reached, otherwise <see langword="null"/>.</summary>
    public static PuzzleFault? FindUnreachableGoal(MazeGrid question)
    {
        var shape = question.Shape;
        return MazeSearch.FindPath(question) is not null
            ? null
            : new PuzzleFault($"expected a path from the start in {shape.NameOf(question.Start)} to the goal in {shape.NameOf(question.Goal)}, got none", question.Goal, question.Start);
    }

    private static PuzzleFault? FindChange(MazeGrid question, MazeGrid answer)
    {
        for (var cell = 0; cell < question.Shape.Cells; cell++)
        {
            var (expected, actual) = (question[cell], answer[cell]);
            if (actual != expected && (expected, actual) is not (MazeCell.Free, MazeCell.Path))
            {
                var allowed = expected == MazeCell.Free ? "a free cell or a path" : MazeCells.NameOf(expected);
                return new PuzzleFault($"expected {allowed} in {question.Shape.NameOf(cell)}, got {MazeCells.NameOf(actual)}", cell);
            }
        }

        return null;
    }

    /// <summary>Follows the path of an answer whose walls, start and goal are those of the question.</summary>
    private static PuzzleFault? FindBreak(MazeGrid question, MazeGrid answer)
    {
        var shape = question.Shape;
        var (previous, cell, goal) = (-1, question.Start, question.Goal);
        var visited = new HashSet<int>();
        while (visited.Add(cell))
        {
            int[] next = [.. shape.NeighboursOf(cell).Where(other => other != previous && answer[other] is MazeCell.Path or MazeCell.Start or MazeCell.Goal)];
            var expected = cell == goal ? 0 : 1;
            if (next.Length < expected)
            {
                return new PuzzleFault($"expected a path from the start to the goal, got one that ends in {shape.NameOf(cell)}", cell);
            }

            if (next.Length > expected)
            {
                return new PuzzleFault($"expected the path to continue to {expected} {(expected == 1 ? "cell" : "cells")} from {shape.NameOf(cell)}, got {next.Length}", cell);
            }

            (previous, cell) = (cell, expected == 0 ? cell : next[0]);
        }

        var stray = Enumerable.Range(0, shape.Cells).FirstOrDefault(other => answer[other] == MazeCell.Path && !visited.Contains(other), -1);
        return stray < 0
            ? null
            : new PuzzleFault($"expected every path cell between start and goal, got one apart in {shape.NameOf(stray)}", stray);
    }

    private static PuzzleFault? FindDetour(MazeGrid question, MazeGrid answer)
    {
        // The answer is a path, hence there is a shortest one.
        var shortest = MazeSearch.FindPath(question)!.PathCells;
        return answer.PathCells == shortest
            ? null
            : new PuzzleFault($"expected a path of {shortest} cells, including start and goal, got one of {answer.PathCells}", question.Goal);
    }
}
