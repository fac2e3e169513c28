namespace Hrm.PublicApi.Tests.Documents;

/// <summary>What stands in a document has been compiled: C# blocks are regions of files that the compiler and the tests know.</summary>
public sealed class CodeTests
{
    /// <summary>Others could hide code from the tests, by another name of the same language.</summary>
    private static readonly string[] Languages = ["csharp", "sh", "json", "mermaid", "text", "xml", "yaml"];

    private static IEnumerable<CodeBlock> Blocks => MarkdownFile.All.SelectMany(document => document.Blocks);

    [Fact]
    public void A_block_of_code_is_a_compiled_one()
        => Blocks.Where(block => block.Language == "csharp" && !CompiledRegion.All.Any(region => region.Text == block.Text))
            .Should().BeEmpty("each has to be a region of a compiled file, character by character");

    [Fact]
    public void A_compiled_region_stands_in_a_document()
        => CompiledRegion.All.Where(region => !Blocks.Any(block => block.Text == region.Text)).Should().BeEmpty();

    [Fact]
    public void Blocks_name_their_language()
        => Blocks.Where(block => !Languages.Contains(block.Language)).Should().BeEmpty($"expected one of {string.Join(", ", Languages)}");

    [Fact]
    public void Text_is_no_command()
        => Blocks.Where(block => block.Language == "text" && block.Text.Split('\n').Any(line => line.TrimStart().StartsWith("dotnet ", StringComparison.Ordinal)))
            .Should().BeEmpty();
}
