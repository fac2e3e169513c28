namespace Hrm.Puzzles;

/// <summary>
/// Exception for text or tokens that are not a valid puzzle: a wrong header, a row of the wrong length, an answer that does not solve its
/// question. The message names the position, the expected value and the actual one.
/// </summary>
public sealed class PuzzleFormatException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="problem">The expected value and the actual one.</param>
    /// <param name="file">The file, or <see langword="null"/> if the text is from elsewhere.</param>
    /// <param name="line">The line, from 1, or <see langword="null"/> if the text has no lines.</param>
    /// <param name="field">The column or argument, or <see langword="null"/> for the whole line or file.</param>
    /// <param name="innerException">The cause, or <see langword="null"/>.</param>
    public PuzzleFormatException(string problem, string? file = null, int? line = null, string? field = null, Exception? innerException = null)
        : base(Describe(problem, file, line, field), innerException!)
    {
        Problem = problem;
        File = file;
        Line = line;
        Field = field;
    }

    /// <summary>The expected value and the actual one; <see cref="Exception.Message"/> begins with the position.</summary>
    public string Problem { get; }

    /// <summary>The file, if the text is from one.</summary>
    public string? File { get; }

    /// <summary>The line in the file, from 1.</summary>
    public int? Line { get; }

    /// <summary>The column of the file, or the argument.</summary>
    public string? Field { get; }

    /// <summary>Adds a file, line and field to the problem.</summary>
    internal PuzzleFormatException At(string? file, int? line, string field) => new(Problem, file, line, field, this);

    private static string Describe(string problem, string? file, int? line, string? field)
    {
        string?[] parts = [file, line is null ? null : FormattableString.Invariant($"line {line}"), field];
        var place = string.Join(", ", parts.Where(part => part is not null));
        return place.Length == 0 ? problem : $"{place}: {problem}";
    }
}
