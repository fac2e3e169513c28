using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using Hrm.Core;
using TorchSharp;

namespace Hrm.Tool;

/// <summary>Creates models with modules of the user's own, by the code of an assembly that the command line names.</summary>
/// <remarks>Its code runs in this process. It is loaded only because the user names it, never because a file does.</remarks>
internal sealed class OwnModules
{
    private const string Expected = "exactly one public static method HrmModel Create(HrmConfig, torch.Generator) in its public classes";

    private readonly string _path;
    private readonly Func<HrmConfig, torch.Generator, HrmModel> _create;

    /// <summary>Loads the assembly.</summary>
    /// <param name="path">The .dll file; assemblies that it needs, and the tool does not have, are located beside it.</param>
    /// <exception cref="UsageException">The file is not an assembly with the expected method.</exception>
    public OwnModules(string path)
    {
        _path = Path.GetFullPath(path);
        var context = new AssemblyLoadContext(_path);

        // Asked only for what the tool itself does not have, so that its Hrm and TorchSharp are those of the assembly too.
        context.Resolving += (_, name) => File.Exists(BesideIt(name)) && !File.Exists(Path.Combine(AppContext.BaseDirectory, $"{name.Name}.dll"))
            ? context.LoadFromAssemblyPath(BesideIt(name))
            : null;
        MethodInfo[] methods;
        try
        {
            methods = [.. context.LoadFromAssemblyPath(_path).GetExportedTypes().SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)).Where(IsCreate)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or BadImageFormatException or TypeLoadException)
        {
            throw new UsageException($"--modules: {path}: expected a .NET assembly for the versions of Hrm and TorchSharp of this tool: {error.Message}");
        }

        _create = methods is [var method]
            ? method.CreateDelegate<Func<HrmConfig, torch.Generator, HrmModel>>()
            : throw new UsageException($"--modules: {path}: expected {Expected}, got {methods.Length}.");

        string BesideIt(AssemblyName name) => Path.Combine(Path.GetDirectoryName(_path)!, $"{name.Name}.dll");
    }

    /// <summary>The kind of the modules in the config of a new run: the name of the assembly. A config only names it; nothing is loaded for it.</summary>
    public string Kind => Path.GetFileNameWithoutExtension(_path);

    /// <summary>Refuses a model whose config names modules of its own, if the command line does not name their assembly.</summary>
    /// <param name="config">The config of the model.</param>
    /// <param name="folder">The folder of the model.</param>
    /// <param name="modules">The modules that the command line names.</param>
    public static void RequireFor(HrmConfig config, string folder, OwnModules? modules)
    {
        if (config.Modules is { } kind && modules is null)
        {
            throw new UsageException($"--modules: expected the assembly that creates the modules of {folder}, of the kind {JsonSerializer.Serialize(kind)}, got none.");
        }
    }

    /// <summary>Creates a model.</summary>
    /// <exception cref="UsageException">The code of the assembly failed, or created a model of another config.</exception>
    public HrmModel Create(HrmConfig config, torch.Generator generator)
    {
        HrmModel? model;
        try
        {
            model = _create(config, generator);
        }
        catch (Exception error) when (error is not HrmException)
        {
            throw new UsageException($"--modules: {_path}: Create failed with {error.GetType().Name}: {error.Message}");
        }

        // The folder of a model may not name the kind, which the model itself does.
        if (model is not null && model.Config == config with { Modules = config.Modules ?? model.Config.Modules })
        {
            return model;
        }

        model?.Dispose();
        throw new UsageException($"--modules: {_path}: expected Create to return a model of the config that it gets, got {(model is null ? "null" : "one of another")}.");
    }

    private static bool IsCreate(MethodInfo method)
        => method.Name == nameof(Create) && method.ReturnType == typeof(HrmModel)
        && method.GetParameters().Select(parameter => parameter.ParameterType).SequenceEqual([typeof(HrmConfig), typeof(torch.Generator)]);
}
