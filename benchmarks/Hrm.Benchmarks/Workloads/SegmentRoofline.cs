using Hrm.Benchmarks.Workloads.Layers;
using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>The matrix products of the blocks of a segment, each block as often as the segment runs it.</summary>
internal sealed class SegmentRoofline : IDisposable
{
    private const ulong Seed = 2506;

    private readonly HrmConfig _config;
    private readonly LayerRoofline[] _low;
    private readonly LayerRoofline[] _high;

    public SegmentRoofline(HrmConfig config, int batch)
    {
        _config = config;
        using var generator = new Generator(Seed, CPU);
        _low = [.. Enumerable.Range(0, config.LowLayers).Select(_ => Block())];
        _high = [.. Enumerable.Range(0, config.HighLayers).Select(_ => Block())];

        LayerRoofline Block() => LayerRoofline.OfBlock(config, batch, generator);
    }

    /// <summary>N · T updates of the low module, N of the high one.</summary>
    public void Forward()
    {
        using var noGradient = no_grad();
        for (var cycle = 0; cycle < _config.HighCycles; cycle++)
        {
            for (var update = 0; update < _config.LowCycles; update++)
            {
                Array.ForEach(_low, block => block.Forward());
            }

            Array.ForEach(_high, block => block.Forward());
        }
    }

    /// <summary>The backward pass of the one-step gradient: one update of each module.</summary>
    public void BackwardOfOneStep()
    {
        using var noGradient = no_grad();
        Array.ForEach(_high, block => block.Backward());
        Array.ForEach(_low, block => block.Backward());
    }

    public void Dispose()
    {
        Array.ForEach(_low, block => block.Dispose());
        Array.ForEach(_high, block => block.Dispose());
    }
}
