namespace Hrm.Samples.PuzzleLab;

/// <summary>
/// The report and what belongs to it: <c>report.html</c>, <c>claims.md</c>, the results as JSON, tables as CSV, pictures as PNG. It has every
/// figure that was run at this scale, whenever that was.
/// </summary>
internal sealed class ReportFolder(string root, ReproduceScale scale)
{
    public const string PageName = "report.html";

    private const string ClaimsName = "claims.md";

    private string ResultFolder => Path.Combine(root, "results");

    /// <summary>Keeps a result.</summary>
    public void Add(FigureResult result)
    {
        JsonFiles.Write(PathOf(result.Name), result);
        foreach (var table in result.Tables)
        {
            TextFiles.Write(Path.Combine(root, $"{table.Name}.csv"), CsvText.Of(table));
        }
    }

    /// <summary>Writes the page of all results that there are.</summary>
    /// <param name="command">What made the last of them.</param>
    public void Write(string command)
    {
        var results = Read(ResultFolder);
        TextFiles.Write(Path.Combine(root, PageName), ReportPage.ToHtml(results, $"{scale.Name}, {scale.Description}", command, root));
        TextFiles.Write(Path.Combine(root, ClaimsName), ClaimTable.ToMarkdown(results));
    }

    /// <summary>The results of a folder, in the order of the report.</summary>
    public static IReadOnlyList<FigureResult> Read(string folder)
        => [.. Figure.All.Select(figure => JsonFiles.Read<FigureResult>(Path.Combine(folder, $"{figure.Name}.json"))).OfType<FigureResult>()];

    private string PathOf(string name) => Path.Combine(ResultFolder, $"{name}.json");
}
