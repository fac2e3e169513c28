using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hrm.Layers;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary><c>m / (√v / √(1-β2ᵗ) + ε)</c>.</summary>
internal readonly struct AdamWRule : IAdamRule
{
    public static Tensor Direction(Tensor mean, Tensor root, double epsilon) => mean.div(root.PlusInPlace(epsilon));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Direction(Vector512<float> mean, Vector512<float> root, Vector512<float> epsilon)
        => mean / (root + epsilon);
}
