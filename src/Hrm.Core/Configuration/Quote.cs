namespace Hrm.Core;

/// <summary>Text of a file as a part of a message, of bounded length. <see cref="HrmException"/> escapes control characters, which could forge lines of a log.</summary>
internal static class Quote
{
    private const int MaxLength = 120;

    /// <summary>Returns the text up to a number of characters, without half a surrogate pair at its end.</summary>
    public static string Shorten(string text, int maxLength = MaxLength) => MessageText.Shorten(text, maxLength);

    public static string Text(string text) => $"'{Shorten(text)}'";
}
