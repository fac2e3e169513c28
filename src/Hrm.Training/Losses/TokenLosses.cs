namespace Hrm.Training;

/// <summary>Cross entropy over softmax, in float32: <c>loss = -log(exp(x_y) / Σ exp(x))</c>.</summary>
/// <remarks>Accuracy against the recorded numbers of the authors' code: values and gradients within 1e-6 relative.</remarks>
public sealed class SoftmaxCrossEntropy() : nn.Module<Tensor, Tensor, Tensor>(nameof(SoftmaxCrossEntropy))
{
    /// <summary>Computes the loss of each token.</summary>
    /// <param name="logits">[…, V], floating point.</param>
    /// <param name="labels">[…], integers in 0 … V-1, or <see cref="PuzzleBatch.IgnoredLabel"/>.</param>
    /// <returns>[…], float32; 0 if the label is ignored.</returns>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    public override Tensor forward(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var (safeLabels, isIgnored) = TokenLabels.Split(logits, labels); // […] each
        var logProbabilities = logits.to_type(ScalarType.Float32).log_softmax(-1); // […, V]
        var loss = logProbabilities.gather(-1, safeLabels.unsqueeze(-1)).squeeze(-1).neg(); // […]
        return loss.masked_fill(isIgnored, HeldScalars.Zero).MoveToOuterDisposeScope();
    }
}

/// <summary>Cross entropy over stablemax, a softmax whose exponential is replaced by a function of polynomial growth.</summary>
/// <remarks>
/// <para><c>s(x) = 1 / (1 - x + 1e-30)</c> if x &lt; 0, otherwise <c>x + 1</c>; <c>loss = -log(s(x_y) / Σ s(x))</c>, in float64.</para>
/// <para>
/// Accuracy against the recorded numbers of the authors' code: values within 1e-7, gradients within 1e-6 relative, for mild
/// and extreme logits. Source: Prieto et al., arXiv 2501.04697.
/// </para>
/// </remarks>
public sealed class StablemaxCrossEntropy() : nn.Module<Tensor, Tensor, Tensor>(nameof(StablemaxCrossEntropy))
{
    private const double Epsilon = 1e-30;

    /// <inheritdoc cref="SoftmaxCrossEntropy.forward"/>
    /// <returns>[…], float64; 0 if the label is ignored.</returns>
    public override Tensor forward(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var (safeLabels, isIgnored) = TokenLabels.Split(logits, labels); // […] each
        var wide = logits.to_type(ScalarType.Float64); // […, V]

        // The order matters: 1 + 1e-30 is 1, so a logit of exactly 1 would give the unused branch an infinite gradient.
        var decay = HeldScalars.One.Minus(wide).PlusInPlace(Epsilon).reciprocal(); // […, V]
        var growth = where(wide.lt(HeldScalars.Zero), decay, wide.Plus(HeldScalars.One)); // […, V]
        var chosen = growth.gather(-1, safeLabels.unsqueeze(-1)).squeeze(-1); // […]
        var loss = growth.sum(-1).log() - chosen.log(); // […]
        return loss.masked_fill(isIgnored, HeldScalars.Zero).MoveToOuterDisposeScope();
    }
}

/// <summary>Instead of a loss that is not known: NaN for each token.</summary>
internal sealed class UnknownTokenLoss() : nn.Module<Tensor, Tensor, Tensor>(nameof(UnknownTokenLoss))
{
    private static readonly Scalar NotANumber = double.NaN.ToScalar();

    public override Tensor forward(Tensor logits, Tensor labels) => full_like(labels, NotANumber, ScalarType.Float32); // [B, seq_len]
}

internal static class TokenLabels
{
    private static readonly Scalar Ignored = PuzzleBatch.IgnoredLabel.ToScalar();

    /// <summary>The mask of the labels that count, bool.</summary>
    public static Tensor AreLabelled(Tensor labels) => labels.ne(Ignored);

    /// <summary>The labels with 0 instead of ignored ones, int64, and the mask of the ignored ones.</summary>
    public static (Tensor SafeLabels, Tensor IsIgnored) Split(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (logits.dim() == 0)
        {
            throw new ShapeMismatchException(nameof(logits), "[…, V]", "[]");
        }

        ShapeGuard.Require(labels, nameof(labels), [.. logits.shape.SkipLast(1)]);
        return (labels.clamp_min(HeldScalars.Zero).to_type(ScalarType.Int64), labels.eq(Ignored)); // […] each
    }
}
