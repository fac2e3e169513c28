using Hrm.TestKit;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>The step in one pass over memory, compared with the plain formula.</summary>
public sealed class OnePassTests : IDisposable
{
    /// <summary>Around the sixteen values of a vector and the 16,384 of a chunk.</summary>
    private static readonly long[][] Shapes = [[1], [15], [16], [17], [3, 5461], [16384], [16385], [40, 1000], [0], []];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly int _threads = get_num_threads();

    public static TheoryData<OptimizerKind> Kinds() => [OptimizerKind.AdamATan2, OptimizerKind.AdamW];

    public void Dispose()
    {
        set_num_threads(_threads);
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Step_equals_the_plain_formula_at_every_length(OptimizerKind kind)
    {
        var options = new OptimizerOptions { Beta1 = 0.8, Beta2 = 0.9, WeightDecay = 0.5, Epsilon = 1e-3 };
        var parameters = Parameters(Shapes, ScalarType.Float32);
        Compare(kind, parameters, options, (shape, generator) => randn(shape, generator: generator) * Math.Pow(10, shape.Length - 4));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Other_layouts_and_dtypes_use_eager_operations(OptimizerKind kind)
    {
        // A transposed weight, transposed gradients, and float64 among float32.
        Parameter[] parameters =
        [
            new(randn(30, 20).t()),
            .. Parameters([[20, 30], [7]], ScalarType.Float32),
            .. Parameters([[5, 5]], ScalarType.Float64),
        ];
        parameters[0].is_contiguous().Should().BeFalse();
        Compare(kind, parameters, new OptimizerOptions(), (shape, generator) => shape.Length == 2
            ? randn(shape[1], shape[0], generator: generator).t()
            : randn(shape, generator: generator));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Step_does_not_depend_on_the_number_of_threads(OptimizerKind kind)
    {
        var expected = Train(1);
        expected.Should().OnlyContain(value => float.IsFinite(value));
        Train(2).Should().Equal(expected);
        Train(7).Should().Equal(expected);

        float[] Train(int threads)
        {
            set_num_threads(threads);
            var parameters = Parameters([[200, 1000], [5], [70000]], ScalarType.Float32);
            using var optimizer = Create(kind, parameters, new OptimizerOptions());
            using var generator = new Generator(3);
            for (var step = 0; step < 3; step++)
            {
                SetGradients(parameters, generator, (shape, source) => randn(shape, generator: source));
                optimizer.Step(0.1);
            }

            return [.. parameters.SelectMany(parameter => parameter.detach().data<float>().ToArray())];
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_gradient_that_is_not_finite_gives_the_result_of_the_plain_formula(OptimizerKind kind)
    {
        float[] gradient = [1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f, 0];
        var parameter = new Parameter(ones(6));
        var same = new Parameter(ones(6));
        var options = new OptimizerOptions();
        using var optimizer = Create(kind, [parameter], options);
        using var plain = new PlainAdam([same], kind, options);
        for (var step = 0; step < 2; step++)
        {
            parameter.grad = tensor(gradient);
            same.grad = tensor(gradient);
            optimizer.Step(0.1);
            plain.Step(0.1);
        }

        var actual = parameter.detach().data<float>().ToArray();
        actual[1].Should().Be(float.NaN);
        actual.Should().Equal(same.detach().data<float>().ToArray(), (left, right) => left.Equals(right) || Math.Abs(left - right) < 3e-7);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_graph_that_needs_the_old_weights_fails_after_a_step(OptimizerKind kind)
    {
        var parameter = new Parameter(ones(4));
        using var optimizer = Create(kind, [parameter], new OptimizerOptions());
        var loss = (parameter * parameter).sum();
        parameter.grad = ones(4);
        optimizer.Step(0.1);
        loss.Invoking(it => it.backward()).Should().Throw<Exception>().WithMessage("*modified by an inplace operation*");
    }

    /// <summary>Six float32 steps, each rounded once or twice (6e-8), relative to the largest weight.</summary>
    private static void Compare(OptimizerKind kind, Parameter[] parameters, OptimizerOptions options, Func<long[], Generator, Tensor> gradient)
    {
        const double Tolerance = 1e-6;
        Parameter[] same = [.. parameters.Select(parameter => new Parameter(parameter.detach().clone()))];
        using var optimizer = Create(kind, parameters, options);
        using var plain = new PlainAdam(same, kind, options);
        using var generator = new Generator(2);
        for (var step = 0; step < 6; step++)
        {
            SetGradients(parameters, generator, gradient);
            for (var i = 0; i < same.Length; i++)
            {
                same[i].grad = parameters[i].grad;
            }

            optimizer.Step(0.02 * step);
            plain.Step(0.02 * step);
        }

        for (var i = 0; i < same.Length; i++)
        {
            Close(parameters[i], same[i], $"weights of {i}");
            Close(optimizer.Slots[i].Value, plain.State[i], $"means of {i}");
            Close(optimizer.Slots[same.Length + i].Value, plain.State[same.Length + i], $"squares of {i}");
        }

        static void Close(Tensor actual, Tensor expected, string what)
        {
            if (expected.numel() > 0)
            {
                actual.detach().BeCloseTo(expected.detach(), Tolerance, what);
            }
        }
    }

    private static Parameter[] Parameters(long[][] shapes, ScalarType dtype)
    {
        using var generator = new Generator(1);
        return [.. shapes.Select(shape => new Parameter(randn(shape, generator: generator).to(dtype)))];
    }

    private static void SetGradients(Parameter[] parameters, Generator generator, Func<long[], Generator, Tensor> gradient)
    {
        foreach (var parameter in parameters)
        {
            parameter.grad = gradient(parameter.shape, generator).to(parameter.dtype);
        }
    }

    private static ParameterOptimizer Create(OptimizerKind kind, Parameter[] parameters, OptimizerOptions options)
        => kind == OptimizerKind.AdamATan2 ? new AdamATan2(parameters, options) : new AdamW(parameters, options);
}
