using Hrm.Core;
using Hrm.PublicApi.Tests.Documents;

namespace Hrm.PublicApi.Tests;

/// <summary>A task that is none of the paper's, with public API alone; OwnTaskGuideTests trains it.</summary>
public sealed class OwnTaskTests
{
    private const int Length = 6;

    private readonly SortingTask _task = new(Length);

    [Fact]
    public void A_group_begins_with_the_example_and_goes_on_with_variants()
    {
        var example = new PuzzleExample(_task.Parse("312904"), _task.Parse("012349"));
        var group = PuzzleGroup.Augmented(example, _task, variants: 50, new StatefulRandom(1));
        group.Puzzles.Should().HaveCount(51).And.OnlyContain(puzzle => puzzle.Count == 1);
        group.Puzzles[0].Should().Equal(example);
        group.Puzzles.Should().OnlyContain(puzzle => puzzle[0].Labels.SequenceEqual(example.Labels) && _task.IsSolution(puzzle[0].Inputs, puzzle[0].Labels));
        group.Puzzles.Select(puzzle => string.Join(',', puzzle[0].Inputs)).Distinct().Should().HaveCountGreaterThan(30);
        example.Inputs.Should().Equal([4, 2, 3, 10, 1, 5], "a variant is a copy");
    }
}
