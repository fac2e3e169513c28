using Hrm.Core;

namespace Hrm.Training.Tests;

public sealed class InMemoryPuzzleDatasetTests
{
    [Fact]
    public void Groups_become_prefix_offsets()
    {
        var dataset = MadeUpDatasets.Of([2, 1], [3], [1, 1, 1]);
        dataset.ExampleCount.Should().Be(9);
        dataset.PuzzleOffsets.Should().Equal(0, 2, 3, 6, 7, 8, 9);
        dataset.GroupOffsets.Should().Equal(0, 2, 3, 6);
        dataset.PuzzleIds.Should().Equal(0, 1, 2, 3, 4, 5);
        dataset.SequenceLength.Should().Be(3);
        dataset.VocabularySize.Should().Be(10);
        dataset.PuzzleIdCount.Should().Be(6);

        // In a flat list each example is a puzzle and a group.
        PuzzleExample[] examples = [new([1], [2]), new([3], [4], 1), new([5], [6])];
        dataset = new InMemoryPuzzleDataset(examples, vocabularySize: 7, puzzleIdCount: 2);
        dataset.PuzzleOffsets.Should().Equal(0, 1, 2, 3);
        dataset.GroupOffsets.Should().Equal(0, 1, 2, 3);
        dataset.PuzzleIds.Should().Equal(0, 1, 0);
    }

    public static TheoryData<string, PuzzleExample[]> BadExamples => new()
    {
        { "dataset: example 1: expected 2 inputs and labels, got 3 inputs and 2 labels.", [new([1, 2], [1, 2]), new([1, 2, 3], [1, 2])] },
        { "dataset: example 1: token 0: expected 0 … 4, got 5.", [new([1], [1]), new([5], [1])] },
        { "dataset: example 0: label 0: expected 0 … 4 or -100, which is ignored, got -99.", [new([1], [-99])] },
        { "dataset: puzzle 0: puzzle id: expected 0 … 1, got 2.", [new([1], [1], 2)] },
        { "dataset: expected at least one group, got none.", [] },
    };

    /// <summary>The tests of writing a dataset cover all cases.</summary>
    [Theory]
    [MemberData(nameof(BadExamples))]
    public void Bad_examples_are_rejected(string message, PuzzleExample[] examples)
        => FluentActions.Invoking(() => new InMemoryPuzzleDataset(examples, vocabularySize: 5, puzzleIdCount: 2)).Should().Throw<HrmException>().WithMessage(message);
}
