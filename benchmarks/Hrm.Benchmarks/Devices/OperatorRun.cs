using System.Globalization;
using System.Runtime.InteropServices;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Devices;

/// <summary>Runs a check on a device, and compares result and gradients with those in float64 on the CPU from the same inputs.</summary>
internal sealed class OperatorRun(OperatorCheck check, Device device, ScalarType dtype)
{
    private const ulong Seed = 11;

    /// <summary>Some roundings of a result, of a sum of tens of values.</summary>
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
            var failure = deviation <= Allowed ? FindFault(inputs, actual[0]) : string.Create(CultureInfo.InvariantCulture, $"deviation: expected at most {Allowed:E1}, got {deviation:E1}");
            return new OperatorResult(check.Name, $"{dtype}", deviation, Allowed, Text(actual[0].stride()), failure);
        }
        catch (Exception exception) when (exception is ExternalException or HrmException or InvalidOperationException or NotImplementedException or EntryPointNotFoundException)
        {
            return new OperatorResult(check.Name, $"{dtype}", Deviation: null, Allowed, Strides: null, exception.Message.Split('\n')[0]);
        }
    }

    private Tensor[] Inputs()
    {
        using var generator = new Generator(Seed, CPU);
        return [.. check.Shapes.Select(shape => randn(shape, generator: generator).to_type(dtype))];
    }

    /// <summary>The result, and the gradient of each input.</summary>
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

    /// <summary>Dtype and, of what only looks at its input, strides must be those of the same operator on the CPU.</summary>
    private string? FindFault(Tensor[] inputs, Tensor actual)
    {
        using var noGradient = no_grad();
        var here = check.Compute(inputs);
        if (here.dtype != actual.dtype)
        {
            return $"dtype: expected {here.dtype}, got {actual.dtype}";
        }

        return check.IsView && !here.stride().SequenceEqual(actual.stride())
            ? $"strides: expected {Text(here.stride())}, got {Text(actual.stride())}"
            : null;
    }

    private static string Text(long[] values) => $"[{string.Join(", ", values)}]";
}
