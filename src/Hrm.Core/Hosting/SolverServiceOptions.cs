namespace Hrm.Core;

/// <summary>The model and behaviour of an application's solver.</summary>
/// <remarks>
/// A puzzle stops at the first of the stops that are set, and at <see cref="SolverOptions.MaxSegments"/> in any case. The paper's rule
/// is used if <see cref="SolverOptions.Rule"/> is set, or if neither <see cref="Confidence"/> nor <see cref="UnchangedSegments"/> is.
/// </remarks>
public sealed class SolverServiceOptions : IValidatedOptions
{
    /// <summary>The folder of the model: <c>config.json</c> and <c>model.safetensors</c>. Required.</summary>
    public string Folder { get; set; } = string.Empty;

    /// <summary>The device of the model: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, <c>mps</c>. Default <c>cpu</c>.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>The dtype to compute in instead of the model's: <c>float32</c> or <c>bfloat16</c>. Default: the model's.</summary>
    public string? ForwardDtype { get; set; }

    /// <summary>The options of the solver: batch, queue, maximum, the rule of the Q values.</summary>
    public SolverOptions Limits { get; set; } = new();

    /// <summary>Stops a puzzle at this sigmoid(q_halt), see <see cref="ConfidenceHalting"/>; above 0, below 1. Default: not used.</summary>
    public double? Confidence { get; set; }

    /// <summary>Stops a puzzle after this number of unchanged segments, see <see cref="StableHalting"/>; 1 … 65536. Default: not used.</summary>
    public int? UnchangedSegments { get; set; }

    /// <summary>Stops a puzzle at this time from its first segment on, see <see cref="TimeHalting"/>; above zero. Default: no limit.</summary>
    public TimeSpan? TimeLimit { get; set; }

    internal bool HasStops => Confidence is not null || UnchangedSegments is not null || TimeLimit is not null || Limits.Rule is not null;

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Check(nameof(Folder), $"'{Folder}'", IsModel(Folder), "the folder of a model, with a config.json and a model.safetensors")
        .Device(nameof(Device), Device)
        .Check(nameof(ForwardDtype), $"'{ForwardDtype}'", ForwardDtype is null || ForwardDtypes.Instance.Find(ForwardDtype) is not null, ForwardDtypes.Instance.Names)
        .Nested(nameof(Limits), Limits)
        .Check(nameof(Confidence), Confidence ?? 0, Confidence is null or (> 0 and < 1), "a probability above 0 and below 1")
        .Between(nameof(UnchangedSegments), UnchangedSegments ?? 1, 1, HaltingOptions.MostSegments)
        .Check(nameof(TimeLimit), TimeLimit ?? default, TimeLimit is null || TimeLimit > TimeSpan.Zero, "a time above zero")
        .Errors;

    /// <summary>Creates the halting policy; the options must be valid.</summary>
    /// <param name="rule">The comparison of the Q values for the model, if the limits set none.</param>
    internal IHaltingPolicy CreateHalting(HaltingRule rule)
    {
        var policies = new List<IHaltingPolicy>();
        if (Limits.Rule is not null || (Confidence is null && UnchangedSegments is null))
        {
            policies.Add(new QValueHalting(rule: Limits.Rule ?? rule));
        }

        if (Confidence is { } confidence)
        {
            policies.Add(new ConfidenceHalting(confidence));
        }

        if (UnchangedSegments is { } unchanged)
        {
            policies.Add(new StableHalting(unchanged));
        }

        if (TimeLimit is { } limit)
        {
            policies.Add(new TimeHalting(limit));
        }

        return new AnyHalting(policies);
    }

    private static bool IsModel(string? folder)
        => folder is { Length: > 0 } && File.Exists(Path.Combine(folder, ModelFolder.ConfigName)) && File.Exists(Path.Combine(folder, ModelFolder.WeightsName));
}
