using TorchSharp;

namespace Hrm.Training.Tests;

/// <summary>The tensors that are alive, as a starting point to compare <see cref="torch.Tensor.TotalCount"/> with.</summary>
internal static class LiveTensors
{
    /// <summary>Counts, after what earlier tests left to the garbage collector is gone: it would be taken for a fall later on.</summary>
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
