using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary><c>atan2(m, √v / √(1-β2ᵗ))</c>; ε does not enter.</summary>
internal readonly struct AdamATan2Rule : IAdamRule
{
    public static Tensor Direction(Tensor mean, Tensor root, double epsilon) => mean.atan2(root);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Direction(Vector512<float> mean, Vector512<float> root, Vector512<float> epsilon)
        => VectorMath.Atan2(mean, root);
}
