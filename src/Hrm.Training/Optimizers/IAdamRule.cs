using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>What a member of the Adam family makes of its two averages: the direction in which the weights go.</summary>
internal interface IAdamRule
{
    /// <summary>The direction by eager operations, for any device and dtype.</summary>
    /// <param name="mean">m, the average of the gradients.</param>
    /// <param name="root">√v / √(1-β2ᵗ), v the average of their squares; may be overwritten.</param>
    /// <param name="epsilon">ε.</param>
    static abstract Tensor Direction(Tensor mean, Tensor root, double epsilon);

    /// <summary>The same of sixteen values.</summary>
    /// <param name="mean">m.</param>
    /// <param name="root">√v / √(1-β2ᵗ).</param>
    /// <param name="epsilon">ε, sixteen times.</param>
    static abstract Vector512<float> Direction(Vector512<float> mean, Vector512<float> root, Vector512<float> epsilon);
}
