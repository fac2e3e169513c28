using Hrm.Core;

namespace Hrm.Training;

/// <summary>Looks at every file of a dataset folder and at every value in them.</summary>
internal sealed class DatasetFolderValidator(string root)
{
    /// <summary>The tolerance of the mean: it may have been written with fewer digits than it has.</summary>
    private const double MeanTolerance = 1e-6;

    private readonly CollectedFindings _findings = new();
    private readonly string _identifiersPath = Path.Combine(root, DatasetNames.Identifiers);
    private IReadOnlyList<string>? _identifiers;
    private bool _identifiersAreBad;

    public IReadOnlyList<DatasetFinding> Validate(string? split, CancellationToken cancellationToken)
    {
        try
        {
            _identifiers = IdentifierFile.Read(_identifiersPath);
        }
        catch (HrmException exception)
        {
            _identifiersAreBad = _findings.TryTake(exception, _identifiersPath);
        }

        var splits = split is null ? FindSplits() : [split];
        var blankId = 0;
        foreach (var name in splits)
        {
            var folder = Path.Combine(root, name);
            if (DatasetMetadataFile.Read(Path.Combine(folder, DatasetNames.Metadata), _findings) is { } metadata)
            {
                if (!_identifiersAreBad)
                {
                    IdentifierFile.CheckCount(root, name, metadata, _identifiers, _findings, cancellationToken);
                }

                ValidateSplit(folder, metadata, cancellationToken);
                blankId = metadata.BlankIdentifierId;
            }
        }

        if (_identifiers is not null)
        {
            IdentifierFile.Check(_identifiersPath, _identifiers, blankId, _findings);
        }

        return _findings.ToList();
    }

    private string[] FindSplits()
    {
        try
        {
            string[] names =
            [
                .. Directory.EnumerateDirectories(root)
                    .Select(path => Path.GetFileName(path))
                    .Where(name => !name.StartsWith('.'))
                    .Order(StringComparer.Ordinal),
            ];
            if (names.Length == 0)
            {
                _findings.Add(DatasetFindingKind.File, root, string.Empty, "expected at least one split, got none");
            }

            return names;
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            _findings.Add(DatasetFindingKind.File, root, string.Empty, $"could not be read: {exception.Message}");
            return [];
        }
    }

    private void ValidateSplit(string folder, PuzzleDatasetMetadata metadata, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, DatasetNames.Metadata);
        var (groups, puzzles, examples) = (0L, 0L, 0L);
        var areKnown = true;
        foreach (var name in metadata.Sets)
        {
            using var set = PuzzleSet.Open(folder, name, metadata, _findings);
            ValidateRows(set, metadata, cancellationToken);
            areKnown &= set is { GroupOffsets.Length: > 0, PuzzleOffsets.Length: > 0, ExampleCount: not null };
            groups += set.GroupOffsets?.Length - 1 ?? 0;
            puzzles += set.PuzzleOffsets?.Length - 1 ?? 0;
            examples += set.ExampleCount ?? 0;
        }

        if (areKnown)
        {
            CompareCounts(path, metadata, groups, (double)examples / puzzles);
        }
    }

    private void CompareCounts(string path, PuzzleDatasetMetadata metadata, long groups, double mean)
    {
        if (metadata.TotalGroups != groups)
        {
            _findings.Add(DatasetFindingKind.Metadata, path, "total_groups", FormattableString.Invariant($"expected {groups}, as the sets have, got {metadata.TotalGroups}"));
        }

        if (Math.Abs(metadata.MeanPuzzleExamples - mean) > MeanTolerance * mean)
        {
            _findings.Add(
                DatasetFindingKind.Metadata, path, "mean_puzzle_examples", FormattableString.Invariant($"expected {mean}, as the sets have, got {metadata.MeanPuzzleExamples}"));
        }
    }

    private void ValidateRows(PuzzleSet set, PuzzleDatasetMetadata metadata, CancellationToken cancellationToken)
    {
        var rules = new TokenRules(metadata.VocabularySize, metadata.IgnoreLabelId);
        ValidateRows(set.Inputs, DatasetFindingKind.Token, rules.ExpectedTokens, rules.FindBadToken, cancellationToken);
        ValidateRows(set.Labels, DatasetFindingKind.Label, rules.ExpectedLabels, rules.FindBadLabel, cancellationToken);
    }

    private void ValidateRows(NpyFile? file, DatasetFindingKind kind, string expected, FindBad find, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            return;
        }

        var row = new int[file.Shape[1]];
        try
        {
            for (var number = 0L; number < file.Shape[0]; number++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                file.CopyTo(number * row.Length, row);
                for (var at = find(row, 0); at >= 0; at = find(row, at + 1))
                {
                    if (!_findings.TryCount(kind, file.Path))
                    {
                        _findings.Add(kind, file.Path, FormattableString.Invariant($"row {number}, column {at}"), FormattableString.Invariant($"{expected}, got {row[at]}"));
                    }
                }
            }
        }
        catch (HrmFileException exception)
        {
            _findings.TryTake(exception, file.Path);
        }
    }

    private delegate int FindBad(ReadOnlySpan<int> values, int start);
}
