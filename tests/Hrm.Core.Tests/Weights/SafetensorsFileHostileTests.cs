using Hrm.TestKit;
using static Hrm.Core.Tests.SafetensorsBytes;

namespace Hrm.Core.Tests;

/// <summary>One case per fault that a file can have.</summary>
public sealed class SafetensorsFileHostileTests : IDisposable
{
    private const string Rest = "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void Open_shorter_than_the_length_field_is_rejected(int bytes) =>
        Reject(new byte[bytes], null, "expected at least 8 bytes", $"got {bytes}");

    [Theory]
    [InlineData(1UL << 62)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(100_000_001UL)]
    [InlineData(3UL)]
    public void Open_header_length_beyond_the_file_is_rejected(ulong length) =>
        Reject(File(length, "{}"u8.ToArray()), null, "header: expected at most 100000000 bytes within the file's 10", length.ToString(System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void Open_huge_header_length_allocates_nothing_of_that_size()
    {
        var path = Write(File(1UL << 62, "{}"u8.ToArray()));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var open = () => SafetensorsFile.Open(path);
        open.Should().Throw<HrmFormatException>();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000);
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 132\n", "a Git LFS pointer: get the content with 'git lfs pull'")]
    [InlineData("<!DOCTYPE html>\n<html lang=\"en\">", "an HTML page: download the file itself")]
    [InlineData("\n<html><body>", "an HTML page: download the file itself")]
    [InlineData("Entry not found", "the text 'Entry not found'")]
    [InlineData("404", "the text '404'")]
    [InlineData("PK\u0003\u0004\n\0\0\b\0\0", "a file of torch.save: AuthorsCheckpoint and TorchSaveFile of Hrm.PyTorch read it")]
    [InlineData("\u0080\u0002}q\0X\u0004\0\0\0", "a pickle without an archive, as PyTorch before 1.6 wrote: load it and save it again with a newer one")]
    public void Other_content_than_weights_is_named(string content, string expected) =>
        Reject(System.Text.Encoding.Latin1.GetBytes(content), null, $"expected a safetensors file, got {expected}");

    /// <summary>The lengths 640 and 1408 begin with the bytes of a pickle of protocol 2 and 5.</summary>
    [Theory]
    [InlineData(640)]
    [InlineData(1408)]
    public void A_truncated_file_is_not_reported_as_a_pickle(long header) =>
        Reject([.. BitConverter.GetBytes(header), (byte)'{'], null, "header: expected");

    [Theory]
    [InlineData("", "starts with '{'")]
    [InlineData("[]", "starts with '{'")]
    [InlineData("null", "starts with '{'")]
    [InlineData("{", "expected JSON")]
    [InlineData("{]", "expected JSON: line 1, byte 2: ']' is an invalid start of a property name")]
    [InlineData("{} {}", "expected JSON")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",}}", "expected JSON")]
    [InlineData("{\"a\":{\"shape\":[[1]]}}", "maximum configured depth of 3")]
    public void Open_header_that_is_not_an_object_is_rejected(string header, string expected) =>
        Reject(File(header), null, "header:", expected);

    [Theory]
    [InlineData("{\"\\ud800\":{}}")]
    [InlineData("{\"a\":{\"dtype\":\"\\udc00\",\"shape\":[],\"data_offsets\":[0,1]}}")]
    public void Open_half_a_surrogate_pair_is_rejected(string header) => Reject(File(header), null, "surrogate");

    [Fact]
    public void Open_more_than_the_bounds_is_rejected()
    {
        var tensors = string.Join(',', Enumerable.Range(0, 100_001).Select(i => Entry($"{i}", "U8", "0", 0, 0)));
        var ones = string.Join(',', Enumerable.Repeat('1', 3_200_000));
        Reject(File($"{{{tensors}}}"), null, "at most 100000 tensors");
        Reject(File($"{{\"__metadata__\":{{\"k\":[{ones}]}}}}"), null, "with 3200000 names and values, got more");
        Reject(File($"{{{Entry(new string('n', 1025), "U8", "4", 0, 4)}}}", 4), null, "at most 1024 bytes", "1025");
        Reject(File($"{{{Entry("a", "U8", ones[..129], 0, 1)}}}", 1), "a", "shape: expected an array of at most 64 numbers");
        Reject(File("{\"a\":{\"shape\":" + new string('[', 10_000_000)), null, "line 1, byte ", "maximum configured depth of 3");
    }

    [Fact]
    public void Open_header_that_is_not_utf8_is_rejected() =>
        Reject(File([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}']), null, "UTF-8");

    [Theory]
    [InlineData("1", "expected an object with dtype, shape and data_offsets, got Number")]
    [InlineData("null", "got Null")]
    [InlineData("[]", "got Array")]
    [InlineData("{}", "expected the fields dtype, shape and data_offsets, each once")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4]}", "each once, got 'dtype', 'shape'")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4],\"extra\":1}", "'extra'")]
    [InlineData("{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}", "each once, got 'dtype', 'dtype'")]
    [InlineData("{\"dtype\":8,\"shape\":[4],\"data_offsets\":[0,4]}", "BOOL, got '8'")]
    [InlineData("{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]}", "got '\"F8_E4M3\"'")]
    [InlineData("{\"dtype\":\"u8\",\"shape\":[4],\"data_offsets\":[0,4]}", "got '\"u8\"'")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":4,\"data_offsets\":[0,4]}", "shape: expected an array of at most 64 numbers, got '4'")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[\"4\"],\"data_offsets\":[0,4]}", "shape: expected whole numbers")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[-4],\"data_offsets\":[0,4]}", "shape: expected whole numbers", "got '-4'")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4e0],\"data_offsets\":[0,4]}", "shape: expected whole numbers", "got '4e0'")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[9223372036854775808],\"data_offsets\":[0,4]}", "to 9223372036854775807, got '9223372036854775808'")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,18446744073709551616]}", "data_offsets: expected whole numbers")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[-4,0]}", "data_offsets: expected whole numbers", "got '-4'")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0]}", "expected [begin, end]", "got [0]")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4,8]}", "at most 2 numbers")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,0]}", "begin at most end, got [4, 0]")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":{}}", "data_offsets: expected an array")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[0,4]}", "expected 5 bytes for U8 [5], got 4")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,4]}", "expected 16 bytes for F32 [4], got 4")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}", "overflows")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[0,4294967296,4294967296],\"data_offsets\":[0,0]}", "overflows")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,9]}", "within the 8 bytes after the header, got [0, 9]")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[9223372036854775807,9223372036854775807]}", "within the 8 bytes")]
    public void Open_tensor_with_a_fault_is_rejected(string entry, params string[] fragments) =>
        Reject(File($"{{\"a\":{entry},{Rest}}}", 8), "a", fragments);

    [Theory]
    [InlineData("a", 0, 4, "a", 4, 8, "a", "each name once, got it twice")]
    [InlineData("a", 0, 4, "\\u0061", 4, 8, "a", "each name once, got it twice")]
    [InlineData("a", 0, 4, "b", 3, 7, "b", "expected to begin at 4, where the previous tensor ends, got 3: they overlap")]
    [InlineData("a", 0, 4, "b", 0, 4, "b", "overlap")]
    [InlineData("a", 0, 4, "b", 5, 9, "b", "expected to begin at 4, where the previous tensor ends, got 5: a gap")]
    [InlineData("a", 4, 8, "b", 8, 12, "a", "expected to begin at 0", "gap")]
    [InlineData("a", 0, 4, "b", 4, 8, null, "cover the 12 bytes after the header, got 8")]
    public void Open_two_tensors_that_do_not_cover_the_data_once_is_rejected(string first, long begin, long end, string second, long begin2, long end2, string? tensor, params string[] fragments) =>
        Reject(File($"{{{Entry(first, "U8", "4", begin, end)},{Entry(second, "U8", "4", begin2, end2)}}}", 12), tensor, fragments);

    [Fact]
    public void Open_data_without_tensors_is_rejected() => Reject(File("{}", 1), null, "cover the 1 bytes", "got 0");

    [Theory]
    [InlineData("1", "expected an object with dtype, shape and data_offsets, got Number")]
    [InlineData("null", "got Null")]
    [InlineData("[]", "got Array")]
    [InlineData("{},\"__metadata__\":{}", "each name once, got it twice")]
    public void Open_metadata_with_a_fault_is_rejected(string metadata, string expected) =>
        Reject(File($"{{\"__metadata__\":{metadata}}}"), "__metadata__", expected);

    [Fact]
    public void Open_message_shows_no_control_character_of_the_file()
    {
        var open = () => SafetensorsFile.Open(Write(File("{\"a\\nFATAL: forged\":1}")));

        open.Should().Throw<HrmFormatException>().Which.Message.Should().Contain("'a\\u000aFATAL: forged'").And.NotContain("\n");
    }

    private void Reject(byte[] bytes, string? tensor, params string[] fragments)
    {
        var path = Write(bytes);

        var open = () => SafetensorsFile.Open(path);

        var thrown = open.Should().Throw<HrmFormatException>().Which;
        thrown.Path.Should().Be(path);
        thrown.Place.Should().Be(tensor is null ? null : $"tensor '{tensor}'");
        thrown.Message.Should().Contain(path).And.ContainAll(fragments);
        // The rejected file is not kept open.
        System.IO.File.Delete(path);
    }

    private string Write(byte[] bytes)
    {
        var path = _folder["hostile.safetensors"];
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }
}
