using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>Long work leaves no tensors behind, called as an application calls it: without a dispose scope around it.</summary>
public sealed class LiveTensorTests
{
    [Theory]
    [InlineData("one step, puzzle embedding, average, continue")]
    [InlineData("last cycle, token mixer, halt only")]
    [InlineData("whole unrolling, bfloat16, learned positions")]
    public void A_thousand_training_steps_keep_the_number_of_live_tensors(string what)
    {
        using var model = TinyModels.Create(ConfigOf(what));
        using var generator = new Generator(1);
        using var trainer = Create(what, model, generator);
        using var batches = new TrainingStream(Dataset(40), TinyModels.Rows, new TrainingStreamOptions { PrefetchBatches = 0 });
        Train(100);
        var live = LiveTensors.Count();
        var unheld = CreatedOutsideScope();
        Train(1000);
        Tensor.TotalCount.Should().Be(live);
        CreatedOutsideScope().Should().Be(unheld, "only a scope holds a tensor that is passed on at once");
        trainer.StepCount.Should().Be(1100);

        void Train(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                trainer.Step(batches.Next());
                trainer.TakeMetrics().TokenLoss.Should().BePositive();
            }
        }
    }

    [Fact]
    public void Repeated_evaluations_keep_the_number_of_live_tensors()
    {
        using var model = TinyModels.Create();
        Evaluator[] evaluators = [new(model, 4, new QValueHalting(), batchSize: 8), new(model, 3, batchSize: 8)];
        var dataset = Dataset(20);
        Evaluate();
        var live = LiveTensors.Count();
        for (var repetition = 0; repetition < 20; repetition++)
        {
            Evaluate();
        }

        Tensor.TotalCount.Should().Be(live);

        void Evaluate() => evaluators.Should().AllSatisfy(evaluator => evaluator.Evaluate(dataset).Count.Should().Be(20));
    }

    [Fact]
    public void A_cancelled_evaluation_leaves_no_tensor_alive()
    {
        using var model = TinyModels.Create();
        using var cancellation = new CancellationTokenSource();
        var evaluator = new Evaluator(model, 3, batchSize: 8);
        var live = LiveTensors.Count();
        cancellation.Cancel();
        evaluator.Invoking(it => it.Evaluate(Dataset(20), cancellationToken: cancellation.Token)).Should().Throw<OperationCanceledException>();
        Tensor.TotalCount.Should().Be(live);
    }

    [Fact]
    public void A_disposed_trainer_frees_optimizer_average_and_carry()
    {
        using var model = TinyModels.Create();
        using var generator = new Generator(1);
        using var batch = TinyModels.Batch(1);
        using (var first = Create("one step, puzzle embedding, average, continue", model, generator))
        {
            // The rows that the embedding looked up last stay with the model.
            first.Step(batch);
        }

        var live = LiveTensors.Count();
        var trainer = Create("one step, puzzle embedding, average, continue", model, generator);
        trainer.Step(batch);
        Tensor.TotalCount.Should().BeGreaterThan(live);
        trainer.Dispose();
        trainer.Dispose();
        Tensor.TotalCount.Should().Be(live);
    }

    private static long CreatedOutsideScope() => DisposeScopeManager.Statistics.TensorStatistics.CreatedOutsideScopeCount;

    private static HrmConfig ConfigOf(string what) => what switch
    {
        "last cycle, token mixer, halt only" => TinyModels.TokenMixer,
        "whole unrolling, bfloat16, learned positions" => TinyModels.Config with
        {
            ForwardDtype = ScalarType.BFloat16,
            PositionEncoding = PositionEncoding.Learned,
        },
        _ => TinyModels.Config,
    };

    private static HrmTrainer Create(string what, HrmModel model, Generator generator)
    {
        var options = new TrainerOptions
        {
            GlobalBatchSize = TinyModels.Rows,
            LearningRate = 1e-3,
            GradientMode = what.Split(',')[0] switch
            {
                "last cycle" => GradientMode.LastCycle,
                "whole unrolling" => GradientMode.FullUnroll,
                _ => GradientMode.OneStep,
            },
            EmaDecay = what.Contains("average", StringComparison.Ordinal) ? 0.99 : 0,
            HaltingLoss = what.Contains("halt only", StringComparison.Ordinal) ? HaltingLossKind.HaltOnly : HaltingLossKind.HaltAndContinue,
            Halting = new HaltingOptions { MaxSegments = 3 },
        };
        return new HrmTrainer(model, options, generator);
    }

    private static InMemoryPuzzleDataset Dataset(int examples)
    {
        var random = new Random(1);
        return new InMemoryPuzzleDataset(
            Enumerable.Range(0, examples).Select(_ => new PuzzleExample(Tokens(), Tokens())),
            TinyModels.Config.VocabularySize,
            TinyModels.Config.PuzzleIdCount);

        int[] Tokens() => [.. Enumerable.Range(0, TinyModels.Config.SequenceLength).Select(_ => random.Next(TinyModels.Config.VocabularySize))];
    }
}
