using Hrm.TestKit;

namespace Hrm.Training.Tests.Golden;

/// <summary>A mistyped <c>HRM_GOLDEN</c> is an error; otherwise its cases would silently be left out.</summary>
public sealed class GoldenFoldersTests : IDisposable
{
    private readonly string? _before = Environment.GetEnvironmentVariable(GoldenFolders.Variable);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hrm-golden-");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(GoldenFolders.Variable, _before);
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("no-such-folder", "HRM_GOLDEN*no-such-folder*")]
    [InlineData("", "HRM_GOLDEN: expected a folder with models, parts*")]
    public void A_folder_without_cases_fails(string name, string message)
    {
        _folder.CreateSubdirectory("modles");
        Environment.SetEnvironmentVariable(GoldenFolders.Variable, Path.Combine(_folder.FullName, name));
        FluentActions.Invoking(GoldenFolders.All).Should().Throw<DirectoryNotFoundException>().WithMessage(message);
    }

    [Fact]
    public void Cases_further_folder_is_taken_besides_the_own_one()
    {
        Environment.SetEnvironmentVariable(GoldenFolders.Variable, string.Empty);
        var own = GoldenFolders.Cases("models");
        var further = _folder.CreateSubdirectory("models").CreateSubdirectory("one_more").FullName;
        Environment.SetEnvironmentVariable(GoldenFolders.Variable, _folder.FullName);
        GoldenFolders.Cases("models").Should().BeEquivalentTo([.. own, further]);
    }
}
