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
    }

    [Fact]
    public void A_flat_list_makes_each_example_a_puzzle_and_a_group()
    {
        PuzzleExample[] examples = [new([1], [2]), new([3], [4], 1), new([5], [6])];
        var dataset = new InMemoryPuzzleDataset(examples, vocabularySize: 7, puzzleIdCount: 2);
        dataset.PuzzleOffsets.Should().Equal(0, 1, 2, 3);
        dataset.GroupOffsets.Should().Equal(0, 1, 2, 3);
        dataset.PuzzleIds.Should().Equal(0, 1, 0);
    }

    [Fact]
    public void Read_copies_tokens_and_labels()
    {
        var dataset = MadeUpDatasets.Of([2], [3]);
        var (inputs, labels) = (new int[3], new int[3]);
        dataset.Read(4, inputs, labels);
        inputs.Should().Equal(4, 4, 4);
        labels.Should().Equal(4, PuzzleBatch.IgnoredLabel, 4);
        inputs[0] = 99;
        dataset.Read(4, inputs, labels);
        inputs.Should().Equal(4, 4, 4);
    }

    [Fact]
    public void An_example_of_another_length_is_rejected()
    {
        Making(new([1, 2], [1, 2]), new([1, 2, 3], [1, 2])).Should().Throw<ShapeMismatchException>()
            .WithMessage("dataset: example 1: expected 2 inputs and labels, got 3 inputs and 2 labels.");
        Making(new([1, 2], [1, 2]), new([1, 2], [1])).Should().Throw<ShapeMismatchException>();
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_token_out_of_the_vocabulary_is_rejected(int token)
        => Making(new([1], [1]), new([token], [1])).Should().Throw<TokenOutOfRangeException>()
            .WithMessage($"dataset: example 1: token 0: expected 0 … 4, got {token}.");

    [Theory]
    [InlineData(5)]
    [InlineData(-1)]
    [InlineData(-99)]
    public void A_label_out_of_the_vocabulary_is_rejected(int label)
        => Making(new PuzzleExample([1], [label])).Should().Throw<TokenOutOfRangeException>().WithMessage($"dataset: example 0: label 0: expected 0 … 4 or -100, which is ignored, got {label}.");

    [Theory]
    [InlineData(2, "0 … 1")]
    [InlineData(-1, "at least 0")]
    public void A_puzzle_id_out_of_range_is_rejected(int id, string expected)
        => Making(new PuzzleExample([1], [1], id)).Should().Throw<TokenOutOfRangeException>().WithMessage($"dataset: puzzle 0: puzzle id: expected {expected}, got {id}.");

    [Fact]
    public void A_puzzle_with_several_ids_is_rejected()
    {
        IReadOnlyList<PuzzleExample>[] group = [[new([1], [1], 0), new([1], [1], 1)]];
        MakingGroups(group).Should().Throw<ShapeMismatchException>().WithMessage("dataset: puzzle 0: expected one id for all its examples, 0, got 1 too.");
    }

    [Fact]
    public void Empty_datasets_groups_and_puzzles_are_rejected()
    {
        Making().Should().Throw<ShapeMismatchException>();
        MakingGroups().Should().Throw<ShapeMismatchException>();
        IReadOnlyList<PuzzleExample> puzzle = [new([1], [1])];
        MakingGroups([puzzle], []).Should().Throw<ShapeMismatchException>();
        MakingGroups([puzzle, []]).Should().Throw<ShapeMismatchException>();
    }

    private static Action Making(params PuzzleExample[] examples)
        => () => _ = new InMemoryPuzzleDataset(examples, vocabularySize: 5, puzzleIdCount: 2);

    private static Action MakingGroups(params IReadOnlyList<IReadOnlyList<PuzzleExample>>[] groups)
        => () => _ = new InMemoryPuzzleDataset(groups.Select(group => new PuzzleGroup(group)), vocabularySize: 5, puzzleIdCount: 2);
}
