using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Loss and metrics of one segment, still on the device.</summary>
/// <param name="Total">[]: the sum over rows, with its graph; not yet divided by the global batch.</param>
/// <param name="Metrics">[8], float64, without a graph: what <see cref="MetricSums.Read"/> reads.</param>
public sealed record LossResult(Tensor Total, Tensor Metrics);
