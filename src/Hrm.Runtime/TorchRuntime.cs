using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Hrm.Runtime;

/// <summary>
/// Makes TorchSharp's native library load on Linux hosts whose libstdc++ is older than the one it was built with (Debian 12,
/// Ubuntu 22.04, RHEL 9), and on the libtorch of an existing PyTorch installation.
/// </summary>
/// <remarks>
/// <para>
/// This is automatic. The package adds a source file to C# projects that calls <see cref="Initialize"/> at the start, so that an
/// application may use <c>torch</c> first; <c>Hrm.Layers</c> calls it when one of its types is first used. The project property
/// <c>HrmTorchRuntime=false</c> leaves the file out; other languages call <see cref="Initialize"/> as their first statement.
/// </para>
/// <para>
/// The library is changed only on Linux, in a copy that is deleted after its load, and only if it does not load unchanged. The folder
/// of the copy is the temporary one (<c>TMPDIR</c>). On Linux libtorch's idle threads also sleep sooner, so that other work on the
/// machine does not slow them down; <c>OMP_WAIT_POLICY</c> and <c>GOMP_SPINCOUNT</c> override this. The process keeps up to 256 MiB of
/// freed memory per glibc arena for its next tensors; <c>MALLOC_TRIM_THRESHOLD_</c>, <c>MALLOC_MMAP_THRESHOLD_</c> and
/// <c>GLIBC_TUNABLES</c> override this. The environment variable <c>HRM_LIBTORCH</c> names the <c>torch/lib</c> folder of a PyTorch installation to use instead of the application's libtorch.
/// </para>
/// </remarks>
public static class TorchRuntime
{
    private static readonly Lazy<TorchLoader?> Loader = new(() => OperatingSystem.IsLinux() ? TorchLoader.Start() : null);

    /// <summary>
    /// Prepares for the case that TorchSharp's native library does not load. Call it any number of times, on any thread; it does
    /// not throw. It loads the library only with <c>HRM_LIBTORCH</c>, in a plug-in's own
    /// <see cref="System.Runtime.Loader.AssemblyLoadContext"/> and in a native application, which do not ask later.
    /// </summary>
    public static void Initialize() => _ = Loader.Value;

    /// <summary>Loads TorchSharp and its native library now.</summary>
    /// <exception cref="TorchLoadException">It cannot be loaded; the message says what is missing and how to fix it.</exception>
    public static void EnsureLoaded()
    {
        var loader = Loader.Value;
        ThrowIfRefused(loader);

        // Before the class constructor, which caches its failure for the life of the process.
        if (loader is not null)
        {
            _ = NativeLibrary.TryLoad("LibTorchSharp", typeof(torch).Assembly, null, out _);
            ThrowIfRefused(loader);
        }

        try
        {
            RuntimeHelpers.RunClassConstructor(typeof(torch).TypeHandle);
        }
        catch (TypeInitializationException e)
        {
            throw loader?.Result?.Failure?.Again()
                ?? new TorchLoadException($"TorchSharp could not be initialised: {(e.InnerException ?? e).Message}", e);
        }
    }

    /// <summary>Describes the native libraries that are loaded now.</summary>
    /// <returns>Their paths and the correction; nulls if nothing is loaded yet.</returns>
    public static TorchRuntimeDescription Describe()
    {
        var (torchSharp, libtorch) =
            OperatingSystem.IsWindows() ? ("LibTorchSharp.dll", "torch_cpu.dll")
            : OperatingSystem.IsMacOS() ? ("libLibTorchSharp.dylib", "libtorch_cpu.dylib")
            : (TorchLibraries.TorchSharp, TorchLibraries.Main);
        return new TorchRuntimeDescription(
            LoadedLibraries.PathOf(torchSharp),
            LoadedLibraries.PathOf(libtorch),
            Loader.Value?.Result is { IsCorrected: true } ? VersionRelaxation.Version : null);
    }

    private static void ThrowIfRefused(TorchLoader? loader)
    {
        if (loader?.Result is { IsRefused: true, Failure: { } failure })
        {
            throw failure.Again();
        }
    }
}

/// <summary>The native libraries behind TorchSharp, for bug reports.</summary>
/// <param name="NativeLibrary">The path of TorchSharp's own library; null before it is loaded. The path of a corrected copy ends in "(deleted)".</param>
/// <param name="Libtorch">The path of libtorch's main library; null before it is loaded.</param>
/// <param name="RelaxedVersion">
/// The symbol version that the host's libstdc++ lacks and that was marked optional in a copy of TorchSharp's library
/// (<c>GLIBCXX_3.4.32</c>); null if the library was loaded unchanged.
/// </param>
public sealed record TorchRuntimeDescription(string? NativeLibrary, string? Libtorch, string? RelaxedVersion);
