using System.Globalization;
using System.Text;

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

    /// <summary>Stores a result, replacing an earlier one of the same figure, and writes the page of all results.</summary>
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

/// <summary>The report as one HTML page that needs nothing else: pictures are in it, puzzles are solved in it.</summary>
internal static class ReportPage
{
    private const string Style = """
        body { max-width: 78rem; }
        section { margin: 3rem 0; }
        img { max-width: 100%; height: auto; border: 1px solid #ddd; background: white; }
        table.numbers { font: 13px/1.4 system-ui, sans-serif; font-weight: normal; margin: .5rem 0 1.5rem; }
        table.numbers td, table.numbers th { width: auto; height: auto; padding: .25em .6em; text-align: left; vertical-align: top; border: 1px solid #ddd; }
        .reproduced { background: #d8f0d8; } .partly { background: #fbf0cc; } .not-reproduced { background: #f6d9d6; } .not-testable-here { background: #e6e6e6; }
        .moving figure { display: none; } .moving figure.shown { display: block; }
        code { background: #eee; padding: .1em .3em; }
        """;

    /// <summary>Turns to the next frame of each puzzle once a second, and stays on the last for three.</summary>
    private const string Script = """
        const moves = document.getElementById('moves');
        moves.checked = !matchMedia('(prefers-reduced-motion: reduce)').matches;
        for (const puzzle of document.querySelectorAll('.frames')) {
          const frames = puzzle.querySelectorAll('figure');
          let shown = 0, rest = 0;
          puzzle.classList.add('moving');
          setInterval(() => {
            if (!moves.checked || (shown === frames.length - 1 && rest++ < 3)) return;
            rest = 0;
            frames[shown].classList.remove('shown');
            shown = (shown + 1) % frames.length;
            frames[shown].classList.add('shown');
          }, 1000);
        }
        """;

    /// <summary>Makes the page.</summary>
    /// <param name="results">The figures.</param>
    /// <param name="folder">The folder of the pictures.</param>
    public static string ToHtml(IReadOnlyList<FigureResult> results, string folder)
    {
        var page = new StringBuilder();
        Add(page, $"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>The HRM paper, claim by claim</title>\n<style>\n{HtmlPage.Style}\n{Style}\n</style>\n</head>\n<body>\n");
        Add(page, $"<h1>The HRM paper, claim by claim</h1>\n<p>Hierarchical Reasoning Model, arXiv 2506.21734.</p>\n");
        foreach (var made in results.Select(result => (result.Scale, result.Description, result.Command)).Distinct())
        {
            Add(page, $"<p>Scale {Encode(made.Scale)}: {Encode(made.Description)}. Made by <code>{Encode(made.Command)}</code>.</p>\n");
        }

        Add(page, $"<p>Numbers over seeds are the mean, with the smallest and the largest in brackets.</p>\n");
        AppendClaims(page, results);
        foreach (var result in results)
        {
            Append(page, result, folder);
        }

        var script = results.Any(result => result.Frames.Count > 0) ? $"<script>\n{Script}\n</script>\n" : string.Empty;
        return page.Append(script).Append("</body>\n</html>\n").ToString();
    }

    private static void AppendClaims(StringBuilder page, IReadOnlyList<FigureResult> results)
    {
        page.Append("<table class=\"numbers\">\n<tr><th>claim</th><th>paper</th><th>here</th><th>scale</th><th>measured on</th><th>seeds</th><th>command</th><th>verdict</th></tr>\n");
        foreach (var (result, claim) in results.SelectMany(result => result.Claims.Select(claim => (result, claim))))
        {
            var verdict = ClaimTable.Text(claim.Verdict);
            Add(page, $"<tr><td>{Encode(claim.Statement)}</td><td>{Encode(claim.Paper)}</td><td>{Encode(claim.Ours)}</td><td>{Encode(result.Scale)}</td><td>{Encode(claim.Setting)}</td><td>{ClaimTable.Seeds(claim)}</td><td><a href=\"#{result.Name}\">research/paper -- {result.Name} --scale {Encode(result.Scale)}</a></td><td class=\"{verdict.Replace(' ', '-')}\">{verdict}</td></tr>\n");
        }

        page.Append("</table>\n");
    }

    private static void Append(StringBuilder page, FigureResult result, string folder)
    {
        Add(page, $"<section id=\"{result.Name}\">\n<h1>{Encode(result.Title)}</h1>\n<p>{Encode(result.Method)} Scale {Encode(result.Scale)}; training of its models, some of which other figures share: {result.TrainingSeconds / 60:F0} minutes.</p>\n");
        foreach (var picture in result.Pictures)
        {
            var bytes = Convert.ToBase64String(File.ReadAllBytes(Path.Combine(folder, picture.File)));
            Add(page, $"<figure><img alt=\"{Encode(picture.Caption)}\" src=\"data:image/png;base64,{bytes}\">\n<figcaption>{Encode(picture.Caption)}</figcaption></figure>\n");
        }

        foreach (var table in result.Tables)
        {
            Append(page, table);
        }

        if (result.Frames.Count > 0)
        {
            page.Append("<h2>Puzzles, a frame a segment: green is right, white on purple is wrong</h2>\n<p><label><input type=\"checkbox\" id=\"moves\"> play</label></p>\n<div class=\"grids\">\n");
            foreach (var frames in result.Frames)
            {
                Append(page, frames);
            }

            page.Append("</div>\n");
        }

        page.Append("</section>\n");
    }

    private static void Append(StringBuilder page, ResultTable table)
    {
        Add(page, $"<details><summary>{Encode(table.Title)} ({table.Name}.csv)</summary>\n<table class=\"numbers\">\n<tr>");
        foreach (var column in table.Columns)
        {
            Add(page, $"<th>{Encode(column)}</th>");
        }

        page.Append("</tr>\n");
        foreach (var row in table.Rows)
        {
            Add(page, $"<tr>{string.Concat(row.Select(cell => $"<td>{Encode(cell.Text)}</td>"))}</tr>\n");
        }

        page.Append("</table></details>\n");
    }

    private static void Append(StringBuilder page, SolveFrames frames)
    {
        var task = ToolTask.Of(frames.Task);
        Add(page, $"<div class=\"frames\" title=\"{Encode(frames.Title)}\">\n<p>{Encode(frames.Title)}</p>\n");
        for (var segment = 0; segment < frames.Answers.Count; segment++)
        {
            if (task.ViewAnswer($"segment {segment + 1} of {frames.Answers.Count}", frames.Inputs, frames.Labels, frames.Answers[segment]) is { } grid)
            {
                HtmlPage.AppendGrid(page, grid, segment == 0 ? "shown" : null);
            }
        }

        page.Append("</div>\n");
    }

    private static void Add(StringBuilder page, FormattableString text) => page.Append(text.ToString(CultureInfo.InvariantCulture));

    private static string Encode(string text) => HtmlPage.Encode(text);
}

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
                    $"| {Cell(claim.Statement)} | {Cell(claim.Paper)} | {Cell(claim.Ours)} | {result.Scale} | {Cell(claim.Setting)} | {Seeds(claim)} | `research/paper -- {result.Name} --scale {result.Scale}` | **{Text(claim.Verdict)}** |\n");
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

/// <summary>A table as CSV: numbers with a point, a spread as three columns.</summary>
internal static class CsvText
{
    private static readonly string[] OfSpread = ["mean", "least", "most"];

    public static string Of(ResultTable table)
    {
        // A column is one of spreads where its first row has one.
        var spreads = table.Columns.Select((_, i) => table.Rows[0][i].Numbers.Count > 0).ToArray();
        var header = table.Columns.SelectMany((column, i) => spreads[i] ? OfSpread.Select(part => $"{column}, {part}") : [column]);
        var rows = table.Rows.Select(row => row.SelectMany((cell, i) => spreads[i] ? cell.Numbers : [cell.Text]));
        return string.Concat(rows.Prepend(header).Select(row => string.Join(',', row.Select(Quote)) + "\n"));
    }

    private static string Quote(string text)
        => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
