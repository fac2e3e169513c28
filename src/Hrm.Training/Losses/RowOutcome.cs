using Hrm.Core;
using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>How each row of a batch was answered; tensors live in the scope of the caller.</summary>
/// <param name="HasLabels">[B], bool: the row has a labelled token.</param>
/// <param name="IsRight">[B], bool: every labelled token is right; true for a row without any.</param>
/// <param name="Accuracy">[B], float64: the share of labelled tokens that are right; 0 without any.</param>
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
