using Hrm.TestKit;

namespace Hrm.Core.Tests;

public sealed class StagedFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_folder_takes_its_name_and_replaces_an_older_one_when_it_is_committed(bool exists)
    {
        if (exists)
        {
            Directory.CreateDirectory(_folder["a", "old"]);
        }

        StagedFolder.Create(_folder["a"]).Dispose();
        using (var staged = StagedFolder.Create(_folder["a"]))
        {
            File.WriteAllText(Path.Combine(staged.Path, "file"), "new");
            Directory.Exists(_folder["a", "old"]).Should().Be(exists);
            staged.Commit();
        }

        Directory.GetFileSystemEntries(_folder["a"]).Should().Equal(_folder["a", "file"]);
        Directory.GetDirectories(_folder.Path).Should().Equal(_folder["a"]);
    }

    [Fact]
    public void A_folder_that_cannot_be_created_is_typed()
    {
        File.WriteAllText(_folder["file"], string.Empty);
        FluentActions.Invoking(() => StagedFolder.Create(_folder["file", "a"])).Should().Throw<HrmFileException>();
        FluentActions.Invoking(() => StagedFolder.Create("/")).Should().Throw<HrmFileException>();
    }

    [Fact]
    public void CleanUp_restores_an_old_folder_without_successor_and_deletes_the_rest()
    {
        Directory.CreateDirectory(_folder[".old-a", "content"]);
        Directory.CreateDirectory(_folder[".old-b"]);
        Directory.CreateDirectory(_folder["b"]);
        Directory.CreateDirectory(_folder[".staged-c-12345678.abc"]);
        StagedFolder.CleanUp(_folder.Path);
        Directory.GetDirectories(_folder.Path).Order().Should().Equal(_folder["a"], _folder["b"]);
        Directory.Exists(_folder["a", "content"]).Should().BeTrue();
    }

    [Fact]
    public void CleanUp_of_one_name_keeps_the_others()
    {
        Directory.CreateDirectory(_folder[".staged-a-12345678.abc"]);
        Directory.CreateDirectory(_folder[".staged-a-b-12345678.abc"]);
        Directory.CreateDirectory(_folder[".old-a-b"]);
        StagedFolder.CleanUp(_folder.Path, "a");
        Directory.GetDirectories(_folder.Path).Order().Should().Equal(_folder[".old-a-b"], _folder[".staged-a-b-12345678.abc"]);
    }
}
