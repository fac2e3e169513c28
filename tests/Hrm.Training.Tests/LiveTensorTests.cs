using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>Long work leaves no tensors behind, when called without a dispose scope, as in an application.</summary>
public sealed class LiveTensorTests
{
    [Theory]
    [InlineData(false, ScalarType.Float32, GradientMode.OneStep, HaltingLossKind.HaltAndContinue)]
    [InlineData(true, ScalarType.Float32, GradientMode.LastCycle, HaltingLossKind.HaltOnly)]
    [InlineData(false, ScalarType.BFloat16, GradientMode.FullUnroll, HaltingLossKind.HaltAndContinue)]
    public void A_thousand_training_steps_keep_the_number_of_live_tensors(bool mixesTokens, ScalarType dtype, GradientMode mode, HaltingLossKind loss)
    {
        var config = (mixesTokens ? TinyModels.TokenMixer : TinyModels.Config) with { ForwardDtype = dtype };
        using var training = new SmallTraining(config, options => (options.GradientMode, options.HaltingLoss) = (mode, loss), prefetches: false);
        Train(100);
        var live = LiveTensors.Count();
        var unheld = CreatedOutsideScope();
        Train(1000);
        Tensor.TotalCount.Should().Be(live);
        CreatedOutsideScope().Should().Be(unheld, "only a scope holds a tensor that is passed on at once");
        training.Trainer.StepCount.Should().Be(1100);

        void Train(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                training.Trainer.Step(training.Stream.Next());
                training.Trainer.TakeMetrics().TokenLoss.Should().BePositive();
            }
        }
    }

    [Fact]
    public void Repeated_and_cancelled_evaluations_keep_the_number_of_live_tensors()
    {
        using var model = TinyModels.Create();
        Evaluator[] evaluators = [new(model, 4, new QValueHalting(), batchSize: 8), new(model, 3, batchSize: 8)];
        var dataset = SmallTraining.Dataset(20);
        Evaluate();
        var live = LiveTensors.Count();
        for (var repetition = 0; repetition < 20; repetition++)
        {
            Evaluate();
        }

        evaluators[1].Invoking(it => it.Evaluate(dataset, cancellationToken: new CancellationToken(canceled: true))).Should().Throw<OperationCanceledException>();
        Tensor.TotalCount.Should().Be(live);

        void Evaluate() => evaluators.Should().AllSatisfy(evaluator => evaluator.Evaluate(dataset).Count.Should().Be(20));
    }

    [Fact]
    public void A_disposed_trainer_frees_optimizer_average_and_carry()
    {
        using var training = new SmallTraining();
        using var batch = TinyModels.Batch(1);
        using var generator = new Generator(1);
        var options = new TrainerOptions { GlobalBatchSize = TinyModels.Rows, EmaDecay = 0.9 };
        training.Trainer.Step(batch); // The rows that the embedding looked up last stay with the model.
        var live = LiveTensors.Count();
        var trainer = new OneStepGradTrainer(training.Model, options, generator);
        trainer.Step(batch);
        Tensor.TotalCount.Should().BeGreaterThan(live);
        trainer.Dispose();
        trainer.Dispose();
        Tensor.TotalCount.Should().Be(live);
    }

    private static long CreatedOutsideScope() => DisposeScopeManager.Statistics.TensorStatistics.CreatedOutsideScopeCount;
}
