using System.Globalization;

namespace Hrm;

/// <summary>
/// Base class of every exception that the Hrm packages throw on purpose. Catch it to separate a bad file, a bad configuration or a
/// wrong shape from a defect.
/// </summary>
/// <remarks>
/// A message is one line of at most 4,000 characters, whatever file or request it quotes: control and format characters are
/// written as <c>\u</c> and four digits.
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
        var printable = string.Concat(text.Take(MaxLength + 1).Select(character =>
            IsPrintable(character) ? character.ToString() : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")));
        return printable.Length <= MaxLength ? printable : printable[..MaxLength] + '…';
    }

    private static bool IsPrintable(char character) => char.GetUnicodeCategory(character)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
