using Hrm.Core;
using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class SegmentEvaluatorTests : IDisposable
{
    private const int Rows = 10;
    private const int Segments = 4;

    private readonly HrmModel _model = TinyModels.Create(seed: 3);
    private readonly HandEvaluation _byHand;

    public SegmentEvaluatorTests()
    {
        _byHand = new HandEvaluation(_model, Rows, Segments, seed: 3);
    }

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(Rows)]
    public void Each_segment_is_compared_with_labels_and_with_the_one_before(int batchSize)
    {
        var dataset = _byHand.Dataset(_ => 2);
        var examples = Run(dataset, batchSize);
        examples.Select(example => example.Example).Should().Equal(Enumerable.Range(0, Rows));
        examples.Select(example => example.PuzzleId).Should().Equal(dataset.PuzzleIds);
        foreach (var example in examples)
        {
            var (inputs, labels) = (new int[dataset.SequenceLength], new int[dataset.SequenceLength]);
            dataset.Read(example.Example, inputs, labels);
            example.Inputs.Should().Equal(inputs);
            example.Labelled.Should().Be(dataset.SequenceLength - 1, "the first token has no label");
            example.Segments.Select(segment => segment.Segment).Should().Equal(1, 2, 3, 4);
            foreach (var segment in example.Segments)
            {
                var now = Labelled(_byHand.Answer(example.Example, segment.Segment));
                var before = segment.Segment == 1 ? now : Labelled(_byHand.Answer(example.Example, segment.Segment - 1));
                var right = Labelled(labels);
                segment.Wrong.Should().Be(Count(place => now[place] != right[place]));
                segment.Changed.Should().Be(Count(place => now[place] != before[place]));
                segment.Restored.Should().Be(Count(place => now[place] == right[place] && before[place] != right[place]));
                segment.IsExact.Should().Be(now.SequenceEqual(right));
                segment.QHalt.Should().BeApproximately(_byHand.QHalt(example.Example, segment.Segment), 1e-4f);

                int Count(Func<int, bool> isSo) => Enumerable.Range(0, right.Length).Count(isSo);
            }
        }

        // What the comparison must see is there.
        var all = examples.SelectMany(example => example.Segments).ToArray();
        all.Sum(segment => segment.Changed).Should().BePositive();
        all.Sum(segment => segment.Restored).Should().BePositive();
        all.Select(segment => segment.IsExact).Distinct().Should().HaveCount(2);

        static int[] Labelled(int[] tokens) => tokens[1..];
    }

    /// <summary>One pass at the maximum tells what each policy would have done: the same as a run of that policy.</summary>
    [Fact]
    public void A_policy_is_replayed_as_the_evaluator_runs_it()
    {
        var rule = new QValueHalting();
        var dataset = _byHand.Dataset(_byHand.HaltingSegment);
        var examples = Run(dataset, Rows);
        foreach (var policy in (IHaltingPolicy[])[new QValueHalting(rule: HaltingRule.Never), new ConfidenceHalting(0.5), new StableHalting(1), rule])
        {
            var result = new Evaluator(_model, HrmTrainer.CreateLoss(new TrainerOptions()), Segments, policy, Rows).Evaluate(dataset);
            examples.Select(example => example.StopOf(policy).Segment).Select(segment => new ExampleResult(segment.IsExact, segment.Segment, segment.QHalt))
                .Should().Equal(result.Examples);
        }

        examples.Select(example => example.StopOf(rule).Segment.Segment).Distinct().Should().HaveCountGreaterThan(2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Segments)]
    [InlineData(Segments + 1)]
    public void A_policy_without_a_reason_stops_at_the_last_segment(int maxSegments)
    {
        var policy = new QValueHalting(rule: HaltingRule.Never);
        var (segment, reason) = Run(_byHand.Dataset(_ => 1), Rows)[0].StopOf(policy, maxSegments);
        (segment.Segment, reason).Should().Be((Math.Min(maxSegments, Segments), HaltReason.Maximum));
    }

    [Fact]
    public void Nothing_is_left_behind_and_the_mode_is_restored_also_after_a_failure()
    {
        _model.train();
        var dataset = _byHand.Dataset(_ => 1);
        Run(dataset, 4);
        var before = LiveTensors.Count();
        Run(dataset, 4);
        new SegmentEvaluator(_model, Segments, 4).Invoking(it => it.Run(dataset, _ => throw new TimeoutException())).Should().Throw<TimeoutException>();
        torch.Tensor.TotalCount.Should().Be(before);
        _model.training.Should().BeTrue();
    }

    [Fact]
    public void Cancellation_stops_before_the_next_segment()
    {
        using var cancellation = new CancellationTokenSource();
        var seen = new List<int>();
        new SegmentEvaluator(_model, Segments, 4).Invoking(it => it.Run(_byHand.Dataset(_ => 1), Observe, null, cancellation.Token)).Should().Throw<OperationCanceledException>();
        seen.Should().Equal(0, 1, 2, 3);

        void Observe(ExampleSegments example)
        {
            seen.Add(example.Example);
            cancellation.Cancel();
        }
    }

    [Fact]
    public void A_dataset_that_does_not_fit_the_model_is_refused()
        => new SegmentEvaluator(_model, Segments).Invoking(it => it.Run(new InMemoryPuzzleDataset([new PuzzleExample([1, 2], [1, 2])], 5), _ => { }))
            .Should().Throw<ShapeMismatchException>();

    private List<ExampleSegments> Run(InMemoryPuzzleDataset dataset, int batchSize)
    {
        var examples = new List<ExampleSegments>();
        new SegmentEvaluator(_model, Segments, batchSize).Run(dataset, examples.Add);
        return examples;
    }
}
