using Hrm.TestKit;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>Links of documents to files of the repository and to headings are valid. Other addresses are not requested.</summary>
public sealed class LinkTests
{
    private static IEnumerable<DocumentLink> Own => MarkdownFile.All.SelectMany(document => document.Links)
        .Where(link => !link.Target.Contains("://", StringComparison.Ordinal) && !link.Target.StartsWith("xref:", StringComparison.Ordinal));

    [Fact]
    public void Files_exist_in_the_repository()
        => Own.Where(link => FileOf(link) is { } path && !(path.StartsWith(RepositoryFolder.Root, StringComparison.Ordinal) && Path.Exists(path))).Should().BeEmpty();

    [Fact]
    public void Headings_exist() => Own.Where(link => link.Target.Contains('#', StringComparison.Ordinal) && !HasHeading(link)).Should().BeEmpty();

    private static string? FileOf(DocumentLink link)
    {
        var path = Uri.UnescapeDataString(link.Target.Split('#')[0]);
        return path.Length == 0 ? null : Path.GetFullPath(Path.Combine(RepositoryFolder.Root, Path.GetDirectoryName(link.Document)!, path));
    }

    private static bool HasHeading(DocumentLink link)
    {
        var file = FileOf(link) ?? RepositoryFolder.Combine(link.Document);
        var target = MarkdownFile.All.FirstOrDefault(document => RepositoryFolder.Combine(document.Path) == file);
        return target is not null && target.Anchors.Contains(link.Target.Split('#')[1]);
    }
}
