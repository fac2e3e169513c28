using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class StablemaxAtOneTests
{
    /// <summary>Bfloat16 logits are often exactly 1, where the branch for negative values divides by 0 but for its ε.</summary>
    [Fact]
    public void A_logit_of_exactly_one_has_a_finite_gradient()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[] { 1, 0, -1, 2 }).view(1, 4).requires_grad_(true);
        new StablemaxCrossEntropy().call(logits, tensor(new[] { 0 })).sum().backward();

        // s = 2, 1, 1/2, 3: the gradient is (s'/Σs - s'/s at the label), s' = 1, 1, 1/4, 1.
        var sum = 6.5;
        float[] expected = [(float)((1 / sum) - 0.5), (float)(1 / sum), (float)(0.25 / sum), (float)(1 / sum)];
        logits.grad!.data<float>().ToArray().Should().Equal(expected, (left, right) => Math.Abs(left - right) < 1e-6);
    }
}
