using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>Matrix products of the blocks of a segment, each block as often as the segment runs it.</summary>
internal sealed class SegmentRoofline(HrmConfig config, int batch, Device? device = null) : IDisposable
{
    private readonly MatrixProducts _low = new MatrixProducts(config.ForwardDtype, device ?? CPU).AddBlocks(config, batch, config.LowLayers);
    private readonly MatrixProducts _high = new MatrixProducts(config.ForwardDtype, device ?? CPU).AddBlocks(config, batch, config.HighLayers);

    /// <summary>Multiplications and additions of <see cref="RunTrainingStep"/>.</summary>
    public double OperationsOfTrainingStep
        => 2 * ((config.HighCycles * ((config.LowCycles * _low.Operations) + _high.Operations)) + _low.Operations + _high.Operations);

    /// <summary>Runs the products of a step with the one-step gradient: forward, backward, forward for the target of q_continue.</summary>
    public void RunTrainingStep()
    {
        Forward();
        BackwardOfOneStep();
        Forward();
    }

    /// <summary>Runs the products of N · T updates of the low module and N of the high one.</summary>
    public void Forward()
    {
        for (var cycle = 0; cycle < config.HighCycles; cycle++)
        {
            for (var update = 0; update < config.LowCycles; update++)
            {
                _low.Forward();
            }

            _high.Forward();
        }
    }

    /// <summary>Runs the products of the backward pass of the one-step gradient: one update of each module.</summary>
    public void BackwardOfOneStep()
    {
        _high.Backward();
        _low.Backward();
    }

    public void Dispose()
    {
        _low.Dispose();
        _high.Dispose();
    }
}
