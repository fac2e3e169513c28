using Hrm.TestKit;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The C# blocks of documents are regions of compiled files, which the tests run.</summary>
public sealed class CodeTests
{
    /// <summary>Another name of a language could hide code from the tests.</summary>
    private static readonly string[] Languages = ["bash", "csharp", "sh", "json", "mermaid", "powershell", "python", "text", "xml", "yaml"];

    private static IEnumerable<CodeBlock> Blocks => MarkdownFile.All.SelectMany(document => document.Blocks);

    [Fact]
    public void A_block_of_code_is_a_compiled_one()
        => Blocks.Where(block => block.Language == "csharp" && !CompiledRegion.All.Any(region => region.Text == block.Text))
            .Should().BeEmpty("each has to be a region of a compiled file, character by character");

    [Fact]
    public void A_compiled_region_is_in_a_document()
        => CompiledRegion.All.Where(region => !Blocks.Any(block => block.Text == region.Text)).Should().BeEmpty();

    [Fact]
    public void Blocks_name_their_language()
        => Blocks.Where(block => !Languages.Contains(block.Language)).Should().BeEmpty($"expected one of {string.Join(", ", Languages)}");
}

/// <summary>The lines of a compiled file between <c>// &lt;name&gt;</c> and <c>// &lt;/name&gt;</c>, without the marks' indentation.</summary>
/// <param name="File">The file's path below the repository's root.</param>
/// <param name="Name">The name.</param>
/// <param name="Text">The lines.</param>
internal sealed record CompiledRegion(string File, string Name, string Text)
{
    private const string Opening = "// <";
    private const string Closing = "// </";

    /// <summary>Parameters of a sample's test, and the values that the document shows.</summary>
    private static readonly (string Compiled, string Shown)[] Parameters = [("Take(steps)", "Take(800)"), ("(folder)", "(\"my-model\")")];

    /// <summary>All regions of these tests and of the samples.</summary>
    public static IReadOnlyList<CompiledRegion> All { get; } = [.. Files().SelectMany(Read)];

    private static IEnumerable<string> Files() => ((string[])["tests/Hrm.PublicApi.Tests", "samples"])
        .SelectMany(folder => Directory.EnumerateFiles(RepositoryFolder.Combine(folder), "*.cs", SearchOption.AllDirectories))
        .Select(file => Path.GetRelativePath(RepositoryFolder.Root, file).Replace('\\', '/'))
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<CompiledRegion> Read(string file)
    {
        var lines = System.IO.File.ReadAllLines(RepositoryFolder.Combine(file));
        if (lines[0].StartsWith("#:", StringComparison.Ordinal))
        {
            yield return new CompiledRegion(file, "application of one file", string.Join('\n', lines));
        }

        for (var start = 0; start < lines.Length; start++)
        {
            var mark = lines[start].TrimStart();
            if (mark.StartsWith(Opening, StringComparison.Ordinal) && !mark.StartsWith(Closing, StringComparison.Ordinal))
            {
                var name = mark[Opening.Length..].TrimEnd('>');
                var end = Array.FindIndex(lines, start, line => line.TrimStart() == $"{Closing}{name}>");
                end.Should().BePositive($"{file} opens <{name}>");
                var indentation = lines[start].Length - mark.Length;
                var text = lines[(start + 1)..end].Select(line => line.Length > indentation ? line[indentation..] : string.Empty);

                // The README shows a number where its test chooses a smaller one.
                yield return new CompiledRegion(file, name, string.Join('\n', text).Trim('\n').Replace("Take(steps)", "Take(800)", StringComparison.Ordinal));
            }
        }
    }
}
