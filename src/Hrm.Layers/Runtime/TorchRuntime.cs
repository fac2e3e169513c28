using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Hrm.Layers;

/// <summary>
/// Makes TorchSharp's native library load on Linux hosts whose libstdc++ is older than the one it was built with
/// (Debian 12, Ubuntu 22.04, RHEL 9), and on the libtorch of an existing PyTorch installation.
/// </summary>
/// <remarks>
/// <para>
/// It happens by itself: the package runs <see cref="Initialize"/> when one of its types is first used, and adds a
/// source file to C# projects which runs it when they start, so that an application may touch <c>torch</c> first.
/// The project property <c>HrmTorchRuntime=false</c> leaves that file out; other languages call
/// <see cref="Initialize"/> as their first statement.
/// </para>
/// <para>
/// The library is touched on Linux alone, and only where it does not load as it is. On Linux libtorch's threads also sleep
/// sooner when they have nothing to do, so that a machine with other work to do is not slowed down many times; the variables
/// <c>OMP_WAIT_POLICY</c> and <c>GOMP_SPINCOUNT</c> overrule it. Environment variables of the package: <c>HRM_LIBTORCH</c>,
/// the <c>torch/lib</c> folder of the PyTorch installation to use in place of the
/// application's libtorch (Linux only); <c>HRM_CACHE</c>, the folder for the corrected copy of TorchSharp's library
/// (by default the user's cache folder).
/// </para>
/// </remarks>
public static class TorchRuntime
{
    private static readonly Lazy<TorchLoader?> Loader = new(() => OperatingSystem.IsLinux() ? TorchLoader.Start() : null);

    /// <summary>
    /// Gets ready to help when TorchSharp's native library does not load. It may be called any number of times, from
    /// any thread, and does not throw. It loads the library only with <c>HRM_LIBTORCH</c>, in a plug-in's own
    /// <see cref="System.Runtime.Loader.AssemblyLoadContext"/> and in a native application; these do not ask for help later.
    /// </summary>
    public static void Initialize() => _ = Loader.Value;

    /// <summary>Loads TorchSharp and its native library now.</summary>
    /// <exception cref="TorchLoadException">It cannot be loaded; the message says what is missing and what to do.</exception>
    public static void EnsureLoaded()
    {
        var loader = Loader.Value;
        ThrowIfRefused(loader);

        // Asked before the class constructor: that one caches its failure for the life of the process.
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
            throw loader?.Failure?.Again()
                ?? new TorchLoadException($"TorchSharp could not be initialised: {(e.InnerException ?? e).Message}", e);
        }
    }

    /// <summary>Describes the native libraries that are loaded at this moment.</summary>
    /// <returns>Their paths, and the correction that was made; nulls where nothing is loaded yet.</returns>
    public static TorchRuntimeDescription Describe()
    {
        var (torchSharp, libtorch) =
            OperatingSystem.IsWindows() ? ("LibTorchSharp.dll", "torch_cpu.dll")
            : OperatingSystem.IsMacOS() ? ("libLibTorchSharp.dylib", "libtorch_cpu.dylib")
            : (TorchLibraries.TorchSharp, TorchLibraries.Main);
        return new TorchRuntimeDescription(
            LoadedLibraries.PathOf(torchSharp),
            LoadedLibraries.PathOf(libtorch),
            Loader.Value is { UsesCorrectedCopy: true } ? VersionRelaxation.Version : null);
    }

    private static void ThrowIfRefused(TorchLoader? loader)
    {
        if (loader is { Refuses: true, Failure: { } failure })
        {
            throw failure.Again();
        }
    }
}
