using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.PublicApi.Tests.Documents;

// <entropy-loss>
/// <summary>Minus 0.01 times the entropy of each token's distribution: keeps the answers of early steps open.</summary>
internal static class EntropyLoss
{
    private static readonly Scalar Weight = 0.01.ToScalar();

    public static Tensor Of(HrmOutput output, PuzzleBatch batch, Tensor segments)
    {
        var log = output.Logits.to(ScalarType.Float32).log_softmax(-1); // [rows, seq_len, V]
        return (log.exp() * log).sum().mul(Weight); // []
    }
}
// </entropy-loss>
