namespace Hrm.Paper;

/// <summary>A cell of a table: as it is read, and the numbers behind it.</summary>
/// <param name="Text">As it is read.</param>
/// <param name="Numbers">Mean, least and most of a spread; else the text alone goes into the CSV.</param>
internal sealed record Cell(string Text, IReadOnlyList<string> Numbers)
{
    public static implicit operator Cell(string text) => new(text, []);
}
