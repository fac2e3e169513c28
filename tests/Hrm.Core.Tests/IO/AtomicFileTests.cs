using Hrm.TestKit;

namespace Hrm.Core.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_deletes_files_that_a_killed_process_left_an_hour_ago()
    {
        using var locked = new FileStream(_folder[".hrm-locked.tmp"], FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);
        string[] kept = [".hrm-recent.tmp", ".hrm-locked.tmp", "hrm-a.tmp", ".hrm-a"];
        foreach (var name in kept.Append(".hrm-old.tmp"))
        {
            if (!File.Exists(_folder[name]))
            {
                File.WriteAllText(_folder[name], "left");
            }

            File.SetLastWriteTimeUtc(_folder[name], DateTime.UtcNow.AddMinutes(name == ".hrm-recent.tmp" ? -50 : -70));
        }

        AtomicFile.Write(_folder["a.bin"], stream => stream.WriteByte(1));

        _folder.FileNames().Should().BeEquivalentTo([.. kept, "a.bin"]);
    }

    /// <summary>Root lists every folder.</summary>
    [UnixFact]
    public void Write_into_a_folder_that_cannot_be_listed_succeeds()
    {
        if (!OperatingSystem.IsWindows() && !Environment.IsPrivilegedProcess)
        {
            File.SetUnixFileMode(_folder.Path, UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            try
            {
                AtomicFile.Write(_folder["a.bin"], stream => stream.WriteByte(1));
                File.ReadAllBytes(_folder["a.bin"]).Should().Equal(1);
            }
            finally
            {
                File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    [Fact]
    public void Write_keeps_the_old_content_until_it_returns()
    {
        File.WriteAllText(_folder["a.txt"], "old");

        AtomicFile.Write(_folder["a.txt"], stream =>
        {
            stream.Write("n"u8);
            stream.Flush();
            File.ReadAllText(_folder["a.txt"]).Should().Be("old");
            stream.Write("ew"u8);
        });

        File.ReadAllText(_folder["a.txt"]).Should().Be("new");
        _folder.FileNames().Should().Equal("a.txt");
    }

    [Fact]
    public void Write_that_fails_keeps_the_old_file_and_leaves_no_other()
    {
        File.WriteAllText(_folder["a.txt"], "old");
        var cancelled = () => AtomicFile.Write(_folder["a.txt"], stream =>
        {
            stream.Write(new byte[100_000]);
            throw new OperationCanceledException();
        });
        var full = () => AtomicFile.Write(_folder["a.txt"], _ => throw new IOException("No space left on device"));

        cancelled.Should().Throw<OperationCanceledException>();
        full.Should().Throw<HrmFileException>().WithMessage($"{_folder["a.txt"]}: could not be written: No space left on device").Which.Path.Should().Be(_folder["a.txt"]);
        File.ReadAllText(_folder["a.txt"]).Should().Be("old");
        _folder.FileNames().Should().Equal("a.txt");
    }

    [Theory]
    [InlineData("file/a.txt", "could not be written")] // the parent is a file
    [InlineData("missing/a.txt", "could not be written")]
    [InlineData("folder", "could not be replaced")]
    public void Write_to_an_impossible_path_is_typed_and_leaves_no_file(string path, string problem)
    {
        File.WriteAllText(_folder["file"], "a file");
        Directory.CreateDirectory(_folder["folder"]);

        var write = () => AtomicFile.Write(_folder[path], stream => stream.WriteByte(1));

        write.Should().Throw<HrmFileException>().WithMessage($"{_folder[path]}: {problem}*");
        _folder.FileNames().Should().Equal("file");
    }

    [Fact]
    public void Write_from_many_threads_leaves_whole_files()
    {
        Parallel.For(0, 200, value => AtomicFile.Write(_folder[$"{value % 7}"], stream => stream.Write(Enumerable.Repeat((byte)value, 10_000).ToArray())));

        _folder.FileNames().Should().HaveCount(7).And.AllSatisfy(name =>
        {
            var bytes = File.ReadAllBytes(_folder[name]);
            bytes.Should().HaveCount(10_000);
            bytes.Distinct().Should().ContainSingle();
        });
    }

    [Fact]
    public void Write_takes_the_longest_name_of_the_file_system()
    {
        var name = new string('a', 255);
        AtomicFile.Write(_folder[name], stream => stream.WriteByte(1));
        _folder.FileNames().Should().Equal(name);
    }

    [Fact]
    public void FollowLinks_returns_the_end_of_the_links_even_if_it_does_not_exist()
    {
        File.CreateSymbolicLink(_folder["first"], "second");
        File.CreateSymbolicLink(_folder["second"], _folder["target"]);
        AtomicFile.FollowLinks(_folder["first"]).Should().Be(_folder["target"]);
        AtomicFile.FollowLinks(_folder["nothing"]).Should().Be(_folder["nothing"]);

        File.CreateSymbolicLink(_folder["around"], "around");
        FluentActions.Invoking(() => AtomicFile.FollowLinks(_folder["around"])).Should().Throw<HrmFileException>().WithMessage("*around: the link could not be followed*");
    }

    /// <summary>A hostile folder could contain a link to any file.</summary>
    [Fact]
    public void Write_replaces_a_link_and_not_its_target()
    {
        File.WriteAllText(_folder["target"], "old");
        File.CreateSymbolicLink(_folder["link"], _folder["target"]);

        AtomicFile.Write(_folder["link"], stream => stream.WriteByte(1));

        File.ReadAllText(_folder["target"]).Should().Be("old");
        new FileInfo(_folder["link"]).LinkTarget.Should().BeNull();
    }
}
