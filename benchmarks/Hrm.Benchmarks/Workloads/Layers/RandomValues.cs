using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads.Layers;

/// <summary>Values from a normal distribution on any device, as factors of products that are only timed.</summary>
internal static class RandomValues
{
    /// <summary>As many are drawn at most; more are the same ones again: on a card a product has more factors than a CPU cares to draw.</summary>
    private const long MostDrawn = 1 << 22;

    public static Tensor Of(long[] shape, ScalarType dtype, Generator generator, Device device)
    {
        using var scope = NewDisposeScope();
        var count = shape.Aggregate(1L, (product, size) => product * size);
        var drawn = randn([Math.Min(count, MostDrawn)], generator: generator).to(dtype).to(device); // [≤ MostDrawn]
        var repeated = count <= MostDrawn ? drawn : drawn.repeat((count + MostDrawn - 1) / MostDrawn).narrow(0, 0, count).clone(); // [count]
        return repeated.view(shape).MoveToOuterDisposeScope();
    }
}
