using System.Text.Json;
using System.Xml.Linq;
using Hrm.TestKit;

namespace Hrm.PublicApi.Tests;

/// <summary>The packages that a restore resolves, compared with the notices of the repository.</summary>
public sealed class SupplyChainTests
{
    [Fact]
    public void The_notices_name_every_resolved_package_with_its_licence()
    {
        var resolved = new[] { "src", "samples", "tools", "research" }
            .SelectMany(folder => Directory.GetFiles(RepositoryFolder.Combine(folder), "packages.lock.json", SearchOption.AllDirectories))
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(ResolvedIn)
            .Distinct()
            .Select(package => $"| {package.Id} | {LicenceOf(package.Id, package.Version)} |");

        var named = File.ReadLines(RepositoryFolder.Combine("THIRD-PARTY-NOTICES.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(1);

        named.Should().BeEquivalentTo(resolved.Distinct());
    }

    private static IEnumerable<(string Id, string Version)> ResolvedIn(string path)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(path));
        return
        [
            .. file.RootElement.GetProperty("dependencies").EnumerateObject()
                .SelectMany(framework => framework.Value.EnumerateObject())
                .Where(package => package.Value.GetProperty("type").GetString() != "Project")
                .Select(package => (package.Name, package.Value.GetProperty("resolved").GetString()!)),
        ];
    }

    /// <summary>The licence in the package's own file, in the package folders of the tool's restore.</summary>
    private static string LicenceOf(string id, string version)
    {
        using var assets = JsonDocument.Parse(File.ReadAllText(RepositoryFolder.Combine("tools", "hrm", "obj", "project.assets.json")));
        var path = assets.RootElement.GetProperty("packageFolders").EnumerateObject()
            .Select(folder => Path.Combine(folder.Name, id.ToLowerInvariant(), version, $"{id.ToLowerInvariant()}.nuspec"))
            .FirstOrDefault(File.Exists) ?? throw new InvalidOperationException($"{id} {version}: expected it in a package folder; restore the solution for the backend cpu first.");
        return XDocument.Load(path).Descendants().First(element => element.Name.LocalName == "license").Value;
    }
}
