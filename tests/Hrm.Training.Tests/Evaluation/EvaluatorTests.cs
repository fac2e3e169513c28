using Hrm.Core;
using TorchSharp;
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

    public EvaluatorTests()
    {
        _byHand = new HandEvaluation(_model, Rows, MaxSegments, seed: 3);
    }

    public void Dispose()
    {
        _generator.Dispose();
        _model.Dispose();
    }

    /// <summary>Only ids that the model has are used: the rows alone would not show it.</summary>
    [Fact]
    public void A_dataset_with_more_ids_than_the_model_is_refused_before_the_first_row()
    {
        var dataset = new InMemoryPuzzleDataset([new PuzzleExample([1, 2, 3, 4, 0, 1], [1, 2, 3, 4, 4, 1], 1)], TinyModels.Config.VocabularySize, puzzleIdCount: 8);
        const string Message = "dataset: expected at most 7 puzzle ids, as the model has, got 8.";
        FluentActions.Invoking(() => new Evaluator(_model, Loss, 1, batchSize: Rows).Evaluate(dataset)).Should().Throw<TokenOutOfRangeException>().WithMessage(Message);
        FluentActions.Invoking(() => new SegmentEvaluator(_model, 1, Rows).Run(dataset, _ => { })).Should().Throw<TokenOutOfRangeException>().WithMessage(Message);
        using var trainer = new OneStepGradTrainer(_model, new TrainerOptions { GlobalBatchSize = 1 }, _generator);
        using var stream = new TrainingStream(dataset, 1);
        FluentActions.Invoking(() => new TrainingRun(trainer, stream, new TrainingRunOptions())).Should().Throw<TokenOutOfRangeException>().WithMessage(Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(MaxSegments)]
    public void Without_a_policy_it_equals_a_loop_of_that_many_segments(int segments)
    {
        var dataset = _byHand.Dataset(_ => segments);
        var result = new Evaluator(_model, Loss, segments, batchSize: Rows).Evaluate(dataset);
        Check(result, _ => segments);
        result.Averages.Should().Be(Direct(dataset, segments).Average(Rows));
    }

    [Fact]
    public void A_policy_keeps_the_answer_of_the_segment_that_each_row_stopped_at()
    {
        Enumerable.Range(0, Rows).Select(_byHand.HaltingSegment).Distinct().Should().BeEquivalentTo([1, 2, 3, 4]);
        var result = new Evaluator(_model, Loss, MaxSegments, _rule, Rows).Evaluate(_byHand.Dataset(_byHand.HaltingSegment));
        Check(result, _byHand.HaltingSegment);
    }

    /// <summary>A policy is asked once for each segment of each row that was computed.</summary>
    [Fact]
    public void Rows_that_have_stopped_are_not_computed_any_more()
    {
        var counting = new CountingPolicy(_rule);
        var result = new Evaluator(_model, Loss, MaxSegments, counting, 4).Evaluate(_byHand.Dataset(_byHand.HaltingSegment));
        counting.Decisions.Should().Be(result.Examples.Sum(example => example.Segments)).And.BeLessThan(Rows * MaxSegments);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(64)]
    public void Batches_and_their_padding_change_neither_order_nor_averages(int batchSize)
    {
        var dataset = _byHand.Dataset(_byHand.HaltingSegment);
        var result = new Evaluator(_model, Loss, MaxSegments, _rule, batchSize).Evaluate(dataset);
        Check(result, _byHand.HaltingSegment);
        var whole = new Evaluator(_model, Loss, MaxSegments, _rule, Rows).Evaluate(dataset).Averages;

        // A product of few rows may be computed in another order: 3e-5 of the values was seen.
        result.Averages.Should().BeEquivalentTo(whole, options => options
            .Using<double>(context => context.Subject.Should().BeApproximately(context.Expectation, 1e-4))
            .WhenTypeIs<double>());
    }

    [Fact]
    public void Examples_without_labels_are_listed_and_left_out_of_the_averages()
    {
        int[] unlabelled = [.. Enumerable.Repeat(PuzzleBatch.IgnoredLabel, TinyModels.Config.SequenceLength)];
        var dataset = new InMemoryPuzzleDataset([new PuzzleExample([1, 2, 3, 4, 0, 1], unlabelled), new PuzzleExample([1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1])], 5, 7);
        var result = new Evaluator(_model, Loss, 2, batchSize: 2).Evaluate(dataset);
        result.Examples.Should().HaveCount(2);
        result.Averages.Count.Should().Be(1);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(Rows)]
    public void Answers_are_handed_on_in_the_order_of_the_examples(int batchSize)
    {
        var dataset = _byHand.Dataset(_byHand.HaltingSegment);
        var predictions = new List<ExamplePrediction>();
        var result = new Evaluator(_model, Loss, MaxSegments, _rule, batchSize).Evaluate(dataset, predictions.Add);
        predictions.Select(prediction => prediction.Example).Should().Equal(Enumerable.Range(0, Rows));
        predictions.Select(prediction => prediction.Result).Should().Equal(result.Examples);
        predictions.Select(prediction => prediction.PuzzleId).Should().Equal(dataset.PuzzleIds);
        foreach (var prediction in predictions)
        {
            var (inputs, labels) = (new int[dataset.SequenceLength], new int[dataset.SequenceLength]);
            dataset.Read(prediction.Example, inputs, labels);
            prediction.Inputs.Should().Equal(inputs);
            var isExact = labels.Zip(prediction.Tokens).All(pair => pair.First == PuzzleBatch.IgnoredLabel || pair.First == pair.Second);
            isExact.Should().Be(prediction.Result.IsExact);
        }

        predictions.Select(prediction => prediction.Result.IsExact).Distinct().Should().HaveCount(2, "a wrong answer must be seen too");
    }

    [Fact]
    public void Progress_counts_examples_after_each_batch()
    {
        var progress = new Reports(_ => { });
        new Evaluator(_model, Loss, MaxSegments, _rule, 4).Evaluate(_byHand.Dataset(_ => 1), progress);
        progress.Values.Should().Equal(4, 8, 10);
    }

    [Fact]
    public void Cancellation_stops_before_the_next_batch()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new Reports(_ => cancellation.Cancel());
        var evaluator = new Evaluator(_model, Loss, MaxSegments, _rule, 4);
        evaluator.Invoking(it => it.Evaluate(_byHand.Dataset(_ => 1), progress, cancellation.Token)).Should().Throw<OperationCanceledException>();
        progress.Values.Should().Equal(4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_mode_of_the_model_is_restored_also_after_a_failure(bool training)
    {
        _model.train(training);
        var evaluator = new Evaluator(_model, Loss, MaxSegments, _rule, 4);
        evaluator.Evaluate(_byHand.Dataset(_ => 1));
        _model.training.Should().Be(training);
        evaluator.Invoking(it => it.Evaluate(_byHand.Dataset(_ => 1), new Reports(_ => throw new TimeoutException()))).Should().Throw<TimeoutException>();
        _model.training.Should().Be(training);
        is_grad_enabled().Should().BeTrue();
    }

    [Fact]
    public void A_dataset_that_does_not_fit_the_model_is_refused_by_a_typed_exception()
    {
        var evaluator = new Evaluator(_model, Loss, MaxSegments, _rule, 4);
        evaluator.Invoking(it => it.Evaluate(new InMemoryPuzzleDataset([new PuzzleExample([1, 2], [1, 2])], 5))).Should().Throw<ShapeMismatchException>();
        evaluator.Invoking(it => it.Evaluate(new InMemoryPuzzleDataset([new PuzzleExample([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1])], 9)))
            .Should().Throw<TokenOutOfRangeException>().WithMessage("inputs: expected values in 0 … 4, got 6.");
    }

    private void Check(EvaluationResult result, Func<int, int> segmentsOf)
    {
        result.Examples.Should().HaveCount(Rows);
        for (var row = 0; row < Rows; row++)
        {
            result.Examples[row].Segments.Should().Be(segmentsOf(row));
            result.Examples[row].IsExact.Should().Be(row % 2 == 0);
            result.Examples[row].QHalt.Should().BeApproximately(_byHand.QHalt(row, segmentsOf(row)), 1e-4f);
        }

        result.Averages.Count.Should().Be(Rows);
        result.Averages.ExactAccuracy.Should().Be(0.5);

        // Of five labelled tokens the odd rows have one wrong.
        result.Averages.Accuracy.Should().BeApproximately(0.9, 1e-12);
        result.Averages.Segments.Should().BeApproximately(Enumerable.Range(0, Rows).Average(segmentsOf), 1e-12);
        result.Averages.QContinueLoss.Should().Be(0);
    }

    private MetricSums Direct(InMemoryPuzzleDataset dataset, int segments)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        _model.eval();
        using var batch = new PuzzleLoader(dataset, Rows, CPU).InOrder().Single();
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

    private sealed class Reports(Action<int> then) : IProgress<int>
    {
        public List<int> Values { get; } = [];

        public void Report(int value)
        {
            Values.Add(value);
            then(value);
        }
    }
}
