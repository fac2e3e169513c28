namespace Hrm.Paper;

/// <summary>A figure of the paper, or another of its claims.</summary>
/// <param name="name">The name on the command line.</param>
/// <param name="title">The subject.</param>
internal abstract class Figure(string name, string title)
{
    /// <summary>All figures, in the order of the report.</summary>
    public static IReadOnlyList<Figure> All { get; } =
    [
        new MemoryFigure(), // First, while a device still has all its memory.
        new ScalingFigure(), new ResidualFigure(), new HaltingFigure(), new FormingFigure(), new DimensionFigure(), new GradientFigure(), new VariantsFigure(),
    ];

    public string Name => name;

    public string Title => title;

    /// <summary>The models that it needs; those that figures share are trained once.</summary>
    public abstract IEnumerable<TrainingPlan> Plans(ReproduceScale scale);

    /// <summary>Measures and draws.</summary>
    public abstract FigureResult Run(FigureContext context);

    /// <summary>The result, with the setting and seeds of its claims and the time that its models took.</summary>
    protected FigureResult Result(
        FigureContext context,
        string method,
        IReadOnlyList<Claim> claims,
        IReadOnlyList<ResultTable> tables,
        IReadOnlyList<Picture> pictures,
        IReadOnlyList<SolveFrames>? frames = null)
    {
        var scale = context.Scale;
        var complete = claims.Select(claim => Verdicts.OfSeeds(claim with { Setting = claim.Setting ?? scale.Hrm.Source.Name, Seeds = claim.Seeds ?? context.Seeds.Count }));
        var seconds = Plans(scale).SelectMany(context.Train).DistinctBy(model => model.Folder).Sum(model => model.Seconds);
        return new FigureResult(Name, Title, method, [.. complete], tables, pictures, frames ?? [], scale.Name, scale.Description, context.Command, seconds);
    }

    /// <summary>Draws charts side by side into a picture.</summary>
    protected Picture Draw(FigureContext context, string suffix, string caption, params IReadOnlyList<Chart> charts)
    {
        var file = suffix.Length > 0 ? $"{Name}-{suffix}.png" : $"{Name}.png";
        ChartWriter.Write(Path.Combine(context.Folder, file), charts);
        return new Picture(file, caption);
    }

    protected static string Number(double value, string format = "F1") => value.ToString(format, System.Globalization.CultureInfo.InvariantCulture);

    protected static string Percent(double share) => Number(100 * share);
}
