using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class DivergenceTests
{
    [Fact]
    public void A_weight_that_is_not_finite_stops_the_step_and_is_named()
    {
        using var training = new TinyTraining(TinyTraining.Options(1e-3));
        var (model, trainer, batch) = training;
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
        using var training = new TinyTraining(TinyTraining.Options(1e-3));
        var (model, trainer, batch) = training;
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
    [InlineData(0, 6)]
    [InlineData(3, 2)]
    public void The_options_set_the_interval_of_the_check(int interval, int steps)
    {
        var options = TinyTraining.Options(1e-3);
        options.FiniteCheckInterval = interval;
        using var training = new TinyTraining(options);
        var (model, trainer, batch) = training;
        Poison(model, "lm_head.weight", float.NaN);
        for (var step = 0; step < steps; step++)
        {
            trainer.Step(batch);
        }

        if (interval > 0)
        {
            trainer.Invoking(it => it.Step(batch)).Should().Throw<TrainingDivergedException>().Which.Step.Should().Be(interval);
        }
    }

    [Theory]
    [InlineData(0, false)] // no limit
    [InlineData(1e9, false)] // far above
    [InlineData(1e-3, true)]
    public void Clipping_scales_the_gradient_to_the_largest_norm(double largest, bool scales)
    {
        var options = TinyTraining.Options(1e-3);
        options.MaxGradientNorm = largest;
        using var training = new TinyTraining(options);
        var (model, trainer, batch) = training;
        trainer.ComputeGradients(batch);
        var measured = Norm(model.parameters().Select(parameter => parameter.grad!));
        trainer.GradientNorm!.Value.Should().BeApproximately(measured, 1e-9 * measured).And.BeGreaterThan(1e-2);
        trainer.ApplyGradients();

        // The first mean is (1 - β1) times the gradient that the optimizer was given.
        var applied = Norm(trainer.Optimizer.Slots.Where(slot => slot.Name == "mean").Select(slot => slot.Value)) / 0.1;
        var expected = scales ? largest : measured;
        applied.Should().BeApproximately(expected, 1e-5 * expected);

        static double Norm(IEnumerable<Tensor> tensors)
            => Math.Sqrt(tensors.Sum(tensor => tensor.to_type(ScalarType.Float64).square().sum().item<double>()));
    }

    private static void Poison(HrmModel model, string name, float value)
    {
        using var noGradient = no_grad();
        model.named_parameters().Single(entry => entry.name == name).parameter.view(-1)[0].fill_(value);
    }
}
