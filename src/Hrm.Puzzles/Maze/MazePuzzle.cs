namespace Hrm.Puzzles;

/// <summary>A maze with a shortest path through it. The constructor checks that it is one, so a puzzle at hand is a valid one.</summary>
public sealed record MazePuzzle
{
    /// <summary>Creates a puzzle.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="answer">The maze with a shortest path, any of them.</param>
    /// <param name="source">The list that the puzzle comes from, or nothing.</param>
    /// <param name="rating">How hard it is, in the measure of its source.</param>
    /// <param name="line">The line of the file that it was read from, counted from 1.</param>
    /// <exception cref="MazeRuleException">A goal that cannot be reached, or an answer that is no shortest path; names the cell.</exception>
    /// <exception cref="ArgumentException">Question and answer differ in shape.</exception>
    public MazePuzzle(MazeGrid question, MazeAnswer answer, string source = "", double? rating = null, int? line = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (MazeChecker.Check(question, answer).Fault is { } fault)
        {
            throw new MazeRuleException(Unreachable(question) ?? fault);
        }

        Question = question;
        Answer = answer;
        Source = source;
        Rating = rating;
        Line = line;
    }

    /// <summary>The maze.</summary>
    public MazeGrid Question { get; }

    /// <summary>The maze with a shortest path.</summary>
    public MazeAnswer Answer { get; }

    /// <summary>The list that the puzzle comes from, or nothing.</summary>
    public string Source { get; }

    /// <summary>How hard the puzzle is, in the measure of its source; <see cref="PathCells"/> is the paper's.</summary>
    public double? Rating { get; }

    /// <summary>The line of the file that the puzzle was read from, counted from 1.</summary>
    public int? Line { get; }

    /// <summary>The shape of question and answer.</summary>
    public MazeShape Shape => Question.Shape;

    /// <summary>The cells of the path, start and goal included: the paper's measure of difficulty, at least 110 in Maze-Hard.</summary>
    public int PathCells => Answer.PathCells;

    /// <summary>Makes a puzzle of a maze, with the shortest path that <see cref="MazePathFinder"/> takes.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="source">The list that the puzzle comes from, or nothing.</param>
    /// <returns>The puzzle; its rating is the number of cells of the path.</returns>
    /// <exception cref="MazeRuleException">The goal cannot be reached.</exception>
    public static MazePuzzle Of(MazeGrid question, string source = "")
    {
        ArgumentNullException.ThrowIfNull(question);
        var answer = new MazePathFinder(question.Shape).Solve(question) ?? throw new MazeRuleException(Unreachable(question)!);
        return new MazePuzzle(question, answer, source, answer.PathCells);
    }

    private static MazeFault? Unreachable(MazeGrid question)
    {
        var shape = question.Shape;
        return new MazePathFinder(shape).ShortestPathCells(question) > 0
            ? null
            : new MazeFault(MazeFaultKind.GoalUnreachable, question.Goal,
                $"expected a way from the start in {shape.NameOf(question.Start)} to the goal in {shape.NameOf(question.Goal)}, got none");
    }
}
