namespace Hrm.Puzzles;

/// <summary>A maze with a shortest path, checked by the constructor.</summary>
public sealed record MazePuzzle
{
    /// <summary>Creates a puzzle.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="answer">The maze with any of its shortest paths.</param>
    /// <param name="source">The dataset that the puzzle comes from; may be empty.</param>
    /// <param name="rating">The difficulty in the measure of the source.</param>
    /// <param name="line">The line in its file, from 1.</param>
    /// <exception cref="MazeRuleException">The goal cannot be reached, or the answer is not a shortest path; the message names the cell.</exception>
    /// <exception cref="ArgumentException">Question and answer differ in shape.</exception>
    public MazePuzzle(MazeGrid question, MazeAnswer answer, string source = "", double? rating = null, int? line = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (MazeChecker.FindFault(question, answer) is { } fault)
        {
            throw new MazeRuleException(fault);
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

    /// <summary>The dataset that the puzzle comes from; may be empty.</summary>
    public string Source { get; }

    /// <summary>The difficulty in the measure of the source; <see cref="PathCells"/> is the paper's.</summary>
    public double? Rating { get; }

    /// <summary>The line in its file, from 1.</summary>
    public int? Line { get; }

    /// <summary>The shape of question and answer.</summary>
    public MazeShape Shape => Question.Shape;

    /// <summary>The number of cells of the path, start and goal included; at least 110 in Maze-Hard.</summary>
    public int PathCells => Answer.PathCells;

    /// <summary>Solves a maze with <see cref="MazePathFinder"/>.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="source">The dataset that the puzzle comes from; may be empty.</param>
    /// <returns>The puzzle; its rating is the number of cells of the path.</returns>
    /// <exception cref="MazeRuleException">The goal cannot be reached.</exception>
    public static MazePuzzle Of(MazeGrid question, string source = "")
    {
        ArgumentNullException.ThrowIfNull(question);
        var answer = MazePathFinder.Solve(question) ?? MazeAnswer.Draw(question, []);
        return new MazePuzzle(question, answer, source, answer.PathCells);
    }
}

/// <summary>Exception for an answer that does not solve its maze; the message names the cell.</summary>
public sealed class MazeRuleException : HrmException
{
    /// <summary>Creates the exception for a fault.</summary>
    /// <param name="fault">The first fault of the answer.</param>
    public MazeRuleException(MazeFault fault)
        : base((fault ?? throw new ArgumentNullException(nameof(fault))).Message)
    {
        Fault = fault;
    }

    /// <summary>The first fault of the answer.</summary>
    public MazeFault Fault { get; }
}
