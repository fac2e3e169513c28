namespace Hrm.Training;

/// <summary>Something that is wrong in a dataset folder.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Place">Where in it: a key, an index, a row and a column; empty for the whole of it.</param>
/// <param name="Problem">What was expected, and what came.</param>
public sealed record DatasetFinding(string Path, string Place, string Problem)
{
    /// <summary>The finding in one line.</summary>
    public override string ToString() => Place.Length == 0 ? $"{Path}: {Problem}" : $"{Path}: {Place}: {Problem}";
}
