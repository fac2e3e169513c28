namespace Hrm.Puzzles;

/// <summary>No maze of the kind asked for was found: the minimum is too long for the shape, or all its layouts are used up.</summary>
public sealed class MazeGenerationException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was looked for, and how long.</param>
    public MazeGenerationException(string message)
        : base(message)
    {
    }
}
