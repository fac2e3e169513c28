namespace Hrm.Layers;

/// <summary>From the packed projection, [B, S, 3A, H], to q and k, turned, and v, [maps, S, H] each: one row a (batch row, token).</summary>
internal unsafe struct HeadSplit<T> : IRowKernel
    where T : unmanaged, IStored<T>
{
    public HeadLayout Layout;
    public HeadTurn<T> Turn;
    public T* Packed;
    public T* Queries;
    public T* Keys;
    public T* Values;

    /// <inheritdoc/>
    public readonly void Run(long begin, long end)
    {
        for (var row = begin; row < end; row++)
        {
            var token = Layout.TokenOf(row);
            var source = Packed + Layout.InRow(row);
            var target = Layout.InMaps(row);
            for (long head = 0; head < Layout.Heads; head++)
            {
                Turn.Turn(source, Queries + target, token);
                Turn.Turn(source + Layout.PartWidth, Keys + target, token);
                Turn.Copy(source + (2 * Layout.PartWidth), Values + target);
                source += Layout.HeadDim;
                target += Layout.MapSize;
            }
        }
    }
}
