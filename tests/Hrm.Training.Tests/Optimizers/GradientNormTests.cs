using Hrm.TestKit;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class GradientNormTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly int _threads = get_num_threads();

    public void Dispose()
    {
        set_num_threads(_threads);
        _scope.Dispose();
    }

    [Fact]
    public void Norm_is_that_of_all_gradients_together()
    {
        var parameters = WithGradients(tensor(new float[] { 3, 0 }), tensor(new float[] { 4 }), tensor(new float[] { 12 }));
        GradientNorm.Of([.. parameters, new Parameter(ones(9))]).Should().Be(13);
    }

    [Fact]
    public void Norm_equals_a_sum_in_float64_whatever_the_length_scale_layout_and_dtype()
    {
        using var generator = new Generator(1);
        var parameters = WithGradients(
            randn([16385], generator: generator) * 1e-20,
            randn([200, 300], generator: generator),
            randn([200, 300], generator: generator).t(),
            randn([31], generator: generator).to(ScalarType.Float64) * 100,
            zeros(0),
            randn([1], generator: generator));
        var expected = Math.Sqrt(parameters.Sum(parameter => parameter.grad!.to(ScalarType.Float64).contiguous().data<double>().Sum(value => value * value)));

        // The same numbers in float64, added in another order.
        GradientNorm.Of(parameters).Should().BeApproximately(expected, 1e-12 * expected);
        GradientNorm.Of(parameters[..1]).Should().BeInRange(100e-20, 150e-20);
    }

    [Fact]
    public void Norm_does_not_depend_on_the_number_of_threads()
    {
        using var generator = new Generator(1);
        var parameters = WithGradients(randn([300_000], generator: generator), randn([77, 1001], generator: generator));
        double[] norms = [.. new[] { 1, 2, 7 }.Select(Norm)];
        norms.Should().AllBeEquivalentTo(norms[0]);

        double Norm(int threads)
        {
            set_num_threads(threads);
            return GradientNorm.Of(parameters);
        }
    }

    [Theory]
    [InlineData(float.NaN, double.NaN)]
    [InlineData(float.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, double.PositiveInfinity)]
    public void Norm_shows_a_value_that_is_not_finite(float value, double expected)
    {
        foreach (var position in new[] { 5, 16, 99_999 })
        {
            var gradient = ones(100_000);
            gradient[position] = value;
            GradientNorm.Of(WithGradients(ones(3), gradient)).Should().Be(expected);
        }
    }

    [Fact]
    public void Norm_without_a_gradient_is_zero() => GradientNorm.Of([new Parameter(ones(3))]).Should().Be(0);

    [Fact]
    public void Limit_scales_a_longer_gradient_to_the_limit_and_leaves_a_shorter_one()
    {
        var parameters = WithGradients(tensor(new float[] { 3, 0 }), tensor(new float[] { 4 }));
        GradientClipping.Limit(parameters, 5).Should().Be(5);
        Gradients().Should().Equal(3, 0, 4);
        GradientClipping.Limit(parameters, 2.5).Should().Be(5);
        Gradients().Should().Equal(1.5f, 0, 2);

        float[] Gradients() => [.. parameters.SelectMany(parameter => parameter.grad!.data<float>().ToArray())];
    }

    [Fact]
    public void Limit_hides_no_value_that_is_not_finite()
    {
        var parameters = WithGradients(tensor(new float[] { 3, float.NaN }), tensor(new float[] { 4 }));
        GradientClipping.Limit(parameters, 1).Should().Be(double.NaN);
        parameters[0].grad!.data<float>().ToArray().Should().Equal(3, float.NaN);
        parameters = WithGradients(tensor(new float[] { 3, float.PositiveInfinity }), tensor(new float[] { 4 }));
        GradientClipping.Limit(parameters, 1).Should().Be(double.PositiveInfinity);
        parameters[0].grad!.data<float>().ToArray().Should().Equal(0, float.NaN);
    }

    [Theory]
    [InlineData(4, 5)]
    [InlineData(4, 2.5)]
    [InlineData(float.NaN, 1)]
    [InlineData(float.PositiveInfinity, 1)]
    public void Without_waiting_the_limit_is_the_same(float last, double limit)
    {
        using var scope = NewDisposeScope();
        var (read, unread) = (Gradients(), Gradients());
        var norm = GradientClipping.Limit(read, limit);
        GradientClipping.LimitWithoutWaiting(unread, limit).item<double>().Should().Be(norm);
        Values(unread).Should().Equal(Values(read));

        Parameter[] Gradients() => WithGradients(tensor(new float[] { 3, 0 }), tensor(new float[] { last }));
        static float[] Values(Parameter[] parameters) => [.. parameters.SelectMany(parameter => parameter.grad!.data<float>().ToArray())];
    }

    [Fact]
    public void Without_waiting_a_missing_gradient_has_the_norm_zero()
    {
        using var scope = NewDisposeScope();
        GradientClipping.LimitWithoutWaiting([new Parameter(ones(3))], 1).item<double>().Should().Be(0);
    }

    [Fact]
    public void A_norm_that_waits_to_be_read_is_read_once_and_freed()
    {
        var norm = new MeasuredNorm();
        norm.Value.Should().BeNull();
        var waiting = tensor(2.5, ScalarType.Float64);
        norm.Set(waiting);
        norm.IsKnown.Should().BeFalse();
        norm.Value.Should().Be(2.5);
        norm.IsKnown.Should().BeTrue();
        waiting.IsInvalid.Should().BeTrue();
        norm.Value.Should().Be(2.5);
        norm.Clear();
        norm.Value.Should().BeNull();
    }

    [Fact]
    public void Limit_refuses_a_limit_that_is_not_positive()
        => FluentActions.Invoking(() => GradientClipping.Limit([new Parameter(ones(3))], 0)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Scale_multiplies_gradients_in_place_and_leaves_no_tensor_behind()
    {
        Parameter[] parameters = [.. WithGradients(tensor(new float[] { 3, 1 })), new Parameter(ones(1))];
        var gradient = parameters[0].grad!;
        TensorLeak.Check(() => GradientClipping.Scale(parameters, -1));
        GradientClipping.Scale(parameters, 2);
        gradient.data<float>().Select(Math.Abs).ToArray().Should().Equal(6, 2);
    }

    private static Parameter[] WithGradients(params Tensor[] gradients)
        => [.. gradients.Select(gradient => new Parameter(zeros_like(gradient)) { grad = gradient })];
}
