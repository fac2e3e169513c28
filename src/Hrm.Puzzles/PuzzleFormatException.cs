namespace Hrm.Puzzles;

/// <summary>
/// Text or tokens that are not the puzzle they should be: a wrong header, a row of the wrong length, an answer that
/// does not solve its question. Says where, what was expected and what came.
/// </summary>
public sealed class PuzzleFormatException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="problem">What was expected, and what came.</param>
    /// <param name="file">The file, or <see langword="null"/> when the text came from elsewhere.</param>
    /// <param name="line">The line, counted from 1, or <see langword="null"/> when the text has no lines.</param>
    /// <param name="field">The column or argument, or <see langword="null"/> when the whole line or file is meant.</param>
    /// <param name="innerException">The cause, if another exception is it.</param>
    public PuzzleFormatException(string problem, string? file = null, int? line = null, string? field = null, Exception? innerException = null)
        : base(Describe(problem, file, line, field), innerException!)
    {
        Problem = problem;
        File = file;
        Line = line;
        Field = field;
    }

    /// <summary>What was expected, and what came; <see cref="Exception.Message"/> has the place in front of it.</summary>
    public string Problem { get; }

    /// <summary>The file, if the text came from one.</summary>
    public string? File { get; }

    /// <summary>The line in the file, counted from 1.</summary>
    public int? Line { get; }

    /// <summary>The column of the file, or the argument.</summary>
    public string? Field { get; }

    /// <summary>The same problem, placed in a line of a file.</summary>
    internal PuzzleFormatException At(string? file, int? line, string field) => new(Problem, file, line, field, this);

    private static string Describe(string problem, string? file, int? line, string? field)
    {
        var place = file ?? string.Empty;
        if (line is not null)
        {
            place += place.Length == 0 ? FormattableString.Invariant($"line {line}") : FormattableString.Invariant($", line {line}");
        }

        if (field is not null)
        {
            place += place.Length == 0 ? field : $", {field}";
        }

        return place.Length == 0 ? problem : $"{place}: {problem}";
    }
}
