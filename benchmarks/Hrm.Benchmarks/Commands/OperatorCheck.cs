using System.Globalization;
using System.Runtime.InteropServices;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>One or several operators of the model or its training.</summary>
/// <param name="Name">Printed name.</param>
/// <param name="Shapes">Shapes of the inputs, which are drawn from a normal distribution.</param>
/// <param name="Compute">Computes the result on the device and in the dtype of the inputs.</param>
internal sealed record OperatorCheck(string Name, long[][] Shapes, Func<Tensor[], Tensor> Compute)
{
    private const ulong Seed = 11;

    /// <summary>Whether the backward pass is checked.</summary>
    public bool HasGradient { get; init; } = true;

    /// <summary>Allowed error in multiples of a few rounding errors of a sum of tens of values.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Computes result and gradients on a device, and compares them with those in float64 on the CPU.</summary>
    public OperatorResult Run(Device device, ScalarType dtype)
    {
        var allowed = Factor * (dtype == ScalarType.BFloat16 ? 1e-2 : 2e-6);
        using var scope = NewDisposeScope();
        try
        {
            var inputs = Draw(dtype);
            var expected = Evaluate([.. inputs.Select(input => input.to_type(ScalarType.Float64))], dtype);
            var actual = Evaluate([.. inputs.Select(input => input.to(device))], dtype);
            var deviation = expected.Zip(actual).Max(pair => TensorDeviation.Largest(pair.Second, pair.First));
            var failure = deviation <= allowed ? null : string.Create(CultureInfo.InvariantCulture, $"deviation: expected at most {allowed:E1}, got {deviation:E1}");
            return new OperatorResult(Name, $"{dtype}", deviation, allowed, failure);
        }
        catch (Exception exception) when (exception is ExternalException or HrmException or InvalidOperationException or NotImplementedException or EntryPointNotFoundException)
        {
            return new OperatorResult(Name, $"{dtype}", Deviation: null, allowed, exception.Message.Split('\n')[0]);
        }
    }

    private Tensor[] Draw(ScalarType dtype)
    {
        using var generator = new Generator(Seed, CPU);
        return [.. Shapes.Select(shape => randn(shape, generator: generator).to_type(dtype))];
    }

    /// <summary>Computes the result and the gradient of each input.</summary>
    private Tensor[] Evaluate(Tensor[] inputs, ScalarType dtype)
    {
        if (!HasGradient)
        {
            using var noGradient = no_grad();
            return [Compute(inputs)];
        }

        var leaves = Array.ConvertAll(inputs, input => input.detach().requires_grad_(true));
        var result = Compute(leaves);
        using var generator = new Generator(Seed + 1, CPU);
        var weights = randn(result.shape, generator: generator).to_type(dtype).to(result.device).to_type(result.dtype);
        (result * weights).sum().backward();
        return [result.detach(), .. leaves.Select(leaf => leaf.grad).OfType<Tensor>()];
    }
}

/// <summary>Result of a check.</summary>
/// <param name="Name">The check.</param>
/// <param name="Dtype">Dtype of the inputs.</param>
/// <param name="Deviation">Largest deviation of result and gradients from float64, divided by the largest value.</param>
/// <param name="Allowed">Allowed deviation.</param>
/// <param name="Failure">Error, or <see langword="null"/>.</param>
internal sealed record OperatorResult(string Name, string Dtype, double? Deviation, double Allowed, string? Failure);
