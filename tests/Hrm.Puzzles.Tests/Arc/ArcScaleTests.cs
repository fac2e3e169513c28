using System.Diagnostics;
using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

/// <summary>Measurements of the whole process, which run without other tests.</summary>
[CollectionDefinition(nameof(ArcScaleTests), DisableParallelization = true)]
[Collection(nameof(ArcScaleTests))]
public class ArcScaleTests
{
    /// <summary>The paper's 1,000 augmentations of 20 real tasks.</summary>
    [Fact]
    public void Fifty_tasks_per_minute_are_built_on_one_core()
    {
        var sets = ArcTaskFile.ReadSets(RepositoryFolder.Combine("samples", "data", "arc_agi_1", "data")).Where(set => set.IsEvaluation).ToArray();
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;

        var dataset = ArcDataset.Build(sets);
        var examples = dataset.Train.Concat(dataset.Test).Sum(group => group.Puzzles.Sum(puzzle => puzzle.Count));

        process.Refresh();
        (process.TotalProcessorTime - before).Should().BeLessThan(TimeSpan.FromMinutes(20 / 50.0));
        dataset.Identifiers.Should().HaveCount(1 + (20 * 1_001));
        examples.Should().Be(1_001 * sets.Sum(set => set.Tasks.Sum(task => task.Train.Count + task.Test.Count)));
    }

    /// <summary>All examples of the 40 tasks would need 1.2 GB, those of the largest 65 MB.</summary>
    [Fact]
    public void Reading_a_split_keeps_one_task_in_memory()
    {
        var sets = ArcTaskFile.ReadSets(RepositoryFolder.Combine("samples", "data", "arc_agi_1", "data"));
        var dataset = ArcDataset.Build(sets);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        foreach (var group in dataset.Train)
        {
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            GC.KeepAlive(group);
        }

        most.Should().BeInRange(10_000_000, 160_000_000);
    }

    [Fact]
    public void The_memory_of_a_vote_grows_with_the_answers_not_with_the_rows()
    {
        var (question, right) = (ArcGrid.Parse("12/34"), ArcGrid.Parse("567"));
        var (inputs, prediction) = (ArcEncoding.Encode(question), ArcEncoding.Encode(right));
        var vote = new ArcVote([new ArcTask("a", [new(question, right)], [new(question, right)])]);
        vote.Add("a", inputs, prediction, 0);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var row = 0; row < 50_000; row++)
        {
            vote.Add("a", inputs, prediction, 0);
        }

        // A stored row would need at least a reference of 8 bytes.
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(200_000);
        vote.Rank().Tasks[0].Tests[0].Candidates.Single().Votes.Should().Be(50_001);
    }
}
