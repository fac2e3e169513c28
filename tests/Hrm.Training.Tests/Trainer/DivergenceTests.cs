using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class DivergenceTests
{
    [Fact]
    public void A_weight_that_is_not_finite_stops_the_step_and_is_named()
    {
        using var training = new TinyTraining(Options());
        var (model, trainer) = training;
        using var batch = TinyModels.Batch(1);
        trainer.Step(batch);
        Poison(model, "H_level.layers.0.mlp.down_proj.weight", float.NaN);
        var before = TinyModels.Weights(model);

        var error = trainer.Invoking(it => it.Step(batch)).Should().Throw<TrainingDivergedException>().Which;

        // The message is one line; the report, which the run logs, has all of them.
        error.Message.Should().StartWith("training: expected a finite loss and gradient, got step 2: token loss NaN, ")
            .And.Contain("; first not finite: zH after cycle 1: ").And.NotContain("\\u000a").And.NotContain("\n");
        var report = error.Details;
        TinyModels.Weights(model).Should().Equal(before);
        trainer.StepCount.Should().Be(1);
        model.parameters().Should().AllSatisfy(parameter => parameter.grad.Should().BeNull());
        trainer.PuzzleOptimizer!.Pending.Should().BeEmpty();
        report.Step.Should().Be(2);
        report.PuzzleIds.Should().HaveCount(TinyModels.Rows);
        report.Weights[0].Should().Match<LargestValue>(value => value.Name == "H_level.layers.0.mlp.down_proj.weight" && value.NonFinite == 1);

        // L runs before H: its first states are finite, those of H are not.
        report.Activations.Select(value => value.Name).Should().Equal(
            "zH at the start", "zL at the start",
            "zL after cycle 1, update 1", "zL after cycle 1, update 2", "zH after cycle 1",
            "zL after cycle 2, update 1", "zL after cycle 2, update 2", "zH after cycle 2",
            "logits", "q_halt", "q_continue");
        report.Activations.Where(value => value.NonFinite > 0).First().Name.Should().Be("zH after cycle 1");
        report.Activations[2].Magnitude.Should().BePositive();
        report.ToString().Should().Contain("step 2:").And.Contain("zH after cycle 1: ").And.Contain("not finite");
    }

    [Fact]
    public void Infinity_only_in_a_gradient_is_noticed()
    {
        using var training = new TinyTraining(Options());
        var (model, trainer) = training;
        using var batch = TinyModels.Batch(1);
        using (no_grad())
        {
            // The loss stays finite; the gradient that adds to it does not.
            model.named_parameters().Single(entry => entry.name == "lm_head.weight").parameter.grad = full([5, 16], float.PositiveInfinity);
        }

        var report = trainer.Invoking(it => it.ComputeGradients(batch)).Should().Throw<TrainingDivergedException>().Which.Details;
        report.Losses.HasFiniteLosses.Should().BeTrue();
        report.GradientNorm.Should().Be(double.PositiveInfinity);
        report.Gradients[0].Name.Should().Be("lm_head.weight");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 3)]
    public void The_options_set_the_interval_of_the_check(int interval, int failsAt)
    {
        var options = Options();
        options.FiniteCheckInterval = interval;
        using var training = new TinyTraining(options);
        var (model, trainer) = training;
        using var batch = TinyModels.Batch(1);
        Poison(model, "lm_head.weight", float.NaN);
        var steps = 0;
        try
        {
            for (; steps < 6; steps++)
            {
                trainer.Step(batch);
            }
        }
        catch (TrainingDivergedException exception)
        {
            exception.Step.Should().Be(failsAt);
        }

        steps.Should().Be(interval == 0 ? 6 : failsAt - 1);
    }

    [Theory]
    [InlineData(1e9, 1.0)] // far above: unchanged
    [InlineData(1e-3, 0.0)]
    public void Clipping_scales_the_gradient_to_the_largest_norm(double largest, double isUnchanged)
    {
        var free = NormsOf(0);
        var clipped = NormsOf(largest);
        clipped.Reported.Should().BeApproximately(free.Reported, 1e-9 * free.Reported);
        free.Reported.Should().BeApproximately(free.Measured, 1e-6 * free.Measured).And.BeGreaterThan(1e-2);
        clipped.Applied.Should().BeApproximately(isUnchanged == 1 ? free.Measured : largest, 1e-5 * (isUnchanged == 1 ? free.Measured : largest));

        static (double Reported, double Measured, double Applied) NormsOf(double largest)
        {
            var options = Options();
            options.MaxGradientNorm = largest;
            using var training = new TinyTraining(options);
            var (model, trainer) = training;
            using var batch = TinyModels.Batch(1);
            trainer.ComputeGradients(batch);
            var measured = Norm(model);
            var reported = trainer.GradientNorm!.Value;

            // The first mean is (1 - β1) times the gradient that the optimizer was given.
            trainer.ApplyGradients();
            var means = trainer.Optimizer.Slots.Where(slot => slot.Name == "mean").Select(slot => slot.Value).ToArray();
            return (reported, measured, means.Sum(mean => mean.to_type(ScalarType.Float64).square().sum().item<double>()) is var sum ? Math.Sqrt(sum) / 0.1 : 0);
        }
    }

    private static double Norm(HrmModel model)
        => Math.Sqrt(model.parameters().Sum(parameter => parameter.grad!.to_type(ScalarType.Float64).square().sum().item<double>()));

    private static TrainerOptions Options() => new()
    {
        GlobalBatchSize = TinyModels.Rows,
        WarmupSteps = 0,
        LearningRate = 1e-3,
        Halting = new HaltingOptions { MaxSegments = 3 },
    };

    private static void Poison(HrmModel model, string name, float value)
    {
        using var noGradient = no_grad();
        model.named_parameters().Single(entry => entry.name == name).parameter.view(-1)[0].fill_(value);
    }
}
