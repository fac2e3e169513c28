using System.Globalization;
using System.Text;

namespace Hrm.Tool;

/// <summary>A comparison as Markdown: for each training time the recipes, the best first, and their curves.</summary>
internal static class ComparisonTable
{
    private const string None = "–";

    private static readonly string Depths = string.Join(" / ", RunPoint.Depths);

    public static string ToMarkdown(Comparison comparison)
    {
        var page = new StringBuilder("# Recipes\n\n");
        page.Append("Validation puzzles solved, in percent, after ").Append(Depths).Append(" segments: the mean of the seeds ± their standard deviation.\n");
        page.Append(comparison.Device == "cpu" ? "Minutes are processor time of the training per thread. " : "Minutes are the time that the training took. ");
        page.Append("Rows are steps times batch: each is one segment of one puzzle.\n");
        foreach (var budget in comparison.Runs.GroupBy(run => run.Minutes).OrderBy(budget => budget.Key))
        {
            Append(page, comparison, budget.Key, [.. budget]);
        }

        return page.ToString();
    }

    private static void Append(StringBuilder page, Comparison comparison, double minutes, RecipeRun[] runs)
    {
        var ranked = Comparison.Rank(comparison.Recipes, runs).Select(recipe => runs.Where(run => run.Recipe == recipe.Name).ToArray()).Where(own => own.Length > 0).ToArray();
        var failed = runs.Where(run => run.Failure is not null).ToArray();
        string[] sources = [.. runs.SelectMany(run => run.Points).SelectMany(point => point.Exact.Keys).Where(source => source != ListNames.All).Distinct().Order(StringComparer.Ordinal)];
        page.Append(CultureInfo.InvariantCulture, $"\n## {minutes} minutes\n\n{runs.Count(run => run.IsFinished)} of {runs.Length} runs are finished, {failed.Length} failed.\n\n");
        AppendRow(page, ["recipe", "seeds", "minutes", "steps", "rows", "cells", ListNames.All, .. sources]);
        AppendRow(page, Enumerable.Repeat("---", 7 + sources.Length));
        foreach (var own in ranked)
        {
            var last = own.Where(run => run is { IsFinished: true, Failure: null }).Select(run => run.Points[^1]).ToArray();
            AppendRow(page, [own[0].Recipe, .. Cells(last, [ListNames.All, .. sources], own.Count(failed.Contains))]);
        }

        page.Append("\nDuring training, without the failures:\n\n");
        AppendRow(page, ["recipe", "seeds", "minutes", "steps", "rows", "cells", ListNames.All]);
        AppendRow(page, Enumerable.Repeat("---", 7));
        foreach (var (recipe, points) in ranked.SelectMany(own => own.SelectMany(run => run.Points).GroupBy(point => point.Step).OrderBy(points => points.Key).Select(points => (own[0].Recipe, points))))
        {
            AppendRow(page, [recipe, .. Cells([.. points], [ListNames.All])]);
        }

        foreach (var run in failed)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n{run.Recipe}, seed {run.Seed}, failed and counts as 0: {run.Failure}\n");
        }
    }

    /// <summary>The cells of points of several seeds. A failure counts as 0 in the fractions, and is left out of time, steps and rows.</summary>
    private static IEnumerable<string> Cells(RunPoint[] points, IReadOnlyList<string> sources, int failures = 0)
    {
        return
        [
            $"{points.Length + failures}",
            Mean(point => point.Minutes, "F2"),
            Mean(point => point.Step, "N0"),
            Mean(point => point.Rows, "N0"),
            Share(point => point.Cells),
            .. sources.Select(source => string.Join(" / ", RunPoint.Depths.Select((_, depth) => Share(point => point.Exact[source][depth])))),
        ];

        string Mean(Func<RunPoint, double> value, string format) => points.Length == 0 ? None : Text(points.Average(value), format);

        string Share(Func<RunPoint, double> fraction) => Spread([.. points.Select(point => 100 * fraction(point)), .. Enumerable.Repeat(0.0, failures)]);
    }

    private static string Spread(double[] values)
    {
        if (values.Length == 0)
        {
            return None;
        }

        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, values.Length - 1));
        return values.Length == 1 ? Text(mean, "F1") : $"{Text(mean, "F1")} ± {Text(deviation, "F1")}";
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static void AppendRow(StringBuilder page, IEnumerable<string> cells)
        => page.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}
