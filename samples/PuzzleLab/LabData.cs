namespace Hrm.Samples.PuzzleLab;

/// <summary>The files of a run, so that it can be resumed without naming them again.</summary>
public sealed class LabData
{
    /// <summary>CSV files of training puzzles.</summary>
    public string[] Train { get; set; } = [];

    /// <summary>CSV files of test puzzles.</summary>
    public string[] Test { get; set; } = [];

    /// <summary>The side of the boards.</summary>
    public int Side { get; set; } = 9;
}
