namespace Hrm.Layers;

/// <summary>The native libraries behind TorchSharp on Linux, and where to look for them.</summary>
internal sealed class TorchLibraries
{
    public const string LibtorchVariable = "HRM_LIBTORCH";

    public const string TorchSharp = "libLibTorchSharp.so";

    private static readonly string[] Required = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];

    // Each library follows the ones that it needs, so that the loader finds them in the process by name.
    private static readonly string[] LoadOrder =
        ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    private readonly IReadOnlyList<string> _folders;

    /// <param name="folders">The folders of the application's native libraries, the first one first.</param>
    public TorchLibraries(IEnumerable<string> folders) =>
        _folders = [.. folders.Where(folder => folder.Length > 0).Distinct(StringComparer.Ordinal)];

    /// <summary>The folders of this application, as its host set them up.</summary>
    public static TorchLibraries OfApplication()
    {
        var probed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? string.Empty;
        return new TorchLibraries([.. probed.Split(Path.PathSeparator), AppContext.BaseDirectory]);
    }

    /// <summary>The path of TorchSharp's own library.</summary>
    /// <exception cref="TorchLoadException">No folder has it.</exception>
    public string FindTorchSharp() =>
        Find(TorchSharp) ?? throw new TorchLoadException(
            $"{TorchSharp} is not among the application's native libraries ({Places}). It comes with the package TorchSharp, for x64 alone: "
            + "build for linux-x64 (-r linux-x64) and keep the native files beside the application.");

    /// <summary>The application's libtorch, in the order in which to load it.</summary>
    /// <exception cref="TorchLoadException">It has none, or not all of it.</exception>
    public IReadOnlyList<string> FindLibtorch()
    {
        var missing = Required.Where(name => Find(name) is null).ToList();
        return missing.Count == 0
            ? [.. LoadOrder.Select(Find).OfType<string>()]
            : throw new TorchLoadException(
                $"libtorch is missing: {string.Join(", ", missing)} not found among the application's native libraries ({Places}). "
                + "Reference the package TorchSharp-cpu (or TorchSharp-cuda-linux) in the application's project, "
                + $"or set {LibtorchVariable} to the torch/lib folder of a PyTorch installation.");
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

    private string Places => string.Join(", ", _folders);

    private string? Find(string name) => _folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
