namespace Hrm.Paper;

/// <summary>Numbers in rows; written as CSV too.</summary>
/// <param name="Name">The name of the file.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Columns">The names of the columns, no two the same, units included.</param>
/// <param name="Rows">The cells.</param>
internal sealed record ResultTable(string Name, string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<Cell>> Rows);
