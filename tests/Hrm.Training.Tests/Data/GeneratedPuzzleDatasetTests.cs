using Hrm.Core;

namespace Hrm.Training.Tests;

public sealed class GeneratedPuzzleDatasetTests
{
    private const int Length = 3;
    private const int Vocabulary = 1000;

    [Fact]
    public void Examples_depend_on_seed_and_index_only()
    {
        var dataset = Create(4, seed: 1);

        var inOrder = Enumerable.Range(0, 4).Select(example => Read(dataset, example)).ToArray();

        inOrder.Select(tokens => string.Join(',', tokens)).Should().OnlyHaveUniqueItems();
        Enumerable.Range(0, 4).Reverse().Select(example => Read(dataset, example)).Reverse().Should().BeEquivalentTo(inOrder, options => options.WithStrictOrdering());
        Read(Create(100, seed: 1), 3).Should().Equal(inOrder[3]);
        Read(Create(4, seed: 2), 3).Should().NotEqual(inOrder[3]);
    }

    [Fact]
    public void A_stream_resumes_with_the_same_examples()
    {
        using var stream = new TrainingStream(Create(50, seed: 1), batchSize: 4);
        var batches = stream.Take(8).Select(batch => batch.Inputs.data<int>().ToArray()).ToArray();

        using var resumed = new TrainingStream(Create(50, seed: 1), batchSize: 4);
        resumed.Seek(new SamplerPosition(0, 5));

        resumed.Take(3).Select(batch => batch.Inputs.data<int>().ToArray()).Should().BeEquivalentTo(batches[5..], options => options.WithStrictOrdering());
        batches.SelectMany(batch => batch).Distinct().Should().HaveCountGreaterThan(20);
    }

    [Fact]
    public void Each_example_is_its_own_group_of_the_task()
    {
        var dataset = Create(5, seed: 1);

        (dataset.SequenceLength, dataset.VocabularySize, dataset.PuzzleIdCount, dataset.ExampleCount).Should().Be((Length, Vocabulary, 1, 5));
        dataset.GroupOffsets.Should().Equal(0, 1, 2, 3, 4, 5);
        dataset.PuzzleOffsets.Should().Equal(dataset.GroupOffsets);
        dataset.PuzzleIds.Should().Equal(0, 0, 0, 0, 0);
    }

    [Fact]
    public void Bad_arguments_and_examples_of_another_length_are_rejected()
    {
        FluentActions.Invoking(() => Create(0, seed: 1)).Should().Throw<ArgumentOutOfRangeException>();

        var dataset = new GeneratedPuzzleDataset(1, new AnyTask(), _ => new PuzzleExample([1, 2], [1, 2]), seed: 1);
        dataset.Invoking(it => Read(it, 0)).Should().Throw<ShapeMismatchException>().WithMessage("*generated example 0*3 inputs and labels*2 inputs and 2 labels*");
    }

    private static GeneratedPuzzleDataset Create(int count, long seed) => new(count, new AnyTask(), random => Draw(random), seed);

    private static PuzzleExample Draw(StatefulRandom random)
    {
        int[] tokens = [.. Enumerable.Range(0, Length).Select(_ => random.Next(Vocabulary))];
        return new PuzzleExample(tokens, tokens);
    }

    private static int[] Read(GeneratedPuzzleDataset dataset, int example)
    {
        var (inputs, labels) = (new int[Length], new int[Length]);
        dataset.Read(example, inputs, labels);
        labels.Should().Equal(inputs);
        return inputs;
    }

    private sealed class AnyTask : IPuzzleTask
    {
        public int SequenceLength => Length;

        public int VocabularySize => Vocabulary;

        public int[] Parse(string text) => throw new NotSupportedException();

        public string Format(ReadOnlySpan<int> tokens) => throw new NotSupportedException();

        public bool IsSolution(ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction) => throw new NotSupportedException();

        public void Augment(Span<int> inputs, Span<int> labels, Random random) => throw new NotSupportedException();
    }
}
