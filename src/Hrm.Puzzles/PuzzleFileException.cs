namespace Hrm.Puzzles;

/// <summary>Exception for a puzzle file that cannot be opened, read or written: missing, locked, no permission, disk full.</summary>
public sealed class PuzzleFileException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The file.</param>
    /// <param name="problem">The failed operation.</param>
    /// <param name="innerException">The error of the operating system.</param>
    public PuzzleFileException(string file, string problem, Exception innerException)
        : base($"{file}: {problem}", innerException)
    {
        File = file;
    }

    /// <summary>The file.</summary>
    public string File { get; }
}
