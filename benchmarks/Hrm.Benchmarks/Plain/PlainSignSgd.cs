using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Plain;

/// <summary>The authors' sign descent on the puzzle rows of a step: gradients of equal ids are summed first.</summary>
internal static class PlainSignSgd
{
    public static void Step(Tensor table, Tensor ids, Tensor gradient, double learningRate, double weightDecay)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (distinct, inverse, _) = ids.to(ScalarType.Int64).unique(return_inverse: true); // [u], [B]
        var summed = zeros([distinct.size(0), gradient.size(1)], device: gradient.device); // [u, W]
        summed.scatter_add_(0, inverse!.unsqueeze(-1).expand(-1, gradient.size(1)), gradient);
        var rows = table.index_select(0, distinct); // [u, W]
        rows.mul_(1 - (learningRate * weightDecay)).add_(summed.sign(), alpha: -learningRate);
        table.index_copy_(0, distinct, rows);
    }
}
