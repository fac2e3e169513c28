namespace Hrm.Training;

/// <summary>The loss of one segment: that of the tokens, and half of that of the two Q values.</summary>
/// <remarks>
/// <para>
/// <c>Σ_rows( Σ_tokens token_loss / max(1, labelled tokens) ) + ½ · (Σ BCE(q_halt, right) + Σ BCE(q_continue, target))</c>
/// over all rows, halted or not. A row is right if every labelled token is. Without a target of q_continue the last term is
/// left out (evaluation, one segment, halt-only training). Trainers divide the gradient of this sum by the global batch.
/// </para>
/// <para>Source: arXiv 2506.21734, section 2, "Adaptive computational time".</para>
/// </remarks>
/// <param name="tokenLoss">(logits [B, seq_len, V], labels [B, seq_len]) → [B, seq_len], 0 if ignored; for instance <see cref="StablemaxCrossEntropy"/>.</param>
public sealed class HrmLoss(nn.Module<Tensor, Tensor, Tensor> tokenLoss)
{
    private const double QWeight = 0.5;

    internal nn.Module<Tensor, Tensor, Tensor> TokenLoss { get; } = tokenLoss ?? throw new ArgumentNullException(nameof(tokenLoss));

    /// <summary>Computes loss and metrics.</summary>
    /// <param name="output">The output of the segment.</param>
    /// <param name="labels">[B, seq_len], int32.</param>
    /// <param name="segments">[B], int32: segments run, including this one.</param>
    /// <param name="halted">[B], bool: the rows that stop now; the metrics count only these.</param>
    /// <param name="continueTarget">[B], float32: the target of sigmoid(q_continue); <see langword="null"/> leaves its term out.</param>
    /// <returns>Tensors in the caller's dispose scope.</returns>
    /// <exception cref="ShapeMismatchException">The shapes do not fit, or the token loss has another shape or dtype than it should.</exception>
    /// <exception cref="InvalidConfigException">The logits have a graph, and the token loss has none.</exception>
    public LossResult Compute(HrmOutput output, Tensor labels, Tensor segments, Tensor halted, Tensor? continueTarget)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(segments);
        ArgumentNullException.ThrowIfNull(halted);
        return Compute(output.Logits, output.QHalt, output.QContinue, labels, segments, halted, continueTarget);
    }

    /// <summary>Computes loss and metrics of logits [B, seq_len, V] and Q values [B], whose rows may be from different segments.</summary>
    internal LossResult Compute(Tensor logits, Tensor qHalt, Tensor qContinue, Tensor labels, Tensor segments, Tensor halted, Tensor? continueTarget)
    {
        var rows = qHalt.size(0);
        ShapeGuard.Require(labels, nameof(labels), rows, logits.size(1));
        ShapeGuard.Require(segments, nameof(segments), rows);
        ShapeGuard.Require(halted, nameof(halted), rows);
        if (continueTarget is not null)
        {
            ShapeGuard.Require(continueTarget, nameof(continueTarget), rows);
        }

        using var scope = NewDisposeScope();
        var outcome = RowOutcome.Of(logits, labels);
        var tokenLosses = TokenLoss.call(logits, labels); // [B, seq_len]
        RequireLoss(tokenLosses, $"token loss ({TokenLoss.GetType().Name})", logits.requires_grad, rows, logits.size(1));
        var tokenLoss = (tokenLosses / outcome.Divisor.unsqueeze(-1)).sum(); // []
        var haltLoss = SummedBce(qHalt, outcome.IsRight.to_type(ScalarType.Float32)); // []
        var continueLoss = continueTarget is null ? null : SummedBce(qContinue, continueTarget); // []
        var total = tokenLoss.Plus((continueLoss is null ? haltLoss : haltLoss.Plus(continueLoss)).Times(QWeight)); // []
        var metrics = Measure(qHalt, outcome, segments, halted, [tokenLoss, haltLoss, continueLoss]); // [9]
        return new LossResult(scope.MoveToOuter(total), scope.MoveToOuter(metrics));
    }

    /// <summary>Checks the result of a loss that may be the caller's own. It needs a graph if its arguments have one.</summary>
    internal static void RequireLoss(Tensor loss, string name, bool needsGraph, params ReadOnlySpan<Axis> shape)
    {
        ArgumentNullException.ThrowIfNull(loss, name);
        ShapeGuard.Require(loss, name, shape);
        if (!is_floating_point(loss))
        {
            throw new ShapeMismatchException(name, "floating point", $"{loss.dtype}");
        }

        if (needsGraph && !loss.requires_grad)
        {
            throw new InvalidConfigException("trainer", [$"{name}: expected a result that depends on logits or Q values, got one without a graph"]);
        }
    }

    private static Tensor SummedBce(Tensor logits, Tensor target)
        => nn.functional.binary_cross_entropy_with_logits(logits, target, reduction: nn.Reduction.Sum);

    private static Tensor Measure(Tensor qHalt, RowOutcome outcome, Tensor segments, Tensor halted, ReadOnlySpan<Tensor?> losses)
    {
        using var noGradient = no_grad();
        var counts = halted.logical_and(outcome.HasLabels).to_type(ScalarType.Float64); // [B]
        var none = zeros([], ScalarType.Float64, qHalt.device); // []
        var haltIsRight = qHalt.ge(HeldScalars.Zero).eq(outcome.IsRight); // [B]
        return stack(
        [
            counts.sum(),
            (counts * outcome.Accuracy).sum(),
            (counts * outcome.IsRight).sum(),
            (counts * haltIsRight).sum(),
            (counts * segments).sum(),
            Detached(losses[0]!),
            Detached(losses[1]!),
            losses[2] is { } continueLoss ? Detached(continueLoss) : none,
            none,
        ]); // [9], in the order of MetricSums

        static Tensor Detached(Tensor loss) => loss.detach().to_type(ScalarType.Float64);
    }
}

/// <summary>Loss and metrics of one segment, on the device.</summary>
/// <param name="Total">[]: the sum over rows, with its graph; not divided by the global batch.</param>
/// <param name="Metrics">[9], float64, without a graph, for <see cref="MetricSums.Read"/>.</param>
public sealed record LossResult(Tensor Total, Tensor Metrics)
{
    /// <summary>Adds an auxiliary loss to the total, and writes it into the metrics.</summary>
    internal LossResult Plus(Tensor auxiliary, HrmOutput output)
    {
        HrmLoss.RequireLoss(auxiliary, nameof(AuxiliaryLoss), output.Logits.requires_grad || output.QHalt.requires_grad);
        using (no_grad())
        {
            Metrics[^1].copy_(auxiliary);
        }

        return this with { Total = Total.Plus(auxiliary) };
    }
}

/// <summary>A loss in addition to that of tokens and Q values: the sum over rows, which the trainer divides by the global batch.</summary>
/// <param name="output">Logits [rows, seq_len, V] in the forward dtype and Q values [rows], with their graph; the carry has none.</param>
/// <param name="batch">The puzzles of the same rows: inputs and labels [rows, seq_len], ids [rows].</param>
/// <param name="segments">[rows], int32: segments run on the current puzzles, including this one.</param>
/// <returns>[], floating point, with a graph. Its temporaries are freed with the segment.</returns>
public delegate Tensor AuxiliaryLoss(HrmOutput output, PuzzleBatch batch, Tensor segments);

/// <summary>The correctness of each row of a batch; the tensors are in the caller's dispose scope.</summary>
/// <param name="HasLabels">[B], bool: the row has a labelled token.</param>
/// <param name="IsRight">[B], bool: every labelled token is right; true for a row without any.</param>
/// <param name="Accuracy">[B], float64: the fraction of labelled tokens that are right; 0 without any.</param>
/// <param name="Divisor">[B], int64: max(1, labelled tokens).</param>
internal readonly record struct RowOutcome(Tensor HasLabels, Tensor IsRight, Tensor Accuracy, Tensor Divisor)
{
    public static RowOutcome Of(Tensor logits, Tensor labels)
    {
        using var noGradient = no_grad();
        var isLabelled = TokenLabels.AreLabelled(labels); // [B, S]
        var isTokenRight = logits.argmax(-1).eq(labels).logical_and(isLabelled); // [B, S]
        var labelled = isLabelled.sum(-1); // [B]
        var right = isTokenRight.sum(-1); // [B]
        var divisor = labelled.clamp_min(HeldScalars.One); // [B]
        return new RowOutcome(labelled.gt(HeldScalars.Zero), right.eq(labelled), right.to_type(ScalarType.Float64) / divisor, divisor);
    }
}
