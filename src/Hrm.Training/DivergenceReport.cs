namespace Hrm.Training;

/// <summary>Loss, gradient or weights contain NaN or infinity.</summary>
/// <remarks>
/// With <see cref="TrainerOptions.FiniteCheckInterval"/> 1 the weights are those before the step; with rarer checks they may
/// already contain NaN or infinity.
/// </remarks>
public sealed class TrainingDivergedException : HrmException
{
    internal TrainingDivergedException(DivergenceReport details)
        : base($"training: expected a finite loss and gradient, got {details.Summary}")
    {
        Details = details;
    }

    /// <summary>The step, from 1, at which it was noticed.</summary>
    public long Step => Details.Step;

    /// <summary>The values at that moment, in lines of text: losses, puzzles, states, gradients and weights.</summary>
    public string Report => Details.ToString();

    internal DivergenceReport Details { get; }
}

/// <summary>The largest absolute value among the finite values of a tensor, and the number of values that are not finite.</summary>
internal readonly record struct LargestValue(string Name, double Magnitude, long NonFinite)
{
    /// <inheritdoc/>
    public override string ToString()
        => FormattableString.Invariant($"{Name}: {Magnitude:G4}") + (NonFinite == 0 ? string.Empty : $", {NonFinite} not finite");
}

/// <summary>The values of a training whose loss or gradient is no longer finite.</summary>
/// <remarks>
/// The losses are those of the segment, or of all segments since the last report if only their sum was checked. Activations
/// are the states after each update, logits and Q values, in the order of computation. Gradients and weights are the largest;
/// those that are not finite come first.
/// </remarks>
internal sealed record DivergenceReport(
    long Step,
    MetricSums Losses,
    double? GradientNorm,
    IReadOnlyList<int> PuzzleIds,
    IReadOnlyList<LargestValue> Activations,
    IReadOnlyList<LargestValue> Gradients,
    IReadOnlyList<LargestValue> Weights)
{
    private const int Listed = 5;

    /// <summary>The position of the step's incoming batch, if the training reads from a stream.</summary>
    public SamplerPosition? Position { get; init; }

    /// <summary>The examples of the step's incoming batch, by their indices in the dataset.</summary>
    public IReadOnlyList<int> Examples { get; init; } = [];

    /// <summary>One line: the losses, and the first value that is not finite.</summary>
    public string Summary
    {
        get
        {
            var first = Activations.Concat(Gradients.Select(value => value with { Name = $"gradient of {value.Name}" })).Concat(Weights).FirstOrDefault(value => value.NonFinite > 0);
            return FirstLine + (first.Name is null ? string.Empty : $"; first not finite: {first}");
        }
    }

    private string FirstLine => FormattableString.Invariant(
        $"step {Step}: token loss {Losses.TokenLoss:G6}, q_halt loss {Losses.QHaltLoss:G6}, q_continue loss {Losses.QContinueLoss:G6}, auxiliary loss {Losses.AuxiliaryLoss:G6}, gradient norm {GradientNorm:G6}");

    public override string ToString() => string.Join(
        Environment.NewLine,
        [
            FirstLine,
            Position is { } position ? $"incoming batch: iteration {position.Iteration}, batch {position.Batch}, examples {string.Join(' ', Examples)}" : "incoming batch: not from a stream",
            $"puzzle ids in work: {string.Join(' ', PuzzleIds)}",
            .. Activations.Select(value => $"  {value}"),
            .. Gradients.Select(value => $"  gradient of {value}"),
            .. Weights.Select(value => $"  weight {value}"),
        ]);

    /// <summary>Measures a training; runs the segment again without gradients and measures every state.</summary>
    public static DivergenceReport Create(HrmModel model, TrainingCarry? carry, long step, MetricSums losses, double? gradientNorm)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var parameters = model.named_parameters().ToArray();
        return new DivergenceReport(
            step,
            losses,
            gradientNorm,
            carry is null ? [] : carry.Data.PuzzleIds.cpu().data<int>().ToArray(),
            carry is null ? [] : MeasureActivations(model, carry),
            Worst(parameters.Where(entry => entry.parameter.grad is not null).Select(entry => Measure(entry.name, entry.parameter.grad!))),
            Worst(parameters.Select(entry => Measure(entry.name, entry.parameter))));
    }

    private static List<LargestValue> MeasureActivations(HrmModel model, TrainingCarry carry)
    {
        var seen = new List<LargestValue> { Measure("zH at the start", carry.States.High), Measure("zL at the start", carry.States.Low) };
        var watched = model.Recurrence.Updated;
        model.Recurrence.Updated = update => seen.Add(Measure(
            update.IsHigh ? $"zH after cycle {update.Cycle + 1}" : $"zL after cycle {update.Cycle + 1}, update {update.Step + 1}",
            update.After));
        try
        {
            var output = model.call(carry.States, carry.Data);
            return [.. seen, Measure("logits", output.Logits), Measure("q_halt", output.QHalt), Measure("q_continue", output.QContinue)];
        }
        finally
        {
            model.Recurrence.Updated = watched;
        }
    }

    private static LargestValue[] Worst(IEnumerable<LargestValue> values)
        => [.. values.OrderByDescending(value => value.NonFinite > 0).ThenByDescending(value => value.Magnitude).Take(Listed)];

    private static LargestValue Measure(string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var isFinite = tensor.isfinite();
        var magnitude = where(isFinite, tensor.detach().to_type(ScalarType.Float64).abs(), zeros(1, ScalarType.Float64, tensor.device)).max().item<double>();
        return new LargestValue(name, magnitude, tensor.numel() - isFinite.sum().item<long>());
    }
}
