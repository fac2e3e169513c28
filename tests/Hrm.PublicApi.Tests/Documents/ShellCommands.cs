using System.Text.RegularExpressions;

namespace Hrm.PublicApi.Tests.Documents;

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
