using Hrm.TestKit;

namespace Hrm.PublicApi.Tests.Documents;

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
