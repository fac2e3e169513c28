using Hrm.TestKit;

namespace Hrm.Runtime.Tests;

public sealed class CorrectedLibraryTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31))];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LinuxX64Fact]
    public void Copy_is_whole_private_and_deleted_after_the_load()
    {
        var handle = CorrectedLibrary.Load(Content, [_folder.Path], path =>
        {
            path.Should().StartWith(_folder.Path).And.EndWith("/libLibTorchSharp.so");
            File.ReadAllBytes(path).Should().Equal(Content);
            Mode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Mode(Path.GetDirectoryName(path)!).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return 7;
        });

        handle.Should().Be(7);
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [LinuxX64Fact]
    public void Next_folder_is_used_if_the_first_cannot_be_written_or_executed()
    {
        var loaded = new List<string>();

        CorrectedLibrary.Load(Content, [Blocked(), "relative", _folder["noexec"], _folder["home"]], path =>
        {
            loaded.Add(path);
            return path.StartsWith(_folder["home"], StringComparison.Ordinal) ? 7 : throw new DllNotFoundException();
        }).Should().Be(7);

        loaded.Should().HaveCount(2).And.NotContain(path => File.Exists(path));
    }

    [LinuxX64Fact]
    public void Message_names_the_folders_and_the_variable_if_no_folder_can_be_used()
    {
        var blocked = Blocked();

        var act = () => CorrectedLibrary.Load(Content, [blocked, _folder["noexec"]], _ => throw new DllNotFoundException("not executable"));

        act.Should().Throw<TorchLoadException>().WithMessage($"*TMPDIR*{blocked}: *{_folder["noexec"]}: not executable*");
    }

    [LinuxX64Fact]
    public void Undefined_symbol_is_named_first_and_no_other_folder_is_tried()
    {
        var loads = 0;

        var act = () => CorrectedLibrary.Load(Content, [_folder["one"], _folder["two"]], _ =>
        {
            loads++;
            throw new DllNotFoundException("lib.so: undefined symbol: f");
        });

        act.Should().Throw<TorchLoadException>().WithMessage("lib.so: undefined symbol: f. *").WithInnerException<DllNotFoundException>();
        loads.Should().Be(1);
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    /// <summary>A folder that even a superuser cannot create: its parent is a file.</summary>
    private string Blocked()
    {
        File.WriteAllText(_folder["file"], string.Empty);
        return _folder["file", "temporary"];
    }
}
