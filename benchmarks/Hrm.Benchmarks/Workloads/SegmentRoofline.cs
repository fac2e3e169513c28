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
    private readonly int _batch;
    private readonly LayerRoofline[] _low;
    private readonly LayerRoofline[] _high;

    public SegmentRoofline(HrmConfig config, int batch, Device? device = null)
    {
        _config = config;
        _batch = batch;
        using var generator = new Generator(Seed, CPU);
        _low = [.. Enumerable.Range(0, config.LowLayers).Select(_ => Block())];
        _high = [.. Enumerable.Range(0, config.HighLayers).Select(_ => Block())];

        LayerRoofline Block() => LayerRoofline.OfBlock(config, batch, generator, device ?? CPU);
    }

    /// <summary>
    /// Multiplications and additions of <see cref="RunTrainingStep"/>: 2 · rows · inputs · outputs a product, three products in forward and
    /// backward for each of the forward pass alone.
    /// </summary>
    public double OperationsOfTrainingStep
    {
        get
        {
            var blocks = _config.HighCycles * ((_config.LowCycles * _config.LowLayers) + _config.HighLayers);
            return OperationsOfBlock * ((2.0 * blocks) + (2.0 * (_config.LowLayers + _config.HighLayers)));
        }
    }

    private double OperationsOfBlock
    {
        get
        {
            double rows = (double)_batch * _config.TokenCount;
            double width = _config.HiddenSize;
            var mixing = _config.MixTokens
                ? 2 * _batch * width * 3.0 * _config.TokenCount * _config.MixerInnerWidth
                : (2 * rows * 4 * width * width) + (4 * rows * _config.TokenCount * width);
            return mixing + (2 * rows * 3 * width * _config.InnerWidth);
        }
    }

    /// <summary>A step with the one-step gradient: forward, backward, and the forward pass of the target of continuing.</summary>
    public void RunTrainingStep()
    {
        Forward();
        BackwardOfOneStep();
        Forward();
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
