using System.Globalization;
using Hrm.Core;

namespace Hrm.Paper;

/// <summary>The result of a figure; stored as JSON, from which the report is made.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Title">The subject.</param>
/// <param name="Method">The method of measurement.</param>
/// <param name="Claims">The paper's claims and the results here.</param>
/// <param name="Tables">The numbers.</param>
/// <param name="Pictures">The plots.</param>
/// <param name="Frames">Puzzles as they are solved.</param>
/// <param name="Scale">The name of the scale.</param>
/// <param name="Description">The description of the scale.</param>
/// <param name="Command">The command that made it.</param>
/// <param name="TrainingSeconds">The time to train its models, including those that other figures share.</param>
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

/// <summary>A claim of the paper and the result here.</summary>
/// <param name="Statement">The claim.</param>
/// <param name="Paper">The paper's numbers.</param>
/// <param name="Ours">The numbers here, with the spread over the seeds if training is involved.</param>
/// <param name="Verdict">The conclusion.</param>
internal sealed record Claim(string Statement, string Paper, string Ours, Verdict Verdict)
{
    /// <summary>Puzzles or setting of the numbers here; the scale's Sudokus by default.</summary>
    public string? Setting { get; init; }

    /// <summary>The number of trained models, by default that of the run; 0 if nothing is trained.</summary>
    public int? Seeds { get; init; }
}

/// <summary>The conclusion about a claim.</summary>
internal enum Verdict
{
    /// <summary>The claim holds here too.</summary>
    Reproduced,

    /// <summary>A part of the claim holds, or it holds for some seeds.</summary>
    Partly,

    /// <summary>The claim does not hold here.</summary>
    NotReproduced,

    /// <summary>This scale cannot test the claim.</summary>
    NotTestable,
}

/// <summary>The rules by which numbers become a verdict. Those of trained models consider all seeds, not only their mean.</summary>
internal static class Verdicts
{
    /// <summary>Exact answers in percent below which a model has learned next to nothing, so that two of them cannot be compared.</summary>
    public const double Floor = 5;

    private const int FewSeeds = 3;

    /// <summary>Every seed of one is above every seed of the other; partly if only the mean is.</summary>
    public static Verdict Higher(Spread one, Spread other)
        => one.Least > other.Most ? Verdict.Reproduced : one.Mean > other.Mean ? Verdict.Partly : Verdict.NotReproduced;

    /// <summary>One is as good as the other: its mean is within the seeds of the other or above; partly if one of its seeds is.</summary>
    public static Verdict NotLower(Spread one, Spread other)
        => one.Mean >= other.Least ? Verdict.Reproduced : one.Most >= other.Least ? Verdict.Partly : Verdict.NotReproduced;

    /// <summary>Every seed is below a bound; partly if the mean is below a looser one.</summary>
    public static Verdict Below(Spread value, double bound, double loose)
        => value.Most < bound ? Verdict.Reproduced : value.Mean < loose ? Verdict.Partly : Verdict.NotReproduced;

    /// <summary>One learns what the other cannot: all its seeds are above the floor and the other's, and those are below the floor.</summary>
    public static Verdict OnlyOneLearns(Spread one, Spread other)
        => one.Least <= Math.Max(other.Most, Floor) ? (one.Mean > other.Mean && one.Mean > Floor ? Verdict.Partly : Verdict.NotReproduced)
            : other.Most < Floor ? Verdict.Reproduced
            : Verdict.Partly;

    /// <summary>All of several verdicts; partly if any holds at least partly.</summary>
    public static Verdict All(params IReadOnlyCollection<Verdict> parts)
        => parts.All(part => part == Verdict.Reproduced) ? Verdict.Reproduced
            : parts.Any(part => part is Verdict.Reproduced or Verdict.Partly) ? Verdict.Partly
            : Verdict.NotReproduced;

    /// <summary>Fewer than three models are not enough evidence, so such a claim is reproduced partly at most.</summary>
    public static Claim OfSeeds(Claim claim)
        => claim is { Seeds: > 0 and < FewSeeds, Verdict: Verdict.Reproduced } ? claim with { Verdict = Verdict.Partly } : claim;
}

/// <summary>Numbers in rows.</summary>
/// <param name="Title">The title.</param>
/// <param name="Columns">The names of the columns with units; no two are equal.</param>
/// <param name="Rows">The cells.</param>
internal sealed record ResultTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>A number over the seeds.</summary>
internal readonly record struct Spread(double Mean, double Least, double Most)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var all = values.ToArray();
        return new Spread(all.Average(), all.Min(), all.Max());
    }

    /// <summary>The text <c>mean (least–most)</c>.</summary>
    public string Text(string format = "F1")
        => string.Format(CultureInfo.InvariantCulture, $"{{0:{format}}} ({{1:{format}}}–{{2:{format}}})", Mean, Least, Most);
}

/// <summary>A PNG file beside the report.</summary>
internal sealed record Picture(string File, string Caption);

/// <summary>A puzzle, and the answer after each segment.</summary>
/// <param name="Task">The name of the task.</param>
/// <param name="Title">The title.</param>
/// <param name="Inputs">The tokens of the question.</param>
/// <param name="Labels">The tokens of the solution.</param>
/// <param name="Answers">The tokens of the answer after each segment.</param>
internal sealed record SolveFrames(string Task, string Title, int[] Inputs, int[] Labels, IReadOnlyList<int[]> Answers)
{
    /// <summary>Solves some puzzles of a dataset, evenly over it, because a file may begin with easy ones.</summary>
    public static SolveFrames[] Of(HrmModel model, string task, string title, NamedDataset test, int count, int segments)
    {
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = segments, Rule = HaltingRule.Never });
        return [.. Enumerable.Range(0, count).Select(index => test.Read(index * test.Examples.ExampleCount / count))
            .Select(puzzle => new SolveFrames(task, title, puzzle.Inputs, puzzle.Labels, [.. solver.Trace(puzzle.Inputs).Select(answer => answer.Tokens)]))];
    }
}
