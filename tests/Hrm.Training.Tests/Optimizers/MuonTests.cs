using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class MuonTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<int, int> Shapes() => new() { { 64, 64 }, { 96, 32 }, { 32, 96 }, { 1, 5 }, { 5, 1 }, { 1, 1 } };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Update_over_its_scale_has_singular_values_near_one(int rows, int columns)
    {
        const double LearningRate = 0.5;
        var parameter = new Parameter(zeros(rows, columns));
        using var optimizer = new Muon([parameter], [0], new OptimizerOptions { WeightDecay = 0 });
        parameter.grad = WithSingularValues(rows, columns, smallest: 0.05);
        optimizer.Step(LearningRate);
        var update = parameter.detach().to(ScalarType.Float64) / (-LearningRate * 0.2 * Math.Sqrt(Math.Max(rows, columns)));

        // The band in which the quintic leaves every value that began above 0.002 of the norm.
        linalg.svdvals(update).data<double>().ToArray().Should().OnlyContain(value => value >= 0.68 && value <= 1.21);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Step_equals_the_formula_in_float64(int rows, int columns)
    {
        // Five iterations of float32 products, over three steps: what they round grows with each iteration.
        const double Tolerance = 1e-5;
        var options = new OptimizerOptions { Momentum = 0.8, WeightDecay = 0.5, NewtonSchulzSteps = 4 };
        using var generator = new Generator(1);
        var parameter = new Parameter(randn(rows, columns, generator: generator));
        using var optimizer = new Muon([parameter], [0], options);
        var expected = parameter.detach().to(ScalarType.Float64, copy: true);
        var momentum = zeros_like(expected);
        for (var step = 1; step <= 3; step++)
        {
            var gradient = WithSingularValues(rows, columns, smallest: 0.05, seed: step);
            parameter.grad = gradient;
            optimizer.Step(0.1 * step);
            (expected, momentum) = PlainStep(expected, gradient.to(ScalarType.Float64), momentum, options, 0.1 * step);
        }

        parameter.detach().BeCloseTo(expected, Tolerance, "weights");
    }

    [Fact]
    public void Other_parameters_are_updated_by_AdamW()
    {
        var options = new OptimizerOptions { Epsilon = 1e-3 };
        Parameter[] parameters = [new(ones(3, 4)), new(ones(3, 4)), new(ones(4))];
        Parameter[] same = [.. parameters.Select(parameter => new Parameter(parameter.detach().clone()))];
        using var muon = new Muon(parameters, [1], options);
        using var adamW = new AdamW(same, options);
        using var generator = new Generator(1);
        for (var step = 0; step < 3; step++)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i].grad = same[i].grad = randn(parameters[i].shape, generator: generator);
            }

            muon.Step(0.1);
            adamW.Step(0.1);
        }

        Values(parameters[0]).Should().Equal(Values(same[0]));
        Values(parameters[1]).Should().NotEqual(Values(same[1]));
        Values(parameters[2]).Should().Equal(Values(same[2]));

        static float[] Values(Tensor tensor) => tensor.detach().data<float>().ToArray();
    }

    [Fact]
    public void Create_gives_Muon_the_matrices_of_the_blocks_and_nothing_else()
    {
        using var model = TinyModels.Create(TinyModels.Config with { PositionEncoding = PositionEncoding.Learned });
        using var optimizer = ParameterOptimizer.Create(model, new OptimizerOptions { Kind = OptimizerKind.Muon });
        var names = model.named_parameters().Select(entry => entry.name).ToArray();
        string[] blocks = ["H_level", "L_level"];
        string[] weights = ["self_attn.qkv_proj", "self_attn.o_proj", "mlp.gate_up_proj", "mlp.down_proj"];
        var expected = blocks.SelectMany(block => weights.Select(weight => $"{block}.layers.0.{weight}.weight"));
        NamesOf("momentum").Should().BeEquivalentTo(expected);
        NamesOf("mean").Should().BeEquivalentTo(names.Except(expected));
        optimizer.Parameters.Should().Equal(model.parameters());

        IEnumerable<string> NamesOf(string slot) => optimizer.Slots.Where(it => it.Name == slot).Select(it => names[it.Parameter]);
    }

    [Fact]
    public void Constructor_refuses_a_vector_among_the_matrices_and_an_index_out_of_range()
    {
        Parameter[] parameters = [new(ones(3, 4)), new(ones(4))];
        FluentActions.Invoking(() => new Muon(parameters, [0, 1], new OptimizerOptions())).Should().Throw<ShapeMismatchException>()
            .WithMessage("parameters[1]: expected [rows, columns], got [4].");
        FluentActions.Invoking(() => new Muon(parameters, [2], new OptimizerOptions())).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Muon(parameters, [-1], new OptimizerOptions())).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Muon(parameters, [0], new OptimizerOptions { Momentum = 1 })).Should().Throw<InvalidConfigException>();
    }

    /// <summary>The formula in float64, in the wide form throughout: a tall matrix takes a larger square, with the same result.</summary>
    private static (Tensor Weights, Tensor Momentum) PlainStep(Tensor weights, Tensor gradient, Tensor momentum, OptimizerOptions options, double learningRate)
    {
        momentum = (momentum * options.Momentum) + gradient;
        var direction = gradient + (momentum * options.Momentum); // [rows, columns]
        direction /= direction.norm() + 1e-7;
        for (var step = 0; step < options.NewtonSchulzSteps; step++)
        {
            var square = direction.mm(direction.t()); // [rows, rows]
            direction = (direction * 3.4445) + ((square * -4.7750) + (square.mm(square) * 2.0315)).mm(direction);
        }

        var scale = learningRate * 0.2 * Math.Sqrt(Math.Max(weights.size(0), weights.size(1)));
        return ((weights * (1 - (learningRate * options.WeightDecay))) - (direction * scale), momentum);
    }

    /// <summary>Singular values evenly from 1 down to the smallest, float32.</summary>
    private static Tensor WithSingularValues(int rows, int columns, double smallest, int seed = 1)
    {
        using var generator = new Generator((ulong)seed);
        var (left, _, right) = linalg.svd(randn(rows, columns, ScalarType.Float64, generator: generator), fullMatrices: false);
        var values = linspace(1, smallest, Math.Min(rows, columns), ScalarType.Float64);
        return (left * values).mm(right).to(ScalarType.Float32);
    }
}
