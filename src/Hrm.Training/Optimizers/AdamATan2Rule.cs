using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary><c>atan2(m, √v / √(1-β2ᵗ))</c>; ε does not enter.</summary>
internal readonly struct AdamATan2Rule : IAdamRule
{
    public static Tensor Direction(Tensor mean, Tensor root, double epsilon) => mean.atan2(root);
}
