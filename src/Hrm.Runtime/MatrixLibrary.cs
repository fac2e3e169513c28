using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hrm.Runtime;

/// <summary>Which library multiplies float32 matrices on the CPU: libtorch's own choice, MKL, or oneDNN, which libtorch contains too.</summary>
/// <remarks>
/// On AMD processors with AVX-512, MKL uses only half of a register's width; oneDNN is twice as fast there. The choice is made once per
/// process, so that a resumed run computes the same bits. The environment variable <c>HRM_PRODUCTS</c> or the property
/// <c>Hrm.Products</c> of <c>runtimeconfig.json</c> forces one for all shapes: <c>onednn</c> or <c>libtorch</c>. oneDNN's function ends
/// the process if it refuses a product or finds no memory, so it is called only where it refuses none.
/// </remarks>
internal static class MatrixLibrary
{
    public const string Variable = "HRM_PRODUCTS";

    public const string Property = "Hrm.Products";

    public const string OneDnn = "onednn";

    public const string Libtorch = "libtorch";

    /// <summary><c>void at::native::mkldnn_matmul(const at::Tensor&amp;, const at::Tensor&amp;, const at::Tensor&amp;, float beta, float alpha)</c>.</summary>
    private const string Symbol = "_ZN2at6native13mkldnn_matmulERKNS_6TensorES3_S3_ff";

    /// <summary>oneDNN's variables that limit it to older instructions.</summary>
    private static readonly string[] LimitVariables = ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"];

    private static readonly Lazy<string?> Asked = new(() => Check(Environment.GetEnvironmentVariable(Variable) ?? AppContext.GetData(Property) as string));

    private static readonly Lazy<nint> Found = new(() => IsAccepted ? LoadedLibraries.FunctionOfLibtorch(Symbol) : 0);

    private static readonly Lazy<nint> Chosen = new(() => IsChosen ? Found.Value : 0);

    /// <summary>The library that the user forces, or null.</summary>
    /// <exception cref="TorchLoadException">The value is neither <c>onednn</c> nor <c>libtorch</c>.</exception>
    public static string? Forced => Asked.Value;

    /// <summary>The address of oneDNN's product, or 0 where libtorch's own is used.</summary>
    public static nint Entry => Chosen.Value;

    /// <summary>The address of oneDNN's product whatever the choice, or 0 if the loaded libtorch does not export it.</summary>
    public static nint OneDnnEntry => Found.Value;

    /// <summary>The library in use: <c>onednn</c> or <c>libtorch</c>.</summary>
    public static string Name => Entry != 0 ? OneDnn : Libtorch;

    /// <summary>The value, or null if it is empty.</summary>
    /// <exception cref="TorchLoadException">The value is neither <c>onednn</c> nor <c>libtorch</c>.</exception>
    internal static string? Check(string? forced) => forced?.ToLowerInvariant() switch
    {
        null or "" => null,
        OneDnn => OneDnn,
        Libtorch => Libtorch,
        _ => throw new TorchLoadException($"{Variable}: expected {OneDnn} or {Libtorch}, got {forced}"),
    };

    /// <summary>Another libtorch than the package's may have another function behind the symbol; it is used only if the user forces it.</summary>
    private static bool IsChosen => Forced is null
        ? IsFasterHere && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(TorchLibraries.LibtorchVariable))
        : Forced == OneDnn;

    private static bool IsFasterHere => Vector512.IsHardwareAccelerated && IsAmd;

    /// <summary>Whether the function accepts this processor: it wants these instructions even for float32, and oneDNN must be free to use them.</summary>
    internal static bool IsAccepted
        => Avx512F.VL.IsSupported
        && Avx512BW.IsSupported
        && Avx512DQ.IsSupported
        && Array.TrueForAll(LimitVariables, name => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)));

    /// <summary>Whether the processor calls itself AuthenticAMD.</summary>
    private static bool IsAmd => X86Base.IsSupported && X86Base.CpuId(0, 0) is { Ebx: 0x68747541, Edx: 0x69746E65, Ecx: 0x444D4163 };
}
