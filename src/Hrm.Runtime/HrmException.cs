using System.Buffers;
using System.Globalization;
using System.Text;

namespace Hrm;

/// <summary>
/// Base class of every exception that the Hrm packages throw on purpose. Catch it to separate a bad file, a bad configuration or a
/// wrong shape from a defect.
/// </summary>
/// <remarks>
/// A message is one line of at most 4,000 characters, whatever file or request it quotes: control and format characters and halves of
/// surrogate pairs are written as <c>\u</c> and four digits.
/// </remarks>
public abstract class HrmException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The expected and the actual value.</param>
    /// <param name="innerException">The cause, or <see langword="null"/>.</param>
    protected HrmException(string message, Exception? innerException = null)
        : base(MessageText.Printable(message), innerException)
    {
    }
}

/// <summary>
/// Text of exception messages. A message quotes input that may be hostile: it must not forge log lines, send escapes to a console or
/// fill a disk.
/// </summary>
internal static class MessageText
{
    public const int MaxLength = 4_000;

    /// <summary>One line of at most <see cref="MaxLength"/> characters and an ellipsis, without control and format characters.</summary>
    public static string Printable(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var printable = new StringBuilder();
        for (var rest = text.AsSpan(); rest.Length > 0 && printable.Length <= MaxLength;)
        {
            var isWhole = Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done;
            foreach (var character in rest[..length])
            {
                _ = isWhole && IsPrintable(rune) ? printable.Append(character) : printable.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }

            rest = rest[length..];
        }

        return Shorten(printable.ToString(), MaxLength);
    }

    /// <summary>The text up to a number of characters, at least 1, with an ellipsis if it is longer. No surrogate pair is cut.</summary>
    public static string Shorten(string text, int maxLength)
        => text.Length <= maxLength ? text : $"{text[..(char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength)]}…";

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
