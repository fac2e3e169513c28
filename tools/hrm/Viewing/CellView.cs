using Spectre.Console;

namespace Hrm.Tool;

/// <summary>One cell of a grid: up to two characters in colours.</summary>
/// <param name="Text">The characters.</param>
/// <param name="Foreground">Their colour.</param>
/// <param name="Background">The colour behind them; <see langword="null"/> for that of the page.</param>
internal readonly record struct CellView(string Text, Color Foreground, Color? Background = null)
{
    /// <summary>A cell of an answer that is wrong: it differs from the others in brightness too, not in hue alone.</summary>
    public static CellView Wrong(string text) => new(text, Color.White, Color.Purple);
}
