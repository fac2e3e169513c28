namespace Hrm.Training;

/// <summary>The five arrays of a split. Opening checks types, shapes, offsets and ids; rows are checked when they are read.</summary>
internal sealed class PuzzleSet : IDisposable
{
    private const int IndicesAtOnce = 1 << 20;

    private readonly string _folder;
    private readonly string _name;

    /// <summary>Opens the arrays of a split.</summary>
    /// <exception cref="HrmFileException">A file cannot be read.</exception>
    /// <exception cref="HrmFormatException">An array is not valid.</exception>
    public PuzzleSet(string folder, PuzzleDatasetMetadata metadata)
    {
        (_folder, _name) = (folder, metadata.Sets[0]);
        try
        {
            Inputs = OpenRows(DatasetNames.Inputs, metadata.SequenceLength);
            Labels = OpenRows(DatasetNames.Labels, metadata.SequenceLength);

            // No puzzle and no group is empty, so the number of each is bounded before it is read.
            PuzzleOffsets = ReadOffsets(DatasetNames.PuzzleOffsets, ExampleCount, "the number of examples");
            GroupOffsets = ReadOffsets(DatasetNames.GroupOffsets, PuzzleOffsets.Length - 1, "the number of puzzles");
            PuzzleIds = ReadIds(PuzzleOffsets.Length - 1, metadata.PuzzleIdCount);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The tokens, [N, seq_len].</summary>
    public NpyFile Inputs { get; }

    /// <summary>The labels as stored, [N, seq_len].</summary>
    public NpyFile Labels { get; }

    public int[] PuzzleIds { get; }

    public int[] PuzzleOffsets { get; }

    public int[] GroupOffsets { get; }

    /// <summary>N.</summary>
    public int ExampleCount => (int)Inputs.Shape[0];

    public void Dispose()
    {
        Inputs?.Dispose();
        Labels?.Dispose();
    }

    private static HrmFormatException Fail(NpyFile file, string place, string problem) => new(problem, file.Path, place: place);

    private NpyFile Open(string field) => NpyFile.Open(Path.Combine(_folder, DatasetNames.ArrayFile(_name, field)));

    private NpyFile OpenRows(string field, int sequenceLength)
    {
        var file = Open(field);
        var rows = Inputs?.Shape[0];
        if (file.Shape.Count == 2 && file.Shape[1] == sequenceLength && file.Shape[0] is > 0 and < int.MaxValue && (rows ?? file.Shape[0]) == file.Shape[0])
        {
            return file;
        }

        using (file)
        {
            var expected = rows is null ? "at least one row" : FormattableString.Invariant($"{rows} rows, as the inputs have,");
            throw Fail(file, "shape", FormattableString.Invariant($"expected {expected} of seq_len {sequenceLength}, got ({string.Join(", ", file.Shape)})"));
        }
    }

    private int[] ReadOffsets(string field, int count, string counted)
    {
        using var file = Open(field);
        var offsets = ReadIndices(file, 2, Math.Min(count, Array.MaxLength - 1) + 1);
        for (var i = 0; i < offsets.Length; i++)
        {
            var isLast = i == offsets.Length - 1;
            if (i == 0 ? offsets[0] != 0 : offsets[i] <= offsets[i - 1] || (isLast && offsets[i] != count))
            {
                var expected = i == 0 ? "0" : isLast ? $"{count}, {counted}" : $"more than {offsets[i - 1]}";
                throw Fail(file, FormattableString.Invariant($"[{i}]"), FormattableString.Invariant($"expected {expected}, got {offsets[i]}"));
            }
        }

        return offsets;
    }

    private int[] ReadIds(int puzzles, int idCount)
    {
        using var file = Open(DatasetNames.PuzzleIds);
        var ids = ReadIndices(file, puzzles, puzzles);
        var rules = new TokenRules(idCount, null);
        return rules.FindBadToken(ids) is >= 0 and var bad
            ? throw Fail(file, FormattableString.Invariant($"[{bad}]"), FormattableString.Invariant($"expected {rules.ValidTokens}, got {ids[bad]}"))
            : ids;
    }

    private static int[] ReadIndices(NpyFile file, int least, int most)
    {
        if (file.Dtype != NpyDtype.Int32 && file.Dtype != NpyDtype.Int64)
        {
            throw Fail(file, "type", $"expected {NpyDtype.Int32.Descriptor} or {NpyDtype.Int64.Descriptor}, got {file.Dtype.Descriptor}");
        }

        if (file.Shape.Count != 1 || file.Count < least || file.Count > most)
        {
            var lengths = least == most ? $"{most}" : $"{least} … {most}";
            throw Fail(file, "shape", $"expected one axis of length {lengths}, got ({string.Join(", ", file.Shape)})");
        }

        var values = new int[file.Count];
        for (var start = 0; start < values.Length; start += IndicesAtOnce)
        {
            file.CopyTo(start, values.AsSpan(start, Math.Min(IndicesAtOnce, values.Length - start)));
        }

        return values;
    }
}
