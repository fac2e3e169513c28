namespace Hrm.Tool;

/// <summary>A puzzle as it is shown: its grids side by side.</summary>
/// <param name="Title">Its name.</param>
/// <param name="Grids">Question and answer.</param>
internal sealed record PuzzleView(string Title, IReadOnlyList<GridView> Grids);
