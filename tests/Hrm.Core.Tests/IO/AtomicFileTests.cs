using Hrm.TestKit;

namespace Hrm.Core.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_new_file_leaves_only_that_file()
    {
        AtomicFile.Write(_folder["a.bin"], stream => stream.Write([1, 2, 3]));

        File.ReadAllBytes(_folder["a.bin"]).Should().Equal(1, 2, 3);
        _folder.FileNames().Should().Equal("a.bin");
    }

    [Fact]
    public void Write_deletes_what_a_killed_process_left_an_hour_ago()
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
    public void Writes_of_several_threads_into_one_folder_do_not_disturb_each_other()
        => Parallel.For(0, 200, i => AtomicFile.Write(_folder[$"{i % 7}"], stream => stream.Write(new byte[10_000])));

    [Fact]
    public void Write_existing_file_is_replaced_whole()
    {
        File.WriteAllBytes(_folder["a.bin"], new byte[1000]);

        AtomicFile.Write(_folder["a.bin"], stream => stream.WriteByte(7));

        File.ReadAllBytes(_folder["a.bin"]).Should().Equal(7);
    }

    [Fact]
    public void Write_shows_the_old_content_until_it_returns()
    {
        File.WriteAllText(_folder["a.txt"], "old");

        AtomicFile.Write(_folder["a.txt"], stream =>
        {
            stream.Write("half of the n"u8);
            stream.Flush();
            File.ReadAllText(_folder["a.txt"]).Should().Be("old");
            stream.Write("ew"u8);
        });

        File.ReadAllText(_folder["a.txt"]).Should().Be("half of the new");
    }

    [Fact]
    public void Write_that_throws_leaves_the_old_file_and_no_other()
    {
        File.WriteAllText(_folder["a.txt"], "old");

        var write = () => AtomicFile.Write(_folder["a.txt"], stream =>
        {
            stream.Write(new byte[100_000]);
            throw new OperationCanceledException();
        });

        write.Should().Throw<OperationCanceledException>();
        File.ReadAllText(_folder["a.txt"]).Should().Be("old");
        _folder.FileNames().Should().Equal("a.txt");
    }

    [Fact]
    public void Write_on_a_full_disk_is_typed_and_leaves_the_old_file()
    {
        File.WriteAllText(_folder["a.txt"], "old");

        var write = () => AtomicFile.Write(_folder["a.txt"], _ => throw new IOException("No space left on device"));

        var thrown = write.Should().Throw<HrmFileException>().Which;
        thrown.Path.Should().Be(_folder["a.txt"]);
        thrown.Message.Should().Contain("a.txt").And.Contain("could not be written").And.Contain("No space left");
        File.ReadAllText(_folder["a.txt"]).Should().Be("old");
        _folder.FileNames().Should().Equal("a.txt");
    }

    [Fact]
    public void Write_whose_parent_is_a_file_is_typed()
    {
        File.WriteAllText(_folder["parent"], "a file");

        var write = () => AtomicFile.Write(Path.Combine(_folder["parent"], "a.txt"), stream => stream.WriteByte(1));

        write.Should().Throw<HrmFileException>().WithMessage("*parent*a.txt*could not be written*");
        _folder.FileNames().Should().Equal("parent");
    }

    [Fact]
    public void Write_into_a_missing_folder_is_typed()
    {
        var write = () => AtomicFile.Write(Path.Combine(_folder["missing"], "a.txt"), stream => stream.WriteByte(1));

        write.Should().Throw<HrmFileException>().WithMessage("*missing*could not be written*");
        Directory.Exists(_folder["missing"]).Should().BeFalse();
    }

    [Fact]
    public void Write_over_a_folder_is_typed_and_leaves_no_temporary_file()
    {
        Directory.CreateDirectory(_folder["a.txt"]);

        var write = () => AtomicFile.Write(_folder["a.txt"], stream => stream.WriteByte(1));

        write.Should().Throw<HrmFileException>().WithMessage("*a.txt*could not be replaced*");
        _folder.FileNames().Should().BeEmpty();
    }

    [Fact]
    public void Write_from_many_threads_leaves_one_whole_file()
    {
        Parallel.For(0, 32, value => AtomicFile.Write(_folder["a.bin"], stream =>
            stream.Write(Enumerable.Repeat((byte)value, 10_000).ToArray())));

        var bytes = File.ReadAllBytes(_folder["a.bin"]);
        bytes.Should().HaveCount(10_000);
        bytes.Distinct().Should().ContainSingle();
        _folder.FileNames().Should().Equal("a.bin");
    }

    [Fact]
    public void Write_takes_the_longest_name_of_the_file_system()
    {
        var name = new string('a', 255);

        AtomicFile.Write(_folder[name], stream => stream.WriteByte(1));

        _folder.FileNames().Should().Equal(name);
    }

    [Fact]
    public void Links_that_a_caller_names_are_followed_to_their_end_also_if_nothing_is_there()
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
    public void Write_replaces_a_link_and_not_what_it_leads_to()
    {
        File.WriteAllText(_folder["target"], "old");
        File.CreateSymbolicLink(_folder["link"], _folder["target"]);

        AtomicFile.Write(_folder["link"], stream => stream.WriteByte(1));

        File.ReadAllText(_folder["target"]).Should().Be("old");
        new FileInfo(_folder["link"]).LinkTarget.Should().BeNull();
    }
}
