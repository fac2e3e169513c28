using Hrm.TestKit;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>
/// Each command of a document is run by CI, or stands in a list of those that are not, with the reason. Both lists are in
/// <c>eng/documents</c>; <c>eng/test-documents.sh</c> works the first one off.
/// </summary>
public sealed class CommandTests
{
    private const string ByCheck = "check ";

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
    public void No_command_is_listed_twice() => Listed.Select(listed => listed.Text).Should().OnlyHaveUniqueItems();

    [Fact]
    public void A_command_that_is_not_run_has_a_reason()
        => ListedCommand.NotRun.Where(command => !command.Notes.Any(note => note.Length > 10)).Should().BeEmpty();

    [Fact]
    public void A_command_that_another_check_runs_stands_there()
    {
        var lines = File.ReadAllLines(RepositoryFolder.Combine(".ci", "run"));
        var byCheck = ListedCommand.Run.Where(command => command.Notes.Any(note => note.StartsWith(ByCheck, StringComparison.Ordinal))).ToArray();
        byCheck.Should().NotBeEmpty();
        foreach (var command in byCheck)
        {
            var check = command.Notes.Single(note => note.StartsWith(ByCheck, StringComparison.Ordinal));
            var called = lines.Single(line => line.StartsWith($"{check} ", StringComparison.Ordinal)).Split(' ')[2];
            CommandsOf(called, lines).Should().Contain(line => line == command.Text || line.StartsWith($"{command.Text} ", StringComparison.Ordinal), $"{check} runs it");
        }
    }

    /// <summary>The commands of a function of a script: what stands between its braces, without comments.</summary>
    private static IEnumerable<string> CommandsOf(string function, string[] lines)
    {
        var start = Array.FindIndex(lines, line => line.StartsWith($"{function}() {{", StringComparison.Ordinal));
        var end = Array.FindIndex(lines, start, line => line.StartsWith('}') || line.Split('#')[0].TrimEnd().EndsWith('}'));
        return lines[start..(end + 1)]
            .Select(line => line.Split('#')[0].Replace($"{function}() {{", string.Empty, StringComparison.Ordinal))
            .SelectMany(line => line.Split([";", "&&", "||"], StringSplitOptions.TrimEntries))
            .Select(command => command.TrimEnd('}', ' '));
    }

    [Fact]
    public void Comments_and_continued_lines_are_no_part_of_a_command()
        => ShellCommands.Of(new CodeBlock("a.md", 1, "sh", "# first\none --a 1 \\\n  --b x#y   # why\n\ntwo"))
            .Should().Equal("one --a 1 --b x#y", "two");
}
