namespace Hrm.Training;

/// <summary>Takes what the checks of a dataset find: opening one stops at the first finding, validating goes on.</summary>
internal abstract class DatasetFindings
{
    public abstract void Add(DatasetFindingKind kind, string path, string place, string problem);

    /// <summary>Takes an exception as a finding; <see langword="false"/> where it is to be thrown.</summary>
    public abstract bool TryTake(HrmException exception, string path);
}
