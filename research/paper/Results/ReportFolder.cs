using System.Globalization;
using System.Text;

namespace Hrm.Paper;

/// <summary>
/// The folder of the report: <c>report.md</c>, the results as JSON, plots as PNG, solved puzzles as HTML. The report contains
/// every figure that was run into the folder, each with its scale and command.
/// </summary>
internal sealed class ReportFolder(string root)
{
    public const string ReportName = "report.md";

    private string ResultFolder => Path.Combine(root, "results");

    /// <summary>Stores a result, replacing an earlier one of the same figure, and writes the report of all results.</summary>
    public void Add(FigureResult result)
    {
        JsonFiles.Write(Path.Combine(ResultFolder, $"{result.Name}.json"), result);
        if (result.Frames.Count > 0)
        {
            HtmlPage.Write(Path.Combine(root, PuzzlesName(result)), result.Title, result.Frames.Select(View));
        }

        WholeFiles.Write(Path.Combine(root, ReportName), ToMarkdown(Read(ResultFolder)));
    }

    /// <summary>The results of a folder, in the order of the report.</summary>
    public static IReadOnlyList<FigureResult> Read(string folder)
        => [.. Figure.All.Select(figure => JsonFiles.Read<FigureResult>(Path.Combine(folder, $"{figure.Name}.json"))).OfType<FigureResult>()];

    /// <summary>The report of some figures; the table of claims is that of docs/paper.md.</summary>
    public static string ToMarkdown(IReadOnlyList<FigureResult> results)
    {
        var page = new StringBuilder("# The HRM paper, claim by claim\n\nHierarchical Reasoning Model, arXiv 2506.21734.\n");
        foreach (var made in results.Select(result => (result.Scale, result.Description, result.Command)).Distinct())
        {
            page.Append(CultureInfo.InvariantCulture, $"Scale {made.Scale}: {made.Description}. Command: `{made.Command}`.\n");
        }

        page.Append("Numbers over seeds are the mean, with the smallest and the largest in brackets.\n\n");
        page.Append("| claim | paper | here | scale | measured on | seeds | command | verdict |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var (result, claim) in results.SelectMany(result => result.Claims.Select(claim => (result, claim))))
        {
            var seeds = claim.Seeds == 0 ? "–" : $"{claim.Seeds}";
            page.Append(Row([claim.Statement, claim.Paper, claim.Ours, result.Scale, claim.Setting!, seeds, $"`research/paper -- {result.Name} --scale {result.Scale}`", $"**{Text(claim.Verdict)}**"]));
        }

        foreach (var result in results)
        {
            Append(page, result);
        }

        return page.ToString();
    }

    private static void Append(StringBuilder page, FigureResult result)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {result.Title}\n\n{result.Method} Scale {result.Scale}; training its models took {result.TrainingSeconds / 60:F0} minutes, including those that other figures share.\n\n");
        foreach (var picture in result.Pictures)
        {
            page.Append(CultureInfo.InvariantCulture, $"![{picture.Caption}]({picture.File})\n\n{picture.Caption}\n\n");
        }

        foreach (var table in result.Tables)
        {
            page.Append(CultureInfo.InvariantCulture, $"<details><summary>{table.Title}</summary>\n\n{Row(table.Columns)}{Row(table.Columns.Select(_ => "---"))}{string.Concat(table.Rows.Select(Row))}\n</details>\n\n");
        }

        if (result.Frames.Count > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"[Puzzles as they are solved, one grid per segment]({PuzzlesName(result)})\n");
        }
    }

    private static PuzzleView View(SolveFrames frames) => new(
        frames.Title,
        [.. frames.Answers.Select((answer, i) => ToolTask.Of(frames.Task).ViewAnswer($"segment {i + 1} of {frames.Answers.Count}", frames.Inputs, frames.Labels, answer)).OfType<GridView>()]);

    private static string PuzzlesName(FigureResult result) => $"{result.Name}.html";

    private static string Text(Verdict verdict) => verdict switch
    {
        Verdict.Reproduced => "reproduced",
        Verdict.Partly => "partly",
        Verdict.NotReproduced => "not reproduced",
        _ => "not testable here",
    };

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells.Select(Cell))} |\n";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
