using System.Globalization;
using System.Text;

namespace Hrm.Tool;

/// <summary>A comparison as Markdown: for each training time the recipes, the best first, and their curves.</summary>
internal static class ComparisonTable
{
    private static readonly string Depths = string.Join(" / ", RunPoint.Depths);

    public static string ToMarkdown(Comparison comparison)
    {
        var page = new StringBuilder("# Recipes\n\n");
        page.Append("Validation puzzles solved, in percent, after ").Append(Depths).Append(" segments: the mean of the seeds ± their standard deviation.\n");
        page.Append("Minutes are processor time of the training on each thread. Rows are steps times batch: each is one segment of one puzzle.\n");
        foreach (var budget in comparison.Runs.GroupBy(run => run.Minutes).OrderBy(budget => budget.Key))
        {
            Append(page, comparison, budget.Key, [.. budget]);
        }

        return page.ToString();
    }

    private static void Append(StringBuilder page, Comparison comparison, double minutes, RecipeRun[] runs)
    {
        var ranked = comparison.Rank(comparison.Recipes, minutes).Select(recipe => runs.Where(run => run.Recipe == recipe.Name).ToArray()).Where(own => own.Length > 0).ToArray();
        var finished = runs.Where(run => run is { IsFinished: true, Failure: null }).ToArray();
        string[] sources = [.. runs.SelectMany(run => run.Points).SelectMany(point => point.Exact.Keys).Where(source => source != RunPoint.All).Distinct().Order(StringComparer.Ordinal)];
        page.Append(CultureInfo.InvariantCulture, $"\n## {minutes} minutes\n\n{finished.Length} of {runs.Length} runs are finished.\n\n");
        AppendRow(page, ["recipe", "seeds", "minutes", "steps", "rows", "cells", RunPoint.All, .. sources]);
        AppendRow(page, Enumerable.Repeat("---", 7 + sources.Length));
        foreach (var own in ranked)
        {
            var last = own.Where(finished.Contains).Select(run => run.Points[^1]).ToArray();
            AppendRow(page, [own[0].Recipe, .. Cells(last, [RunPoint.All, .. sources])]);
        }

        page.Append("\nDuring training:\n\n");
        AppendRow(page, ["recipe", "seeds", "minutes", "steps", "rows", "cells", RunPoint.All]);
        AppendRow(page, Enumerable.Repeat("---", 7));
        foreach (var (recipe, points) in ranked.SelectMany(own => own.SelectMany(run => run.Points).GroupBy(point => point.Step).OrderBy(points => points.Key).Select(points => (own[0].Recipe, points))))
        {
            AppendRow(page, [recipe, .. Cells([.. points], [RunPoint.All])]);
        }

        foreach (var run in runs.Where(run => run.Failure is not null))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n{run.Recipe}, seed {run.Seed}, failed and counts as 0: {run.Failure}\n");
        }
    }

    /// <summary>The cells of points of several seeds; without points only their number.</summary>
    private static IEnumerable<string> Cells(RunPoint[] points, IReadOnlyList<string> sources)
    {
        if (points.Length == 0)
        {
            return Enumerable.Repeat("–", 5 + sources.Count).Prepend("0");
        }

        return
        [
            $"{points.Length}",
            Text(points.Average(point => point.Minutes), "F2"),
            Text(points.Average(point => point.Step), "N0"),
            Text(points.Average(point => point.Rows), "N0"),
            Spread(points.Select(point => point.Cells)),
            .. sources.Select(source => string.Join(" / ", RunPoint.Depths.Select((_, depth) => Spread(points.Select(point => point.Exact[source][depth]))))),
        ];
    }

    private static string Spread(IEnumerable<double> fractions)
    {
        var values = fractions.Select(fraction => 100 * fraction).ToArray();
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, values.Length - 1));
        return values.Length == 1 ? Text(mean, "F1") : $"{Text(mean, "F1")} ± {Text(deviation, "F1")}";
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static void AppendRow(StringBuilder page, IEnumerable<string> cells)
        => page.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}
