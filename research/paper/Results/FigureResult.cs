using System.Globalization;

namespace Hrm.Paper;

/// <summary>Everything that a figure has to tell; kept as JSON, from which the report is made.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Title">What it is about.</param>
/// <param name="Method">How it was measured.</param>
/// <param name="Claims">What the paper says, and what came out.</param>
/// <param name="Tables">The numbers.</param>
/// <param name="Pictures">The plots.</param>
/// <param name="Frames">Puzzles as they are solved.</param>
/// <param name="Scale">The name of the scale.</param>
/// <param name="Description">What the scale is.</param>
/// <param name="Command">What made it.</param>
/// <param name="TrainingSeconds">The time that its models took to train; those that figures share count for each.</param>
internal sealed record FigureResult(
    string Name,
    string Title,
    string Method,
    IReadOnlyList<Claim> Claims,
    IReadOnlyList<ResultTable> Tables,
    IReadOnlyList<Picture> Pictures,
    IReadOnlyList<SolveFrames> Frames,
    string Scale,
    string Description,
    string Command,
    double TrainingSeconds);

/// <summary>One thing that the paper says, and what was measured.</summary>
/// <param name="Statement">What is claimed.</param>
/// <param name="Paper">The paper's numbers.</param>
/// <param name="Ours">Ours, with the spread over the seeds where training is involved.</param>
/// <param name="Setting">On what ours were measured.</param>
/// <param name="Seeds">The number of trained models; 0 where nothing is trained.</param>
/// <param name="Verdict">What follows.</param>
internal sealed record Claim(string Statement, string Paper, string Ours, string Setting, int Seeds, Verdict Verdict);

/// <summary>What became of a claim.</summary>
internal enum Verdict
{
    /// <summary>It shows here too.</summary>
    Reproduced,

    /// <summary>A part of it shows, or it shows for some seeds.</summary>
    Partly,

    /// <summary>It was looked for and does not show.</summary>
    NotReproduced,

    /// <summary>It is about a scale that this one says nothing of.</summary>
    NotTestable,
}

/// <summary>The rules by which numbers become a verdict. Those of trained models go by all seeds, not by their mean alone.</summary>
internal static class Verdicts
{
    /// <summary>A share below which, in percent, a model has learned next to nothing, so that two of them cannot be compared.</summary>
    public const double Floor = 5;

    private const int FewSeeds = 3;

    /// <summary>Whether every seed of one is above every seed of the other; partly where only the mean is.</summary>
    public static Verdict Higher(Spread one, Spread other)
        => one.Least > other.Most ? Verdict.Reproduced : one.Mean > other.Mean ? Verdict.Partly : Verdict.NotReproduced;

    /// <summary>Whether one is as good as the other: its mean is within the seeds of the other or above; partly where a seed of it is.</summary>
    public static Verdict NotLower(Spread one, Spread other)
        => one.Mean >= other.Least ? Verdict.Reproduced : one.Most >= other.Least ? Verdict.Partly : Verdict.NotReproduced;

    /// <summary>Whether every seed is below a bound; partly where the mean is below a looser one.</summary>
    public static Verdict Below(Spread value, double bound, double loose)
        => value.Most < bound ? Verdict.Reproduced : value.Mean < loose ? Verdict.Partly : Verdict.NotReproduced;

    /// <summary>Whether one learns what the other cannot: all its seeds are above the floor and the other's, and those are below the floor.</summary>
    public static Verdict OnlyOneLearns(Spread one, Spread other)
        => one.Least <= Math.Max(other.Most, Floor) ? (one.Mean > other.Mean && one.Mean > Floor ? Verdict.Partly : Verdict.NotReproduced)
            : other.Most < Floor ? Verdict.Reproduced
            : Verdict.Partly;

    /// <summary>All of several verdicts; partly where any shows at least partly.</summary>
    public static Verdict All(params IReadOnlyCollection<Verdict> parts)
        => parts.All(part => part == Verdict.Reproduced) ? Verdict.Reproduced
            : parts.Any(part => part is Verdict.Reproduced or Verdict.Partly) ? Verdict.Partly
            : Verdict.NotReproduced;

    /// <summary>Fewer than three models show nothing for certain.</summary>
    public static Claim OfSeeds(Claim claim)
        => claim is { Seeds: > 0 and < FewSeeds, Verdict: Verdict.Reproduced } ? claim with { Verdict = Verdict.Partly } : claim;
}

/// <summary>Numbers in rows; written as CSV too.</summary>
/// <param name="Name">The name of the file.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Columns">The names of the columns, no two the same, units included.</param>
/// <param name="Rows">The cells.</param>
internal sealed record ResultTable(string Name, string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<Cell>> Rows);

/// <summary>A cell of a table: as it is read, and the numbers behind it.</summary>
/// <param name="Text">As it is read.</param>
/// <param name="Numbers">Mean, least and most of a spread; else the text alone goes into the CSV.</param>
internal sealed record Cell(string Text, IReadOnlyList<string> Numbers)
{
    public static implicit operator Cell(string text) => new(text, []);
}

/// <summary>A number over the seeds.</summary>
/// <param name="Mean">Its mean.</param>
/// <param name="Least">The smallest.</param>
/// <param name="Most">The largest.</param>
internal readonly record struct Spread(double Mean, double Least, double Most)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var all = values.ToArray();
        return new Spread(all.Average(), all.Min(), all.Max());
    }

    /// <summary>As <c>mean (least–most)</c>.</summary>
    /// <param name="format">The format of each number.</param>
    public string Text(string format = "F1") => $"{Number(Mean, format)} ({Number(Least, format)}–{Number(Most, format)})";

    /// <summary>The same for a table.</summary>
    /// <param name="format">The format of each number.</param>
    public Cell Cell(string format = "F1") => new(Text(format), [Number(Mean, format), Number(Least, format), Number(Most, format)]);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>A PNG beside the report.</summary>
/// <param name="File">Its name.</param>
/// <param name="Caption">What it shows.</param>
internal sealed record Picture(string File, string Caption);

/// <summary>How one puzzle is solved, a frame a segment.</summary>
/// <param name="Task">The task.</param>
/// <param name="Title">What it is.</param>
/// <param name="Inputs">The tokens of the question.</param>
/// <param name="Labels">The tokens of the solution.</param>
/// <param name="Answers">The tokens of the answer after each segment.</param>
internal sealed record SolveFrames(string Task, string Title, int[] Inputs, int[] Labels, IReadOnlyList<int[]> Answers);
