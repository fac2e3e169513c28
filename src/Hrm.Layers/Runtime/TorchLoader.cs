using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Hrm.Layers;

/// <summary>
/// Loads TorchSharp's native library when the runtime's own attempt has failed, or at once where
/// <c>HRM_LIBTORCH</c> names another libtorch. It loads at most once, and remembers why it could not.
/// </summary>
internal sealed class TorchLoader
{
    private const string Name = "LibTorchSharp";

    private readonly string? _otherLibtorch;
    private readonly Lazy<Outcome> _outcome;

    private TorchLoader(string? otherLibtorch)
    {
        _otherLibtorch = otherLibtorch;
        _outcome = new Lazy<Outcome>(Load);
    }

    /// <summary>Why loading failed, or null where it did not or was not needed.</summary>
    public TorchLoadException? Failure => _outcome.IsValueCreated ? _outcome.Value.Failure : null;

    /// <summary>Whether that failure is the last word, and not left to TorchSharp's own second attempt.</summary>
    public bool Refuses => _outcome is { IsValueCreated: true, Value.Refused: true };

    /// <summary>Whether the library in use is the corrected copy.</summary>
    public bool UsesCorrectedCopy => _outcome is { IsValueCreated: true, Value: { Corrected: true, Failure: null } };

    /// <summary>Shortens the wait of libtorch's threads and starts to listen; loads at once only if <c>HRM_LIBTORCH</c> is set.</summary>
    public static TorchLoader Start()
    {
        OpenMpWait.Shorten();
        var libtorch = Environment.GetEnvironmentVariable(TorchLibraries.LibtorchVariable);
        var loader = new TorchLoader(string.IsNullOrEmpty(libtorch) ? null : libtorch);
        var own = AssemblyLoadContext.GetLoadContext(typeof(TorchLoader).Assembly) ?? AssemblyLoadContext.Default;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += loader.Resolve;
        if (own != AssemblyLoadContext.Default)
        {
            own.ResolvingUnmanagedDll += loader.Resolve;
        }

        if (loader._otherLibtorch is not null)
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

        foreach (var path in libtorch)
        {
            NativeLibrary.Load(path);
        }

        return Loaded(original, corrected);
    }

    private static Outcome LoadOnOther(
        IReadOnlyList<string> libtorch, TorchLibraries application, string original, CorrectedLibrary? corrected)
    {
        ExpectNoneLoaded(libtorch);
        var handles = libtorch.ToDictionary(path => Path.GetFileName(path), NativeLibrary.Load);
        var standIns = application.InPlaceOfOwn(handles);
        return Loaded(original, corrected) with { StandIns = standIns };
    }

    private static Outcome Loaded(string original, CorrectedLibrary? corrected) =>
        new() { Handle = corrected is null ? NativeLibrary.Load(original) : corrected.Load(), Corrected = corrected is not null };

    private static void ExpectNoneLoaded(IReadOnlyList<string> libtorch)
    {
        var wanted = libtorch.First(path => Path.GetFileName(path) == TorchLibraries.Main);
        if (LoadedLibraries.PathOf(TorchLibraries.Main) is { } loaded && !DynamicLoader.IsLoaded(wanted))
        {
            throw new TorchLoadException(
                $"{TorchLibraries.LibtorchVariable} asks for {wanted}, but {loaded} is in use already. "
                + "Call TorchRuntime.Initialize() before anything touches torch.");
        }
    }

    /// <summary>Makes the first call into TorchSharp's library throw the reason.</summary>
    private static Outcome Refuse(TorchLoadException failure)
    {
        try
        {
            NativeLibrary.SetDllImportResolver(
                typeof(torch).Assembly,
                (name, _, _) => name is Name or TorchLibraries.TorchSharp ? throw failure.Again() : 0);
        }
        catch (InvalidOperationException)
        {
            // The application has a resolver of its own: TorchSharp reports the failure in its way.
            return new Outcome { Failure = failure, Refused = true };
        }

        // Were the load to fail, TorchSharp would copy libtorch beside the application, try again and blame a missing
        // package. Some handle keeps it from that; its functions are asked of the resolver above, which throws.
        return new Outcome { Failure = failure, Refused = true, Handle = NativeLibrary.GetMainProgramHandle() };
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
