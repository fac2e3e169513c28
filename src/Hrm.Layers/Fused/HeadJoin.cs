namespace Hrm.Layers;

/// <summary>The backward pass of <see cref="HeadSplit{T}"/>: gradients of q and k, turned back, and of v into the packed one.</summary>
internal unsafe struct HeadJoin<T> : IRowKernel
    where T : unmanaged, IStored<T>
{
    public HeadLayout Layout;
    public HeadTurn<T> TurnBack;
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
            var target = Packed + Layout.InRow(row);
            var source = Layout.InMaps(row);
            for (long head = 0; head < Layout.Heads; head++)
            {
                TurnBack.Turn(Queries + source, target, token);
                TurnBack.Turn(Keys + source, target + Layout.PartWidth, token);
                TurnBack.Copy(Values + source, target + (2 * Layout.PartWidth));
                target += Layout.HeadDim;
                source += Layout.MapSize;
            }
        }
    }
}
