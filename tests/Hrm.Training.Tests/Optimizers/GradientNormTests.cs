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
    public void Norm_is_over_all_gradients_together()
    {
        var parameters = WithGradients(tensor(new float[] { 3, 0 }), tensor(new float[] { 4 }), tensor(new float[] { 12 }));
        Norm([.. parameters, new Parameter(ones(9))]).Should().Be(13);
        Norm([new Parameter(ones(9))]).Should().Be(0);
    }

    [Fact]
    public void Norm_equals_a_sum_in_float64_for_every_length_scale_layout_and_dtype()
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
        Norm(parameters).Should().BeApproximately(expected, 1e-12 * expected);
        Norm(parameters[..1]).Should().BeInRange(100e-20, 150e-20);
    }

    [Fact]
    public void Norm_does_not_depend_on_the_number_of_threads()
    {
        using var generator = new Generator(1);
        var parameters = WithGradients(randn([300_000], generator: generator), randn([77, 1001], generator: generator));
        double[] norms = [.. new[] { 1, 2, 7 }.Select(NormOn)];
        norms.Should().AllBeEquivalentTo(norms[0]);

        double NormOn(int threads)
        {
            set_num_threads(threads);
            return Norm(parameters);
        }
    }

    [Theory]
    [InlineData(float.NaN, double.NaN)]
    [InlineData(float.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, double.PositiveInfinity)]
    public void Norm_of_a_value_that_is_not_finite_is_not_finite(float value, double expected)
    {
        foreach (var position in new[] { 5, 16, 99_999 })
        {
            var gradient = ones(100_000);
            gradient[position] = value;
            Norm(WithGradients(ones(3), gradient)).Should().Be(expected);
        }
    }

    [Fact]
    public void Limit_scales_a_longer_gradient_to_the_limit_and_leaves_a_shorter_one()
    {
        Parameter[] parameters = [.. WithGradients(tensor(new float[] { 3, 0 }), tensor(new float[] { 4 })), new Parameter(ones(1))];
        Limit(parameters, 5).Should().Be(5);
        Values(parameters).Should().Equal(3, 0, 4);
        Limit(parameters, 2.5).Should().Be(5);
        Values(parameters).Should().Equal(1.5f, 0, 2);
    }

    [Fact]
    public void Limit_uses_a_norm_that_was_measured()
    {
        var parameters = WithGradients(tensor(new float[] { 3, 4 }));
        var norm = new GradientNorm();
        norm.Value.Should().BeNull();
        norm.Measure(parameters).item<double>().Should().Be(5);
        parameters[0].grad = tensor(new float[] { 30, 40 });
        norm.Limit(parameters, 2.5);
        Values(parameters).Should().Equal(15, 20);
        norm.Clear();
        norm.Value.Should().BeNull();
    }

    [Fact]
    public void Limit_keeps_values_that_are_not_finite_visible()
    {
        var parameters = WithGradients(tensor(new float[] { 3, float.NaN }), tensor(new float[] { 4 }));
        Limit(parameters, 1).Should().Be(double.NaN);
        Values(parameters).Should().Equal(3, float.NaN, 4);
        parameters = WithGradients(tensor(new float[] { 3, float.PositiveInfinity }), tensor(new float[] { 4 }));
        Limit(parameters, 1).Should().Be(double.PositiveInfinity);
        Values(parameters).Should().Equal(0, float.NaN, 0);
    }

    /// <summary>The meta device has no values: reading one is an error.</summary>
    [Fact]
    public void Measure_reads_nothing_from_a_device()
    {
        var norm = new GradientNorm();
        norm.Measure(WithGradients(zeros([3], device: new Device(DeviceType.META)))).device_type.Should().Be(DeviceType.META);
        FluentActions.Invoking(() => norm.Value).Should().Throw<Exception>();
        norm.Clear();
    }

    [Fact]
    public void Limits_leave_no_tensor_alive()
    {
        var parameters = WithGradients(tensor(new float[] { 3, 1 }));
        TensorLeak.Check(() => Limit(parameters, 1));
    }

    private static double Norm(Parameter[] parameters)
    {
        var norm = new GradientNorm();
        norm.Measure(parameters);
        return norm.Value!.Value;
    }

    private static double? Limit(Parameter[] parameters, double limit)
    {
        var norm = new GradientNorm();
        norm.Limit(parameters, limit);
        var value = norm.Value;
        norm.Clear();
        return value;
    }

    private static float[] Values(Parameter[] parameters)
        => [.. parameters.Select(parameter => parameter.grad).OfType<Tensor>().SelectMany(gradient => gradient.data<float>().ToArray())];

    private static Parameter[] WithGradients(params Tensor[] gradients)
        => [.. gradients.Select(gradient => new Parameter(zeros_like(gradient)) { grad = gradient })];
}
