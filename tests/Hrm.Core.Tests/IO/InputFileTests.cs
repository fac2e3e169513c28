using Hrm.TestKit;

namespace Hrm.Core.Tests;

public sealed class InputFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(10, 1)]
    [InlineData(9, 2)]
    [InlineData(long.MaxValue, 1)]
    public void CopyTo_outside_the_file_throws(long offset, int length)
    {
        File.WriteAllBytes(_folder["a"], new byte[10]);
        using var file = InputFile.Open(_folder["a"]);

        file.Invoking(it => it.CopyTo(offset, new byte[length])).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void CopyTo_after_the_file_was_replaced_reads_the_opened_file()
    {
        File.WriteAllBytes(_folder["a"], [1, 2, 3]);
        using var file = InputFile.Open(_folder["a"]);
        AtomicFile.Write(_folder["a"], stream => stream.WriteByte(9));
        var bytes = new byte[3];

        file.CopyTo(0, bytes);

        bytes.Should().Equal(1, 2, 3);
    }

    [Fact]
    public void Open_of_a_missing_a_folder_or_a_long_file_is_typed()
    {
        using (var sparse = File.Create(_folder["a"]))
        {
            sparse.SetLength(1L << 40);
        }

        Opening(_folder["missing"]).WithMessage("*missing: the file does not exist");
        Opening(_folder.Path).WithMessage("*expected a file, got a folder");
        Opening(_folder["a"]).WithMessage("*a: expected at most 68719476736 bytes, got 1099511627776");

        static FluentAssertions.Specialized.ExceptionAssertions<HrmFileException> Opening(string path)
            => FluentActions.Invoking(() => InputFile.Open(path, SafetensorsFile.MaxFileBytes)).Should().Throw<HrmFileException>();
    }

    [UnixFact]
    public void A_pipe_or_a_device_is_rejected()
    {
        File.CreateSymbolicLink(_folder["link"], "/dev/zero");
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream();
        var descriptor = $"/dev/fd/{pipe.SafePipeHandle.DangerousGetHandle()}";
        foreach (var path in new[] { NewPipe(), "/dev/zero", _folder["link"], descriptor })
        {
            const string Expected = "*expected a regular file, got a device or a pipe";
            FluentActions.Invoking(() => InputFile.Open(path)).Should().Throw<HrmFileException>(path).WithMessage(path + Expected);
            FluentActions.Invoking(() => InputFile.OpenStream(path)).Should().Throw<IOException>(path).WithMessage(Expected);
        }
    }

    [Fact]
    public void An_empty_file_is_regular()
    {
        File.WriteAllBytes(_folder["a"], []);
        using var file = InputFile.Open(_folder["a"]);
        using var stream = InputFile.OpenStream(_folder["a"]);

        file.Length.Should().Be(0);
        stream.ReadByte().Should().Be(-1);
    }

    /// <summary>Links as in the cache of Hugging Face; without the first link the empty file would be the target.</summary>
    [UnixFact]
    public void A_relative_link_in_a_linked_folder_starts_from_the_physical_folder()
    {
        Directory.CreateDirectory(_folder["cache/blobs"]);
        Directory.CreateDirectory(_folder["cache/snapshots/1"]);
        Directory.CreateDirectory(_folder["models/blobs"]);
        File.WriteAllBytes(_folder["cache/blobs/x"], [1, 2, 3]);
        File.WriteAllBytes(_folder["blobs"], []);
        File.CreateSymbolicLink(_folder["cache/snapshots/1/model"], "../../blobs/x");
        Directory.CreateSymbolicLink(_folder["models/hrm"], "../cache/snapshots/1");
        Directory.CreateSymbolicLink(_folder["models/folder"], _folder["cache/snapshots"]);
        foreach (var path in new[] { _folder["models/hrm/model"], _folder["models/folder/1/model"] })
        {
            using var file = InputFile.Open(path);
            file.Length.Should().Be(3);
            AtomicFile.FollowLinks(path).Should().Be(_folder["cache/blobs/x"]);
        }
    }

    /// <summary>By another program: .NET's own streams would respect the lock on the open file.</summary>
    [UnixFact]
    public void Reading_a_file_that_is_shortened_throws_and_never_ends_the_process()
    {
        const int Length = 1 << 22;
        var bytes = new byte[1 << 20];
        var failures = 0;
        for (var i = 0; i < 30; i++)
        {
            var path = _folder[$"{i}"];
            File.WriteAllBytes(path, new byte[Length]);
            using var file = InputFile.Open(path);
            using var truncate = System.Diagnostics.Process.Start("truncate", ["-s", "100", path]);
            while (!truncate.HasExited && failures == i)
            {
                Read(file);
            }

            truncate.WaitForExit();
            if (failures == i)
            {
                Read(file);
            }

            failures.Should().Be(i + 1);
        }

        void Read(InputFile file)
        {
            try
            {
                for (var offset = 0; offset < Length; offset += bytes.Length)
                {
                    file.CopyTo(offset, bytes);
                }
            }
            catch (HrmFileException error)
            {
                error.Message.Should().EndWith($"was shortened while open: expected {Length} bytes, got 100");
                failures++;
            }
        }
    }

    private string NewPipe()
    {
        using var make = System.Diagnostics.Process.Start("mkfifo", [_folder["pipe"]]);
        make.WaitForExit();
        return _folder["pipe"];
    }
}
