using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

public class SampleArcTests
{
    [Theory]
    [InlineData("arc_agi_1", 40, 2)]
    [InlineData("arc_agi_2", 40, 2)]
    [InlineData("concept_arc", 32, 16)]
    public void Every_sample_task_is_read(string sample, int tasks, int sets)
    {
        var read = ArcTaskFile.ReadSets(RepositoryFolder.Combine("samples", "data", sample, sample == "concept_arc" ? "corpus" : "data"));

        read.Should().HaveCount(sets);
        read.SelectMany(set => set.Tasks).Should().HaveCount(tasks).And.OnlyContain(task => task.HasAnswers);
        read.SelectMany(set => set.Tasks).Select(task => task.Name).Should().OnlyHaveUniqueItems();
        read.Where(set => set.IsEvaluation).Sum(set => set.Tasks.Count).Should().Be(sample == "concept_arc" ? 0 : 20);
    }

    [Fact]
    public void The_tasks_of_Mini_ARC_are_for_evaluation_and_their_test_pairs_are_no_demonstrations()
    {
        var set = ArcTaskFile.ReadSets(RepositoryFolder.Combine("samples", "data", "mini_arc", "evaluation.json")).Should().ContainSingle().Subject;

        set.IsEvaluation.Should().BeTrue();
        set.Tasks.Should().HaveCount(149).And.OnlyContain(task => task.HasAnswers && task.Side == 5 && !task.Test.Intersect(task.Train).Any());
        set.Tasks.SelectMany(task => task.Test).Should().HaveCount(149);
        set.Tasks.SelectMany(task => task.Test).Count(pair => pair.Input.Equals(pair.Output)).Should().Be(2);
    }
}
