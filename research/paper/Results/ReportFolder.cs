namespace Hrm.Paper;

/// <summary>
/// The report and what belongs to it: <c>report.html</c>, <c>claims.md</c>, the results as JSON, tables as CSV, pictures as PNG. It has every
/// figure that was run into the folder, each with its scale and command.
/// </summary>
internal sealed class ReportFolder(string root)
{
    public const string PageName = "report.html";

    private const string ClaimsName = "claims.md";

    private string ResultFolder => Path.Combine(root, "results");

    /// <summary>Keeps a result, in the place of an earlier one of the same figure, and writes the page of all that there are.</summary>
    public void Add(FigureResult result)
    {
        JsonFiles.Write(PathOf(result.Name), result);
        foreach (var table in result.Tables)
        {
            WholeFiles.Write(Path.Combine(root, $"{table.Name}.csv"), CsvText.Of(table));
        }

        var results = Read(ResultFolder);
        WholeFiles.Write(Path.Combine(root, PageName), ReportPage.ToHtml(results, root));
        WholeFiles.Write(Path.Combine(root, ClaimsName), ClaimTable.ToMarkdown(results));
    }

    /// <summary>The results of a folder, in the order of the report.</summary>
    public static IReadOnlyList<FigureResult> Read(string folder)
        => [.. Figure.All.Select(figure => JsonFiles.Read<FigureResult>(Path.Combine(folder, $"{figure.Name}.json"))).OfType<FigureResult>()];

    private string PathOf(string name) => Path.Combine(ResultFolder, $"{name}.json");
}
