using Hrm.TestKit;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>The behaviour that every optimizer has; slots and step counts are its whole state.</summary>
public sealed class OptimizerStateTests : IDisposable
{
    private static readonly long[][] Shapes = [[5, 7], [3], [7, 5], [2, 2, 2]];

    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<OptimizerKind> Kinds() => [.. Enum.GetValues<OptimizerKind>()];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_restored_optimizer_continues_bit_for_bit(OptimizerKind kind)
    {
        var parameters = Parameters();
        using var optimizer = Create(kind, parameters);
        Run(optimizer, firstStep: 0, steps: 4);
        optimizer.StepCounts.Should().Equal([4, 2, 4, 4], "parameter 1 has a gradient in every second step");

        using var restored = Create(kind, [.. parameters.Select(parameter => new Parameter(parameter.detach().clone()))]);
        using (no_grad())
        {
            foreach (var (slot, saved) in restored.Slots.Zip(optimizer.Slots))
            {
                (slot.Name, slot.Parameter).Should().Be((saved.Name, saved.Parameter));
                slot.Value.copy_(saved.Value);
            }
        }

        optimizer.StepCounts.CopyTo(restored.StepCounts, 0);
        Run(optimizer, firstStep: 4, steps: 3);
        Run(restored, firstStep: 4, steps: 3);
        All(restored).Should().Equal(All(optimizer));
        restored.StepCounts.Should().Equal(optimizer.StepCounts);
    }

    [Theory]
    [InlineData(OptimizerKind.AdamATan2, "mean 0, mean 1, mean 2, mean 3, square 0, square 1, square 2, square 3")]
    [InlineData(OptimizerKind.AdamW, "mean 0, mean 1, mean 2, mean 3, square 0, square 1, square 2, square 3")]
    [InlineData(OptimizerKind.Muon, "momentum 0, momentum 2, mean 1, mean 3, square 1, square 3")]
    public void Slots_have_a_name_and_the_shape_of_their_parameter(OptimizerKind kind, string expected)
    {
        using var optimizer = Create(kind, Parameters());
        string.Join(", ", optimizer.Slots.Select(slot => $"{slot.Name} {slot.Parameter}")).Should().Be(expected);
        optimizer.Slots.Should().AllSatisfy(slot => slot.Value.shape.Should().Equal(Shapes[slot.Parameter]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_gradient_of_another_shape_is_refused(OptimizerKind kind)
    {
        var parameters = Parameters();
        using var optimizer = Create(kind, parameters);
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i].grad = ones(1);
            optimizer.Invoking(it => it.Step(0.1)).Should().Throw<ShapeMismatchException>()
                .WithMessage($"gradient of parameter {i}: expected [{string.Join(", ", Shapes[i])}], got [1].");
            parameters[i].grad = null;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Dispose_frees_all_state_and_can_be_repeated(OptimizerKind kind)
    {
        var parameters = Parameters();
        var before = LiveTensors.Count();
        var optimizer = Create(kind, parameters);
        Tensor.TotalCount.Should().Be(before + optimizer.Slots.Count);
        optimizer.Dispose();
        optimizer.Dispose();
        Tensor.TotalCount.Should().Be(before);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Zero_gradients_apply_only_the_weight_decay(OptimizerKind kind)
    {
        var parameters = Parameters();
        var start = parameters.SelectMany(Values).ToArray();
        using var optimizer = Create(kind, parameters, new OptimizerOptions { WeightDecay = 0.5 });
        for (var step = 0; step < 3; step++)
        {
            Array.ForEach(parameters, parameter => parameter.grad = zeros_like(parameter));
            optimizer.Step(0.5);
        }

        parameters.SelectMany(Values).Should().Equal(start.Select(value => value * 0.75f * 0.75f * 0.75f));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Without_a_gradient_a_step_changes_neither_weight_nor_state(OptimizerKind kind)
    {
        var (parameters, fresh) = (Parameters(), Parameters());
        using var optimizer = Create(kind, parameters);
        using var fromStart = Create(kind, fresh);
        for (var step = 0; step < 3; step++)
        {
            Array.ForEach(parameters[2..], parameter => parameter.grad = ones_like(parameter));
            optimizer.Step(0.1);
        }

        parameters[..2].SelectMany(Values).Should().Equal(fresh[..2].SelectMany(Values));
        parameters[2..].SelectMany(Values).Should().NotEqual(fresh[2..].SelectMany(Values));
        Array.ForEach([.. parameters[..2], .. fresh[..2]], parameter => parameter.grad = full_like(parameter, 2));
        optimizer.Step(0.1);
        fromStart.Step(0.1);
        parameters[..2].SelectMany(Values).Should().Equal(fresh[..2].SelectMany(Values));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Steps_leave_no_tensor_alive(OptimizerKind kind)
    {
        var parameters = Parameters();
        using var optimizer = Create(kind, parameters);
        Array.ForEach(parameters, parameter => parameter.grad = ones_like(parameter));
        TensorLeak.Check(() => optimizer.Step(0.1));
    }

    /// <summary>Reading waits for a GPU. Tensors on the meta device have shapes and no values: reading one is an error.</summary>
    /// <remarks>A whole training step does not run there: libtorch's own where, index_select and logical_and lack that device.</remarks>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Updates_read_nothing_from_their_device(OptimizerKind kind)
    {
        var meta = new Device(DeviceType.META);
        Parameter[] parameters = [.. Shapes.Select(shape => new Parameter(zeros(shape, device: meta)) { grad = zeros(shape, device: meta) })];
        using var optimizer = Create(kind, parameters);
        using var average = new ExponentialMovingAverage(parameters, 0.99);
        optimizer.Step(1e-3);
        average.Update();
        optimizer.StepCounts.Should().Equal(1, 1, 1, 1);
    }

    [Fact]
    public void Constructor_refuses_no_parameter_and_one_that_comes_twice()
    {
        FluentActions.Invoking(() => new AdamATan2([], new OptimizerOptions())).Should().Throw<ArgumentException>();
        var parameter = new Parameter(ones(3));
        FluentActions.Invoking(() => new AdamW([parameter, parameter], new OptimizerOptions())).Should().Throw<ArgumentException>()
            .WithMessage("expected each parameter once, got one twice*");
    }

    private static Parameter[] Parameters()
    {
        using var generator = new Generator(1);
        return [.. Shapes.Select(shape => new Parameter(randn(shape, generator: generator)))];
    }

    private static ParameterOptimizer Create(OptimizerKind kind, Parameter[] parameters, OptimizerOptions? options = null) => kind switch
    {
        OptimizerKind.AdamATan2 => new AdamATan2(parameters, options ?? new OptimizerOptions()),
        OptimizerKind.AdamW => new AdamW(parameters, options ?? new OptimizerOptions()),
        _ => new Muon(parameters, [0, 2], options ?? new OptimizerOptions()),
    };

    private static void Run(ParameterOptimizer optimizer, int firstStep, int steps)
    {
        for (var step = firstStep; step < firstStep + steps; step++)
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)(10 + step));
            for (var i = 0; i < Shapes.Length; i++)
            {
                var gradient = randn(Shapes[i], generator: generator);
                optimizer.Parameters[i].grad = i == 1 && step % 2 == 1 ? null : gradient;
            }

            optimizer.Step(0.01 * (step + 1));
        }
    }

    private static float[] All(ParameterOptimizer optimizer)
        => [.. optimizer.Parameters.Concat(optimizer.Slots.Select(slot => slot.Value)).SelectMany(Values)];

    private static float[] Values(Tensor tensor) => tensor.detach().data<float>().ToArray();
}
