namespace Hrm.Training;

/// <summary>Keeps the first findings of each kind of each file, and counts the rest.</summary>
internal sealed class CollectedFindings : DatasetFindings
{
    /// <summary>The most findings of one kind in one file that are listed.</summary>
    public const int MaxOfAKind = 20;

    private readonly List<DatasetFinding> _findings = [];
    private readonly Dictionary<(string Path, DatasetFindingKind Kind), long> _counts = [];

    /// <summary>Counts what is not listed any more, whose text need not be made; <see langword="false"/> where it would be listed.</summary>
    public bool TryCount(DatasetFindingKind kind, string path)
    {
        var count = _counts.GetValueOrDefault((path, kind));
        if (count < MaxOfAKind)
        {
            return false;
        }

        _counts[(path, kind)] = count + 1;
        return true;
    }

    public override void Add(DatasetFindingKind kind, string path, string place, string problem)
    {
        var count = _counts.GetValueOrDefault((path, kind)) + 1;
        _counts[(path, kind)] = count;
        if (count <= MaxOfAKind)
        {
            _findings.Add(new DatasetFinding(path, place, problem));
        }
    }

    public override bool TryTake(HrmException exception, string path)
    {
        var prefix = $"{path}: ";
        var problem = exception.Message.StartsWith(prefix, StringComparison.Ordinal) ? exception.Message[prefix.Length..] : exception.Message;
        Add(DatasetFindingKind.File, path, string.Empty, problem);
        return true;
    }

    /// <summary>The findings in the order they were made, then the counts of those that are not listed.</summary>
    public IReadOnlyList<DatasetFinding> ToList() =>
    [
        .. _findings,
        .. _counts.Where(entry => entry.Value > MaxOfAKind)
            .Select(entry => new DatasetFinding(
                entry.Key.Path, string.Empty, FormattableString.Invariant($"{entry.Value - MaxOfAKind} more of this kind: {entry.Key.Kind}"))),
    ];
}
