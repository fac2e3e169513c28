using Hrm.TestKit;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>A document of the repository, taken apart.</summary>
internal sealed class MarkdownFile
{
    /// <summary>Folders that hold no documents of ours: what builds and runs leave.</summary>
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

    /// <summary>Every document, in the order of their paths.</summary>
    public static IReadOnlyList<MarkdownFile> All { get; } = [.. Find(RepositoryFolder.Root)
        .Select(file => System.IO.Path.GetRelativePath(RepositoryFolder.Root, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal)
        .Select(path => new MarkdownFile(path, Markdown.Parse(File.ReadAllText(RepositoryFolder.Combine(path)), Pipeline)))];

    /// <summary>The path below the repository's root.</summary>
    public string Path { get; }

    /// <summary>The fenced blocks.</summary>
    public IReadOnlyList<CodeBlock> Blocks { get; }

    /// <summary>Links and images.</summary>
    public IReadOnlyList<DocumentLink> Links { get; }

    /// <summary>The names that a link can end with, behind <c>#</c>: a heading each.</summary>
    public IReadOnlySet<string> Anchors { get; }

    private static string TextOf(FencedCodeBlock block) => block.Lines.ToString().ReplaceLineEndings("\n").TrimEnd();

    private static IEnumerable<string> Find(string folder) => Directory.EnumerateFiles(folder, "*.md").Concat(Directory.EnumerateDirectories(folder)
        .Where(inner => System.IO.Path.GetFileName(inner) is var name && name[0] != '.' && !Outputs.Contains(name))
        .SelectMany(Find));
}

/// <summary>A fenced block of a document.</summary>
/// <param name="Document">The document's path below the repository's root.</param>
/// <param name="Line">Where the block begins, from 1.</param>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="Text">The lines between the fences.</param>
internal sealed record CodeBlock(string Document, int Line, string Language, string Text)
{
    /// <summary>The place, for messages.</summary>
    public override string ToString() => $"{Document}:{Line} ({Language})";
}

/// <summary>A link or an image of a document.</summary>
/// <param name="Document">The document's path below the repository's root.</param>
/// <param name="Line">Where the link stands, from 1.</param>
/// <param name="Target">What it points to, as written.</param>
internal sealed record DocumentLink(string Document, int Line, string Target)
{
    /// <summary>The place, for messages.</summary>
    public override string ToString() => $"{Document}:{Line} -> {Target}";
}
