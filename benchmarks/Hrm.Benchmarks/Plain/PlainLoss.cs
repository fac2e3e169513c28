using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Plain;

/// <summary>The authors' loss head: stablemax cross entropy, the two Q losses, and their metrics.</summary>
internal static class PlainLoss
{
    private const double StablemaxEpsilon = 1e-30;

    /// <summary>Computes the total with its graph, and the metrics in the library's order, [8], float64.</summary>
    public static (Tensor Total, Tensor Metrics) Compute(PlainOutput output, Tensor labels, Tensor steps, Tensor halted, Tensor? continueTarget)
    {
        using var scope = NewDisposeScope();
        var mask = labels.ne(PuzzleBatch.IgnoredLabel); // [B, S]
        var counts = mask.sum(-1); // [B]
        var divisor = counts.clamp_min(1).unsqueeze(-1); // [B, 1]
        var isCorrect = mask.logical_and(output.Logits.argmax(-1).eq(labels)); // [B, S]
        var isSequenceCorrect = isCorrect.sum(-1).eq(counts); // [B]

        var tokens = (StablemaxCrossEntropy(output.Logits, labels, mask) / divisor).sum(); // []
        var halt = Bce(output.QHalt, isSequenceCorrect.to(ScalarType.Float32)); // []
        var proceed = continueTarget is null ? null : Bce(output.QContinue, continueTarget); // []
        var total = tokens + (0.5 * (proceed is null ? halt : halt + proceed)); // []

        using var noGradient = no_grad();
        var valid = halted.logical_and(counts.gt(0)); // [B]
        var metrics = stack(
        [
            valid.sum().to(ScalarType.Float64),
            where(valid, (isCorrect.to(ScalarType.Float32) / divisor).sum(-1), 0).sum().to(ScalarType.Float64),
            valid.logical_and(isSequenceCorrect).sum().to(ScalarType.Float64),
            valid.logical_and(output.QHalt.ge(0).eq(isSequenceCorrect)).sum().to(ScalarType.Float64),
            where(valid, steps, 0).sum().to(ScalarType.Float64),
            tokens.detach().to(ScalarType.Float64),
            halt.detach().to(ScalarType.Float64),
            proceed is null ? zeros([], ScalarType.Float64, output.Logits.device) : proceed.detach().to(ScalarType.Float64),
        ]); // [8]
        return (scope.MoveToOuter(total), scope.MoveToOuter(metrics));
    }

    private static Tensor StablemaxCrossEntropy(Tensor logits, Tensor labels, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var wide = logits.to(ScalarType.Float64); // [B, S, V]
        var growth = where(wide.lt(0), 1 / (1 - wide + StablemaxEpsilon), wide + 1); // [B, S, V]
        var logProbabilities = (growth / growth.sum(-1, keepdim: true)).log(); // [B, S, V]
        var safeLabels = where(mask, labels, 0).to(ScalarType.Int64).unsqueeze(-1); // [B, S, 1]
        var chosen = logProbabilities.gather(-1, safeLabels).squeeze(-1); // [B, S]
        return (-where(mask, chosen, 0)).MoveToOuterDisposeScope(); // [B, S]
    }

    private static Tensor Bce(Tensor logits, Tensor target)
        => nn.functional.binary_cross_entropy_with_logits(logits, target, reduction: nn.Reduction.Sum);
}
