using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hrm.Training;

/// <summary>An element type of the arrays of a dataset: its name in the file, its size and range, and its conversion to int.</summary>
internal abstract class NpyDtype(string descriptor, int size, long least, long most)
{
    public static readonly NpyDtype UInt8 = new Of<byte>("|u1");
    public static readonly NpyDtype Int16 = new Of<short>("<i2");
    public static readonly NpyDtype UInt16 = new Of<ushort>("<u2");
    public static readonly NpyDtype Int32 = new Of<int>("<i4");
    public static readonly NpyDtype Int64 = new Of<long>("<i8");

    /// <summary>The types by size; of two types of the same size, the more common one is first.</summary>
    private static readonly NpyDtype[] All = [UInt8, Int16, UInt16, Int32, Int64];

    public static string AllNames { get; } = string.Join(", ", All.Select(dtype => dtype.Descriptor));

    public string Descriptor => descriptor;

    public int Size => size;

    public static NpyDtype? Find(string descriptor) => Array.Find(All, dtype => dtype.Descriptor == descriptor);

    /// <summary>The narrowest type that holds a range.</summary>
    public static NpyDtype Narrowest(long least, long most) => All.First(dtype => dtype.Holds(least, most));

    public bool Holds(long lowest, long highest) => lowest >= least && highest <= most;

    /// <summary>Converts elements; a value outside <see cref="int"/> becomes the nearest one.</summary>
    public abstract void Decode(ReadOnlySpan<byte> bytes, Span<int> values);

    /// <summary>Converts values within the type's range.</summary>
    public abstract void Encode(ReadOnlySpan<int> values, Span<byte> bytes);

    private sealed class Of<T>(string descriptor)
        : NpyDtype(descriptor, Unsafe.SizeOf<T>(), long.CreateChecked(T.MinValue), long.CreateChecked(T.MaxValue))
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        public override void Decode(ReadOnlySpan<byte> bytes, Span<int> values)
        {
            var elements = MemoryMarshal.Cast<byte, T>(bytes);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = int.CreateSaturating(elements[i]);
            }
        }

        public override void Encode(ReadOnlySpan<int> values, Span<byte> bytes)
        {
            var elements = MemoryMarshal.Cast<byte, T>(bytes);
            for (var i = 0; i < values.Length; i++)
            {
                elements[i] = T.CreateTruncating(values[i]);
            }
        }
    }
}
