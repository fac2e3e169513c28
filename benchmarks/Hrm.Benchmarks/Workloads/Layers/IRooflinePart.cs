namespace Hrm.Benchmarks.Workloads.Layers;

/// <summary>Some of the products of a layer. What a call computes belongs to the caller's dispose scope.</summary>
internal interface IRooflinePart : IDisposable
{
    /// <summary>The products of the forward pass.</summary>
    void Forward();

    /// <summary>The two products of the backward pass for each of the forward pass.</summary>
    void Backward();
}
