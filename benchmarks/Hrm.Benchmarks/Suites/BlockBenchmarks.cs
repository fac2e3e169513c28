using BenchmarkDotNet.Attributes;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Suites;

/// <summary>Blocks against the plain op sequence and their matrix products.</summary>
public class BlockBenchmarks
{
    private BlockPair? _pair;

    [ParamsSource(nameof(Sizes))]
    public BlockSize Size { get; set; }

    public static IEnumerable<BlockSize> Sizes =>
        from shape in new (int Width, int Batch, int Tokens)[] { (128, 64, 81), (512, 16, 81), (128, 4, 900), (512, 2, 900) }
        from dtype in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16]
        from mixTokens in (bool[])[false, true]
        where shape.Tokens == 81 || !mixTokens
        select new BlockSize(shape.Width, shape.Batch, shape.Tokens, dtype, mixTokens);

    /// <summary>Passes to run. The forward pass records no gradients, as in most updates of a segment.</summary>
    [ParamsAllValues]
    public Pass Pass { get; set; }

    /// <summary>Creates the sides and proves that they compute the same.</summary>
    /// <exception cref="MeasurementException">They do not.</exception>
    [GlobalSetup]
    public void Setup()
    {
        _pair = new BlockPair(Size);
        _pair.RequireEqualResults();
    }

    [GlobalCleanup]
    public void Cleanup() => _pair?.Dispose();

    /// <summary>The authors' operations, one after the other.</summary>
    [Benchmark(Baseline = true)]
    public void PlainSequence() => _pair!.RunPlain(Pass);

    /// <summary>Matrix products only.</summary>
    [Benchmark]
    public void Roofline() => _pair!.RunProducts(Pass);

    /// <summary>The library's block.</summary>
    [Benchmark]
    public void Library() => _pair!.RunLibrary(Pass);
}
