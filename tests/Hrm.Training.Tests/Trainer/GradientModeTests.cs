using Hrm.Core;
using Hrm.TestKit;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class GradientModeTests
{
    private static readonly GradientMode[] Modes = [GradientMode.OneStep, GradientMode.LastCycle, GradientMode.FullUnroll];

    [Fact]
    public void Modes_give_the_same_outputs_and_different_gradients_of_the_recurrence()
    {
        using var scope = NewDisposeScope();
        var (outputs, gradients) = (new List<Tensor>(), new List<Dictionary<string, float[]>>());
        foreach (var mode in Modes)
        {
            using var model = TinyModels.Create();
            using var generator = new Generator(1);
            using var trainer = Create(mode, model, generator);
            using var batch = TinyModels.Batch(1);
            var segment = trainer.ComputeGradients(batch);
            outputs.Add(segment.Output.Logits.detach().clone());
            gradients.Add(TinyModels.Gradients(model));
        }

        foreach (var (first, second) in new[] { (0, 1), (0, 2), (1, 2) })
        {
            outputs[first].BeCloseTo(outputs[second], 1e-6, $"{Modes[first]} against {Modes[second]}");

            // The heads follow the recurrence: its mode does not change their gradients.
            Deviation(first, second, "lm_head.weight").Should().BeLessThan(1e-5);
            Deviation(first, second, "L_level.layers.0.mlp.down_proj.weight").Should().BeGreaterThan(1e-2);
        }

        double Deviation(int first, int second, string key)
            => TensorDeviation.Largest(tensor(gradients[first][key]), tensor(gradients[second][key]));
    }

    [Fact]
    public void Several_trainers_of_one_model_keep_their_modes()
    {
        using var scope = NewDisposeScope();
        foreach (var mode in Modes)
        {
            using var own = TinyModels.Create();
            using var shared = TinyModels.Create();
            using var generator = new Generator(1);
            using var trainer = Create(mode, own, generator);
            using var first = Create(mode, shared, generator);
            using var second = Create(mode == GradientMode.OneStep ? GradientMode.FullUnroll : GradientMode.OneStep, shared, generator);
            using var batch = TinyModels.Batch(1);
            second.ComputeGradients(batch);
            second.Optimizer.ClearGradients();
            trainer.ComputeGradients(batch);
            first.ComputeGradients(batch);
            var (expected, actual) = (TinyModels.Gradients(own), TinyModels.Gradients(shared));
            expected.Should().AllSatisfy(entry => actual[entry.Key].SequenceEqual(entry.Value).Should().BeTrue($"{mode} records the same gradient of {entry.Key} as with one trainer"));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(GradientMode.OneStep)]
    [InlineData(GradientMode.LastCycle)]
    [InlineData(GradientMode.FullUnroll)]
    public void The_one_step_trainer_sets_its_mode_and_refuses_another(GradientMode? mode)
    {
        using var model = TinyModels.Create();
        using var generator = new Generator(1);
        var options = Options(mode);
        using var plain = new HrmTrainer(model, options, generator);
        plain.GradientMode.Should().Be(mode ?? GradientMode.OneStep);
        var create = () => new OneStepGradTrainer(model, options, generator);
        if (mode is null or GradientMode.OneStep)
        {
            using var trainer = create();
            trainer.GradientMode.Should().Be(GradientMode.OneStep);
        }
        else
        {
            create.Should().Throw<InvalidConfigException>().WithMessage($"trainer options: GradientMode: expected OneStep or none for OneStepGradTrainer, got {mode}.");
        }
    }

    private static HrmTrainer Create(GradientMode mode, HrmModel model, Generator generator) => new(model, Options(mode), generator);

    private static TrainerOptions Options(GradientMode? mode)
    {
        var options = TinyTraining.Options(maxSegments: 4, exploration: 0.5);
        options.GradientMode = mode;
        return options;
    }
}
