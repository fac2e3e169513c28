using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace Hrm.Training;

/// <summary>The header of an <c>.npy</c> file. Reference: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html</summary>
/// <param name="Dtype">The element type.</param>
/// <param name="Shape">The length of each axis; the last one changes fastest.</param>
/// <param name="DataStart">The offset of the elements in the file.</param>
internal sealed partial record NpyHeader(NpyDtype Dtype, IReadOnlyList<long> Shape, int DataStart)
{
    public const int MaxTextBytes = 1 << 16;

    private const int MaxAxes = 32;
    private const int Alignment = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header of a file and compares the length of the file with it.</summary>
    /// <exception cref="HrmFormatException">The file is not an array that this library reads.</exception>
    public static NpyHeader Read(InputFile file)
    {
        var fixedBytes = new byte[(int)Math.Min(file.Length, 12)];
        file.CopyTo(0, fixedBytes);
        if (fixedBytes.Length < 10 || !fixedBytes.AsSpan(0, 6).SequenceEqual(Magic))
        {
            throw new HrmFormatException(ForeignFile.Describe(file, "an .npy file") ?? "expected an .npy file, got something else", file.Path);
        }

        var (major, minor) = (fixedBytes[6], fixedBytes[7]);
        if (major is not (1 or 2 or 3) || minor != 0)
        {
            throw new HrmFormatException(FormattableString.Invariant($"version: expected 1.0, 2.0 or 3.0, got {major}.{minor}"), file.Path);
        }

        var textStart = major == 1 ? 10 : 12;
        var textLength = major == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(fixedBytes.AsSpan(8))
            : fixedBytes.Length < 12 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(fixedBytes.AsSpan(8));
        if (textLength > MaxTextBytes || textStart + textLength > file.Length)
        {
            throw new HrmFormatException(
                FormattableString.Invariant($"header: expected at most {MaxTextBytes} bytes within the file's {file.Length}, got a length of {textLength}"),
                file.Path);
        }

        var text = new byte[(int)textLength];
        file.CopyTo(textStart, text);
        var header = Parse(Encoding.Latin1.GetString(text), textStart + text.Length, file.Path);
        header.RequireLength(file);
        return header;
    }

    /// <summary>The bytes of a header as numpy writes it: version 1.0, padded to a multiple of 64.</summary>
    public static byte[] Write(NpyDtype dtype, params ReadOnlySpan<long> shape)
    {
        var axes = string.Join(", ", shape.ToArray().Select(length => length.ToString(CultureInfo.InvariantCulture)));
        var text = $"{{'descr': '{dtype.Descriptor}', 'fortran_order': False, 'shape': ({axes}{(shape.Length == 1 ? "," : string.Empty)}), }}";
        var length = (10 + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        var bytes = new byte[length];
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), checked((ushort)(length - 10)));
        Encoding.ASCII.GetBytes(text.PadRight(length - 11) + '\n', bytes.AsSpan(10));
        return bytes;
    }

    /// <summary>Reads the Python dictionary of the header, in the order in which numpy writes its keys.</summary>
    private static NpyHeader Parse(string text, int dataStart, string path)
    {
        if (Dictionary().Match(text) is not { Success: true } match)
        {
            throw Fail("{'descr': '…', 'fortran_order': False, 'shape': (…), } and a line feed, as numpy writes them", Quote.Text(text.TrimEnd(' ', '\n')));
        }

        if (match.Groups["order"].Value != "False")
        {
            throw Fail("fortran_order False", match.Groups["order"].Value);
        }

        var descr = match.Groups["descr"].Value;
        var dtype = NpyDtype.Find(descr) ?? throw Fail($"one of the types {NpyDtype.AllNames}", Quote.Text(descr));
        var shape = new List<long>();
        foreach (Capture length in match.Groups["length"].Captures)
        {
            shape.Add(long.TryParse(length.Value, CultureInfo.InvariantCulture, out var value) ? value : throw Fail($"lengths of at most {long.MaxValue}", length.Value));
        }

        return shape.Count <= MaxAxes ? new NpyHeader(dtype, shape, dataStart) : throw Fail($"at most {MaxAxes} lengths", $"{shape.Count}");

        HrmFormatException Fail(string expected, string got) => new($"expected {expected}, got {got}", path, place: "header");
    }

    /// <summary>The dictionary and its line feed. No two repetitions can match the same character, so it takes linear time.</summary>
    [GeneratedRegex(@"^\{ *'descr': *'(?<descr>[^'\\]*)', *'fortran_order': *(?<order>True|False), *'shape': *\((?:(?:(?<length>[0-9]+), *)+(?<length>[0-9]+)?)?\),? *\} *\n\z")]
    private static partial Regex Dictionary();

    private void RequireLength(InputFile file)
    {
        var bytes = Shape.Aggregate(new BigInteger(Dtype.Size), (product, length) => product * length);
        if (bytes != file.Length - DataStart)
        {
            throw new HrmFormatException(
                FormattableString.Invariant($"expected {bytes} bytes of {Dtype.Descriptor} for the shape ({string.Join(", ", Shape)}), got {file.Length - DataStart}"),
                file.Path);
        }
    }
}
