using System.Globalization;
using System.Text;

namespace Hrm.Core;

/// <summary>Makes text of a file safe for a message: of bounded length, and without control characters, which could forge lines of a log.</summary>
internal static class Quote
{
    private const int MaxLength = 120;

    /// <summary>Returns the text up to a number of characters.</summary>
    public static string Shorten(string text, int maxLength = MaxLength) => text.Length <= maxLength ? text : $"{text[..maxLength]}…";

    public static string Text(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
        {
            if (char.IsControl(character) || char.IsSurrogate(character) || character is '\u2028' or '\u2029')
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
            else
            {
                quoted.Append(character);
            }
        }
        return quoted.Append(text.Length > MaxLength ? "…'" : "'").ToString();
    }
}
