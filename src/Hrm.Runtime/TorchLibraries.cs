using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;

namespace Hrm.Runtime;

/// <summary>The native libraries behind TorchSharp on Linux, and the folders that may contain them.</summary>
/// <param name="folders">The folders of native libraries, in the order of the search.</param>
internal sealed class TorchLibraries(IEnumerable<string> folders)
{
    public const string LibtorchVariable = "HRM_LIBTORCH";

    public const string Main = "libtorch_cpu.so";

    public const string TorchSharp = "libLibTorchSharp.so";

    private const string Natives = "runtimes/linux-x64/native";

    private static readonly string[] Required = ["libc10.so", Main, "libtorch.so"];

    // Each library follows those that it needs, so that the loader finds them in the process by name.
    private static readonly string[] LoadOrder = ["libc10.so", Main, "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    // Loaded by their paths when TorchSharp's class torch is initialised.
    private static readonly string[] LoadedByTorchSharp = [Main, "libtorch_cuda.so"];

    private readonly IReadOnlyList<string> _folders =
        [.. folders.Select(Path.TrimEndingDirectorySeparator).Where(folder => folder.Length > 0).Distinct(StringComparer.Ordinal)];

    /// <summary>libtorch, in the order in which to load it.</summary>
    public IReadOnlyList<string> Libtorch => [.. LoadOrder.Select(Find).OfType<string>()];

    /// <summary>The folders of this application, as its host set them up; those of a plug-in come first.</summary>
    /// <param name="torchSharp">TorchSharp's managed assembly, which a plug-in may have in another folder.</param>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An empty location adds no folder.")]
    public static TorchLibraries OfApplication(Assembly torchSharp)
    {
        var probed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? string.Empty;
        string[] application = [.. probed.Split(Path.PathSeparator), AppContext.BaseDirectory];
        string[] beside = Path.GetDirectoryName(torchSharp.Location) is { Length: > 0 } folder
            ? [folder, Path.Combine(folder, Natives), Path.GetFullPath(Path.Combine(folder, "..", "..", Natives))]
            : [];
        var isDefault = AssemblyLoadContext.GetLoadContext(torchSharp) == AssemblyLoadContext.Default;
        var libraries = new TorchLibraries(isDefault ? [.. application, .. beside] : [.. beside, .. application]);

        // A script has libtorch only in the package cache, where its host found and loaded it.
        return libraries.Find(Main) is null && LoadedLibraries.PathOf(Main) is { } loaded
            ? new TorchLibraries([.. libraries._folders, Path.GetDirectoryName(loaded)!])
            : libraries;
    }

    /// <summary>The libtorch of a PyTorch installation.</summary>
    /// <exception cref="TorchLoadException">The folder does not exist or lacks a library.</exception>
    public static IReadOnlyList<string> LibtorchIn(string folder)
    {
        var only = new TorchLibraries([Path.GetFullPath(folder)]);
        var problem = !Directory.Exists(folder) ? "no such folder"
            : only.Missing(Required) is { Length: > 0 } missing ? $"the folder lacks {missing}"
            : null;
        return problem is null
            ? only.Libtorch
            : throw new TorchLoadException(
                $"{LibtorchVariable}={folder}: {problem}. It must name the torch/lib folder of a PyTorch installation, which this command prints: "
                + "python3 -c \"import torch,os;print(os.path.join(os.path.dirname(torch.__file__),'lib'))\"");
    }

    /// <summary>The path of a library, or null.</summary>
    public string? Find(string name) => _folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>The reason why these libraries cannot be loaded, or null if none is missing.</summary>
    public TorchLoadException? Problem(bool needsLibtorch)
    {
        if (Find(TorchSharp) is null)
        {
            return new TorchLoadException(
                $"{TorchSharp} is not in {Places}. It comes with the package TorchSharp, for x64 only: "
                + "build for linux-x64 (-r linux-x64) and keep the native files beside the application.");
        }

        return needsLibtorch && Missing(Required) is { Length: > 0 } missing
            ? new TorchLoadException(
                $"libtorch is missing: {missing} not found in {Places}. "
                + "Reference the package TorchSharp-cpu (or TorchSharp-cuda-linux) in the application's project, "
                + $"or set {LibtorchVariable} to the torch/lib folder of a PyTorch installation.")
            : null;
    }

    /// <summary>Makes the loaded libraries stand in for those that TorchSharp would load from this application.</summary>
    /// <param name="loaded">The handles of another libtorch, by file name.</param>
    /// <exception cref="TorchLoadException">The application has a library for which none can stand in.</exception>
    public IReadOnlyList<LibraryStandIn> InPlaceOfOwn(IReadOnlyDictionary<string, nint> loaded)
    {
        var standIns = new List<LibraryStandIn>();
        foreach (var own in LoadedByTorchSharp.Select(Find).OfType<string>().Where(path => !LoadedLibraries.IsLoaded(path)))
        {
            var standIn = loaded.TryGetValue(Path.GetFileName(own), out var handle) ? LibraryStandIn.TryCreate(handle, own) : null;
            standIns.Add(standIn ?? throw new TorchLoadException(
                $"{LibtorchVariable} is set, but the application brings {own}, which TorchSharp would load too. "
                + "Build the application without a libtorch package."));
        }

        return standIns;
    }

    private string Places => string.Join(", ", _folders);

    private string Missing(IEnumerable<string> names) => string.Join(", ", names.Where(name => Find(name) is null));
}
