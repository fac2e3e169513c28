using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class EvaluatorTests : IDisposable
{
    private const int Rows = 10;
    private const int MaxSegments = 4;

    private static readonly HrmLoss Loss = HrmTrainer.CreateLoss(new TrainerOptions());

    private readonly HrmModel _model = TinyModels.Create(seed: 3);
    private readonly Generator _generator = new(1);
    private readonly QValueHalting _rule = new();
    private readonly HandEvaluation _byHand;

    public EvaluatorTests() => _byHand = new HandEvaluation(_model, Rows, MaxSegments, seed: 3);

    public void Dispose()
    {
        _generator.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void A_dataset_that_does_not_fit_the_model_is_rejected()
    {
        var evaluator = new Evaluator(_model, MaxSegments);
        evaluator.Invoking(it => it.Evaluate(new InMemoryPuzzleDataset([new PuzzleExample([1, 2], [1, 2])], 5))).Should().Throw<ShapeMismatchException>();
        evaluator.Invoking(it => it.Evaluate(new InMemoryPuzzleDataset([new PuzzleExample([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1])], 9)))
            .Should().Throw<ShapeMismatchException>().WithMessage("inputs: expected values in 0 … 4, got 6.");

        // Its rows use only ids that the model has; it states more, which is checked before the first row.
        var dataset = new InMemoryPuzzleDataset([new PuzzleExample([1, 2, 3, 4, 0, 1], [1, 2, 3, 4, 4, 1], 1)], TinyModels.Config.VocabularySize, puzzleIdCount: 8);
        const string Message = "dataset: expected at most 7 puzzle ids, as the model has, got 8.";
        evaluator.Invoking(it => it.Evaluate(dataset)).Should().Throw<ShapeMismatchException>().WithMessage(Message);
        using var trainer = new OneStepGradTrainer(_model, new TrainerOptions { GlobalBatchSize = 1 }, _generator);
        using var stream = new TrainingStream(dataset, 1);
        FluentActions.Invoking(() => new TrainingRun(trainer, stream, new TrainingRunOptions())).Should().Throw<ShapeMismatchException>().WithMessage(Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(MaxSegments)]
    public void Without_a_policy_it_equals_a_loop_of_that_many_segments(int segments)
    {
        var dataset = _byHand.Dataset(_ => segments);
        Check(Evaluate(dataset, Rows, segments), _ => segments).Should().Be(Direct(dataset, segments).Average(Rows));
    }

    [Fact]
    public void Without_a_loss_only_the_loss_of_the_tokens_is_unknown()
    {
        var dataset = _byHand.Dataset(_ => MaxSegments);
        var known = new Evaluator(_model, MaxSegments, loss: Loss).Evaluate(dataset);
        var unknown = new Evaluator(_model, MaxSegments).Evaluate(dataset);
        known.TokenLoss.Should().BePositive();
        unknown.Should().Be(known with { TokenLoss = double.NaN });
    }

    /// <summary>The policy decides once per segment of each computed row.</summary>
    [Fact]
    public void Stopped_rows_are_not_computed()
    {
        var counting = new CountingPolicy(_rule);
        var (_, examples) = Evaluate(_byHand.Dataset(_byHand.HaltingSegment), 4, policy: counting);
        counting.Decisions.Should().Be(examples.Sum(example => example.Segments.Count)).And.BeLessThan(Rows * MaxSegments);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(64)]
    public void The_batch_size_changes_neither_order_nor_averages(int batchSize)
    {
        var dataset = _byHand.Dataset(_byHand.HaltingSegment);
        var averages = Check(Evaluate(dataset, batchSize, policy: _rule), _byHand.HaltingSegment);
        var (whole, _) = Evaluate(dataset, Rows, policy: _rule);

        // A product of few rows may be computed in another order: 3e-5 of the values was seen.
        Enumerable.Range(0, Rows).Select(_byHand.HaltingSegment).Distinct().Should().BeEquivalentTo([1, 2, 3, 4]);
        averages.Should().BeEquivalentTo(whole, options => options
            .Using<double>(context => context.Subject.Should().BeApproximately(context.Expectation, 1e-4))
            .WhenTypeIs<double>());
    }

    [Fact]
    public void Examples_without_labels_are_observed_and_not_averaged()
    {
        int[] unlabelled = [.. Enumerable.Repeat(PuzzleBatch.IgnoredLabel, TinyModels.Config.SequenceLength)];
        var dataset = new InMemoryPuzzleDataset([new PuzzleExample([1, 2, 3, 4, 0, 1], unlabelled), new PuzzleExample([1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1])], 5, 7);
        var (averages, examples) = Evaluate(dataset, 2, 2);
        examples.Should().HaveCount(2);
        averages.Count.Should().Be(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(Rows)]
    public void Each_segment_is_compared_with_labels_and_with_the_one_before(int batchSize)
    {
        var dataset = _byHand.Dataset(_ => 2);
        var (_, examples) = Evaluate(dataset, batchSize, MaxSegments);
        examples.Select(example => example.Example).Should().Equal(Enumerable.Range(0, Rows));
        examples.Select(example => example.PuzzleId).Should().Equal(dataset.PuzzleIds);
        foreach (var example in examples)
        {
            var (inputs, labels) = (new int[dataset.SequenceLength], new int[dataset.SequenceLength]);
            dataset.Read(example.Example, inputs, labels);
            example.Inputs.Should().Equal(inputs);
            example.Answer.Should().Equal(_byHand.Answer(example.Example, MaxSegments));
            example.IsExact.Should().Be(example.Segments[^1].IsExact);
            example.Labelled.Should().Be(dataset.SequenceLength - 1, "the first token has no label");
            example.Segments.Select(segment => segment.Segment).Should().Equal(1, 2, 3, 4);
            foreach (var segment in example.Segments)
            {
                var now = Labelled(_byHand.Answer(example.Example, segment.Segment));
                var before = segment.Segment == 1 ? now : Labelled(_byHand.Answer(example.Example, segment.Segment - 1));
                var right = Labelled(labels);
                segment.Wrong.Should().Be(Count(token => now[token] != right[token]));
                segment.Changed.Should().Be(Count(token => now[token] != before[token]));
                segment.Restored.Should().Be(Count(token => now[token] == right[token] && before[token] != right[token]));
                segment.IsExact.Should().Be(now.SequenceEqual(right));
                segment.QHalt.Should().BeApproximately(_byHand.QHalt(example.Example, segment.Segment), 1e-4f);

                int Count(Func<int, bool> condition) => Enumerable.Range(0, right.Length).Count(condition);
            }
        }

        // The examples cover every outcome.
        var all = examples.SelectMany(example => example.Segments).ToArray();
        all.Sum(segment => segment.Changed).Should().BePositive();
        all.Sum(segment => segment.Restored).Should().BePositive();
        all.Select(segment => segment.IsExact).Distinct().Should().HaveCount(2);

        static int[] Labelled(int[] tokens) => tokens[1..];
    }

    /// <summary>A replay of a policy after a fixed number of segments equals a run of that policy.</summary>
    [Fact]
    public void A_policy_is_replayed_as_the_evaluator_runs_it()
    {
        var dataset = _byHand.Dataset(_byHand.HaltingSegment);
        var (_, examples) = Evaluate(dataset, Rows, MaxSegments);
        foreach (var policy in (IHaltingPolicy[])[new ConfidenceHalting(0.5), new StableHalting(1), _rule])
        {
            examples.Select(example => example.StopOf(policy).Segment).Should().Equal(Evaluate(dataset, Rows, policy: policy).Examples.Select(example => example.Segments[^1]));
            examples.Select(example => example.StopOf(policy, maxSegments: 2).Segment).Should().Equal(Evaluate(dataset, Rows, 2, policy).Examples.Select(example => example.Segments[^1]));
        }

        examples.Select(example => example.StopOf(_rule).Segment.Segment).Distinct().Should().HaveCountGreaterThan(2);
    }

    [Fact]
    public void Observe_reports_the_examples_of_Evaluate_and_counts_them_after_each_batch()
    {
        var dataset = _byHand.Dataset(_byHand.HaltingSegment);
        var observed = new List<EvaluatedExample>();
        var progress = new ProgressList<int>();
        new Evaluator(_model, MaxSegments, _rule, batchSize: 4).Observe(dataset, observed.Add, progress);
        progress.Should().Equal(4, 8, 10);
        observed.Should().BeEquivalentTo(Evaluate(dataset, 4, policy: _rule).Examples, options => options.WithStrictOrdering());
    }

    [Fact]
    public void Cancellation_stops_before_the_next_segment()
    {
        using var cancellation = new CancellationTokenSource();
        var seen = new List<int>();
        var evaluator = new Evaluator(_model, MaxSegments, _rule, batchSize: 4);
        evaluator.Invoking(it => it.Evaluate(_byHand.Dataset(_ => 1), Observe, null, cancellation.Token)).Should().Throw<OperationCanceledException>();
        seen.Should().Equal(0, 1, 2, 3);

        void Observe(EvaluatedExample example)
        {
            seen.Add(example.Example);
            cancellation.Cancel();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_mode_of_the_model_is_restored_even_after_a_failure(bool training)
    {
        _model.train(training);
        var evaluator = new Evaluator(_model, MaxSegments, _rule, batchSize: 4);
        evaluator.Evaluate(_byHand.Dataset(_ => 1));
        _model.training.Should().Be(training);
        evaluator.Invoking(it => it.Evaluate(_byHand.Dataset(_ => 1), _ => throw new TimeoutException())).Should().Throw<TimeoutException>();
        _model.training.Should().Be(training);
        is_grad_enabled().Should().BeTrue();
    }

    private (MetricAverages Averages, List<EvaluatedExample> Examples) Evaluate(IPuzzleDataset dataset, int batchSize, int maxSegments = MaxSegments, IHaltingPolicy? policy = null)
    {
        var examples = new List<EvaluatedExample>();
        return (new Evaluator(_model, maxSegments, policy, Loss, batchSize).Evaluate(dataset, examples.Add), examples);
    }

    private MetricAverages Check((MetricAverages Averages, List<EvaluatedExample> Examples) result, Func<int, int> segmentsOf)
    {
        var (averages, examples) = result;
        examples.Should().HaveCount(Rows);
        for (var row = 0; row < Rows; row++)
        {
            examples[row].Segments.Should().HaveCount(segmentsOf(row));
            examples[row].IsExact.Should().Be(row % 2 == 0);
            examples[row].Segments[^1].QHalt.Should().BeApproximately(_byHand.QHalt(row, segmentsOf(row)), 1e-4f);
        }

        averages.Count.Should().Be(Rows);
        averages.ExactAccuracy.Should().Be(0.5);

        // Of five labelled tokens the odd rows have one wrong.
        averages.Accuracy.Should().BeApproximately(0.9, 1e-12);
        averages.Segments.Should().BeApproximately(Enumerable.Range(0, Rows).Average(segmentsOf), 1e-12);
        averages.QContinueLoss.Should().Be(0);
        return averages;
    }

    private MetricSums Direct(InMemoryPuzzleDataset dataset, int segments)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        _model.eval();
        using var batch = new BatchReader(dataset, Rows, CPU).InOrder().Select(read => read.Batch.Clone()).Single();
        var output = _model.call(_model.InitialCarry(Rows), batch);
        for (var segment = 1; segment < segments; segment++)
        {
            output = _model.call(output.Carry, batch);
        }

        return MetricSums.Read(Loss.Compute(output, batch.Labels!, full(Rows, segments, ScalarType.Int32), ones(Rows, ScalarType.Bool), null).Metrics);
    }

    private sealed class CountingPolicy(IHaltingPolicy inner) : IHaltingPolicy
    {
        public int Decisions { get; private set; }

        public HaltReason Decide(in SegmentState state)
        {
            Decisions++;
            return inner.Decide(state);
        }
    }
}
