using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>A folder with a model: its config, and its weights beside it.</summary>
internal static class ModelFolder
{
    public const string ConfigName = "config.json";
    public const string WeightsName = "model.safetensors";

    private const string ShardIndexName = "model.safetensors.index.json";
    private const string AuthorsConfigName = "all_config.yaml";

    public static HrmModel Load(string folder, Device device, ScalarType? forwardDtype)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = Path.Combine(folder, ConfigName);
        if (!File.Exists(path) && File.Exists(Path.Combine(folder, AuthorsConfigName)))
        {
            throw new HrmFileException(path, $"the file does not exist; {AuthorsConfigName} there is the authors': load it with AuthorsCheckpoint.Load of Hrm.PyTorch");
        }

        var config = HrmConfigJson.ReadFile(path);
        var weightsPath = Path.Combine(folder, WeightsName);
        if (!File.Exists(weightsPath) && File.Exists(Path.Combine(folder, ShardIndexName)))
        {
            throw new HrmFileException(folder, $"expected {WeightsName}, got {ShardIndexName}: weights in several files are not read, save them in one");
        }

        using var weights = SafetensorsFile.Open(weightsPath);
        try
        {
            return Create(config, weights, device, forwardDtype);
        }
        catch (HrmFormatException error)
        {
            // Either of the two files may be the wrong one.
            throw error.With($"the config is {path}");
        }
    }

    public static void Save(HrmModel model, string folder, ScalarType? dtype)
    {
        if (dtype is not (null or ScalarType.Float32 or ScalarType.BFloat16))
        {
            throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "expected Float32 or BFloat16");
        }

        ArgumentException.ThrowIfNullOrEmpty(folder);
        using var use = model.Use();
        HrmFileException.Guard(folder, "could not be written", () => Directory.CreateDirectory(folder));

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var tensors = model.state_dict().Select(entry => dtype == ScalarType.BFloat16
            ? KeyValuePair.Create(entry.Key, entry.Value.to_type(ScalarType.BFloat16))
            : entry);

        // Both are complete on the disk before the first takes its name, so that a full disk leaves the older model as it was.
        using var config = AtomicFile.Stage(Path.Combine(folder, ConfigName), stream => stream.Write(Encoding.UTF8.GetBytes(model.Config.ToJson())));
        using var weights = SafetensorsWriter.Stage(Path.Combine(folder, WeightsName), tensors);
        weights.Commit();
        config.Commit();
    }

    /// <summary>Creates a model of a config with the weights of a file, in another forward dtype if one is given.</summary>
    /// <exception cref="HrmFormatException">The weights do not fit the config.</exception>
    public static HrmModel Create(HrmConfig config, WeightsFile weights, Device device, ScalarType? forwardDtype = null)
    {
        // A shared module has the size of the low level; the number of high layers means nothing then.
        var hasSharedLevel = ModelKeys.HaveSharedLevel(weights.Names);
        config = hasSharedLevel ? config with { HighLayers = config.LowLayers } : config;
        RequireRoom(hasSharedLevel ? config with { HighLayers = 0, Merge = StateMerge.Add } : config, weights);
        var model = new HrmModel(config, hasSharedLevel);
        try
        {
            model.LoadWeights(weights);
            model = forwardDtype is { } dtype && dtype != config.ForwardDtype ? Recast(model, dtype, hasSharedLevel) : model;
            model.to(device);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Moves the weights to a model of another forward dtype; the given model is disposed.</summary>
    private static HrmModel Recast(HrmModel model, ScalarType forwardDtype, bool hasSharedLevel)
    {
        using var noGradient = no_grad();
        using (model)
        {
            var other = new HrmModel(model.Config with { ForwardDtype = forwardDtype }, hasSharedLevel);
            var stored = model.state_dict();
            foreach (var (name, tensor) in other.state_dict())
            {
                tensor.copy_(stored[name]);
            }

            return other;
        }
    }

    /// <summary>Rejects a config with more values than its weights, before memory is allocated for them.</summary>
    private static void RequireRoom(HrmConfig config, WeightsFile weights)
    {
        var stored = weights.Names.Sum(name => weights.GetEntry(name).Shape.Aggregate(1L, (product, size) => product * size));
        var needed = config.ParameterCount + ((long)config.PuzzleIdCount * config.PuzzleEmbeddingWidth) + (2L * config.HiddenSize);
        if (needed > stored)
        {
            throw new HrmFormatException($"expected the {needed} values of the config beside it, got {stored}", weights.Path);
        }
    }
}

/// <summary>Matches the names in a file of weights with those of a model.</summary>
internal static class ModelKeys
{
    public const string HighLevel = "H_level";
    public const string LowLevel = "L_level";

    /// <summary>Prefixes that training code adds in any order: compiler, loss head, data-parallel wrapper, averaged weights.</summary>
    private static readonly string[] Prefixes = ["_orig_mod.", "model.inner.", "module.", "ema_model."];

    /// <summary>Copies every tensor; the two sets of names must be the same.</summary>
    public static void CopyInto(HrmModel model, WeightsFile weights)
    {
        var stored = StoredNames(weights);
        var expected = model.state_dict();
        RequireSame(weights.Path, expected.Keys, stored.Keys);
        foreach (var (name, tensor) in expected)
        {
            weights.GetEntry(stored[name]).RequireFits(tensor, weights.Path, orWider: true);
        }

        // Only now: weights that do not fit leave the model as it was.
        foreach (var (name, tensor) in expected)
        {
            weights.CopyTo(stored[name], tensor);
        }
    }

    /// <summary>Returns true if one module serves as both levels, as in the tiny recursive model: there are tensors of L only.</summary>
    public static bool HaveSharedLevel(IEnumerable<string> names)
    {
        var levels = names.Select(name => Strip(name).Split('.')[0]).ToHashSet(StringComparer.Ordinal);
        return levels.Contains(LowLevel) && !levels.Contains(HighLevel);
    }

    /// <summary>Returns the name in the file for each name without prefixes.</summary>
    public static Dictionary<string, string> StoredNames(WeightsFile weights)
    {
        var stored = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in weights.Names)
        {
            if (!stored.TryAdd(Strip(name), name))
            {
                throw new HrmFormatException($"expected it once, got it as {Quote.Text(stored[Strip(name)])} too", weights.Path, place: $"tensor {Quote.Text(name)}");
            }
        }

        return stored;
    }

    /// <summary>Returns the first three of some names, for a message.</summary>
    public static string Some(IReadOnlyCollection<string> names) => names.Count == 0
        ? "none"
        : string.Join(", ", names.Take(3).Select(name => Quote.Shorten(name))) + (names.Count > 3 ? ", …" : string.Empty);

    private static string Strip(string name)
    {
        while (Array.Find(Prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix)
        {
            name = name[prefix.Length..];
        }

        return name;
    }

    private static void RequireSame(string path, IEnumerable<string> expected, IEnumerable<string> stored)
    {
        var missing = expected.Except(stored, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var unknown = stored.Except(expected, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (missing.Length + unknown.Length > 0)
        {
            throw new HrmFormatException(
                $"expected the model's tensors: {missing.Length} missing ({Some(missing)}), {unknown.Length} unknown ({Some(unknown)})",
                path);
        }
    }
}
