using System.Globalization;

namespace Hrm.Tool;

/// <summary>Words of messages.</summary>
internal static class Words
{
    /// <summary>A count with its noun: "1 segment", "2 segments".</summary>
    public static string Count(long count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? string.Empty : "s")}");

    /// <summary>A hint at the name that was probably meant: "; did you mean --minutes?", or nothing.</summary>
    /// <param name="name">The name that came.</param>
    /// <param name="known">The names that exist.</param>
    public static string Suggestion(string name, IEnumerable<string> known)
    {
        var nearest = known.Select(candidate => (candidate, distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant()))).MinBy(pair => pair.distance);
        return nearest.candidate is not null && nearest.distance <= 1 + (name.Length / 3) ? $"; did you mean {nearest.candidate}?" : string.Empty;
    }

    /// <summary>The values of a type, as the end of "expected ".</summary>
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

    /// <summary>The number of insertions, deletions and replacements between two names; long ones are not compared.</summary>
    private static int Distance(string one, string other)
    {
        const int LongestName = 64;
        if (one.Length > LongestName)
        {
            return int.MaxValue;
        }

        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        foreach (var (i, character) in one.Index())
        {
            var (diagonal, left) = (row[0], row[0] = i + 1);
            for (var j = 1; j < row.Length; j++)
            {
                left = Math.Min(Math.Min(left, row[j]) + 1, diagonal + (character == other[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], left);
            }
        }

        return row[^1];
    }
}
