namespace Hrm.Training;

/// <summary>An element type of the arrays of a dataset: its name in the file, its size, and what it holds.</summary>
internal sealed record NpyDtype(string Descriptor, int Size, long Least, long Most)
{
    public static readonly NpyDtype UInt8 = new("|u1", 1, byte.MinValue, byte.MaxValue);
    public static readonly NpyDtype Int16 = new("<i2", 2, short.MinValue, short.MaxValue);
    public static readonly NpyDtype UInt16 = new("<u2", 2, ushort.MinValue, ushort.MaxValue);
    public static readonly NpyDtype Int32 = new("<i4", 4, int.MinValue, int.MaxValue);
    public static readonly NpyDtype Int64 = new("<i8", 8, long.MinValue, long.MaxValue);

    /// <summary>The narrowest first; of equal ones that which more programs read.</summary>
    private static readonly NpyDtype[] All = [UInt8, Int16, UInt16, Int32, Int64];

    public static string AllNames { get; } = string.Join(", ", All.Select(dtype => dtype.Descriptor));

    public static NpyDtype? Find(string descriptor) => Array.Find(All, dtype => dtype.Descriptor == descriptor);

    /// <summary>The narrowest type that holds a range.</summary>
    public static NpyDtype Narrowest(long least, long most) => All.First(dtype => dtype.Holds(least, most));

    public bool Holds(long least, long most) => least >= Least && most <= Most;
}
