using Hrm.TestKit;

namespace Hrm.Tool.Tests;

public sealed class WholeFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_deletes_what_killed_processes_left_of_the_same_file()
    {
        File.WriteAllText(_folder["run.json.abcdefgh.ijk.new"], "half");
        File.WriteAllText(_folder["other.json.abcdefgh.ijk.new"], "of another file");
        using var locked = new FileStream(_folder["run.json.bbcdefgh.ijk.new"], FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);

        WholeFiles.Write(_folder["run.json"], "whole");

        _folder.FileNames().Should().BeEquivalentTo("run.json", "run.json.bbcdefgh.ijk.new", "other.json.abcdefgh.ijk.new");
        File.ReadAllText(_folder["run.json"]).Should().Be("whole");
    }

    [Fact]
    public void Write_deletes_nothing_of_a_file_whose_name_its_own_would_match_as_a_pattern()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // No file name holds a star there.
        }

        File.WriteAllText(_folder["run.json.abcdefgh.ijk.new"], "half");

        WholeFiles.Write(_folder["r*n.json"], "whole");

        _folder.FileNames().Should().BeEquivalentTo("r*n.json", "run.json.abcdefgh.ijk.new");
    }
}
