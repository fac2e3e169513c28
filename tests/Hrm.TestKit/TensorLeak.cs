using TorchSharp;
using Xunit;

namespace Hrm.TestKit;

/// <summary>Counts the live tensors before and after work that must leave none.</summary>
/// <remarks>
/// The count is that of the process: an assembly with such a test runs its tests one at a time
/// (<c>[assembly: CollectionBehavior(DisableTestParallelization = true)]</c>). Modules are made before the check, since
/// constructing them leaves wrappers to the garbage collector.
/// </remarks>
public static class TensorLeak
{
    /// <summary>Runs a step repeatedly; the number of live tensors must be equal before and after.</summary>
    /// <param name="step">One step, run without an outer dispose scope.</param>
    /// <param name="warmup">Steps before the first count, in which tables and gradients are created.</param>
    /// <param name="steps">Steps between the counts.</param>
    public static void Check(Action step, int warmup = 3, int steps = 100)
    {
        ArgumentNullException.ThrowIfNull(step);
        for (var i = 0; i < warmup; i++)
        {
            step();
        }

        // Objects of earlier tests must not be collected between the counts, because that would hide a leak.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = torch.Tensor.TotalCount;
        for (var i = 0; i < steps; i++)
        {
            step();
        }

        var after = torch.Tensor.TotalCount;
        Assert.True(after == before, $"live tensors: expected {before} after {steps} steps, as before them, got {after}");
    }
}
