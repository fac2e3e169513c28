using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;

namespace Hrm.Layers;

/// <summary>The native libraries behind TorchSharp on Linux, and where to look for them.</summary>
internal sealed class TorchLibraries
{
    public const string LibtorchVariable = "HRM_LIBTORCH";

    public const string Main = "libtorch_cpu.so";

    public const string TorchSharp = "libLibTorchSharp.so";

    private static readonly string[] Required = ["libc10.so", Main, "libtorch.so"];

    // Each library follows the ones that it needs, so that the loader finds them in the process by name.
    private static readonly string[] LoadOrder =
        ["libc10.so", Main, "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    // By their paths, when its class torch is initialised.
    private static readonly string[] LoadedByTorchSharp = [Main, "libtorch_cuda.so"];

    private readonly IReadOnlyList<string> _folders;

    /// <param name="folders">The folders of the application's native libraries, the first one first.</param>
    public TorchLibraries(IEnumerable<string> folders) =>
        _folders = [.. folders.Select(Path.TrimEndingDirectorySeparator).Where(folder => folder.Length > 0).Distinct(StringComparer.Ordinal)];

    /// <summary>The folders of this application, as its host set them up; a plug-in's own come first.</summary>
    /// <param name="torchSharp">TorchSharp's managed assembly, which may lie elsewhere in a plug-in.</param>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An empty location adds no folder.")]
    public static TorchLibraries OfApplication(Assembly torchSharp)
    {
        var probed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? string.Empty;
        string[] application = [.. probed.Split(Path.PathSeparator), AppContext.BaseDirectory];
        string[] beside = Path.GetDirectoryName(torchSharp.Location) is { Length: > 0 } folder ? [folder, Path.Combine(folder, "runtimes", "linux-x64", "native")] : [];
        return new TorchLibraries(AssemblyLoadContext.GetLoadContext(torchSharp) == AssemblyLoadContext.Default ? [.. application, .. beside] : [.. beside, .. application]);
    }

    /// <summary>The path of a library, or null.</summary>
    public string? Find(string name) => _folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>The path of TorchSharp's own library, or null.</summary>
    /// <param name="failure">What to do where it is missing; null where it is not.</param>
    public string? FindTorchSharp(out TorchLoadException? failure)
    {
        var path = Find(TorchSharp);
        failure = path is not null
            ? null
            : new TorchLoadException(
                $"{TorchSharp} is not in {Places}. It comes with the package TorchSharp, for x64 alone: "
                + "build for linux-x64 (-r linux-x64) and keep the native files beside the application.");
        return path;
    }

    /// <summary>The application's libtorch, in the order in which to load it.</summary>
    /// <param name="failure">What it lacks; null where it has all.</param>
    public IReadOnlyList<string> FindLibtorch(out TorchLoadException? failure)
    {
        var missing = Required.Where(name => Find(name) is null).ToList();
        failure = missing.Count == 0
            ? null
            : new TorchLoadException(
                $"libtorch is missing: {string.Join(", ", missing)} not found in {Places}. "
                + "Reference the package TorchSharp-cpu (or TorchSharp-cuda-linux) in the application's project, "
                + $"or set {LibtorchVariable} to the torch/lib folder of a PyTorch installation.");
        return [.. LoadOrder.Select(Find).OfType<string>()];
    }

    /// <summary>The libtorch of a PyTorch installation, in the order in which to load it.</summary>
    /// <param name="folder">Its <c>torch/lib</c> folder, the value of <c>HRM_LIBTORCH</c>.</param>
    /// <exception cref="TorchLoadException">The folder does not exist or lacks a library.</exception>
    public static IReadOnlyList<string> FindLibtorchIn(string folder)
    {
        const string Advice =
            "It must name the torch/lib folder of a PyTorch installation, which this command prints: "
            + "python3 -c \"import torch,os;print(os.path.join(os.path.dirname(torch.__file__),'lib'))\"";
        if (!Directory.Exists(folder))
        {
            throw new TorchLoadException($"{LibtorchVariable}={folder}: no such folder. {Advice}");
        }

        var only = new TorchLibraries([Path.GetFullPath(folder)]);
        var missing = Required.Where(name => only.Find(name) is null).ToList();
        return missing.Count == 0
            ? [.. LoadOrder.Select(only.Find).OfType<string>()]
            : throw new TorchLoadException($"{LibtorchVariable}={folder}: the folder lacks {string.Join(", ", missing)}. {Advice}");
    }

    /// <summary>Lets the loaded libraries stand in for those that TorchSharp would load from this application.</summary>
    /// <param name="loaded">The handles of another libtorch, by file name.</param>
    /// <exception cref="TorchLoadException">The application has a library for which none can stand in.</exception>
    public IReadOnlyList<LibraryStandIn> InPlaceOfOwn(IReadOnlyDictionary<string, nint> loaded)
    {
        var standIns = new List<LibraryStandIn>();
        foreach (var name in LoadedByTorchSharp)
        {
            if (Find(name) is not { } own || DynamicLoader.IsLoaded(own))
            {
                continue;
            }

            var standIn = loaded.TryGetValue(name, out var handle) ? LibraryStandIn.TryCreate(handle, own) : null;
            standIns.Add(standIn ?? throw new TorchLoadException(
                $"{LibtorchVariable} is set, but the application brings {own}, which TorchSharp would load besides. "
                + "Build the application without a libtorch package."));
        }

        return standIns;
    }

    private string Places => string.Join(", ", _folders);
}
