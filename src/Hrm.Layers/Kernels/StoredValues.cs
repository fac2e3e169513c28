using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Hrm.Layers.Kernels;

/// <summary>A value as a tensor stores it; kernels compute with it in float32.</summary>
/// <typeparam name="TSelf">The type itself: its pointer walks the tensor's memory.</typeparam>
internal unsafe interface IStored<TSelf>
    where TSelf : unmanaged, IStored<TSelf>
{
    /// <summary>Number of values that <see cref="Load"/> and <see cref="Store"/> take at once.</summary>
    const int Lanes = 16;

    /// <summary>The dtype of the tensors.</summary>
    static abstract ScalarType Dtype { get; }

    /// <summary>Reads 16 values; they need no alignment.</summary>
    static abstract Vector512<float> Load(TSelf* source);

    /// <summary>Writes 16 values, each rounded to the nearest, a tie to the even one.</summary>
    static abstract void Store(Vector512<float> values, TSelf* target);

    /// <summary>Reads one value.</summary>
    static abstract float LoadOne(TSelf* source);

    /// <summary>Writes one value, rounded as <see cref="Store"/> does.</summary>
    static abstract void StoreOne(float value, TSelf* target);
}

/// <summary>A float32 value in memory.</summary>
internal unsafe struct StoredSingle : IStored<StoredSingle>
{
    private float _value;

    public static ScalarType Dtype => ScalarType.Float32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(StoredSingle* source) => Vector512.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> values, StoredSingle* target) => values.Store((float*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(StoredSingle* source) => source->_value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreOne(float value, StoredSingle* target) => target->_value = value;
}

/// <summary>A bfloat16 value in memory: the upper half of a float32.</summary>
internal unsafe struct StoredBFloat16 : IStored<StoredBFloat16>
{
    private const int Shift = 16;

    /// <summary>Half of the last place that is kept, less the smallest step.</summary>
    private const uint BelowHalf = 0x7fff;

    /// <summary>Set in the upper half of a NaN, whose payload may be in the other half.</summary>
    private const uint QuietBit = 0x0040_0000;

    private ushort _bits;

    public static ScalarType Dtype => ScalarType.BFloat16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(StoredBFloat16* source)
    {
        var halves = Vector256.Load((ushort*)source);
        if (Avx512F.IsSupported)
        {
            return (Avx512F.ConvertToVector512UInt32(halves) << Shift).AsSingle();
        }

        var (lower, upper) = Vector256.Widen(halves);
        return (Vector512.Create(lower, upper) << Shift).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> values, StoredBFloat16* target)
    {
        var bits = values.AsUInt32();
        var rounded = bits + Vector512.Create(BelowHalf) + ((bits >>> Shift) & Vector512<uint>.One);
        rounded = Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), rounded, bits | Vector512.Create(QuietBit));
        var upper = rounded >>> Shift;
        var halves = Avx512F.IsSupported
            ? Avx512F.ConvertToVector256UInt16(upper)
            : Vector256.Narrow(upper.GetLower(), upper.GetUpper());
        halves.Store((ushort*)target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(StoredBFloat16* source) => BitConverter.UInt32BitsToSingle((uint)source->_bits << Shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreOne(float value, StoredBFloat16* target)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var rounded = float.IsNaN(value) ? bits | QuietBit : bits + BelowHalf + ((bits >> Shift) & 1);
        target->_bits = (ushort)(rounded >> Shift);
    }
}
