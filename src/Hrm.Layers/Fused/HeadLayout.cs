namespace Hrm.Layers;

/// <summary>Where the heads of a block lie: in a row of tokens, [B, S, parts · A, H], and by themselves, [maps, S, H].</summary>
internal readonly struct HeadLayout(HeadBlock block, long tokens, long heads, long headDim, long parts)
{
    private readonly long _rowWidth = parts * heads * headDim;

    /// <summary>A · H: from a head's queries to its keys, and on to its values.</summary>
    public long PartWidth => heads * headDim;

    public long HeadDim => headDim;

    public long Heads => block.Heads;

    /// <summary>The number of (batch row, token).</summary>
    public long Rows => block.Batches * tokens;

    public long TokenOf(long row) => row % tokens;

    /// <summary>The first of the block's heads in a row.</summary>
    public long InRow(long row) => (((block.FirstBatch * tokens) + row) * _rowWidth) + (block.FirstHead * headDim);

    /// <summary>The same head by itself; the next head is <see cref="MapSize"/> further.</summary>
    public long InMaps(long row) => ((row / tokens * block.Heads * tokens) + (row % tokens)) * headDim;

    public long MapSize => tokens * headDim;
}
