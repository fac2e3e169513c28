using System.Buffers.Binary;
using System.IO.Compression;
using Hrm.Core;

namespace Hrm.Puzzles.Tests;

public class ArchiveExtractionTests : SourceFixture
{
    private const int SymbolicLink = 0xA1FF;
    private const int DeviceFile = 0x21B6;
    private const int RegularFile = 0x81A4;

    [Fact]
    public void Files_and_folders_are_unpacked()
    {
        var folder = Extract(ZipBytes.Of(("data/training/a.json", "one"), ("data/empty/", ""), ("LICENSE", "two"), ("data/training/b.json", "")));

        Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal)
            .Should().Equal("LICENSE", "data", "data/empty", "data/training", "data/training/a.json", "data/training/b.json");
        File.ReadAllText(Path.Combine(folder, "data", "training", "a.json")).Should().Be("one");
        Directory.EnumerateFileSystemEntries(Cache.Path).Should().BeEquivalentTo(Cache["a.zip"], folder);
    }

    [Fact]
    public void The_mode_of_a_plain_file_is_no_obstacle() =>
        File.ReadAllText(Path.Combine(Extract(ZipBytes.OfMode("a", "text", RegularFile)), "a")).Should().Be("text");

    [Theory]
    [InlineData("../evil")]
    [InlineData("a/../../evil")]
    [InlineData("a/..")]
    [InlineData("..")]
    [InlineData("/etc/evil")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("..\\evil")]
    [InlineData("C:/evil")]
    [InlineData("a:stream")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData(".. /evil")]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("../")]
    public void A_name_that_could_lead_elsewhere_is_refused(string name)
    {
        ShouldFail(ZipBytes.Of(("fine", "x"), (name, "x")), "*expected a relative name of ordinary segments, none of them '..'");
        File.Exists(Path.Combine(Path.GetDirectoryName(Cache.Path)!, "evil")).Should().BeFalse();
    }

    [Theory]
    [InlineData(256, 1)]
    [InlineData(100, 6)]
    public void A_name_too_long_for_a_file_system_is_refused(int length, int segments) =>
        ShouldFail(ZipBytes.Of((string.Join('/', Enumerable.Repeat(new string('x', length), segments)), "x")), "*expected a relative name of ordinary segments*");

    [Theory]
    [InlineData(SymbolicLink)]
    [InlineData(DeviceFile)]
    public void Links_and_devices_are_refused(int mode) =>
        ShouldFail(ZipBytes.OfMode("link", "/etc/passwd", mode), "*'link': expected a plain file or folder, got a link, a device or an encrypted file");

    [Fact]
    public void An_encrypted_file_is_refused()
    {
        var zip = ZipBytes.Of(("a", "text"));
        zip[6] |= 1;
        zip[DirectoryOf(zip) + 8] |= 1;

        ShouldFail(zip, "*'a': expected a plain file or folder, got a link, a device or an encrypted file");
    }

    [Theory]
    [InlineData("a", "a", "*'a': expected each name once, got it twice")]
    [InlineData("a", "A", "*'A': expected each name once, got it twice")]
    [InlineData("a", "a/b", "*'a/b': expected each name once, got it as a file and as a folder")]
    [InlineData("a/b", "a", "*'a': expected each name once, got it twice")]
    public void A_name_that_stands_twice_is_refused(string first, string second, string message) =>
        ShouldFail(ZipBytes.Of((first, "1"), (second, "2")), message);

    [Fact]
    public void The_bytes_written_are_bounded()
    {
        var zip = ZipBytes.OfZeros(20_000_000);
        zip.Length.Should().BeLessThan(100_000);

        ShouldFail(zip, "*expected an archive of at most 1000000 bytes unpacked, got more", maximumBytes: 1_000_000);
        Directory.Exists(Extract(zip, maximumBytes: 20_000_000)).Should().BeTrue();
    }

    [Fact]
    public void The_bytes_written_are_bounded_whatever_size_is_stated()
    {
        var zip = ZipBytes.OfZeros(20_000_000);
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(DirectoryOf(zip) + 24), 10);

        var error = FluentActions.Invoking(() => Extract(zip, maximumBytes: 1_000_000)).Should().Throw<SourceException>().Which;

        error.Problem.Should().MatchRegex("expected an archive of at most 1000000 bytes|expected 10 bytes with the checksum");
        ShouldHoldNothing();
    }

    [Fact]
    public void The_bytes_of_all_files_count_together() =>
        ShouldFail(ZipBytes.Of(("a", new string('x', 600)), ("b", new string('y', 600))), "*at most 1000 bytes unpacked*", maximumBytes: 1000);

    [Theory]
    [InlineData(3, true)]
    [InlineData(2, false)]
    public void Files_and_the_folders_that_they_need_are_counted(int maximumEntries, bool fits)
    {
        var zip = ZipBytes.Of(("a/b/c", "x"));

        if (fits)
        {
            File.Exists(Path.Combine(Extract(zip, maximumEntries), "a", "b", "c")).Should().BeTrue();
        }
        else
        {
            ShouldFail(zip, $"*expected an archive of at most {maximumEntries} files and folders, got more", maximumEntries);
        }
    }

    [Fact]
    public void A_directory_is_not_read_whole_to_be_found_too_long()
    {
        var zip = ZipBytes.Of([.. Enumerable.Range(0, 40_000).Select(number => ($"{number}", ""))]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        ShouldFail(zip, "*expected an archive of at most 10 files and folders, got more", maximumEntries: 10);

        // 40,000 entries take some 16 MB; the budget lets about 6,000 in.
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(8_000_000);
    }

    [Fact]
    public void A_damaged_byte_is_noticed()
    {
        var text = new string('x', 1000);
        var zip = ZipBytes.Of(CompressionLevel.NoCompression, ("a", text));
        zip[500].Should().Be((byte)'x');
        zip[500] ^= 1;

        ShouldFail(zip, "*'a': expected 1000 bytes with the checksum *, got 1000 with *");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(1000)]
    public void What_is_no_archive_is_refused(int bytes) => ShouldFail(Bytes(bytes), "*expected a zip archive, got one that cannot be read*");

    [Fact]
    public void Damage_of_any_kind_is_a_typed_error_or_nothing()
    {
        var zip = ZipBytes.Of(("data/a.json", new string('x', 300)), ("data/b.json", "some text"), ("c", ""));
        var random = new Random(5);
        var refused = 0;
        for (var trial = 0; trial < 400; trial++)
        {
            var damaged = trial % 5 == 0 ? zip[..random.Next(zip.Length)] : [.. zip];
            for (var change = 0; change < random.Next(1, 4) && damaged.Length > 0; change++)
            {
                // The extremes lead to more than chance does: lengths and places of 0 and 2³² − 1.
                damaged[random.Next(damaged.Length)] = random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => (byte)random.Next(256) };
            }

            try
            {
                Directory.Delete(Extract(damaged), recursive: true);
            }
            catch (SourceException)
            {
                refused++;
                ShouldHoldNothing();
            }
        }

        refused.Should().BeGreaterThan(180);
    }

    [Fact]
    public void A_place_before_the_beginning_is_damage_not_a_file_error()
    {
        using var inner = new MemoryStream([1, 2, 3]);
        using var stream = new MeteredStream(inner, 3, () => new InvalidOperationException("budget"));

        stream.Invoking(s => s.Seek(-4, SeekOrigin.End)).Should().Throw<InvalidDataException>();
        stream.Invoking(s => s.Position = -1).Should().Throw<InvalidDataException>();
        stream.Seek(-3, SeekOrigin.End).Should().Be(0);
        stream.Read(new byte[3], 0, 3).Should().Be(3);
        stream.Position = 2;
        stream.Invoking(s => s.ReadByte()).Should().Throw<InvalidOperationException>().WithMessage("budget");
    }

    [Fact]
    public void A_cancelled_extraction_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();

        FluentActions.Invoking(() => Extract(ZipBytes.Of(("a", "x")), cancellationToken: cancel.Token)).Should().Throw<OperationCanceledException>();

        ShouldHoldNothing();
    }

    [Fact]
    public void What_a_killed_extraction_left_does_not_get_in()
    {
        Directory.CreateDirectory(Cache["a.unpacking", "old"]);

        Directory.GetFileSystemEntries(Extract(ZipBytes.Of(("new", "x")))).Should().Equal(Cache["a", "new"]);
    }

    [Fact]
    public void A_target_that_is_taken_is_a_file_error()
    {
        File.WriteAllText(Cache["a"], "a file");

        FluentActions.Invoking(() => Extract(ZipBytes.Of(("a", "x")))).Should().Throw<HrmFileException>();
    }

    private string Extract(byte[] zip, int maximumEntries = 1000, long maximumBytes = 1_000_000, CancellationToken cancellationToken = default)
    {
        File.WriteAllBytes(Cache["a.zip"], zip);
        new ArchiveExtraction("the archive", maximumEntries, maximumBytes).Extract(Cache["a.zip"], Cache["a"], cancellationToken);
        return Cache["a"];
    }

    private void ShouldFail(byte[] zip, string message, int maximumEntries = 1000, long maximumBytes = 1_000_000)
    {
        FluentActions.Invoking(() => Extract(zip, maximumEntries, maximumBytes)).Should().Throw<SourceException>()
            .WithMessage(message).Which.Origin.Should().Be("the archive");
        ShouldHoldNothing();
    }

    private void ShouldHoldNothing() => Directory.EnumerateFileSystemEntries(Cache.Path).Should().Equal(Cache["a.zip"]);

    /// <summary>Where the directory of an archive without a comment begins.</summary>
    private static int DirectoryOf(byte[] zip) => (int)BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(zip.Length - 6));
}
