namespace Hrm.Layers;

/// <summary>Heads whose attention is computed at once: some heads of one batch row, or all heads of some batch rows.</summary>
/// <param name="FirstBatch">The first batch row.</param>
/// <param name="Batches">The number of batch rows.</param>
/// <param name="FirstHead">The first head of each of them.</param>
/// <param name="Heads">The number of heads of each of them.</param>
internal readonly record struct HeadBlock(long FirstBatch, long Batches, long FirstHead, long Heads)
{
    /// <summary>The number of attention maps.</summary>
    public long Maps => Batches * Heads;

    /// <summary>Cuts all heads into blocks of at most <paramref name="most"/> maps, of one map where that is less.</summary>
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
