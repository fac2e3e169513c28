using System.Text.RegularExpressions;
using Hrm.Core;
using Hrm.Training;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The code of docs/own-task.md, which is that of samples/OwnTask.</summary>
public sealed partial class OwnTaskGuideTests : GuideFolder
{
    [Fact]
    [Trait("Category", "Slow")]
    public void A_task_is_trained_scored_saved_and_solved()
    {
        var lines = Run(typeof(SortingTask).Assembly);

        var score = Score().Match(lines[0]);
        score.Success.Should().BeTrue(lines[0]);
        var solved = int.Parse(score.Groups[1].ValueSpan);
        solved.Should().BeGreaterThan(100, "of 200");
        score.Groups[2].Value.Should().Be($"{solved / 200.0:P0}", "there is one right order");
        lines[1].Should().MatchRegex("^[0-9?]{6}: (not )?sorted$");
    }

    [Fact]
    public void A_group_begins_with_the_example_and_continues_with_variants()
    {
        var task = new SortingTask(length: 6);
        var example = new PuzzleExample(task.Parse("312904"), task.Parse("012349"));
        var group = PuzzleGroup.Augmented(example, task, variants: 50, new StatefulRandom(1));
        group.Puzzles.Should().HaveCount(51).And.OnlyContain(puzzle => puzzle.Count == 1);
        group.Puzzles[0].Should().Equal(example);
        group.Puzzles.Should().OnlyContain(puzzle => puzzle[0].Labels.SequenceEqual(example.Labels) && task.IsSolution(puzzle[0].Inputs, puzzle[0].Labels));
        group.Puzzles.Select(puzzle => string.Join(',', puzzle[0].Inputs)).Distinct().Should().HaveCountGreaterThan(30);
        example.Inputs.Should().Equal([4, 2, 3, 10, 1, 5], "a variant is a copy");
    }

    [GeneratedRegex("^([0-9]+) of 200 solved, (.*) exact$")]
    private static partial Regex Score();
}
