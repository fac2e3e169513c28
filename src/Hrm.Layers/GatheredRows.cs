using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>The rows of a <see cref="SparseEmbedding"/> that one training step looked up, with their ids.</summary>
/// <remarks>Owned by the embedding that made it: valid until its next recorded look-up.</remarks>
public sealed class GatheredRows : IDisposable
{
    internal GatheredRows(Tensor ids, Tensor rows)
    {
        Ids = ids;
        Rows = rows;
    }

    /// <summary>The ids, [B], int64; they may repeat.</summary>
    public Tensor Ids { get; }

    /// <summary>The rows, [B, W], float32: a leaf of the graph whose <c>grad</c> a backward pass fills.</summary>
    public Tensor Rows { get; }

    /// <summary>Frees the rows.</summary>
    public void Dispose()
    {
        Ids.Dispose();
        Rows.Dispose();
    }
}
