using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Hrm.Runtime;

/// <summary>
/// Loads TorchSharp's native library after the runtime's own attempt has failed, or at once if <c>HRM_LIBTORCH</c> names another
/// libtorch or the runtime would not ask. It loads at most once, and remembers the reason of a failure.
/// </summary>
internal sealed class TorchLoader
{
    private const string Name = "LibTorchSharp";

    private readonly string? _otherLibtorch;
    private readonly bool _isAsked;
    private readonly Lazy<Outcome> _outcome;
    private IReadOnlyList<LibraryStandIn> _standIns = [];

    private TorchLoader(string? otherLibtorch, bool isAsked)
    {
        _otherLibtorch = otherLibtorch;
        _isAsked = isAsked;
        _outcome = new Lazy<Outcome>(Load);
    }

    /// <summary>The result of the attempt to load, or null before it.</summary>
    public Outcome? Result => _outcome.IsValueCreated ? _outcome.Value : null;

    /// <summary>Shortens the wait of libtorch's threads and subscribes to the runtime's requests; loads at once only if it must.</summary>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "The empty location is the condition.")]
    public static TorchLoader Start()
    {
        OpenMpWait.Shorten();
        KeptMemory.KeepMore();
        var libtorch = Environment.GetEnvironmentVariable(TorchLibraries.LibtorchVariable);
        var torchSharp = typeof(torch).Assembly;
        var context = AssemblyLoadContext.GetLoadContext(torchSharp) ?? AssemblyLoadContext.Default;

        // The context of a plug-in usually throws if a library that it knows does not load, and then no event is raised. A native
        // application (its assemblies have no location) has no such event.
        var isAsked = context == AssemblyLoadContext.Default && torchSharp.Location.Length > 0;
        var loader = new TorchLoader(string.IsNullOrEmpty(libtorch) ? null : libtorch, isAsked);
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += loader.Resolve;
        if (context != AssemblyLoadContext.Default)
        {
            context.ResolvingUnmanagedDll += loader.Resolve;
        }

        if (loader._otherLibtorch is not null || !isAsked)
        {
            _ = loader._outcome.Value;
            loader.InitializeTorchSharp();
        }

        return loader;
    }

    private nint Resolve(Assembly assembly, string libraryName) =>
        libraryName is Name or TorchLibraries.TorchSharp ? _outcome.Value.Handle : 0;

    private Outcome Load()
    {
        // An exception that leaves a resolving handler can end the process.
        try
        {
            return LoadOrThrow();
        }
        catch (Exception e)
        {
            return Refuse(e as TorchLoadException ?? new TorchLoadException($"TorchSharp's native library could not be loaded. {e.Message}", e));
        }
    }

    private Outcome LoadOrThrow()
    {
        var application = TorchLibraries.OfApplication(typeof(torch).Assembly);
        var original = application.Find(TorchLibraries.TorchSharp);
        var corrected = original is null ? null : VersionRelaxation.Apply(File.ReadAllBytes(original), original, VersionRelaxation.IsOfferedByHost);
        if (application.Problem(needsLibtorch: _otherLibtorch is null) is { } problem)
        {
            // If the host of a script or notebook has not loaded libtorch, TorchSharp looks for it in the package cache next. What it
            // finds there works only on a machine that needs no correction.
            return _otherLibtorch is null && corrected is null ? new Outcome(0, problem) : throw problem;
        }

        if (_otherLibtorch is not null)
        {
            var libtorch = TorchLibraries.LibtorchIn(_otherLibtorch);
            ExpectNoneLoaded(libtorch, $"It is the libtorch of {TorchLibraries.LibtorchVariable}: call TorchRuntime.Initialize() before anything touches torch.");
            _standIns = application.InPlaceOfOwn(libtorch.ToDictionary(path => Path.GetFileName(path), NativeLibrary.Load));
        }
        else
        {
            if (!_isAsked)
            {
                ExpectNoneLoaded(application.Libtorch, "A process can hold one libtorch: load TorchSharp and Hrm once, in the host, and share them with its plug-ins.");
            }

            foreach (var path in application.Libtorch)
            {
                NativeLibrary.Load(path);
            }
        }

        var handle = corrected is null ? NativeLibrary.Load(original!) : LoadCorrected(corrected, original!);
        return new Outcome(handle, IsCorrected: corrected is not null);
    }

    private nint LoadCorrected(byte[] corrected, string original)
    {
        var handle = CorrectedLibrary.Load(corrected);
        if (!_isAsked)
        {
            // The first load asks the context for the path, and so does each new function unless a resolver answers. Neither is undone.
            _ = LibraryStandIn.TryCreate(handle, original) ?? throw new TorchLoadException(
                $"{original} needs {VersionRelaxation.Version} of the host's {VersionRelaxation.Library}, and a corrected copy cannot take its path here. "
                + "Load TorchSharp and Hrm in the host instead of the plug-in, or put a newer libstdc++ first in LD_LIBRARY_PATH.");
            _ = TryResolve(() => handle);
        }

        return handle;
    }

    private static void ExpectNoneLoaded(IReadOnlyList<string> libtorch, string advice)
    {
        var wanted = libtorch.First(path => Path.GetFileName(path) == TorchLibraries.Main);
        if (LoadedLibraries.PathOf(TorchLibraries.Main) is { } loaded && !LoadedLibraries.IsLoaded(wanted))
        {
            throw new TorchLoadException($"Expected no other libtorch than {wanted}, but {loaded} is in use already. {advice}");
        }
    }

    /// <summary>Makes the first call into TorchSharp's library throw the reason.</summary>
    private Outcome Refuse(TorchLoadException failure)
    {
        if (!_isAsked)
        {
            // The context loads these by their paths before anything is refused: its failure would come first, with TorchSharp's message, and
            // a second libtorch would end the process. Two libraries of glibc that are empty since 2.34 take the paths.
            var application = TorchLibraries.OfApplication(typeof(torch).Assembly);
            foreach (var (name, empty) in new[] { (TorchLibraries.TorchSharp, "libdl.so.2"), (TorchLibraries.Main, "libpthread.so.0") })
            {
                if (application.Find(name) is { } path && NativeLibrary.TryLoad(empty, out var handle))
                {
                    _ = LibraryStandIn.TryCreate(handle, path);
                }
            }
        }

        // If the load failed, TorchSharp would copy libtorch beside the application, try again and blame a missing package. A valid
        // handle prevents that: its functions are requested from the resolver, which throws. If the application has a resolver of
        // its own, TorchSharp reports the failure in its way.
        var resolves = TryResolve(() => throw failure.Again());
        return new Outcome(resolves ? NativeLibrary.GetMainProgramHandle() : 0, failure, IsRefused: true);
    }

    /// <summary>Resolves the functions of TorchSharp's library; false if something else does already.</summary>
    private static bool TryResolve(Func<nint> library)
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, _, _) => name is Name or TorchLibraries.TorchSharp ? library() : 0);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>
    /// Lets TorchSharp load its libraries while another libtorch stands in for the application's. After that it loads no more, and
    /// the libraries get their names back.
    /// </summary>
    private void InitializeTorchSharp()
    {
        if (_standIns.Count == 0)
        {
            return;
        }

        try
        {
            // Its class constructor loads them, but then forgets that it did.
            torch.InitializeDeviceType(DeviceType.CPU);
            torch.TryInitializeDeviceType(DeviceType.CUDA);
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException)
        {
            // Every later use of torch throws it again, where it can be caught.
        }
        finally
        {
            foreach (var standIn in _standIns)
            {
                standIn.Dispose();
            }
        }
    }

    /// <summary>The result of an attempt to load.</summary>
    /// <param name="Handle">The handle for the runtime; 0 for none.</param>
    /// <param name="Failure">The reason of a failure.</param>
    /// <param name="IsRefused">Whether the failure is final: TorchSharp makes no second attempt.</param>
    /// <param name="IsCorrected">Whether the library in use is the corrected copy.</param>
    internal sealed record Outcome(nint Handle, TorchLoadException? Failure = null, bool IsRefused = false, bool IsCorrected = false);
}
