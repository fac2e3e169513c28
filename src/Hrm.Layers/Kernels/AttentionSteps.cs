using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers.Kernels;

/// <summary>The steps of attention between its two projections, on tensors for which <see cref="FastPath.Applies"/>.</summary>
/// <typeparam name="T">The stored values.</typeparam>
/// <param name="Batches">B.</param>
/// <param name="Tokens">S.</param>
/// <param name="Heads">A.</param>
/// <param name="HeadDim">H.</param>
/// <param name="Angles">Rotate q and k; <see langword="null"/> for no rotation.</param>
internal sealed unsafe record AttentionSteps<T>(long Batches, long Tokens, long Heads, long HeadDim, RotaryAngles? Angles)
    where T : unmanaged, IStored<T>
{
    /// <summary>
    /// Bytes of a block's scores: they stay in the cache from the product to the softmax and to the next product, and memory does
    /// not grow with B · S² without gradients.
    /// </summary>
    private const long BlockBytes = 8 << 20;

    /// <summary>The blocks of all heads, in order.</summary>
    public IEnumerable<HeadBlock> Blocks => HeadBlock.Cut(Batches, Heads, BlockBytes / (Tokens * Tokens * sizeof(T)));

    /// <summary>The scale of the scores.</summary>
    private float Scale => (float)(1 / Math.Sqrt(HeadDim));

    /// <summary>q and k, rotated, and v, [maps, S, H] each, of the packed projection [B, S, 3D].</summary>
    public (Tensor Queries, Tensor Keys, Tensor Values) Split(Tensor packed, HeadBlock block)
    {
        var (queries, keys, values) = (NewMaps(block), NewMaps(block), NewMaps(block)); // [maps, S, H] each
        Move(packed, block, [queries, keys, values], isToPacked: false);
        return (queries, keys, values);
    }

    /// <summary>Writes the block's part of the gradient of the packed projection: the backward pass of <see cref="Split"/>.</summary>
    public void Join(Tensor queries, Tensor keys, Tensor values, HeadBlock block, Tensor packed)
        => Move(packed, block, [queries, keys, values], isToPacked: true);

    /// <summary>Writes the heads of a block, [maps, S, H], to their places in [B, S, D].</summary>
    public void Merge(Tensor maps, HeadBlock block, Tensor rows) => Move(rows, block, [maps], isToPacked: true);

    /// <summary>The heads of a block, [maps, S, H], of [B, S, D]: the backward pass of <see cref="Merge"/>.</summary>
    public Tensor Part(Tensor rows, HeadBlock block)
    {
        var maps = NewMaps(block); // [maps, S, H]
        Move(rows, block, [maps], isToPacked: false);
        return maps;
    }

    /// <summary>softmax(q kᵀ / √H), [maps, S, S].</summary>
    public Tensor Weigh(Tensor queries, Tensor keys)
    {
        var scores = Products.Multiply(queries, keys.transpose(1, 2)); // [maps, S, S]
        var (width, scale) = (Tokens, Scale);
        var values = FastPath.AddressOf<T>(scores);
        KernelThreads.Run(scores.size(0) * width, 2 * width, (begin, end) => SoftmaxRows.Forward(values, width, scale, begin, end));
        GC.KeepAlive(scores);
        return scores;
    }

    /// <summary>Replaces the gradient of the weights, [maps, S, S], by that of q kᵀ.</summary>
    public void WeighBack(Tensor weights, Tensor gradient)
    {
        var (width, scale) = (Tokens, Scale);
        var p = FastPath.AddressOf<T>(weights);
        var g = FastPath.AddressOf<T>(gradient);
        KernelThreads.Run(weights.size(0) * width, 2 * width, (begin, end) => SoftmaxRows.Backward(p, g, width, scale, begin, end));
        GC.KeepAlive((weights, gradient));
    }

    private Tensor NewMaps(HeadBlock block) => empty(block.Maps, Tokens, HeadDim, T.Dtype);

    /// <summary>
    /// Copies heads between rows of tokens, [B, S, parts · A, H], and maps, [maps, S, H] for each part. The first two of three
    /// parts, q and k, are rotated on the way to the maps, and back on the way to the rows.
    /// </summary>
    private void Move(Tensor rows, HeadBlock block, Tensor[] maps, bool isToPacked)
    {
        var (tokens, headDim, mapSize, partWidth) = (Tokens, HeadDim, Tokens * HeadDim, Heads * HeadDim);
        var rowWidth = maps.Length * partWidth;
        var firstRow = FastPath.AddressOf<T>(rows) + (block.FirstBatch * tokens * rowWidth) + (block.FirstHead * headDim);
        var starts = Array.ConvertAll(maps, map => (nint)FastPath.AddressOf<T>(map));
        var rotated = maps.Length == 3 && Angles is not null ? 2 : 0;
        var cos = Angles is null ? null : FastPath.AddressOf<float>(Angles.Cos);
        var signedSin = Angles is null ? null : FastPath.AddressOf<float>(Angles.SignedSin);
        KernelThreads.Run(block.Batches * tokens, maps.Length * block.Heads * headDim, [MethodImpl(KernelThreads.Optimized)] (begin, end) =>
        {
            for (var row = begin; row < end; row++)
            {
                var (batch, token) = Math.DivRem(row, tokens);
                for (var part = 0; part < starts.Length; part++)
                {
                    var inRow = firstRow + (row * rowWidth) + (part * partWidth);
                    var inMap = (T*)starts[part] + (batch * block.Heads * mapSize) + (token * headDim);
                    for (long head = 0; head < block.Heads; head++)
                    {
                        var (source, target) = isToPacked ? ((nint)inMap, (nint)inRow) : ((nint)inRow, (nint)inMap);
                        if (part < rotated)
                        {
                            Rotate((T*)source, (T*)target, cos + (token * headDim), signedSin + (token * headDim), isToPacked ? -1 : 1, headDim / 2);
                        }
                        else
                        {
                            Copy((byte*)source, (byte*)target, headDim * sizeof(T));
                        }

                        inRow += headDim;
                        inMap += mapSize;
                    }
                }
            }
        });
        GC.KeepAlive((rows, maps, Angles));
    }

    /// <summary>Copies one head of one token: too few bytes for a call of the runtime's own copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(byte* source, byte* target, long bytes)
    {
        long i = 0;
        for (; i <= bytes - Vector512<byte>.Count; i += Vector512<byte>.Count)
        {
            Vector512.Load(source + i).Store(target + i);
        }

        Unsafe.CopyBlockUnaligned(target + i, source + i, (uint)(bytes - i));
    }

    /// <summary>Copies one head of one token, rotated by the angles of <see cref="RotaryEmbedding"/>, or back if the direction is -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rotate(T* source, T* target, float* cos, float* signedSin, float direction, long half)
    {
        var sin = signedSin + half;
        var directions = Vector512.Create(direction);
        long i = 0;
        for (; i <= half - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            var (first, second) = (T.Load(source + i), T.Load(source + half + i));
            var (c, s) = (Vector512.Load(cos + i), Vector512.Load(sin + i) * directions);
            T.Store((first * c) - (second * s), target + i);
            T.Store((second * c) + (first * s), target + half + i);
        }

        for (; i < half; i++)
        {
            var (first, second) = (T.LoadOne(source + i), T.LoadOne(source + half + i));
            var (c, s) = (cos[i], sin[i] * direction);
            T.StoreOne((first * c) - (second * s), target + i);
            T.StoreOne((second * c) + (first * s), target + half + i);
        }
    }
}

/// <summary>Heads whose attention is computed at once: some heads of one batch row, or all heads of some batch rows.</summary>
/// <param name="FirstBatch">The first batch row.</param>
/// <param name="Batches">The number of batch rows.</param>
/// <param name="FirstHead">The first head of each of them.</param>
/// <param name="Heads">The number of heads of each of them.</param>
internal readonly record struct HeadBlock(long FirstBatch, long Batches, long FirstHead, long Heads)
{
    /// <summary>The number of attention maps.</summary>
    public long Maps => Batches * Heads;

    /// <summary>Cuts all heads into blocks of at most <paramref name="most"/> maps, but at least one.</summary>
    public static IEnumerable<HeadBlock> Cut(long batches, long heads, long most)
    {
        var (batchStep, headStep) = most >= heads ? (most / heads, heads) : (1, Math.Max(1, most));
        for (long batch = 0; batch < batches; batch += batchStep)
        {
            for (long head = 0; head < heads; head += headStep)
            {
                yield return new HeadBlock(batch, Math.Min(batchStep, batches - batch), head, Math.Min(headStep, heads - head));
            }
        }
    }
}
