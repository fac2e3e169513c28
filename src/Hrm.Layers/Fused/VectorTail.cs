using System.Runtime.Intrinsics;

namespace Hrm.Layers;

/// <summary>The last values of a row, fewer than a vector holds.</summary>
internal static unsafe class VectorTail
{
    /// <summary>Reads <paramref name="count"/> values; the other lanes are 0.</summary>
    public static Vector512<float> Load<T>(T* source, int count)
        where T : unmanaged, IStored<T>
    {
        var values = Vector512<float>.Zero;
        for (var i = 0; i < count; i++)
        {
            ((float*)&values)[i] = T.LoadOne(source + i);
        }

        return values;
    }

    /// <summary>Writes the first <paramref name="count"/> values and nothing beyond them.</summary>
    public static void Store<T>(Vector512<float> values, T* target, int count)
        where T : unmanaged, IStored<T>
    {
        for (var i = 0; i < count; i++)
        {
            T.StoreOne(((float*)&values)[i], target + i);
        }
    }
}
