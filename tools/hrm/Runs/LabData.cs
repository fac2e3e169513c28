namespace Hrm.Tool;

/// <summary>The files of a run, so that it can be resumed without naming them again.</summary>
public sealed class LabData
{
    /// <summary>The folder of a dataset; nothing where CSV files are named.</summary>
    public string Folder { get; set; } = string.Empty;

    /// <summary>CSV files of training puzzles (Sudoku).</summary>
    public string[] Train { get; set; } = [];

    /// <summary>CSV files of test puzzles (Sudoku).</summary>
    public string[] Test { get; set; } = [];

    /// <summary>The side of the boards in CSV files.</summary>
    public int Side { get; set; } = 9;

    /// <summary>The SHA-256 of the <c>identifiers.json</c> of the training puzzles, which says what each puzzle id means; empty without one.</summary>
    public string IdentifiersHash { get; set; } = string.Empty;
}
