using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>The usual cross entropy over softmax, in float32: <c>loss = -log(exp(x_y) / Σ exp(x))</c>.</summary>
/// <remarks>Against the recorded numbers of the authors' code: values and gradients within 1e-6 relative.</remarks>
public sealed class SoftmaxCrossEntropy : nn.Module<Tensor, Tensor, Tensor>
{
    /// <summary>Creates the loss.</summary>
    public SoftmaxCrossEntropy()
        : base(nameof(SoftmaxCrossEntropy))
    {
    }

    /// <summary>The loss of each token.</summary>
    /// <param name="logits">[…, V], floating point.</param>
    /// <param name="labels">[…], integers in 0 … V-1, or <see cref="Core.PuzzleBatch.IgnoredLabel"/>.</param>
    /// <returns>[…], float32; 0 where the label is ignored.</returns>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    public override Tensor forward(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var (safeLabels, isLabelled) = TokenLabels.Split(logits, labels); // […] each
        var logProbabilities = logits.to_type(ScalarType.Float32).log_softmax(-1); // […, V]
        var loss = logProbabilities.gather(-1, safeLabels.unsqueeze(-1)).squeeze(-1).neg(); // […]
        return loss.masked_fill(isLabelled.logical_not(), HeldScalars.Zero).MoveToOuterDisposeScope();
    }
}
