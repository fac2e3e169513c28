using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>Models with seeded random weights.</summary>
internal static class RandomModel
{
    private const long Seed = 2506;
    private const double Deviation = 0.05;

    /// <summary>A model without a weight at zero: the Q head and the puzzle table, which start there, get noise.</summary>
    /// <remarks>With zeros the Q values could not show a difference, and a processor may be faster on them.</remarks>
    public static HrmModel Create(HrmConfig config)
    {
        using var generator = new Generator(Seed, CPU);
        var model = new HrmModel(config, generator);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var (name, tensor) in model.state_dict())
        {
            if (name is "q_head.weight" or "puzzle_emb.weights")
            {
                tensor.normal_(0, Deviation, generator);
            }
        }

        return model;
    }
}
