using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>The updates of <see cref="HrmTrainer.ApplyGradients"/>.</summary>
public sealed class WeightUpdateTests
{
    [Fact]
    public void Average_follows_the_trained_weights_step_by_step()
    {
        var options = TinyTraining.Options();
        options.EmaDecay = 0.75;
        using var training = new TinyTraining(options);
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
        using var training = new TinyTraining(TinyTraining.Options());
        var (model, trainer, batch) = training;
        trainer.Step(batch);
        model.parameters().Should().AllSatisfy(parameter => parameter.grad.Should().BeNull());
        var trained = TinyModels.Weights(model);
        trainer.ApplyGradients();
        TinyModels.Weights(model).Should().Equal(trained);
    }

    [Fact]
    public void Other_trainings_and_evaluations_between_the_steps_change_nothing()
    {
        using var other = new TinyTraining(TinyTraining.Options(), modelSeed: 2, seed: 2);
        var dataset = new InMemoryPuzzleDataset([new PuzzleExample([1, 2, 3, 4, 0, 1], [1, 1, 1, 1, 1, 1], 3)], 5, 7);
        var expected = Train((_, _) => { });
        Train((_, step) => other.Step(step)).Should().Equal(expected);
        Train((model, _) => new Evaluator(model, 3).Evaluate(dataset)).Should().Equal(expected);

        static float[] Train(Action<HrmModel, int> between)
        {
            using var training = new TinyTraining(TinyTraining.Options());
            for (var step = 0; step < 5; step++)
            {
                training.Step(step);
                between(training.Model, step);
            }

            return TinyModels.Weights(training.Model);
        }
    }

    [Fact]
    public void TakeMetrics_averages_the_steps_since_the_last_call()
    {
        using var training = new TinyTraining(TinyTraining.Options());
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

    private static float[] Parameters(HrmModel model)
    {
        using var scope = NewDisposeScope();
        return [.. model.parameters().SelectMany(parameter => parameter.detach().data<float>().ToArray())];
    }
}
