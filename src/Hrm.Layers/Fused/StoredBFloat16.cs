using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hrm.Layers;

/// <summary>A bfloat16 value in memory: the upper half of a float32.</summary>
internal unsafe struct StoredBFloat16 : IStored<StoredBFloat16>
{
    private const int Shift = 16;

    /// <summary>Half of the last place that is kept, less the smallest step.</summary>
    private const uint BelowHalf = 0x7fff;

    /// <summary>Set in what is kept of a NaN, whose payload may lie in the other half.</summary>
    private const uint QuietBit = 0x0040_0000;

    private ushort _bits;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(StoredBFloat16* source) => Widen(Vector256.Load((ushort*)source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> values, StoredBFloat16* target)
    {
        var upper = RoundedBits(values) >>> Shift;
        var halves = Avx512F.IsSupported
            ? Avx512F.ConvertToVector256UInt16(upper)
            : Vector256.Narrow(upper.GetLower(), upper.GetUpper());
        halves.Store((ushort*)target);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(StoredBFloat16* source) => BitConverter.UInt32BitsToSingle((uint)source->_bits << Shift);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreOne(float value, StoredBFloat16* target)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var rounded = float.IsNaN(value) ? bits | QuietBit : bits + BelowHalf + ((bits >> Shift) & 1);
        target->_bits = (ushort)(rounded >> Shift);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Round(Vector512<float> values)
        => (RoundedBits(values) & Vector512.Create(0xffff_0000u)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Widen(Vector256<ushort> halves)
    {
        if (Avx512F.IsSupported)
        {
            return (Avx512F.ConvertToVector512UInt32(halves) << Shift).AsSingle();
        }

        var (lower, upper) = Vector256.Widen(halves);
        return (Vector512.Create(lower, upper) << Shift).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> RoundedBits(Vector512<float> values)
    {
        var bits = values.AsUInt32();
        var rounded = bits + Vector512.Create(BelowHalf) + ((bits >>> Shift) & Vector512<uint>.One);
        return Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), rounded, bits | Vector512.Create(QuietBit));
    }
}
