using System.Text.RegularExpressions;
using Hrm.TestKit;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>
/// CI runs each command of a document, or a list names it with the reason why not. Both lists are in <c>eng/documents</c>;
/// <c>eng/test-documents.sh</c> runs the first one.
/// </summary>
public sealed class CommandTests
{
    private static readonly (string Command, CodeBlock Block)[] Documented =
    [
        .. MarkdownFile.All.SelectMany(document => document.Blocks).Where(block => block.Language == "sh")
            .SelectMany(block => ShellCommands.Of(block).Select(command => (command, block))),
    ];

    private static IEnumerable<ListedCommand> Listed => ListedCommand.Run.Concat(ListedCommand.NotRun);

    [Fact]
    public void Each_command_of_a_document_is_in_one_of_the_lists()
        => Documented.Where(documented => !Listed.Any(listed => listed.Text == documented.Command))
            .Select(documented => $"{documented.Block}: {documented.Command}")
            .Should().BeEmpty("eng/documents/run.txt and not-run.txt have them all");

    [Fact]
    public void Each_command_of_the_lists_is_in_a_document()
        => Listed.Select(listed => listed.Text).Except(Documented.Select(documented => documented.Command)).Should().BeEmpty();

    [Fact]
    public void A_command_that_is_not_run_has_a_reason()
        => ListedCommand.NotRun.Where(command => !command.Notes.Any(note => note.Length > 10)).Should().BeEmpty();
}

/// <summary>The commands of a block of shell, with continued lines joined, and without comments and layout.</summary>
internal static partial class ShellCommands
{
    public static IEnumerable<string> Of(CodeBlock block) => Continuation().Replace(block.Text, " ").Split('\n')
        .Select(line => Comment().Replace(line, string.Empty))
        .Select(line => WhiteSpace().Replace(line, " ").Trim())
        .Where(line => line.Length > 0);

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"(^|\s+)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}

/// <summary>
/// A command of a list, one per line as in the documents, but joined and without comment; its notes are indented below it.
/// </summary>
internal sealed record ListedCommand(string Text, IReadOnlyList<string> Notes)
{
    /// <summary>Commands that <c>eng/test-documents.sh</c> or another check of <c>.ci/run</c> runs.</summary>
    public static IReadOnlyList<ListedCommand> Run { get; } = Read("run.txt");

    /// <summary>Commands that no check runs, with the reason.</summary>
    public static IReadOnlyList<ListedCommand> NotRun { get; } = Read("not-run.txt");

    private static List<ListedCommand> Read(string name)
    {
        var commands = new List<(string Text, List<string> Notes)>();
        foreach (var line in File.ReadLines(RepositoryFolder.Combine("eng", "documents", name)).Where(line => line.Length > 0 && line[0] is not ('#' or '[')))
        {
            if (line[0] == ' ')
            {
                commands[^1].Notes.Add(line.Trim());
            }
            else
            {
                commands.Add((line, []));
            }
        }

        return [.. commands.Select(command => new ListedCommand(command.Text, command.Notes))];
    }
}
