using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hrm.Layers.Kernels;

/// <summary>Functions of vectors in float32 arithmetic, and reads and writes of less than a vector.</summary>
internal static unsafe class VectorMath
{
    /// <summary>Number of float32 values in a vector.</summary>
    public const int Lanes = 16;

    /// <summary>The logarithm of the smallest normal float32: below it the power is 0.</summary>
    private const float Lowest = -87.33654f;

    private const float InverseOfLog2 = 1.44269504f;

    /// <summary>ln 2 in two parts, the first with so few bits that its product with the exponent is exact.</summary>
    private const float UpperLog2 = 0.693359375f;
    private const float LowerLog2 = -2.12194440e-4f;
    private const int MantissaBits = 23;

    /// <summary>
    /// eˣ for x ≤ 0, with an error of at most two units in the last place; 0 for -∞, NaN for NaN.
    /// <see cref="Vector512.Exp(Vector512{float})"/> computes in float64.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ExpOfNonPositive(Vector512<float> x)
    {
        // x = n·ln 2 + r with |r| ≤ ln 2 / 2; the polynomial is Cephes' for (e^r - 1 - r) / r².
        var isTooLow = Vector512.LessThan(x, Vector512.Create(Lowest));
        var n = Vector512.Round(x * InverseOfLog2);
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-UpperLog2), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-LowerLog2), r);
        var p = Vector512.Create(1.9875691500e-4f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;

        // 2ⁿ by the exponent's bits. For NaN the conversion gives 0 or only the highest bit, which leaves p as it is.
        var scaled = (p.AsInt32() + (Vector512.ConvertToInt32Native(n) << MantissaBits)).AsSingle();
        return Vector512.AndNot(scaled, isTooLow);
    }

    /// <summary>σ(x) = 1 / (1 + e⁻ˣ), within three units in the last place; 0 below -87.3, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x)
    {
        // With e = e^-|x|, which does not overflow: 1 / (1 + e) for a positive value, e / (1 + e) for a negative one.
        var e = ExpOfNonPositive(x | Vector512.Create(-0f));
        var isNegative = Vector512.LessThan(x, Vector512<float>.Zero);
        return Vector512.ConditionalSelect(isNegative, e, Vector512<float>.One) / (Vector512<float>.One + e);
    }

    /// <summary>Reads <paramref name="count"/> values; the other lanes are 0.</summary>
    public static Vector512<float> LoadTail<T>(T* source, int count)
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
    public static void StoreTail<T>(Vector512<float> values, T* target, int count)
        where T : unmanaged, IStored<T>
    {
        for (var i = 0; i < count; i++)
        {
            T.StoreOne(((float*)&values)[i], target + i);
        }
    }
}

/// <summary>A value as a tensor stores it; kernels compute with it in float32.</summary>
/// <typeparam name="TSelf">The type itself: its pointer walks the tensor's memory.</typeparam>
internal unsafe interface IStored<TSelf>
    where TSelf : unmanaged, IStored<TSelf>
{
    /// <summary>Number of values that <see cref="Load"/> and <see cref="Store"/> take at once.</summary>
    const int Lanes = VectorMath.Lanes;

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
