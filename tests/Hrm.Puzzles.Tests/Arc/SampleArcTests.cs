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
}
