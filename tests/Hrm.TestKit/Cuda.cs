using TorchSharp;

namespace Hrm.TestKit;

/// <summary>Whether tests that need a CUDA device can run here.</summary>
internal static class Cuda
{
    /// <summary>Why they are skipped, or <see langword="null"/>.</summary>
    public static string? WhyNot => torch.cuda.is_available() ? null : "Needs a CUDA device and a libtorch with CUDA (-p:HrmBackend=cuda-linux, or none and HRM_LIBTORCH).";
}
