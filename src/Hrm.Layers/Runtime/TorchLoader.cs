using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Hrm.Layers;

/// <summary>
/// Loads TorchSharp's native library when the runtime's own attempt has failed, or at once where
/// <c>HRM_LIBTORCH</c> names another libtorch. It loads at most once, and remembers why it could not.
/// </summary>
internal sealed class TorchLoader
{
    private const string Name = "LibTorchSharp";

    private readonly Lazy<Outcome> _outcome;
    private readonly string? _libtorch;

    private TorchLoader(string? libtorch)
    {
        _libtorch = libtorch;
        _outcome = new Lazy<Outcome>(Load);
    }

    /// <summary>Why loading failed, or null where it did not or was not needed.</summary>
    public TorchLoadException? Failure => _outcome.IsValueCreated ? _outcome.Value.Failure : null;

    /// <summary>Starts to listen; loads at once only if <c>HRM_LIBTORCH</c> is set.</summary>
    public static TorchLoader Start()
    {
        var libtorch = Environment.GetEnvironmentVariable(TorchLibraries.LibtorchVariable);
        var loader = new TorchLoader(string.IsNullOrEmpty(libtorch) ? null : libtorch);
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += loader.Resolve;
        if (loader._libtorch is not null)
        {
            _ = loader._outcome.Value;
        }

        return loader;
    }

    private nint Resolve(Assembly assembly, string libraryName) =>
        libraryName is Name or TorchLibraries.TorchSharp ? _outcome.Value.Handle : 0;

    private Outcome Load()
    {
        // An exception that leaves a resolving handler ends the process.
        try
        {
            return new Outcome(LoadInOrder(), null);
        }
        catch (TorchLoadException e)
        {
            return Failed(e);
        }
        catch (Exception e)
        {
            return Failed(new TorchLoadException($"TorchSharp's native library could not be loaded: {e.Message}", e));
        }
    }

    private nint LoadInOrder()
    {
        var application = TorchLibraries.OfApplication();
        var original = application.FindTorchSharp();
        var libtorch = _libtorch is null ? application.FindLibtorch() : TorchLibraries.FindLibtorchIn(_libtorch);
        var corrected = CorrectedLibrary.Prepare(original);
        foreach (var path in libtorch)
        {
            NativeLibrary.Load(path);
        }

        return corrected is null ? NativeLibrary.Load(original) : corrected.Load();
    }

    private static Outcome Failed(TorchLoadException failure)
    {
        // TorchSharp's own exception blames a missing package whatever the cause, and this handler may not throw.
        Console.Error.WriteLine($"Hrm: {failure.Message}");
        return new Outcome(0, failure);
    }

    private sealed record Outcome(nint Handle, TorchLoadException? Failure);
}
