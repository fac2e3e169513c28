using Hrm.Core;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>Slots and step counts are the whole state of an optimizer.</summary>
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
        Values(restored).Should().Equal(Values(optimizer));
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
    public void StepCounts_count_the_steps_of_each_parameter(OptimizerKind kind)
    {
        using var optimizer = Create(kind, Parameters());
        Run(optimizer, firstStep: 0, steps: 4); // Parameter 1 has a gradient in every second one.
        optimizer.StepCounts.Should().Equal(4, 2, 4, 4);
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

    private static ParameterOptimizer Create(OptimizerKind kind, Parameter[] parameters) => kind switch
    {
        OptimizerKind.AdamATan2 => new AdamATan2(parameters, new OptimizerOptions()),
        OptimizerKind.AdamW => new AdamW(parameters, new OptimizerOptions()),
        _ => new Muon(parameters, [0, 2], new OptimizerOptions()),
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

    private static float[] Values(ParameterOptimizer optimizer) =>
        [.. optimizer.Parameters.Select(parameter => (Tensor)parameter).Concat(optimizer.Slots.Select(slot => slot.Value))
            .SelectMany(tensor => tensor.detach().data<float>().ToArray())];
}
