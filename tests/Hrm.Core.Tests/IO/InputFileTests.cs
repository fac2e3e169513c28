using Hrm.TestKit;

namespace Hrm.Core.Tests;

public sealed class MappedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void CopyTo_gives_the_bytes_of_the_range()
    {
        File.WriteAllBytes(_folder["a"], [.. Enumerable.Range(0, 200).Select(i => (byte)i)]);
        using var file = MappedFile.Open(_folder["a"]);
        var bytes = new byte[3];

        file.CopyTo(197, bytes);

        bytes.Should().Equal(197, 198, 199);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(10, 1)]
    [InlineData(9, 2)]
    [InlineData(long.MaxValue, 1)]
    public void CopyTo_outside_the_file_is_refused(long offset, int length)
    {
        File.WriteAllBytes(_folder["a"], new byte[10]);
        using var file = MappedFile.Open(_folder["a"]);

        var copy = () => file.CopyTo(offset, new byte[length]);

        copy.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void CopyTo_after_the_file_was_shortened_throws_instead_of_ending_the_process()
    {
        if (OperatingSystem.IsWindows())
        {
            // It refuses to shorten a mapped file.
            return;
        }
        File.WriteAllBytes(_folder["a"], new byte[1 << 20]);
        using var file = MappedFile.Open(_folder["a"]);
        Shorten(_folder["a"]);

        var copy = () => file.CopyTo(1 << 19, new byte[10]);

        copy.Should().Throw<HrmFileException>().WithMessage("*was shortened while open: expected 1048576 bytes, got 100*");
    }

    [Fact]
    public void CopyTo_after_the_file_was_replaced_reads_what_was_opened()
    {
        File.WriteAllBytes(_folder["a"], [1, 2, 3]);
        using var file = MappedFile.Open(_folder["a"]);
        AtomicFile.Write(_folder["a"], stream => stream.WriteByte(9));
        var bytes = new byte[3];

        file.CopyTo(0, bytes);

        bytes.Should().Equal(1, 2, 3);
    }

    [Fact]
    public void CopyTo_after_dispose_throws()
    {
        File.WriteAllBytes(_folder["a"], new byte[10]);
        var file = MappedFile.Open(_folder["a"]);
        file.Dispose();

        var copy = () => file.CopyTo(0, new byte[1]);

        copy.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Open_missing_file_is_typed()
    {
        var open = () => MappedFile.Open(_folder["missing"]);

        open.Should().Throw<HrmFileException>().WithMessage("*missing*could not be read*");
    }

    [Fact]
    public void Open_folder_is_typed()
    {
        var open = () => MappedFile.Open(_folder.Path);

        open.Should().Throw<HrmFileException>();
    }

    [Fact]
    public void A_bounded_mapping_is_renewed_under_its_readers()
    {
        var bytes = new byte[1 << 20];
        new StatefulRandom(1).NextBytes(bytes);
        File.WriteAllBytes(_folder["a"], bytes);
        using var file = MappedFile.Open(_folder["a"], residentBytes: 1 << 16);

        // Renewed after every read: a reader that looked at the mapping just before has to find the new one.
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            var random = new StatefulRandom(thread);
            var read = new byte[100];
            for (var i = 0; i < 3_000; i++)
            {
                var offset = random.Next(bytes.Length - read.Length);
                file.CopyTo(offset, read);
                if (!read.AsSpan().SequenceEqual(bytes.AsSpan(offset, read.Length)))
                {
                    throw new InvalidDataException($"offset {offset}");
                }
            }
        });
    }

    [Fact]
    public void A_bounded_mapping_lets_go_of_what_was_read()
    {
        if (!OperatingSystem.IsLinux())
        {
            // The memory of a mapping is read off /proc.
            return;
        }
        const int Length = 64 << 20;
        File.WriteAllBytes(_folder["a"], new byte[Length]);

        ResidentAfterReading(long.MaxValue).Should().BeGreaterThan(60_000, "unbounded, all of it stays, or this measures nothing");
        ResidentAfterReading(8 << 20).Should().BeLessThan(9_000);

        long ResidentAfterReading(long bound)
        {
            using var file = MappedFile.Open(_folder["a"], bound);
            for (var offset = 0; offset < Length; offset += 1 << 12)
            {
                file.CopyTo(offset, new byte[1]);
            }
            return ResidentKilobytes(_folder["a"]);
        }
    }

    /// <summary>What /proc/self/smaps says of the mappings of a file.</summary>
    private static long ResidentKilobytes(string path)
    {
        var isOfFile = false;
        var sum = 0L;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.Contains('-') && line.Contains(" r", StringComparison.Ordinal))
            {
                isOfFile = line.EndsWith(path, StringComparison.Ordinal);
            }
            else if (isOfFile && line.StartsWith("Rss:", StringComparison.Ordinal))
            {
                sum += long.Parse(line.AsSpan(4, line.Length - 6).Trim(), System.Globalization.CultureInfo.InvariantCulture);
            }
        }
        return sum;
    }

    [Fact]
    public void A_bounded_mapping_that_is_disposed_says_so()
    {
        File.WriteAllBytes(_folder["a"], new byte[10]);
        var file = MappedFile.Open(_folder["a"], residentBytes: 1);
        file.CopyTo(0, new byte[1]);
        file.Dispose();

        var copy = () => file.CopyTo(0, new byte[1]);

        copy.Should().Throw<ObjectDisposedException>();
    }

    /// <summary>By another program: .NET's own streams would respect the lock on the open file.</summary>
    private static void Shorten(string path)
    {
        using var truncate = System.Diagnostics.Process.Start("truncate", ["-s", "100", path]);
        truncate.WaitForExit();
        truncate.ExitCode.Should().Be(0);
    }
}
