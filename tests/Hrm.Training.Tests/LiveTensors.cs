using TorchSharp;

namespace Hrm.Training.Tests;

/// <summary>The number of live tensors, for comparison with a later <see cref="torch.Tensor.TotalCount"/>.</summary>
internal static class LiveTensors
{
    /// <summary>Counts after the garbage of earlier tests was collected; otherwise its collection would hide growth.</summary>
    public static long Count()
    {
        for (var pass = 0; pass < 2; pass++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return torch.Tensor.TotalCount;
    }
}
