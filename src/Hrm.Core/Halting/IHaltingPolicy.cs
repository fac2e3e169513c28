using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>Decides after each segment which rows of a batch stop.</summary>
/// <remarks>Adaptive halting, fixed numbers of segments, thresholds: each is a policy. A policy holds no weights.</remarks>
public interface IHaltingPolicy
{
    /// <summary>M, the number of segments after which every row stops.</summary>
    int MaxSegments { get; }

    /// <summary>Decides.</summary>
    /// <param name="state">Q values and counts of the segment that has just run.</param>
    /// <returns>[B], bool: the rows that stop.</returns>
    Tensor Decide(HaltingState state);
}
