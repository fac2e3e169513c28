using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Hrm.PackageCheck;

/// <summary>Looks for everything that is wrong with one package and its symbols.</summary>
/// <param name="root">The folder that it was built in, of which nothing may speak.</param>
/// <param name="version">The version that it should have.</param>
/// <param name="commit">The commit that it was built from.</param>
/// <param name="repository">The address of the repository, <see langword="null"/> if there is none, <c>any</c> if it is unknown.</param>
internal sealed partial class PackageRules(string root, string version, string commit, string? repository)
{
    /// <summary>Stands for an address: Source Link does not know every remote, for example a folder.</summary>
    private const string AnyRepository = "any";

    private readonly List<string> _findings = [];

    public IReadOnlyList<string> Check(ExpectedPackage expected, PackageArchive package, PackageArchive? symbols)
    {
        PackageArchive[] archives = symbols is null ? [package] : [package, symbols];
        Same($"{package.Name}: files", expected.AllFiles, package.Files);
        if (symbols is not null)
        {
            Same($"{symbols.Name}: files", expected.SymbolFiles, symbols.Files);
        }

        if (_findings.Count > 0)
        {
            return _findings;
        }

        CheckMetadata(expected, package);
        if (symbols is not null)
        {
            CheckAssembly(expected, package, symbols);
        }
        else
        {
            CheckTemplate(package);
        }

        foreach (var (archive, entry) in archives.SelectMany(archive => archive.Entries.Select(entry => (archive, entry))))
        {
            Require(!Mentions(entry.Value), $"{archive.Name}: {entry.Key}: expected no word of {root}");
        }

        return _findings;
    }

    private void CheckMetadata(ExpectedPackage expected, PackageArchive package)
    {
        var metadata = package.Metadata;
        Same($"{package.Name}: id", [expected.Id], [Value(metadata, "id")]);
        Same($"{package.Name}: version", [version], [Value(metadata, "version")]);
        Same($"{package.Name}: licence", ["MIT"], [Value(metadata, "license")]);
        Same($"{package.Name}: readme", ["README.md"], [Value(metadata, "readme")]);
        var readme = Encoding.UTF8.GetString(package.Entries["README.md"]);
        Require(readme.StartsWith($"# {expected.Id}\n", StringComparison.Ordinal), $"{package.Name}: README.md: expected that of the package");
        Same($"{package.Name}: README.md: links that lead nowhere on a package's page", [], RelativeLink().Matches(readme).Select(link => link.Value));
        Same(
            $"{package.Name}: kinds of package",
            expected.IsTemplate ? ["Template"] : [],
            metadata.Descendants().Where(element => element.Name.LocalName == "packageType").Select(element => element.Attribute("name")!.Value));
        Require(Value(metadata, "description").Length > 60, $"{package.Name}: expected a description");
        Require(Value(metadata, "tags").Split(' ').Length > 6, $"{package.Name}: expected tags of its own");
        var source = Element(metadata, "repository");
        Same($"{package.Name}: commit", [commit], [source?.Attribute("commit")?.Value ?? string.Empty]);
        if (repository != AnyRepository)
        {
            Same($"{package.Name}: repository", [repository ?? string.Empty], [source?.Attribute("url")?.Value ?? string.Empty]);
        }

        Same(
            $"{package.Name}: dependencies",
            expected.DependenciesOf(version),
            metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => $"{element.Attribute("id")!.Value} {element.Attribute("version")!.Value}"));
    }

    private void CheckTemplate(PackageArchive package)
    {
        foreach (var (name, content) in package.Entries.Where(entry => entry.Key.StartsWith("content/", StringComparison.Ordinal)))
        {
            var text = Encoding.UTF8.GetString(content);
            Require(!Unfilled().IsMatch(text), $"{package.Name}: {name}: expected no mark and no place of a version");
            Require(!name.EndsWith(".csproj", StringComparison.Ordinal) || text.Contains($"Version=\"[{version}]\"", StringComparison.Ordinal), $"{package.Name}: {name}: expected packages of the version {version}");
        }
    }

    private void CheckAssembly(ExpectedPackage expected, PackageArchive package, PackageArchive symbols)
    {
        var facts = AssemblyFacts.Of(package.Entries[$"lib/net10.0/{expected.Id}.dll"], symbols.Entries[$"lib/net10.0/{expected.Id}.pdb"]);
        Require(facts.IsDeterministic, $"{package.Name}: expected a deterministic assembly");
        Require(facts.SymbolsFit, $"{symbols.Name}: expected the symbols of the assembly");
        Require(facts.SymbolPath.StartsWith("/_/", StringComparison.Ordinal), $"{package.Name}: expected symbols below /_/, got {facts.SymbolPath}");
        Same($"{package.Name}: informational version", [$"{version}+{commit}"], [facts.InformationalVersion]);
        Require(facts.Documents.Count > 5, $"{symbols.Name}: expected documents, got {facts.Documents.Count}");
        Same($"{symbols.Name}: documents elsewhere than below /_/", [], facts.Documents.Where(path => !path.StartsWith("/_/", StringComparison.Ordinal)));
        Require(repository is AnyRepository || (repository is null ? facts.SourceLinks.Count == 0 : facts.SourceLinks.Any(IsOurs)), $"{symbols.Name}: Source Link: expected {repository ?? "none"}, got {string.Join(", ", facts.SourceLinks)}");

        using var stream = new MemoryStream(package.Entries[$"lib/net10.0/{expected.Id}.xml"]);
        var documented = XDocument.Load(stream).Descendants("member").Select(member => member.Attribute("name")!.Value).ToHashSet(StringComparer.Ordinal);
        Require(facts.PublicTypes.Count > 1, $"{package.Name}: expected public types, got {facts.PublicTypes.Count}");
        Same($"{package.Name}: public types without documentation", [], facts.PublicTypes.Where(type => !documented.Contains($"T:{type}")));
    }

    [GeneratedRegex(@"\]\((?!https?://)[^)]*\)")]
    private static partial Regex RelativeLink();

    [GeneratedRegex(@"_VERSION|^\s*// <", RegexOptions.Multiline)]
    private static partial Regex Unfilled();

    private bool IsOurs(KeyValuePair<string, string> link) => link.Key == "/_/*" && link.Value.Contains(commit, StringComparison.Ordinal);

    private bool Mentions(byte[] content)
        => content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(root)) >= 0 || content.AsSpan().IndexOf(Encoding.Unicode.GetBytes(root)) >= 0;

    private static XElement? Element(XElement metadata, string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name);

    private static string Value(XElement metadata, string name) => Element(metadata, name)?.Value ?? string.Empty;

    private void Require(bool holds, string finding)
    {
        if (!holds)
        {
            _findings.Add(finding);
        }
    }

    private void Same(string what, IEnumerable<string> expected, IEnumerable<string> got)
    {
        var (left, right) = (expected.Order(StringComparer.Ordinal).ToArray(), got.Order(StringComparer.Ordinal).ToArray());
        Require(left.SequenceEqual(right), $"{what}: expected {string.Join(", ", left)}; got {string.Join(", ", right)}");
    }
}
