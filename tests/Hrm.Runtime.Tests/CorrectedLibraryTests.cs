using Hrm.TestKit;

namespace Hrm.Runtime.Tests;

public sealed class CorrectedLibraryTests : IDisposable
{
    private static readonly byte[] Original = [1, 2, 3];
    private static readonly byte[] Corrected = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31))];

    private static readonly CorrectedLibrary Library = new(Original, Corrected);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LinuxX64Fact]
    public void Copy_is_stored_under_the_hash_of_the_original_and_is_private()
    {
        var path = Library.Store(Cache);

        // SHA-256 of 01 02 03.
        path.Should().Be(_folder["a", "b", "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", "libLibTorchSharp.so"]);
        File.ReadAllBytes(path).Should().Equal(Corrected);
        Mode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        for (var folder = Path.GetDirectoryName(path)!; folder != _folder.Path; folder = Path.GetDirectoryName(folder)!)
        {
            (Mode(folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)).Should().Be(default(UnixFileMode), folder);
        }

        Mode(Path.GetDirectoryName(path)!).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [LinuxX64Fact]
    public void Whole_copy_is_kept_and_a_damaged_one_replaced()
    {
        var path = Library.Store(Cache);
        var written = File.GetLastWriteTimeUtc(path);
        Library.Store(Cache);
        File.GetLastWriteTimeUtc(path).Should().Be(written);

        byte[][] damaged = [[], Corrected[..^1], [.. Corrected, 0], [.. Corrected[..^1], 0]];
        foreach (var content in damaged)
        {
            File.WriteAllBytes(path, content);
            Library.Store(Cache).Should().Be(path);
            File.ReadAllBytes(path).Should().Equal(Corrected);
        }

        Directory.GetFiles(Path.GetDirectoryName(path)!).Should().Equal(path);
    }

    [LinuxX64Fact]
    public void Concurrent_writers_never_show_half_a_file()
    {
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 16 }, _ =>
        {
            var path = Library.Store(Cache);
            File.ReadAllBytes(path).AsSpan().SequenceEqual(Corrected).Should().BeTrue();
        });

        Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Should().ContainSingle();
    }

    [LinuxX64Fact]
    public void Folder_that_others_can_write_is_rejected()
    {
        var path = Library.Store(Cache);
        ChangeMode(Path.GetDirectoryName(path)!, UnixFileMode.OtherWrite);

        var act = () => Library.Store(Cache);

        act.Should().Throw<IOException>().WithMessage("*can be written by other users*");
    }

    [LinuxX64Fact]
    public void Library_is_loaded_from_a_temporary_folder_if_the_cache_cannot_be_written()
    {
        var blocked = Blocked();
        string? loaded = null;

        var handle = Library.Load([blocked], path =>
        {
            File.Exists(path).Should().BeTrue();
            loaded = path;
            return 7;
        });

        handle.Should().Be(7);
        loaded.Should().StartWith(Path.GetTempPath()).And.EndWith("libLibTorchSharp.so");
        File.Exists(loaded).Should().BeFalse("the folder is removed once the library is mapped");
    }

    [LinuxX64Fact]
    public void Message_names_the_folders_and_the_variable_if_no_folder_can_be_used()
    {
        var blocked = Blocked();

        var act = () => Library.Load([blocked, _folder["noexec"]], _ => throw new DllNotFoundException("not executable"));

        act.Should().Throw<TorchLoadException>().WithMessage($"*HRM_CACHE*{blocked}: *{_folder["noexec"]}: not executable*");
    }

    [LinuxX64Fact]
    public void Chosen_folder_is_the_only_one() =>
        Candidates(("HRM_CACHE", "/chosen"), ("XDG_CACHE_HOME", "/xdg"), ("HOME", "/home/me")).Should().Equal("/chosen/native");

    [LinuxX64Fact]
    public void Users_cache_comes_before_the_home_folder() =>
        Candidates(("XDG_CACHE_HOME", "/xdg"), ("HOME", "/home/me")).Should().Equal("/xdg/hrm/native", "/home/me/.cache/hrm/native");

    [LinuxX64Fact]
    public void Relative_and_empty_values_are_ignored() =>
        Candidates(("HRM_CACHE", string.Empty), ("XDG_CACHE_HOME", "relative"), ("HOME", string.Empty)).Should().BeEmpty();

    private string Cache => _folder["a", "b"];

    private static List<string> Candidates(params (string Name, string Value)[] environment) =>
        [.. CorrectedLibrary.Folders(name => environment.FirstOrDefault(variable => variable.Name == name).Value)];

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    private static void ChangeMode(string path, UnixFileMode added)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | added);
        }
    }

    /// <summary>A folder that even a superuser cannot create: its parent is a file.</summary>
    private string Blocked()
    {
        File.WriteAllText(_folder["file"], string.Empty);
        return _folder["file", "cache"];
    }
}
