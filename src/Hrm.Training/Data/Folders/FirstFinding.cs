namespace Hrm.Training;

/// <summary>Throws at the first finding.</summary>
internal sealed class FirstFinding : DatasetFindings
{
    public override void Add(DatasetFindingKind kind, string path, string place, string problem)
        => throw new DatasetFormatException(path, place.Length == 0 ? problem : $"{place}: {problem}");

    public override bool TryTake(HrmException exception, string path) => false;
}
