using System.Text.RegularExpressions;
using Hrm.TestKit;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>
/// Each command of a document is run by CI, or stands in a list of those that are not, with the reason. Both lists are in
/// <c>eng/documents</c>; <c>eng/test-documents.sh</c> works the first one off.
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

/// <summary>The commands of a block of shell: continued lines joined, comments and what is only layout taken away.</summary>
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
/// A list of commands: one a line as the documents have it, in one line and without comment; what belongs to it is indented below.
/// </summary>
internal sealed record ListedCommand(string Text, IReadOnlyList<string> Notes)
{
    /// <summary>What <c>eng/test-documents.sh</c> or another check of <c>.ci/run</c> runs.</summary>
    public static IReadOnlyList<ListedCommand> Run { get; } = Read("run.txt");

    /// <summary>What no check runs, with the reason.</summary>
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
