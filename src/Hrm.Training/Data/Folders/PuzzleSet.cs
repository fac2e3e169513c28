using Hrm.Core;

namespace Hrm.Training;

/// <summary>
/// The five arrays of one set. Opening checks types, shapes, offsets and ids; rows are checked when they are read. An array in
/// which something was found is <see langword="null"/>, where findings do not throw.
/// </summary>
internal sealed class PuzzleSet : IDisposable
{
    private const int IndicesAtOnce = 1 << 20;

    /// <summary>The bound where the number of examples is not known, because their array is bad: validation still looks at the rest.</summary>
    private const int MostWithoutExamples = 1 << 24;

    private readonly string _folder;
    private readonly string _name;
    private readonly DatasetFindings _findings;

    private PuzzleSet(string folder, string name, DatasetFindings findings)
    {
        _folder = folder;
        _name = name;
        _findings = findings;
    }

    /// <summary>The tokens, [N, seq_len].</summary>
    public NpyFile? Inputs { get; private set; }

    /// <summary>The labels as stored, [N, seq_len].</summary>
    public NpyFile? Labels { get; private set; }

    public int[]? PuzzleIds { get; private set; }

    public int[]? PuzzleOffsets { get; private set; }

    public int[]? GroupOffsets { get; private set; }

    /// <summary>N.</summary>
    public int? ExampleCount => (int?)Inputs?.Shape[0];

    /// <summary>Opens a set.</summary>
    /// <param name="folder">The folder of the split.</param>
    /// <param name="name">The name of the set.</param>
    /// <param name="metadata">The split's.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static PuzzleSet Open(string folder, string name, PuzzleDatasetMetadata metadata, DatasetFindings findings)
    {
        var set = new PuzzleSet(folder, name, findings);
        try
        {
            set.Open(metadata);
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>Releases the files.</summary>
    public void Dispose()
    {
        Inputs?.Dispose();
        Labels?.Dispose();
    }

    private static string Place(int index) => FormattableString.Invariant($"[{index}]");

    private void Open(PuzzleDatasetMetadata metadata)
    {
        Inputs = OpenRows(DatasetNames.Inputs, metadata.SequenceLength, rows: null);
        Labels = OpenRows(DatasetNames.Labels, metadata.SequenceLength, Inputs?.Shape[0]);
        // No puzzle and no group is empty, so there are no more of them than examples; each is counted before it is read.
        var most = Math.Min(ExampleCount ?? MostWithoutExamples, Array.MaxLength - 1);
        PuzzleOffsets = ReadIndices(DatasetNames.PuzzleOffsets, most + 1L);
        GroupOffsets = ReadIndices(DatasetNames.GroupOffsets, most + 1L);
        PuzzleIds = ReadIndices(DatasetNames.PuzzleIds, most);
        CheckOffsets(DatasetNames.PuzzleOffsets, PuzzleOffsets, ExampleCount, "the number of examples");
        CheckOffsets(DatasetNames.GroupOffsets, GroupOffsets, PuzzleOffsets?.Length - 1 ?? PuzzleIds?.Length, "the number of puzzles");
        CheckIds(metadata.PuzzleIdCount);
    }

    private string PathOf(string field) => Path.Combine(_folder, DatasetNames.ArrayFile(_name, field));

    private NpyFile? OpenRows(string field, int sequenceLength, long? rows)
    {
        var file = TryOpen(field);
        if (file is null
            || (file.Shape.Count == 2 && file.Shape[1] == sequenceLength && file.Shape[0] is > 0 and < int.MaxValue && (rows ?? file.Shape[0]) == file.Shape[0]))
        {
            return file;
        }

        using (file)
        {
            var expected = rows is { } count ? FormattableString.Invariant($"{count} rows, as the inputs have,") : "at least one row";
            _findings.Add(
                DatasetFindingKind.Shape,
                file.Path,
                "shape",
                FormattableString.Invariant($"expected {expected} of seq_len {sequenceLength}, got ({string.Join(", ", file.Shape)})"));
            return null;
        }
    }

    private int[]? ReadIndices(string field, long most)
    {
        using var file = TryOpen(field);
        if (file is null)
        {
            return null;
        }

        if (file.Dtype != NpyDtype.Int32 && file.Dtype != NpyDtype.Int64)
        {
            _findings.Add(DatasetFindingKind.Shape, file.Path, "type", $"expected {NpyDtype.Int32.Descriptor} or {NpyDtype.Int64.Descriptor}, got {file.Dtype.Descriptor}");
            return null;
        }

        if (file.Shape.Count != 1 || file.Count > most)
        {
            _findings.Add(
                DatasetFindingKind.Shape, file.Path, "shape", FormattableString.Invariant($"expected one axis of at most {most}, as there are examples, got ({string.Join(", ", file.Shape)})"));
            return null;
        }

        var values = new int[file.Count];
        for (var start = 0; start < values.Length; start += IndicesAtOnce)
        {
            file.CopyTo(start, values.AsSpan(start, Math.Min(IndicesAtOnce, values.Length - start)));
        }

        return values;
    }

    private NpyFile? TryOpen(string field)
    {
        var path = PathOf(field);
        try
        {
            return NpyFile.Open(path);
        }
        catch (HrmException exception) when (_findings.TryTake(exception, path))
        {
            return null;
        }
    }

    private void CheckOffsets(string field, int[]? offsets, int? count, string whatCounts)
    {
        if (offsets is null)
        {
            return;
        }

        var path = PathOf(field);
        if (offsets.Length < 2)
        {
            _findings.Add(DatasetFindingKind.Shape, path, "shape", FormattableString.Invariant($"expected at least 2 offsets, got {offsets.Length}"));
            return;
        }

        if (offsets[0] != 0)
        {
            _findings.Add(DatasetFindingKind.Start, path, Place(0), FormattableString.Invariant($"expected 0, got {offsets[0]}"));
        }

        for (var i = 1; i < offsets.Length; i++)
        {
            if (offsets[i] <= offsets[i - 1])
            {
                var what = offsets[i] == offsets[i - 1] ? ", which leaves nothing between the two" : string.Empty;
                _findings.Add(DatasetFindingKind.Order, path, Place(i), FormattableString.Invariant($"expected more than {offsets[i - 1]}, got {offsets[i]}{what}"));
            }
        }

        if (count is { } end && offsets[^1] != end)
        {
            _findings.Add(DatasetFindingKind.End, path, Place(offsets.Length - 1), FormattableString.Invariant($"expected {end}, {whatCounts}, got {offsets[^1]}"));
        }
    }

    private void CheckIds(int count)
    {
        if (PuzzleIds is null)
        {
            return;
        }

        var path = PathOf(DatasetNames.PuzzleIds);
        if (PuzzleOffsets is not null && PuzzleIds.Length != PuzzleOffsets.Length - 1)
        {
            _findings.Add(
                DatasetFindingKind.Shape,
                path,
                "shape",
                FormattableString.Invariant($"expected ({PuzzleOffsets.Length - 1},), an id for each puzzle, got ({PuzzleIds.Length},)"));
        }

        var rules = new TokenRules(count, null);
        for (var at = rules.FindBadToken(PuzzleIds); at >= 0; at = rules.FindBadToken(PuzzleIds, at + 1))
        {
            _findings.Add(DatasetFindingKind.PuzzleId, path, Place(at), FormattableString.Invariant($"{rules.ExpectedTokens}, got {PuzzleIds[at]}"));
        }
    }
}
