using Hrm.Core;
using Hrm.Puzzles;

namespace Hrm.Tool;

/// <summary>The rules of every example of an ARC dataset.</summary>
internal static class ArcRules
{
    /// <summary>Returns the first rule that an example breaks, or <see langword="null"/>.</summary>
    /// <exception cref="HrmFormatException">Tokens or labels do not encode a grid.</exception>
    public static string? FindFault(NamedDataset dataset, bool isTest, int example)
    {
        var (pair, row, column) = Read(dataset, example, out var outputOrigin);
        if (outputOrigin != (row, column))
        {
            return $"expected the output at row {row}, column {column} of the canvas, as the input, got row {outputOrigin.Row}, column {outputOrigin.Column}";
        }

        if (isTest && (row, column) != (0, 0))
        {
            return $"expected a test example at the origin of the canvas, got row {row}, column {column}";
        }

        if (dataset.Identifiers.Count == 0)
        {
            // Without names no rule about tasks and their variants can be checked.
            return null;
        }

        var puzzle = dataset.PuzzleOf(example);
        if (!ArcPuzzleId.TryParse(dataset.IdentifierOf(example), out var id))
        {
            return $"expected an identifier name_t{{k}}_{{10 digits}}, name|||t{{k}}|||{{10 digits}} or a task's name, got '{dataset.IdentifierOf(example)}'";
        }

        // A group is a task with its variants. An unknown spelling reads as the name of another task.
        var first = dataset.Examples.PuzzleIds[dataset.Examples.GroupOffsets[NamedDataset.FindIndex(dataset.Examples.GroupOffsets, puzzle)]];
        if (!ArcPuzzleId.TryParse(dataset.Identifiers[first], out var other) || other.Name != id.Name)
        {
            return $"expected one task in a group, got {id} in the group of {dataset.Identifiers[first]}";
        }

        return FindOriginals(dataset, puzzle, id.Name) is { } originals && !originals.Contains(id.Augmentation.Inverse.Apply(pair))
            ? $"expected a variant of a pair of {id.Name}, got none when turned back from {id}"
            : null;
    }

    /// <summary>Reads the pairs of a puzzle.</summary>
    public static ArcPair[] PairsOf(NamedDataset dataset, int puzzle)
    {
        var first = dataset.Examples.PuzzleOffsets[puzzle];
        return [.. Enumerable.Range(first, dataset.Examples.PuzzleOffsets[puzzle + 1] - first).Select(example => Read(dataset, example, out _).Pair)];
    }

    private static (ArcPair Pair, int Row, int Column) Read(NamedDataset dataset, int example, out (int Row, int Column) outputOrigin)
    {
        var (inputs, labels) = dataset.Read(example);
        var input = ArcEncoding.Decode(inputs);
        var isKnown = labels.AsSpan().ContainsAnyExcept(PuzzleBatch.IgnoredLabel);
        var output = isKnown ? ArcEncoding.Decode(labels) : input;
        outputOrigin = (output.Row, output.Column);
        return (new ArcPair(input.Grid, isKnown ? output.Grid : null), input.Row, input.Column);
    }

    /// <summary>Returns the pairs of the group's puzzle that is not augmented; <see langword="null"/> if there is none.</summary>
    private static ArcPair[]? FindOriginals(NamedDataset dataset, int puzzle, string name)
    {
        var examples = dataset.Examples;
        var group = NamedDataset.FindIndex(examples.GroupOffsets, puzzle);
        for (var other = examples.GroupOffsets[group]; other < examples.GroupOffsets[group + 1]; other++)
        {
            if (dataset.Identifiers[examples.PuzzleIds[other]] == name)
            {
                return PairsOf(dataset, other);
            }
        }

        return null;
    }
}
