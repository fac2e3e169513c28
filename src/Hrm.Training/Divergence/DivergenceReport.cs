namespace Hrm.Training;

/// <summary>What was seen when loss or gradient was no longer finite.</summary>
/// <param name="Step">The step at which it was seen, from 1.</param>
/// <param name="Losses">The metrics of the segment, or of all since the last report where it showed in their sum.</param>
/// <param name="GradientNorm">The norm of the gradient, where it was measured.</param>
/// <param name="PuzzleIds">The puzzle id of each row in work.</param>
/// <param name="Activations">States after each update of the segment, logits and Q values, in the order in which they arise.</param>
/// <param name="Gradients">The largest gradients, the ones that are not finite first.</param>
/// <param name="Weights">The largest weights, the ones that are not finite first.</param>
public sealed record DivergenceReport(
    long Step,
    MetricSums Losses,
    double? GradientNorm,
    IReadOnlyList<int> PuzzleIds,
    IReadOnlyList<LargestValue> Activations,
    IReadOnlyList<LargestValue> Gradients,
    IReadOnlyList<LargestValue> Weights)
{
    /// <summary>The place of the batch that came in with the step, where the training reads from a stream.</summary>
    public SamplerPosition? Position { get; init; }

    /// <summary>The examples of the batch that came in with the step, by their numbers in the dataset.</summary>
    public IReadOnlyList<int> Examples { get; init; } = [];

    /// <summary>One line: the losses, and the first value that is not finite.</summary>
    internal string Summary
    {
        get
        {
            var first = Activations.Concat(Gradients.Select(value => value with { Name = $"gradient of {value.Name}" })).Concat(Weights).FirstOrDefault(value => value.NonFinite > 0);
            return FirstLine + (first.Name is null ? string.Empty : $"; first not finite: {first}");
        }
    }

    private string FirstLine => FormattableString.Invariant(
        $"step {Step}: token loss {Losses.TokenLoss:G6}, q_halt loss {Losses.QHaltLoss:G6}, q_continue loss {Losses.QContinueLoss:G6}, gradient norm {GradientNorm:G6}");

    /// <summary>The report as lines of text.</summary>
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
}
