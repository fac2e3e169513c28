using System.Globalization;
using System.Runtime.InteropServices;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>Result of a check.</summary>
/// <param name="Name">The check.</param>
/// <param name="Dtype">Dtype of the inputs.</param>
/// <param name="Deviation">Largest deviation of result and gradients from float64, divided by the largest value.</param>
/// <param name="Allowed">Allowed deviation.</param>
/// <param name="Failure">Error, or <see langword="null"/>.</param>
internal sealed record OperatorResult(string Name, string Dtype, double? Deviation, double Allowed, string? Failure);

/// <summary>Runs a check on a device, and compares result and gradients with those in float64 on the CPU.</summary>
internal sealed class OperatorRun(OperatorCheck check, Device device, ScalarType dtype)
{
    private const ulong Seed = 11;

    /// <summary>A few rounding errors of a sum of tens of values.</summary>
    private double Allowed => check.Factor * (dtype == ScalarType.BFloat16 ? 1e-2 : 2e-6);

    public OperatorResult Run()
    {
        using var scope = NewDisposeScope();
        try
        {
            var inputs = Inputs();
            var expected = Compute([.. inputs.Select(input => input.to_type(ScalarType.Float64))]);
            var actual = Compute([.. inputs.Select(input => input.to(device))]);
            var deviation = expected.Zip(actual).Max(pair => TensorDeviation.Largest(pair.Second, pair.First));
            var failure = deviation <= Allowed ? null : string.Create(CultureInfo.InvariantCulture, $"deviation: expected at most {Allowed:E1}, got {deviation:E1}");
            return new OperatorResult(check.Name, $"{dtype}", deviation, Allowed, failure);
        }
        catch (Exception exception) when (exception is ExternalException or HrmException or InvalidOperationException or NotImplementedException or EntryPointNotFoundException)
        {
            return new OperatorResult(check.Name, $"{dtype}", Deviation: null, Allowed, exception.Message.Split('\n')[0]);
        }
    }

    private Tensor[] Inputs()
    {
        using var generator = new Generator(Seed, CPU);
        return [.. check.Shapes.Select(shape => randn(shape, generator: generator).to_type(dtype))];
    }

    /// <summary>Computes the result and the gradient of each input.</summary>
    private Tensor[] Compute(Tensor[] inputs)
    {
        if (!check.HasGradient)
        {
            using var noGradient = no_grad();
            return [check.Compute(inputs)];
        }

        var leaves = Array.ConvertAll(inputs, input => input.detach().requires_grad_(true));
        var result = check.Compute(leaves);
        using var generator = new Generator(Seed + 1, CPU);
        var weights = randn(result.shape, generator: generator).to_type(dtype).to(result.device).to_type(result.dtype);
        (result * weights).sum().backward();
        return [result.detach(), .. leaves.Select(leaf => leaf.grad).OfType<Tensor>()];
    }
}
