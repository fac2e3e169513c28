using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Cross entropy over stablemax, a softmax whose exponential is replaced by a function of polynomial growth.</summary>
/// <remarks>
/// <para><c>s(x) = 1 / (1 - x + 1e-30)</c> for x &lt; 0, else <c>x + 1</c>; <c>loss = -log(s(x_y) / Σ s(x))</c>, in float64.</para>
/// <para>
/// Against the recorded numbers of the authors' code: values within 1e-7, gradients within 1e-6 relative (mild and extreme
/// logits). Source: Prieto et al., arXiv 2501.04697.
/// </para>
/// </remarks>
public sealed class StablemaxCrossEntropy : nn.Module<Tensor, Tensor, Tensor>
{
    private const double Epsilon = 1e-30;

    /// <summary>Creates the loss.</summary>
    public StablemaxCrossEntropy()
        : base(nameof(StablemaxCrossEntropy))
    {
    }

    /// <summary>The loss of each token.</summary>
    /// <param name="logits">[…, V], floating point.</param>
    /// <param name="labels">[…], integers in 0 … V-1, or <see cref="Core.PuzzleBatch.IgnoredLabel"/>.</param>
    /// <returns>[…], float64; 0 where the label is ignored.</returns>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    public override Tensor forward(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var (safeLabels, isLabelled) = TokenLabels.Split(logits, labels); // […] each
        var wide = logits.to_type(ScalarType.Float64); // […, V]

        // In this order: 1 + 1e-30 is 1, and a logit of exactly 1 would then give the branch that is not taken an infinite gradient.
        var decay = HeldScalars.One.Minus(wide).PlusInPlace(Epsilon).reciprocal(); // […, V]
        var growth = where(wide.lt(HeldScalars.Zero), decay, wide.Plus(HeldScalars.One)); // […, V]
        var chosen = growth.gather(-1, safeLabels.unsqueeze(-1)).squeeze(-1); // […]
        var loss = growth.sum(-1).log() - chosen.log(); // […]
        return loss.masked_fill(isLabelled.logical_not(), HeldScalars.Zero).MoveToOuterDisposeScope();
    }
}
