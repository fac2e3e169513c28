using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>The steps of attention between its two projections, on tensors for which <see cref="FastPath.Applies"/>.</summary>
/// <param name="Dtype">float32 or bfloat16.</param>
/// <param name="Batches">B.</param>
/// <param name="Tokens">S.</param>
/// <param name="Heads">A.</param>
/// <param name="HeadDim">H.</param>
/// <param name="Angles">Turn q and k; <see langword="null"/> for no turn.</param>
internal sealed unsafe record AttentionSteps(ScalarType Dtype, long Batches, long Tokens, long Heads, long HeadDim, RotaryAngles? Angles)
{
    /// <summary>
    /// The bytes of a block's scores: they stay in the cache from the product to the softmax and to the next product, and
    /// memory does not grow with B · S² where no gradient is wanted.
    /// </summary>
    private const long BlockBytes = 8 << 20;

    /// <summary>The blocks to work through.</summary>
    public IEnumerable<HeadBlock> Blocks
        => HeadBlock.Cut(Batches, Heads, BlockBytes / (Tokens * Tokens * (Dtype == ScalarType.BFloat16 ? 2 : 4)));

    /// <summary>The scale of the scores.</summary>
    private float Scale => (float)(1 / Math.Sqrt(HeadDim));

    private bool IsHalf => Dtype == ScalarType.BFloat16;

    /// <summary>q and k, turned, and v, [maps, S, H] each, of the packed projection [B, S, 3D].</summary>
    public (Tensor Queries, Tensor Keys, Tensor Values) Split(Tensor packed, HeadBlock block)
    {
        var (queries, keys, values) = (NewMaps(block), NewMaps(block), NewMaps(block)); // [maps, S, H] each
        Move(packed, block, queries, keys, values, isToPacked: false);
        return (queries, keys, values);
    }

    /// <summary>Writes the block's part of the gradient of the packed projection: the backward pass of <see cref="Split(Tensor, HeadBlock)"/>.</summary>
    public void Join(Tensor queries, Tensor keys, Tensor values, HeadBlock block, Tensor packed)
        => Move(packed, block, queries, keys, values, isToPacked: true);

    /// <summary>softmax(q kᵀ / √H), [maps, S, S].</summary>
    public Tensor Weigh(Tensor queries, Tensor keys)
    {
        var scores = bmm(queries, keys.transpose(1, 2)); // [maps, S, S]
        if (IsHalf)
        {
            Softmax<StoredBFloat16>(scores);
        }
        else
        {
            Softmax<StoredSingle>(scores);
        }

        return scores;
    }

    /// <summary>Turns the gradient of the weights, [maps, S, S], into that of q kᵀ, in place.</summary>
    public void WeighBack(Tensor weights, Tensor gradient)
    {
        if (IsHalf)
        {
            SoftmaxBack<StoredBFloat16>(weights, gradient);
        }
        else
        {
            SoftmaxBack<StoredSingle>(weights, gradient);
        }
    }

    /// <summary>Writes the heads of a block, [maps, S, H], to their places in [B, S, D].</summary>
    public void Merge(Tensor maps, HeadBlock block, Tensor rows) => Copy(rows, maps, block, isToRows: true);

    /// <summary>The heads of a block, [maps, S, H], out of [B, S, D]: the backward pass of <see cref="Merge"/>.</summary>
    public Tensor Part(Tensor rows, HeadBlock block)
    {
        var maps = NewMaps(block); // [maps, S, H]
        Copy(rows, maps, block, isToRows: false);
        return maps;
    }

    private Tensor NewMaps(HeadBlock block) => empty(block.Maps, Tokens, HeadDim, Dtype);

    private HeadLayout Layout(HeadBlock block, long parts) => new(block, Tokens, Heads, HeadDim, parts);

    private HeadTurn<T> Turn<T>(bool isBack)
        where T : unmanaged, IStored<T>
        => Angles is null
            ? new HeadTurn<T>(null, null, HeadDim, isBack)
            : new HeadTurn<T>((float*)TensorMemory.AddressOf(Angles.Cos), (float*)TensorMemory.AddressOf(Angles.SignedSin), HeadDim, isBack);

    private void Move(Tensor packed, HeadBlock block, Tensor queries, Tensor keys, Tensor values, bool isToPacked)
    {
        if (IsHalf)
        {
            Move<StoredBFloat16>(packed, block, queries, keys, values, isToPacked);
        }
        else
        {
            Move<StoredSingle>(packed, block, queries, keys, values, isToPacked);
        }
    }

    private void Move<T>(Tensor packed, HeadBlock block, Tensor queries, Tensor keys, Tensor values, bool isToPacked)
        where T : unmanaged, IStored<T>
    {
        var kernel = new HeadParts<T>
        {
            Layout = Layout(block, parts: 3),
            Turn = Turn<T>(isBack: isToPacked),
            Packed = (T*)TensorMemory.AddressOf(packed),
            Queries = (T*)TensorMemory.AddressOf(queries),
            Keys = (T*)TensorMemory.AddressOf(keys),
            Values = (T*)TensorMemory.AddressOf(values),
            IsToPacked = isToPacked,
        };
        KernelThreads.Run(kernel.Layout.Rows, 3 * block.Heads * HeadDim, kernel);
        GC.KeepAlive(queries);
        GC.KeepAlive(keys);
        GC.KeepAlive(values);
        GC.KeepAlive(packed);
    }

    private void Softmax<T>(Tensor scores)
        where T : unmanaged, IStored<T>
    {
        var kernel = new SoftmaxRows<T> { Scores = (T*)TensorMemory.AddressOf(scores), Width = Tokens, Scale = Scale };
        KernelThreads.Run(scores.size(0) * Tokens, 2 * Tokens, kernel);
        GC.KeepAlive(scores);
    }

    private void SoftmaxBack<T>(Tensor weights, Tensor gradient)
        where T : unmanaged, IStored<T>
    {
        var kernel = new SoftmaxGradientRows<T>
        {
            Weights = (T*)TensorMemory.AddressOf(weights),
            Gradient = (T*)TensorMemory.AddressOf(gradient),
            Width = Tokens,
            Scale = Scale,
        };
        KernelThreads.Run(weights.size(0) * Tokens, 2 * Tokens, kernel);
        GC.KeepAlive(weights);
        GC.KeepAlive(gradient);
    }

    private void Copy(Tensor rows, Tensor maps, HeadBlock block, bool isToRows)
    {
        if (IsHalf)
        {
            Copy<StoredBFloat16>(rows, maps, block, isToRows);
        }
        else
        {
            Copy<StoredSingle>(rows, maps, block, isToRows);
        }
    }

    private void Copy<T>(Tensor rows, Tensor maps, HeadBlock block, bool isToRows)
        where T : unmanaged, IStored<T>
    {
        var kernel = new HeadCopy<T>
        {
            Layout = Layout(block, parts: 1),
            Rows = (T*)TensorMemory.AddressOf(rows),
            Maps = (T*)TensorMemory.AddressOf(maps),
            IsToRows = isToRows,
        };
        KernelThreads.Run(kernel.Layout.Rows, block.Heads * HeadDim, kernel);
        GC.KeepAlive(rows);
        GC.KeepAlive(maps);
    }
}
