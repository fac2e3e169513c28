using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>The updates of <see cref="HrmTrainer.ApplyGradients"/>.</summary>
public sealed class WeightUpdateTests
{
    [Fact]
    public void Average_follows_the_trained_weights_step_by_step()
    {
        using var training = new TinyTraining(Options(emaDecay: 0.75));
        var (model, trainer) = training;
        var expected = Parameters(model).Select(value => (double)value).ToArray();
        for (var step = 0; step < 3; step++)
        {
            training.Step(step);
            expected = [.. expected.Zip(Parameters(model), (shadow, value) => (0.75 * shadow) + (0.25 * value))];
        }

        using var applied = trainer.Average!.Apply();
        Parameters(model).Should().Equal(expected, (left, right) => Math.Abs(left - right) < 1e-6);
    }

    [Fact]
    public void Gradients_are_used_once()
    {
        using var training = new TinyTraining(Options(emaDecay: 0));
        var (model, trainer) = training;
        using var batch = TinyModels.Batch(1);
        trainer.Step(batch);
        model.parameters().Should().AllSatisfy(parameter => parameter.grad.Should().BeNull());
        var trained = TinyModels.Weights(model);
        trainer.ApplyGradients();
        TinyModels.Weights(model).Should().Equal(trained);
    }

    [Fact]
    public void Two_models_train_independently()
    {
        using var scope = NewDisposeScope();
        Train(interleaved: true).Should().Equal(Train(interleaved: false));

        static float[] Train(bool interleaved)
        {
            using var training = new TinyTraining(Options(emaDecay: 0));
            using var other = new TinyTraining(Options(emaDecay: 0), modelSeed: 2, seed: 2);
            for (var step = 0; step < 3; step++)
            {
                training.Step(step);
                if (interleaved)
                {
                    other.Step(step);
                }
            }

            return TinyModels.Weights(training.Model);
        }
    }

    [Fact]
    public void TakeMetrics_averages_the_steps_since_the_last_call()
    {
        using var training = new TinyTraining(Options(emaDecay: 0));
        var sums = default(MetricSums);
        for (var step = 0; step < 6; step++)
        {
            using var batch = TinyModels.Batch(step);
            sums += MetricSums.Read(training.Trainer.ComputeGradients(batch).Loss.Metrics);
            training.Trainer.ApplyGradients();
            if (step is 3 or 5)
            {
                training.Trainer.TakeMetrics().Should().Be(sums.Average((step == 3 ? 4 : 2) * TinyModels.Rows));
                sums = default;
            }
        }
    }

    private static TrainerOptions Options(double emaDecay) => new()
    {
        GlobalBatchSize = TinyModels.Rows,
        WarmupSteps = 0,
        LearningRate = 1e-2,
        PuzzleLearningRate = 1e-2,
        EmaDecay = emaDecay,
        Halting = new HaltingOptions { MaxSegments = 3 },
    };

    private static float[] Parameters(HrmModel model)
    {
        using var scope = NewDisposeScope();
        return [.. model.parameters().SelectMany(parameter => parameter.detach().data<float>().ToArray())];
    }
}
