using System.Runtime.CompilerServices;

namespace Hrm.Layers;

/// <summary>Copies heads between rows of tokens, [B, S, A, H], and maps, [maps, S, H]; without a change of values.</summary>
internal unsafe struct HeadCopy<T> : IRowKernel
    where T : unmanaged, IStored<T>
{
    public HeadLayout Layout;
    public T* Rows;
    public T* Maps;

    /// <summary>Whether the rows are written, from the maps.</summary>
    public bool IsToRows;

    /// <inheritdoc/>
    public readonly void Run(long begin, long end)
    {
        var size = (uint)(Layout.HeadDim * sizeof(T));
        for (var row = begin; row < end; row++)
        {
            var inRow = Rows + Layout.InRow(row);
            var inMap = Maps + Layout.InMaps(row);
            for (long head = 0; head < Layout.Heads; head++)
            {
                Unsafe.CopyBlockUnaligned(IsToRows ? inRow : inMap, IsToRows ? inMap : inRow, size);
                inRow += Layout.HeadDim;
                inMap += Layout.MapSize;
            }
        }
    }
}
