using System.Text.RegularExpressions;
using Hrm.TestKit;

namespace Hrm.PublicApi.Tests;

/// <summary>What docs/threat-model.md claims is held by something that exists.</summary>
public sealed partial class ThreatModelTests
{
    private static readonly string Text = File.ReadAllText(RepositoryFolder.Combine("docs", "threat-model.md"));

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var tests = Directory.EnumerateFiles(RepositoryFolder.Combine("tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .ToHashSet(StringComparer.Ordinal);
        var named = TestName().Matches(Text).Select(match => match.Groups[1].Value).ToArray();

        named.Should().HaveCountGreaterThan(20);
        named.Should().BeSubsetOf(tests);
    }

    /// <summary>In the table of inputs, and in that of what was run.</summary>
    [Fact]
    public void Every_fuzz_target_is_in_the_tables()
    {
        var targets = Target().Matches(File.ReadAllText(RepositoryFolder.Combine("tests", "Hrm.Fuzz", "FuzzTargets.cs"))).Select(match => match.Groups[1].Value).ToArray();

        targets.Should().HaveCountGreaterThan(15);
        targets.Should().AllSatisfy(target =>
        {
            Text.Should().Contain($"`{target}`");
            Text.Should().Contain($"\n| {target} |");
        });
    }

    [GeneratedRegex(@"`(\w+Tests)`")]
    private static partial Regex TestName();

    [GeneratedRegex("\\[\"([a-z-]+)\"\\] =")]
    private static partial Regex Target();
}
