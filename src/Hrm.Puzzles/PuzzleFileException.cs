namespace Hrm.Puzzles;

/// <summary>A puzzle file that cannot be opened, read or written at all: missing, locked, no permission, disk full.</summary>
public sealed class PuzzleFileException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The file.</param>
    /// <param name="problem">What could not be done.</param>
    /// <param name="innerException">What the operating system reported.</param>
    public PuzzleFileException(string file, string problem, Exception innerException)
        : base($"{file}: {problem}", innerException)
    {
        File = file;
    }

    /// <summary>The file.</summary>
    public string File { get; }
}
