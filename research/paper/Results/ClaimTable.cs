using System.Globalization;
using System.Text;

namespace Hrm.Paper;

/// <summary>The claims of all figures as a table of Markdown, as it stands in docs/paper.md.</summary>
internal static class ClaimTable
{
    /// <summary>A row a claim.</summary>
    /// <param name="results">The figures.</param>
    public static string ToMarkdown(IEnumerable<FigureResult> results)
    {
        var table = new StringBuilder("| claim | paper | here | scale | measured on | seeds | command | verdict |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var result in results)
        {
            foreach (var claim in result.Claims)
            {
                table.Append(
                    CultureInfo.InvariantCulture,
                    $"| {Cell(claim.Statement)} | {Cell(claim.Paper)} | {Cell(claim.Ours)} | {result.Scale} | {Cell(claim.Setting)} | {Seeds(claim)} | `reproduce {result.Name} --scale {result.Scale}` | **{Text(claim.Verdict)}** |\n");
            }
        }

        return table.ToString();
    }

    /// <summary>A verdict in words.</summary>
    public static string Text(Verdict verdict) => verdict switch
    {
        Verdict.Reproduced => "reproduced",
        Verdict.Partly => "partly",
        Verdict.NotReproduced => "not reproduced",
        _ => "not testable here",
    };

    /// <summary>How many models there were of each kind.</summary>
    public static string Seeds(Claim claim) => claim.Seeds == 0 ? "–" : claim.Seeds.ToString(CultureInfo.InvariantCulture);

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
