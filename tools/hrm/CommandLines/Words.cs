using System.Globalization;

namespace Hrm.Tool;

/// <summary>Words of messages.</summary>
internal static class Words
{
    /// <summary>Writes a count with its noun: "1 segment", "2 segments".</summary>
    public static string Count(long count, string noun) => Count(count, noun, $"{noun}s");

    /// <summary>Writes a count with its noun in the singular or in another plural.</summary>
    public static string Count(long count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many)}");

    /// <summary>Describes the values of a type, as the end of "expected ".</summary>
    public static string Describe(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { IsEnum: true } it => string.Join(", ", Enum.GetNames(it)),
        { IsArray: true } => "a list of texts",
        var it when it == typeof(bool) => "true or false",
        var it when it == typeof(string) => "a text",
        var it when it == typeof(int) => "a whole number of at most 2147483647",
        var it when it == typeof(long) => "a whole number",
        _ => "a number",
    };
}
