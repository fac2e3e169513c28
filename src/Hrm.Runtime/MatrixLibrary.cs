using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hrm.Runtime;

/// <summary>Which library multiplies float32 matrices on the CPU: libtorch's own choice, which is MKL, or oneDNN.</summary>
/// <remarks>
/// On AMD processors with AVX-512, MKL uses only the 256-bit half of a register; oneDNN, which libtorch contains for bfloat16, is twice
/// as fast there. The choice is made once per process, so that a resumed run computes the same bits. The environment variable
/// <c>HRM_PRODUCTS</c> or the property <c>Hrm.Products</c> of <c>runtimeconfig.json</c> overrides it: <c>onednn</c> or <c>libtorch</c>.
/// </remarks>
internal static class MatrixLibrary
{
    public const string Variable = "HRM_PRODUCTS";

    public const string Property = "Hrm.Products";

    private const string OneDnn = "onednn";

    private const string Libtorch = "libtorch";

    /// <summary><c>void at::native::mkldnn_matmul(const at::Tensor&amp;, const at::Tensor&amp;, const at::Tensor&amp;, float beta, float alpha)</c>.</summary>
    private const string Symbol = "_ZN2at6native13mkldnn_matmulERKNS_6TensorES3_S3_ff";

    private static readonly Lazy<nint> Found = new(Find);

    /// <summary>The address of oneDNN's product, or 0 where libtorch's own is used. Read it only after libtorch is loaded.</summary>
    public static nint Entry => Found.Value;

    /// <summary>The library in use: <c>onednn</c> or <c>libtorch</c>.</summary>
    public static string Name => Entry != 0 ? OneDnn : Libtorch;

    /// <summary>Whether oneDNN is to be used.</summary>
    /// <param name="forced">The value of the variable or the property, or null.</param>
    /// <param name="isOtherLibtorch">Whether libtorch is not the one of the package.</param>
    /// <param name="isFasterHere">Whether oneDNN is known to be faster on this processor.</param>
    /// <exception cref="TorchLoadException">The value is neither <c>onednn</c> nor <c>libtorch</c>.</exception>
    internal static bool Chooses(string? forced, bool isOtherLibtorch, bool isFasterHere) => forced?.ToLowerInvariant() switch
    {
        null or "" => isFasterHere && !isOtherLibtorch,
        OneDnn => true,
        Libtorch => false,
        _ => throw new TorchLoadException($"{Variable}: expected {OneDnn} or {Libtorch}, got {forced}"),
    };

    private static nint Find()
    {
        var forced = Environment.GetEnvironmentVariable(Variable) ?? AppContext.GetData(Property) as string;
        var isOther = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(TorchLibraries.LibtorchVariable));
        return Chooses(forced, isOther, IsFasterHere)
            && OperatingSystem.IsLinux()
            && LoadedLibraries.PathOf(TorchLibraries.Main) is { } path
            && NativeLibrary.TryLoad(path, out var library)
            && NativeLibrary.TryGetExport(library, Symbol, out var entry)
            ? entry
            : 0;
    }

    private static bool IsFasterHere => Vector512.IsHardwareAccelerated && Avx512F.IsSupported && IsAmd;

    /// <summary>Whether the processor calls itself AuthenticAMD.</summary>
    private static bool IsAmd => X86Base.IsSupported && X86Base.CpuId(0, 0) is { Ebx: 0x68747541, Edx: 0x69746E65, Ecx: 0x444D4163 };
}
