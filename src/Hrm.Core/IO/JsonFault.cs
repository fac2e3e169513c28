using System.Globalization;
using System.Text.Json;

namespace Hrm.Core;

/// <summary>Describes an error of System.Text.Json: first its position, counted from 1, then a reason of bounded length.</summary>
internal static class JsonFault
{
    private const int MaxReason = 200;

    public static string Describe(JsonException error)
    {
        var position = error.Path is null or "$"
            ? string.Create(CultureInfo.InvariantCulture, $"byte {error.BytePositionInLine + 1}")
            : Quote.Shorten(error.Path);
        return string.Create(CultureInfo.InvariantCulture, $"line {error.LineNumber + 1}, {position}: {Reason(error)}");
    }

    /// <summary>Parses the text of a file.</summary>
    /// <exception cref="HrmFormatException">The text is not valid JSON, or null.</exception>
    public static T Guard<T>(string path, Func<T?> parse)
        where T : class
    {
        try
        {
            return parse() ?? throw new HrmFormatException("expected a value, got null", path);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // An unpaired surrogate throws an InvalidOperationException.
            throw new HrmFormatException(exception is JsonException error ? Describe(error) : exception.Message, path, innerException: exception);
        }
    }

    /// <summary>Returns the error without its position.</summary>
    public static string Reason(JsonException error)
        => Quote.Shorten(CutAt(CutAt(error.Message, " Path: $"), " LineNumber: ").TrimEnd('.'), MaxReason);

    private static string CutAt(string text, string mark)
    {
        var end = text.IndexOf(mark, StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }
}
