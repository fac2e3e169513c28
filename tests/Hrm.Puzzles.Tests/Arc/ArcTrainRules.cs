namespace Hrm.Puzzles.Tests;

/// <summary>Rules of every train split, recorded or built.</summary>
internal static class ArcTrainRules
{
    public static void ShouldHold(IReadOnlyList<ArcRows> puzzles, IReadOnlyList<ArcTaskSet> sets)
    {
        var expected = sets
            .SelectMany(set => set.Tasks.Select(task => (task.Name, Pairs: set.IsEvaluation ? task.Train : [.. task.Train, .. task.Test])))
            .ToDictionary(task => task.Name, task => task.Pairs);
        var images = new HashSet<string>();
        var places = new HashSet<(int, int)>();
        puzzles.Select(puzzle => puzzle.Identifier).Should().OnlyHaveUniqueItems();
        foreach (var puzzle in puzzles)
        {
            ArcPuzzleId.TryParse(puzzle.Identifier, out var id).Should().BeTrue();
            var decoded = puzzle.Examples.Select(example => (Input: ArcEncoding.Decode(example.Inputs), Output: ArcEncoding.Decode(example.Labels))).ToArray();

            // Without its augmentation a puzzle is its task, whose pairs are all different.
            decoded.Select(pair => id!.Augmentation.Inverse.Apply(new ArcPair(pair.Input.Grid, pair.Output.Grid))).Should().BeEquivalentTo(expected[id!.Name]);
            decoded.Should().OnlyContain(pair => pair.Input.Row == pair.Output.Row && pair.Input.Column == pair.Output.Column);
            decoded.Should().Contain(pair => pair.Input.Row == 0 && pair.Input.Column == 0);
            places.UnionWith(decoded.Select(pair => (pair.Input.Row, pair.Input.Column)));
            images.Add(string.Join('|', decoded.Select(pair => $"{pair.Input.Grid}>{pair.Output.Grid}").Order(StringComparer.Ordinal))).Should().BeTrue("all variants differ");
        }

        places.Should().HaveCountGreaterThan(10);
    }
}
