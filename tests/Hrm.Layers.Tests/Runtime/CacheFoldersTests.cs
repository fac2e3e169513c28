namespace Hrm.Layers.Tests;

public sealed class CacheFoldersTests
{
    [LinuxX64Fact]
    public void Chosen_folder_is_the_only_one() =>
        Candidates(("HRM_CACHE", "/chosen"), ("XDG_CACHE_HOME", "/xdg"), ("HOME", "/home/me")).Should().Equal("/chosen/native");

    [LinuxX64Fact]
    public void Users_cache_comes_before_the_home_folder() =>
        Candidates(("XDG_CACHE_HOME", "/xdg"), ("HOME", "/home/me")).Should().Equal("/xdg/hrm/native", "/home/me/.cache/hrm/native");

    [LinuxX64Fact]
    public void Relative_and_empty_values_are_ignored() =>
        Candidates(("HRM_CACHE", string.Empty), ("XDG_CACHE_HOME", "relative"), ("HOME", string.Empty)).Should().BeEmpty();

    private static List<string> Candidates(params (string Name, string Value)[] environment) =>
        [.. CacheFolders.Candidates(name => environment.FirstOrDefault(variable => variable.Name == name).Value)];
}
