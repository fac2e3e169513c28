using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Hrm.Layers;

/// <summary>
/// Loads TorchSharp's native library when the runtime's own attempt has failed, or at once if <c>HRM_LIBTORCH</c> names
/// another libtorch or the runtime would not ask. It loads at most once, and remembers why it could not.
/// </summary>
internal sealed class TorchLoader
{
    private const string Name = "LibTorchSharp";

    private readonly string? _otherLibtorch;
    private readonly bool _isAsked;
    private readonly Lazy<Outcome> _outcome;

    private TorchLoader(string? otherLibtorch, bool isAsked)
    {
        _otherLibtorch = otherLibtorch;
        _isAsked = isAsked;
        _outcome = new Lazy<Outcome>(Load);
    }

    /// <summary>Why loading failed, or null where it did not or was not needed.</summary>
    public TorchLoadException? Failure => _outcome.IsValueCreated ? _outcome.Value.Failure : null;

    /// <summary>Whether that failure is the last word, and not left to TorchSharp's own second attempt.</summary>
    public bool Refuses => _outcome is { IsValueCreated: true, Value.Refused: true };

    /// <summary>Whether the library in use is the corrected copy.</summary>
    public bool UsesCorrectedCopy => _outcome is { IsValueCreated: true, Value: { Corrected: true, Failure: null } };

    /// <summary>Shortens the wait of libtorch's threads and starts to listen; loads at once only if it has to.</summary>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "The empty location is what is looked for.")]
    public static TorchLoader Start()
    {
        OpenMpWait.Shorten();
        var libtorch = Environment.GetEnvironmentVariable(TorchLibraries.LibtorchVariable);
        var torchSharp = typeof(torch).Assembly;
        var context = AssemblyLoadContext.GetLoadContext(torchSharp) ?? AssemblyLoadContext.Default;

        // The context of a plug-in usually throws when a library that it knows does not load, and then no event is raised. A native
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
            loader._outcome.Value.InitializeTorchSharp();
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
            return LoadOrExplain();
        }
        catch (TorchLoadException e)
        {
            return Refuse(e);
        }
        catch (Exception e)
        {
            return Refuse(new TorchLoadException($"TorchSharp's native library could not be loaded. {e.Message}", e));
        }
    }

    private Outcome LoadOrExplain()
    {
        var application = TorchLibraries.OfApplication(typeof(torch).Assembly);
        var original = application.FindTorchSharp(out var missing);
        var corrected = original is null ? null : CorrectedLibrary.Prepare(original);
        if (original is not null && _otherLibtorch is not null)
        {
            return LoadOnOther(TorchLibraries.FindLibtorchIn(_otherLibtorch), application, original, corrected);
        }

        IReadOnlyList<string> libtorch = original is null ? [] : application.FindLibtorch(out missing);
        if (original is null || missing is not null)
        {
            // Scripts and notebooks have their files in the package cache alone, where TorchSharp looks next; what it
            // finds there serves only a host that needs no correction.
            return _otherLibtorch is null && corrected is null ? new Outcome { Failure = missing } : throw missing!;
        }

        if (!_isAsked)
        {
            ExpectNoneLoaded(libtorch, "A process can hold one libtorch: load TorchSharp and Hrm once, in the host, and share them with its plug-ins.");
        }

        foreach (var path in libtorch)
        {
            NativeLibrary.Load(path);
        }

        return Loaded(original, corrected);
    }

    private Outcome LoadOnOther(
        IReadOnlyList<string> libtorch, TorchLibraries application, string original, CorrectedLibrary? corrected)
    {
        ExpectNoneLoaded(libtorch, $"It is the libtorch of {TorchLibraries.LibtorchVariable}: call TorchRuntime.Initialize() before anything touches torch.");
        var handles = libtorch.ToDictionary(path => Path.GetFileName(path), NativeLibrary.Load);
        var standIns = application.InPlaceOfOwn(handles);
        return Loaded(original, corrected) with { StandIns = standIns };
    }

    private Outcome Loaded(string original, CorrectedLibrary? corrected)
    {
        if (corrected is null)
        {
            return new Outcome { Handle = NativeLibrary.Load(original) };
        }

        var handle = corrected.Load();
        if (!_isAsked)
        {
            // The first load asks the context for the path, and so does each new function unless a resolver answers. Neither is ever undone.
            _ = LibraryStandIn.TryCreate(handle, original) ?? throw new TorchLoadException(
                $"{original} needs {VersionRelaxation.Version} of the host's {VersionRelaxation.Library}, and a corrected copy cannot take its path here. "
                + "Load TorchSharp and Hrm in the host instead of the plug-in, or put a newer libstdc++ first in LD_LIBRARY_PATH.");
            _ = TryResolve(() => handle);
        }

        return new Outcome { Handle = handle, Corrected = true };
    }

    private static void ExpectNoneLoaded(IReadOnlyList<string> libtorch, string advice)
    {
        var wanted = libtorch.First(path => Path.GetFileName(path) == TorchLibraries.Main);
        if (LoadedLibraries.PathOf(TorchLibraries.Main) is { } loaded && !DynamicLoader.IsLoaded(wanted))
        {
            throw new TorchLoadException($"Expected no other libtorch than {wanted}, but {loaded} is in use already. {advice}");
        }
    }

    /// <summary>Makes the first call into TorchSharp's library throw the reason.</summary>
    private Outcome Refuse(TorchLoadException failure)
    {
        if (!_isAsked)
        {
            // The context loads these by their paths before anything is refused: its failure would come first, with TorchSharp's message, and a
            // second libtorch would end the process. Two libraries of glibc that are empty since 2.34 take the paths.
            var application = TorchLibraries.OfApplication(typeof(torch).Assembly);
            foreach (var (name, empty) in new[] { (TorchLibraries.TorchSharp, "libdl.so.2"), (TorchLibraries.Main, "libpthread.so.0") })
            {
                if (application.Find(name) is { } path && NativeLibrary.TryLoad(empty, out var handle))
                {
                    _ = LibraryStandIn.TryCreate(handle, path);
                }
            }
        }

        if (!TryResolve(() => throw failure.Again()))
        {
            // The application has a resolver of its own: TorchSharp reports the failure in its way.
            return new Outcome { Failure = failure, Refused = true };
        }

        // Were the load to fail, TorchSharp would copy libtorch beside the application, try again and blame a missing
        // package. Some handle keeps it from that; its functions are asked of the resolver above, which throws.
        return new Outcome { Failure = failure, Refused = true, Handle = NativeLibrary.GetMainProgramHandle() };
    }

    /// <summary>Answers the functions of TorchSharp's library; false if something else does already.</summary>
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

    private sealed record Outcome
    {
        public nint Handle { get; init; }

        public TorchLoadException? Failure { get; init; }

        public bool Refused { get; init; }

        public bool Corrected { get; init; }

        public IReadOnlyList<LibraryStandIn> StandIns { get; init; } = [];

        /// <summary>
        /// Lets TorchSharp load its libraries while another libtorch stands in for the application's; after that it
        /// loads no more, and the names return.
        /// </summary>
        public void InitializeTorchSharp()
        {
            if (StandIns.Count == 0)
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
                foreach (var standIn in StandIns)
                {
                    standIn.Dispose();
                }
            }
        }
    }
}
