using System.Globalization;

namespace Hrm;

/// <summary>
/// A file or text does not have the format that it should, or not the content that the caller needs: weights, a checkpoint, a dataset,
/// a puzzle. The message names the file, the place in it, the expected and the actual content.
/// </summary>
/// <param name="problem">The expected and the actual content.</param>
/// <param name="path">The file or folder; <see langword="null"/> for a text in memory.</param>
/// <param name="line">The line in the file, from 1.</param>
/// <param name="place">The place in the file or line: a column, a JSON member, a tensor, an argument.</param>
/// <param name="innerException">The cause.</param>
public sealed class HrmFormatException(string problem, string? path = null, int? line = null, string? place = null, Exception? innerException = null)
    : HrmException(Describe(problem, path, line, place), innerException)
{
    /// <summary>The expected and the actual content; <see cref="Exception.Message"/> adds the file and the place.</summary>
    public string Problem { get; } = MessageText.Printable(problem);

    /// <summary>The file or folder; <see langword="null"/> for a text in memory.</summary>
    public string? Path { get; } = path;

    /// <summary>The line in the file, from 1.</summary>
    public int? Line { get; } = line;

    /// <summary>The place in the file or line: a column, a JSON member, a tensor, an argument.</summary>
    public string? Place { get; } = place is null ? null : MessageText.Printable(place);

    /// <summary>The tokens or cells that break the rules of a puzzle, row by row, from 0; empty if the problem is another.</summary>
    public IReadOnlyList<int> Positions { get; init; } = [];

    /// <summary>Returns an exception that says more; this one is its cause.</summary>
    internal HrmFormatException With(string addition) => new($"{Problem}; {addition}", Path, Line, Place, this);

    /// <summary>Adds a file, line and place to the problem.</summary>
    internal HrmFormatException At(string? path, int? line, string place) => new(Problem, path, line, place, this) { Positions = Positions };

    private static string Describe(string problem, string? path, int? line, string? place)
    {
        var where = string.Join(", ", new[] { path, line?.ToString("line 0", CultureInfo.InvariantCulture), place }.OfType<string>());
        return where.Length == 0 ? problem : $"{where}: {problem}";
    }
}
