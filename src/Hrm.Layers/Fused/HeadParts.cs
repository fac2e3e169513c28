namespace Hrm.Layers;

/// <summary>
/// Between the packed projection, [B, S, 3A, H], and q and k, turned, and v, [maps, S, H] each: one row a (batch row, token).
/// Its backward pass is the same walk the other way, with q and k turned back.
/// </summary>
internal unsafe struct HeadParts<T> : IRowKernel
    where T : unmanaged, IStored<T>
{
    public HeadLayout Layout;
    public HeadTurn<T> Turn;
    public T* Packed;
    public T* Queries;
    public T* Keys;
    public T* Values;

    /// <summary>Whether the packed projection is written, from the three.</summary>
    public bool IsToPacked;

    /// <inheritdoc/>
    public readonly void Run(long begin, long end)
    {
        for (var row = begin; row < end; row++)
        {
            var token = Layout.TokenOf(row);
            var packed = Packed + Layout.InRow(row);
            var map = Layout.InMaps(row);
            for (long head = 0; head < Layout.Heads; head++)
            {
                var packedKey = packed + Layout.PartWidth;
                var packedValue = packedKey + Layout.PartWidth;
                if (IsToPacked)
                {
                    Turn.Turn(Queries + map, packed, token);
                    Turn.Turn(Keys + map, packedKey, token);
                    Turn.Copy(Values + map, packedValue);
                }
                else
                {
                    Turn.Turn(packed, Queries + map, token);
                    Turn.Turn(packedKey, Keys + map, token);
                    Turn.Copy(packedValue, Values + map);
                }

                packed += Layout.HeadDim;
                map += Layout.MapSize;
            }
        }
    }
}
