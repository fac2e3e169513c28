using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers;

/// <summary>A float32 value in memory.</summary>
internal unsafe struct StoredSingle : IStored<StoredSingle>
{
    private float _value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(StoredSingle* source) => Vector512.Load((float*)source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> values, StoredSingle* target) => values.Store((float*)target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(StoredSingle* source) => source->_value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreOne(float value, StoredSingle* target) => target->_value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Round(Vector512<float> values) => values;
}
