using System.Globalization;
using System.Text;

namespace Hrm.Paper;

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
            Add(page, $"<tr><td>{Encode(claim.Statement)}</td><td>{Encode(claim.Paper)}</td><td>{Encode(claim.Ours)}</td><td>{Encode(result.Scale)}</td><td>{Encode(claim.Setting)}</td><td>{ClaimTable.Seeds(claim)}</td><td><a href=\"#{result.Name}\">reproduce {result.Name}</a></td><td class=\"{verdict.Replace(' ', '-')}\">{verdict}</td></tr>\n");
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
        var task = LabTask.Of(frames.Task);
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
