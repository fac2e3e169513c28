namespace Hrm.Training;

/// <summary>The offsets and ids of several sets one after the other.</summary>
internal sealed record SetConcatenation(int[] FirstExamples, int ExampleCount, int[] PuzzleOffsets, int[] GroupOffsets, int[] PuzzleIds)
{
    /// <exception cref="DatasetFormatException">There are more examples than can be numbered.</exception>
    public static SetConcatenation Of(string folder, IReadOnlyList<PuzzleSet> sets)
    {
        if (sets.Sum(set => (long)set.ExampleCount!) is >= int.MaxValue and var examples)
        {
            throw new DatasetFormatException(folder, FormattableString.Invariant($"expected fewer than {int.MaxValue} examples in all sets, got {examples}"));
        }

        var (exampleStarts, exampleCount) = Starts([.. sets.Select(set => (int)set.ExampleCount!)]);
        var (puzzleStarts, _) = Starts([.. sets.Select(set => set.PuzzleIds!.Length)]);
        return new SetConcatenation(
            exampleStarts,
            exampleCount,
            Join(sets.Select(set => set.PuzzleOffsets!), exampleStarts),
            Join(sets.Select(set => set.GroupOffsets!), puzzleStarts),
            sets.Count == 1 ? sets[0].PuzzleIds! : [.. sets.SelectMany(set => set.PuzzleIds!)]);
    }

    private static (int[] Starts, int Sum) Starts(int[] counts)
    {
        var starts = new int[counts.Length];
        var sum = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            starts[i] = sum;
            sum += counts[i];
        }

        return (starts, sum);
    }

    private static int[] Join(IEnumerable<int[]> offsets, int[] starts)
    {
        var all = offsets.ToArray();
        return all.Length == 1 ? all[0] : [0, .. all.SelectMany((one, set) => one.Skip(1).Select(offset => starts[set] + offset))];
    }
}
