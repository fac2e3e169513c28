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
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        using var generator = new Generator(1);
        using var trainer = new OneStepGradTrainer(model, Options(emaDecay: 0.75), generator);
        var expected = Parameters(model).Select(value => (double)value).ToArray();
        for (var step = 0; step < 3; step++)
        {
            using var batch = TinyModels.Batch(step);
            trainer.Step(batch);
            expected = [.. expected.Zip(Parameters(model), (shadow, value) => (0.75 * shadow) + (0.25 * value))];
        }

        using var applied = trainer.Average!.Apply();
        Parameters(model).Should().Equal(expected, (left, right) => Math.Abs(left - right) < 1e-6);
    }

    [Fact]
    public void Gradients_are_used_once()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        using var generator = new Generator(1);
        using var trainer = new OneStepGradTrainer(model, Options(emaDecay: 0), generator);
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
            using var model = TinyModels.Create();
            using var other = TinyModels.Create(seed: 2);
            using var generator = new Generator(1);
            using var otherGenerator = new Generator(2);
            using var trainer = new OneStepGradTrainer(model, Options(emaDecay: 0), generator);
            using var otherTrainer = new BpttTrainer(other, Options(emaDecay: 0), otherGenerator);
            for (var step = 0; step < 3; step++)
            {
                using var batch = TinyModels.Batch(step);
                trainer.Step(batch);
                if (interleaved)
                {
                    otherTrainer.Step(batch);
                }
            }

            return TinyModels.Weights(model);
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
