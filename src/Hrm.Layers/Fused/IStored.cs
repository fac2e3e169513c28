using System.Runtime.Intrinsics;

namespace Hrm.Layers;

/// <summary>A value as a tensor stores it, which kernels compute with as float32.</summary>
/// <typeparam name="TSelf">The type itself: its pointer walks the tensor's memory.</typeparam>
internal unsafe interface IStored<TSelf>
    where TSelf : unmanaged, IStored<TSelf>
{
    /// <summary>Values that <see cref="Load"/> and <see cref="Store"/> take at a time.</summary>
    const int Lanes = 16;

    /// <summary>Reads 16 values; no alignment is asked for.</summary>
    static abstract Vector512<float> Load(TSelf* source);

    /// <summary>Writes 16 values, each rounded to the nearest, a tie to the even one.</summary>
    static abstract void Store(Vector512<float> values, TSelf* target);

    /// <summary>Reads one value.</summary>
    static abstract float LoadOne(TSelf* source);

    /// <summary>Writes one value, rounded as <see cref="Store"/> does.</summary>
    static abstract void StoreOne(float value, TSelf* target);

    /// <summary>Each value as it would be read after it was written.</summary>
    static abstract Vector512<float> Round(Vector512<float> values);
}
