using Hrm.Core;
using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Labels as the losses need them.</summary>
internal static class TokenLabels
{
    private static readonly Scalar Ignored = PuzzleBatch.IgnoredLabel.ToScalar();

    /// <summary>The mask of the labels that count, bool.</summary>
    public static Tensor AreLabelled(Tensor labels) => labels.ne(Ignored);

    /// <summary>Labels with 0 in the place of ignored ones, int64, and the mask of those that count.</summary>
    public static (Tensor SafeLabels, Tensor IsLabelled) Split(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (logits.dim() == 0)
        {
            throw new ShapeMismatchException(nameof(logits), "[…, V]", "[]");
        }

        if (!logits.shape.AsSpan(..^1).SequenceEqual(labels.shape))
        {
            throw new ShapeMismatchException(nameof(labels), $"[{string.Join(", ", logits.shape[..^1])}]", $"[{string.Join(", ", labels.shape)}]");
        }

        var isLabelled = AreLabelled(labels); // […]
        return (labels.clamp_min(HeldScalars.Zero).to_type(ScalarType.Int64), isLabelled); // […] each
    }
}
