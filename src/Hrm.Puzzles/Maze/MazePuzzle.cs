namespace Hrm.Puzzles;

/// <summary>A maze with a shortest path through it, as the constructor verifies.</summary>
public sealed record MazePuzzle
{
    /// <summary>Creates a puzzle.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="answer">The maze with a shortest path, any of them.</param>
    /// <param name="source">The list that the puzzle comes from, or an empty string.</param>
    /// <param name="rating">The difficulty, in the unit of its source.</param>
    /// <param name="line">The line of its file, from 1.</param>
    /// <exception cref="HrmFormatException">A goal that cannot be reached, or an answer that is not a shortest path; names the cell; A question with another number of starts or goals, with path or padding; names the cell.</exception>
    /// <exception cref="ArgumentException">Question and answer differ in shape.</exception>
    public MazePuzzle(MazeGrid question, MazeGrid answer, string source = "", double? rating = null, int? line = null)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(source);
        if (question.FindFault(answer) is { } fault)
        {
            throw MazeChecker.FindUnreachableGoal(question)?.OfQuestion() ?? fault.OfAnswer();
        }

        (Question, Answer, Source, Rating, Line) = (question, answer, source, rating, line);
    }

    /// <summary>The maze.</summary>
    public MazeGrid Question { get; }

    /// <summary>The maze with a shortest path.</summary>
    public MazeGrid Answer { get; }

    /// <summary>The list that the puzzle comes from, or an empty string.</summary>
    public string Source { get; }

    /// <summary>The difficulty, in the unit of its source; <see cref="PathCells"/> is the paper's.</summary>
    public double? Rating { get; }

    /// <summary>The line of the file that the puzzle was read from, from 1.</summary>
    public int? Line { get; }

    /// <summary>The shape of question and answer.</summary>
    public MazeShape Shape => Question.Shape;

    /// <summary>The cells of the path, including start and goal: the paper's measure of difficulty, at least 110 in Maze-Hard.</summary>
    public int PathCells => Answer.PathCells;

    /// <summary>Creates a puzzle with the path of <see cref="MazeGrid.FindShortestPath"/>; its rating is the number of path cells.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="source">The list that the puzzle comes from, or an empty string.</param>
    /// <exception cref="HrmFormatException">The goal cannot be reached; A grid that is not a question; names the cell.</exception>
    public static MazePuzzle Of(MazeGrid question, string source = "")
    {
        ArgumentNullException.ThrowIfNull(question);
        var answer = question.FindShortestPath() ?? throw MazeChecker.FindUnreachableGoal(question)!.OfQuestion();
        return new MazePuzzle(question, answer, source, answer.PathCells);
    }
}
