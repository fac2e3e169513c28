using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>A CUDA device computes the results of the CPU; skipped without one.</summary>
public sealed class CudaTests : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [CudaTheory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Muon)]
    public void A_training_step_equals_that_of_the_CPU(OptimizerKind optimizer)
    {
        using var scope = NewDisposeScope();
        var (expected, actual) = (Step(CPU, optimizer), Step(CUDA, optimizer));
        actual.Metrics.BeCloseTo(expected.Metrics, Tolerance, "metrics");
        actual.Values.Keys.Should().Equal(expected.Values.Keys);
        foreach (var (key, value) in expected.Values)
        {
            actual.Values[key].BeCloseTo(value, key.StartsWith("change", StringComparison.Ordinal) ? 10 * Tolerance : Tolerance, key);
        }
    }

    [CudaFact]
    public void A_gradient_is_limited_as_on_the_CPU()
    {
        using var scope = NewDisposeScope();
        var (expected, actual) = (Norm(CPU), Norm(CUDA));
        actual.Should().BeApproximately(expected, Tolerance * expected);

        static double Norm(Device device)
        {
            using var model = TinyModels.Create();
            model.to(device);
            using var generator = new Generator(1);
            using var trainer = new OneStepGradTrainer(model, new TrainerOptions { GlobalBatchSize = TinyModels.Rows, FiniteCheckInterval = 0, MaxGradientNorm = 1e-3 }, generator);
            trainer.Step(Batch(1, device));
            return trainer.GradientNorm!.Value;
        }
    }

    [CudaFact]
    public void A_model_goes_from_device_to_device_through_its_folder()
    {
        using var scope = NewDisposeScope();
        using var here = TinyModels.Create();
        here.Save(_folder["cpu"]);
        using var there = HrmModel.Load(_folder["cpu"], CUDA);
        there.Device.type.Should().Be(DeviceType.CUDA);
        there.Save(_folder["cuda"]);
        using var back = HrmModel.Load(_folder["cuda"]);
        TinyModels.Weights(back).Should().Equal(TinyModels.Weights(here));
    }

    [CudaFact]
    public void A_solver_answers_as_on_the_CPU()
    {
        using var model = TinyModels.Create();
        model.Save(_folder["model"]);
        using var here = HrmSolver.Load(_folder["model"], new SolverOptions { MaxSegments = 3, Rule = HaltingRule.Never });
        using var there = HrmSolver.Load(_folder["model"], new SolverOptions { MaxSegments = 3, Rule = HaltingRule.Never }, device: CUDA);
        foreach (var question in (int[][])[[0, 1, 2, 3, 4, 0], [4, 4, 1, 0, 2, 3], [1, 1, 1, 1, 1, 1]])
        {
            var (expected, actual) = (here.Solve(question, 1), there.Solve(question, 1));
            actual.Tokens.Should().Equal(expected.Tokens);
            actual.QHalt.Should().BeApproximately(expected.QHalt, (float)Tolerance * Math.Max(1, Math.Abs(expected.QHalt)));
        }
    }

    [CudaFact]
    public void Batches_arrive_whole_without_waiting_for_the_device()
    {
        using var scope = NewDisposeScope();
        for (var seed = 0; seed < 50; seed++)
        {
            var (expected, actual) = (Batch(seed, CPU), Batch(seed, CUDA));
            actual.Inputs.cpu().Equals(expected.Inputs).Should().BeTrue();
            actual.Labels!.cpu().Equals(expected.Labels!).Should().BeTrue();
            actual.PuzzleIds.cpu().Equals(expected.PuzzleIds).Should().BeTrue();
        }
    }

    [CudaFact]
    public void Training_steps_leave_the_number_of_live_tensors_as_it_was()
    {
        using var model = TinyModels.Create();
        model.to(CUDA);
        using var generator = new Generator(1);
        using var trainer = new OneStepGradTrainer(model, new TrainerOptions { GlobalBatchSize = TinyModels.Rows }, generator);
        var seed = 0;
        TensorLeak.Check(() =>
        {
            using var batch = Batch(seed++, CUDA);
            trainer.Step(batch);
        });
    }

    private static PuzzleBatch Batch(int seed, Device device)
    {
        using var scope = NewDisposeScope();
        using var batch = TinyModels.Batch(seed);
        return PuzzleBatch.Create(
            batch.Inputs.data<int>().ToArray(),
            batch.Labels!.data<int>().ToArray(),
            batch.PuzzleIds.data<int>().ToArray(),
            TinyModels.Config.SequenceLength,
            device);
    }

    private static (Tensor Metrics, SortedDictionary<string, Tensor> Values) Step(Device device, OptimizerKind optimizer)
    {
        using var model = TinyModels.Create();
        model.to(device);
        using var generator = new Generator(1);

        // A large ε keeps the step from being a sign, which rounding would flip for a gradient near 0.
        var options = new TrainerOptions
        {
            GlobalBatchSize = TinyModels.Rows,
            LearningRate = 0.1,
            WarmupSteps = 0,
            Optimizer = { Kind = optimizer, Epsilon = 1 },
        };
        var before = model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.detach().cpu().clone());
        using var trainer = new OneStepGradTrainer(model, options, generator);
        using var batch = Batch(1, device);
        var segment = trainer.ComputeGradients(batch);
        var metrics = segment.Loss.Metrics.cpu();
        var values = new SortedDictionary<string, Tensor>(
            model.named_parameters().ToDictionary(entry => $"gradient of {entry.name}", entry => entry.parameter.grad!.cpu()), StringComparer.Ordinal);
        trainer.ApplyGradients();
        foreach (var (name, parameter) in model.named_parameters())
        {
            values[$"change of {name}"] = parameter.detach().cpu() - before[name];
        }

        values["puzzle rows"] = model.PuzzleEmbedding!.Weights.cpu().clone();
        return (metrics, values);
    }
}
