using Hrm.TestKit;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>A parsed document of the repository.</summary>
internal sealed class MarkdownFile
{
    /// <summary>Output folders of builds and runs, without documents.</summary>
    private static readonly string[] Outputs = ["bin", "obj", "artifacts", "runs", "TestResults", "BenchmarkDotNet.Artifacts"];

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .Build();

    private MarkdownFile(string path, MarkdownDocument content)
    {
        Path = path;
        Blocks = [.. content.Descendants<FencedCodeBlock>().Select(block => new CodeBlock(path, block.Line + 1, block.Info ?? string.Empty, TextOf(block)))];
        Links = [.. content.Descendants<LinkInline>().Select(link => new DocumentLink(path, link.Line + 1, link.Url ?? string.Empty))];
        Anchors = content.Descendants<HeadingBlock>().Select(heading => heading.GetAttributes().Id ?? string.Empty).ToHashSet();
    }

    /// <summary>All documents, by path.</summary>
    public static IReadOnlyList<MarkdownFile> All { get; } = [.. Find(RepositoryFolder.Root)
        .Select(file => System.IO.Path.GetRelativePath(RepositoryFolder.Root, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal)
        .Select(path => new MarkdownFile(path, Markdown.Parse(File.ReadAllText(RepositoryFolder.Combine(path)), Pipeline)))];

    /// <summary>The path below the repository's root.</summary>
    public string Path { get; }

    public IReadOnlyList<CodeBlock> Blocks { get; }

    /// <summary>Links and images.</summary>
    public IReadOnlyList<DocumentLink> Links { get; }

    /// <summary>The ids of the headings, to which links with <c>#</c> refer.</summary>
    public IReadOnlySet<string> Anchors { get; }

    private static string TextOf(FencedCodeBlock block) => block.Lines.ToString().ReplaceLineEndings("\n").TrimEnd();

    private static IEnumerable<string> Find(string folder) => Directory.EnumerateFiles(folder, "*.md").Concat(Directory.EnumerateDirectories(folder)
        .Where(inner => System.IO.Path.GetFileName(inner) is var name && name[0] != '.' && !Outputs.Contains(name))
        .SelectMany(Find));
}

/// <summary>A fenced block of a document.</summary>
internal sealed record CodeBlock(string Document, int Line, string Language, string Text)
{
    public override string ToString() => $"{Document}:{Line} ({Language})";
}

/// <summary>A link or an image of a document.</summary>
internal sealed record DocumentLink(string Document, int Line, string Target)
{
    public override string ToString() => $"{Document}:{Line} -> {Target}";
}
