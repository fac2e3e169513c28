using System.Buffers.Binary;
using System.Text;
using Hrm.TestKit;

namespace Hrm.Training.Tests;

public sealed class NpyFileTests : IDisposable
{
    private const string Dictionary = "expected {'descr': '…', 'fortran_order': False, 'shape': (…), } and a line feed, as numpy writes them, got";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Each_version_is_read(int version)
    {
        using var file = Open(Bytes("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }", 24, version));
        file.Shape.Should().Equal(2, 3);
        Read(file).Should().Equal(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, 0x13121110, 0x17161514);
    }

    [Theory]
    [InlineData("|u1", new long[] { 0, 255, 7 })]
    [InlineData("<i2", new long[] { -32768, 32767, -1 })]
    [InlineData("<u2", new long[] { 0, 65535, 40000 })]
    [InlineData("<i4", new long[] { int.MinValue, int.MaxValue, -100 })]
    [InlineData("<i8", new long[] { long.MinValue, long.MaxValue, -100 })]
    public void Each_type_is_read_and_saturates_to_int(string type, long[] values)
    {
        var dtype = NpyDtype.Find(type)!;
        var data = values.SelectMany(value => BitConverter.GetBytes(value)[..dtype.Size]);
        using var file = Open([.. NpyHeader.Write(dtype, values.Length), .. data]);
        file.Dtype.Should().Be(dtype);
        Read(file).Should().Equal(values.Select(value => (int)Math.Clamp(value, int.MinValue, int.MaxValue)));
    }

    [Fact]
    public void Empty_arrays_and_scalars_are_read()
    {
        using (var empty = Open(Bytes("{'descr': '<i8', 'fortran_order': False, 'shape': (0, 9223372036854775807), }", 0)))
        {
            empty.Count.Should().Be(0);
            Read(empty).Should().BeEmpty();
        }

        using var scalar = Open(Bytes("{'descr': '|u1', 'fortran_order': False, 'shape': (), }", 1));
        Read(scalar).Should().Equal(0);
    }

    [Theory]
    [InlineData("{'descr': '|u1', 'fortran_order': True, 'shape': (3,), }", "expected fortran_order False, got True")]
    [InlineData("{'descr': '>i4', 'fortran_order': False, 'shape': (3,), }", "expected one of the types |u1, <i2, <u2, <i4, <i8, got '>i4'")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", "got '|O'")]
    [InlineData("{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (3,), }", Dictionary)]
    [InlineData("{'descr': '|u1', 'fortran_order': 0, 'shape': (3,), }", Dictionary)]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }", "expected 4 bytes of |u1 for the shape (4), got 3")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "expected 2 bytes of |u1 for the shape (2), got 3")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (3), }", Dictionary)]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (3 3,), }", Dictionary)]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (,), }", Dictionary)]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (-3,), }", Dictionary)]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775808,), }", "expected lengths of at most 9223372036854775807, got 9223372036854775808")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4), }", "bytes of")]
    [InlineData("{'descr': '<i8', 'fortran_order': False, 'shape': (2305843009213693952,), }", "bytes of")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, }", Dictionary)]
    [InlineData("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", Dictionary)]
    [InlineData("{'shape': (3,), 'fortran_order': False, 'descr': '|u1'}", Dictionary)]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), } x", Dictionary)]
    [InlineData("", Dictionary)]
    public void A_bad_header_is_rejected_with_the_reason(string header, string problem)
        => Opening(Bytes(header, 3)).Should().Throw<HrmFormatException>().WithMessage($"{_folder["a.npy"]}*: *{problem}*").Which.Path.Should().Be(_folder["a.npy"]);

    [Fact]
    public void A_tuple_of_many_axes_is_rejected()
        => Opening(Bytes($"{{'descr': '|u1', 'fortran_order': False, 'shape': ({string.Join(", ", Enumerable.Repeat(1, 33))}), }}", 1))
            .Should().Throw<HrmFormatException>().WithMessage("*expected at most 32 lengths, got 33");

    /// <summary>The longest header, of spaces and of entries, is matched in linear time.</summary>
    [Theory]
    [InlineData("{", " ")]
    [InlineData("{'descr':", " ")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (", "1, ")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (1,", " ")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (1", "1")]
    public void A_long_header_is_rejected_at_once(string start, string part)
    {
        var header = start + string.Concat(Enumerable.Repeat(part, (NpyHeader.MaxTextBytes - start.Length - 1) / part.Length));
        Action rejecting = () => Opening(Bytes(header, 3, version: 2)).Should().Throw<HrmFormatException>();
        rejecting.ExecutionTime().Should().BeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Other_formats_and_versions_are_rejected()
    {
        Opening([]).Should().Throw<HrmFormatException>().WithMessage("*expected an .npy file, got something else");
        Opening(Encoding.ASCII.GetBytes("PK, a zip file")).Should().Throw<HrmFormatException>().WithMessage("*expected an .npy file*");
        var bytes = Bytes("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", 3);
        bytes[6] = 4;
        Opening(bytes).Should().Throw<HrmFormatException>().WithMessage("*version: expected 1.0, 2.0 or 3.0, got 4.0");
    }

    [Theory]
    [InlineData(1, 60000L)]
    [InlineData(2, 65537L)]
    [InlineData(2, 4294967295L)]
    public void A_header_longer_than_the_file_or_the_limit_is_rejected(int version, long length)
    {
        var bytes = Bytes("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", 3, version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), (uint)length);
        Opening(bytes).Should().Throw<HrmFormatException>().WithMessage($"*header: expected at most 65536 bytes within the file's {bytes.Length}, got a length of *");
    }

    [Fact]
    public void Every_prefix_of_a_file_is_rejected()
    {
        var bytes = Bytes("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2), }", 8, version: 2);
        foreach (var length in Enumerable.Range(0, bytes.Length))
        {
            Opening(bytes[..length]).Should().Throw<HrmFormatException>();
        }
    }

    [Fact]
    public void The_header_keeps_its_length_for_any_number_of_rows()
    {
        NpyHeader.Write(NpyDtype.UInt8, 0).Should().HaveCount(128);
        NpyHeader.Write(NpyDtype.Int64, int.MaxValue, int.MaxValue).Should().HaveCount(128);
    }

    private static byte[] Bytes(string header, int dataLength, int version = 1)
    {
        var text = header.PadRight(80) + "\n";
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes((uint)text.Length);
        return
        [
            0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', (byte)version, 0, .. length, .. Encoding.ASCII.GetBytes(text),
            .. Enumerable.Range(0, dataLength).Select(value => (byte)value),
        ];
    }

    private static int[] Read(NpyFile file)
    {
        var values = new int[file.Count];
        file.CopyTo(0, values);
        return values;
    }

    private NpyFile Open(byte[] bytes)
    {
        File.WriteAllBytes(_folder["a.npy"], bytes);
        return NpyFile.Open(_folder["a.npy"]);
    }

    private Action Opening(byte[] bytes) => () => Open(bytes).Dispose();
}
