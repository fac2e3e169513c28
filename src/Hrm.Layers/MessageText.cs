using System.Globalization;
using System.Text;

namespace Hrm;

/// <summary>
/// Text of an exception's message. What came stands in it, and what came may be hostile: it must not forge lines of a log, send escapes to
/// a console or fill a disk.
/// </summary>
internal static class MessageText
{
    public const int MaxLength = 4_000;

    /// <summary>One line of at most <see cref="MaxLength"/> characters and an ellipsis, without control and format characters.</summary>
    public static string Printable(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= MaxLength && text.All(IsPrintable))
        {
            return text;
        }

        var printable = new StringBuilder();
        foreach (var character in text)
        {
            var shown = IsPrintable(character) ? character.ToString() : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            if (printable.Length + shown.Length > MaxLength)
            {
                return printable.Append('…').ToString();
            }

            printable.Append(shown);
        }

        return printable.ToString();
    }

    private static bool IsPrintable(char character) => char.GetUnicodeCategory(character)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
