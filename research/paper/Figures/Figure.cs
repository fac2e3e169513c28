namespace Hrm.Paper;

/// <summary>A figure of the paper, or something else that it claims, as something that can be run.</summary>
internal abstract class Figure
{
    /// <summary>All of them, in the order of the report.</summary>
    public static IReadOnlyList<Figure> All { get; } =
    [
        new MemoryFigure(), // First: a device still has all its memory then.
        new ScalingFigure(), new ResidualFigure(), new HaltingFigure(), new FormingFigure(), new DimensionFigure(), new GradientFigure(), new VariantsFigure(),
    ];

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What it is about.</summary>
    public abstract string Title { get; }

    /// <summary>The models that it needs; those that figures share are trained once.</summary>
    public abstract IEnumerable<TrainingPlan> Plans(ReproduceScale scale);

    /// <summary>Measures and draws.</summary>
    public abstract FigureResult Run(Laboratory laboratory);

    /// <summary>The result, with the time that its models took.</summary>
    protected FigureResult Result(
        Laboratory laboratory,
        string method,
        IReadOnlyList<Claim> claims,
        IReadOnlyList<ResultTable> tables,
        IReadOnlyList<Picture> pictures,
        IReadOnlyList<SolveFrames>? frames = null)
        => new(
            Name,
            Title,
            method,
            [.. claims.Select(Verdicts.OfSeeds)],
            tables,
            pictures,
            frames ?? [],
            laboratory.Scale.Name,
            laboratory.Scale.Description,
            laboratory.Command,
            Plans(laboratory.Scale).SelectMany(laboratory.Train).DistinctBy(model => model.Folder).Sum(model => model.Seconds));

    /// <summary>What the claim's numbers were measured on.</summary>
    protected static string Setting(Laboratory laboratory) => laboratory.Scale.Sudoku.Name;

    /// <summary>Writes charts, and gives the picture.</summary>
    protected Picture Draw(Laboratory laboratory, string suffix, string caption, params IReadOnlyList<Chart> charts)
    {
        var file = suffix.Length > 0 ? $"{Name}-{suffix}.png" : $"{Name}.png";
        ChartWriter.Write(laboratory.PathOf(file), charts);
        return new Picture(file, caption);
    }

    protected static string Number(double value, string format = "F1") => value.ToString(format, System.Globalization.CultureInfo.InvariantCulture);

    protected static string Percent(double share) => Number(100 * share);
}
