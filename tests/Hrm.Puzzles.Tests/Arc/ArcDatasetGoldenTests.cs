using Hrm.Core;

namespace Hrm.Puzzles.Tests;

/// <summary>Datasets of the authors' builder, compared with those that are built from the same tasks.</summary>
[Trait("Category", "Golden")]
public class ArcDatasetGoldenTests
{
    [Fact]
    public void The_test_split_without_augmentation_equals_the_recorded_one()
    {
        var dataset = ArcDataset.Build(RecordedArc.Sets(), new() { Augmentations = 0, Seed = 1 });

        var built = RecordedArc.RowsOf(dataset.Test, dataset.Identifiers).ToDictionary(rows => rows.Identifier);

        dataset.Identifiers.Should().BeEquivalentTo(RecordedArc.Identifiers("built"));
        var recorded = RecordedArc.Split("built", "test");
        recorded.Select(rows => rows.Identifier).Should().BeEquivalentTo(built.Keys);
        foreach (var rows in recorded)
        {
            ShouldBeEqual(built[rows.Identifier].Examples, rows.Examples);
        }
    }

    [Fact]
    public void Every_recorded_augmentation_of_a_test_pair_is_reproduced_token_by_token()
    {
        var tasks = RecordedArc.Tasks(evaluation: true);
        var recorded = RecordedArc.Split("built_aug4", "test");

        recorded.Should().HaveCount(20);
        foreach (var rows in recorded)
        {
            ArcPuzzleId.TryParse(rows.Identifier, out var id).Should().BeTrue();
            id!.ToString().Should().Be(rows.Identifier);
            ShouldBeEqual([.. tasks[id.Name].Test.Select(pair => ArcEncoding.ToExample(id.Augmentation.Apply(pair)))], rows.Examples);
        }
    }

    [Theory]
    [InlineData("built", 0, 9)]
    [InlineData("built_aug4", 4, 45)]
    public void The_recorded_and_the_built_train_split_keep_the_rules_and_have_one_structure(string folder, int augmentations, int puzzles)
    {
        var sets = RecordedArc.Sets();
        var recorded = RecordedArc.Split(folder, "train");
        var dataset = ArcDataset.Build(sets, new() { Augmentations = augmentations, Seed = 2 });

        var built = RecordedArc.RowsOf(dataset.Train, dataset.Identifiers);

        recorded.Should().HaveCount(puzzles);
        built.Should().HaveCount(puzzles);
        ArcTrainRules.ShouldHold(recorded, sets);
        ArcTrainRules.ShouldHold(built, sets);
        built.Select(rows => rows.Examples[0].PuzzleId).Should().Equal(Enumerable.Range(1, puzzles));
        Structure(dataset.Identifiers).Should().BeEquivalentTo(Structure(RecordedArc.Identifiers(folder)));

        // The evaluation tasks are first in both, since their folder is; the ids of the test split are theirs.
        dataset.Test.SelectMany(group => group.Puzzles).Select(puzzle => puzzle[0].PuzzleId).Should().Equal(Enumerable.Range(1, 4 * (augmentations + 1)));
        dataset.EvaluationTasks.Should().HaveCount(4);
    }

    /// <summary>The number of variants per task; verifies that the task itself is the first.</summary>
    private static List<(string Name, int Count)> Structure(IEnumerable<string> identifiers)
    {
        var runs = new List<(string Name, int Count)>();
        foreach (var text in identifiers.Skip(1))
        {
            ArcPuzzleId.TryParse(text, out var id).Should().BeTrue();
            if (id!.Augmentation.IsIdentity)
            {
                runs.Add((id.Name, 1));
            }
            else
            {
                runs[^1].Name.Should().Be(id.Name);
                runs[^1] = (id.Name, runs[^1].Count + 1);
            }
        }

        return runs;
    }

    private static void ShouldBeEqual(IReadOnlyList<PuzzleExample> examples, IReadOnlyList<PuzzleExample> recorded)
    {
        examples.Should().HaveCount(recorded.Count);
        foreach (var (example, expected) in examples.Zip(recorded))
        {
            example.Inputs.AsSpan().SequenceEqual(expected.Inputs).Should().BeTrue();
            example.Labels.AsSpan().SequenceEqual(expected.Labels).Should().BeTrue();
        }
    }
}
