using System.Text;

namespace Hrm.Core;

/// <summary>A folder with a model: its config, and its weights beside it.</summary>
internal static class ModelFolder
{
    public const string ConfigName = "config.json";
    public const string WeightsName = "model.safetensors";

    private const string ShardIndexName = "model.safetensors.index.json";
    private const string AuthorsConfigName = "all_config.yaml";

    public static HrmModel Load(string folder, Device device, ScalarType? forwardDtype, Func<HrmConfig, HrmModel>? create)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = Path.Combine(folder, ConfigName);
        if (!File.Exists(path) && File.Exists(Path.Combine(folder, AuthorsConfigName)))
        {
            throw new HrmFileException(path, $"the file does not exist; {AuthorsConfigName} there is the authors': load it with AuthorsCheckpoint.Load of Hrm.PyTorch");
        }

        var config = HrmConfigJson.ReadFile(path);
        if (config.Modules is { } kind && create is null)
        {
            throw new HrmFormatException(
                $"has modules of the kind {Quote.Text(kind)}, which are not the library's: pass a function that creates the model, HrmModel.Load(folder, create: config => …)",
                path);
        }

        var weightsPath = Path.Combine(folder, WeightsName);
        if (!File.Exists(weightsPath) && File.Exists(Path.Combine(folder, ShardIndexName)))
        {
            throw new HrmFileException(folder, $"expected {WeightsName}, got {ShardIndexName}: weights in several files are not read, save them in one");
        }

        using var weights = SafetensorsFile.Open(weightsPath);
        try
        {
            var model = Create(config, weights, device, forwardDtype, create);
            model.Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) is { Length: > 0 } name ? name : model.Name;
            return model;
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

    /// <summary>Creates a model of a config, or with modules that it does not describe, and copies the weights of a file, in another forward dtype if one is given.</summary>
    /// <exception cref="HrmFormatException">The weights do not fit the config, or the created model has another one.</exception>
    public static HrmModel Create(HrmConfig config, WeightsFile weights, Device device, ScalarType? forwardDtype = null, Func<HrmConfig, HrmModel>? create = null)
    {
        // A shared module has the size of the low level; the number of high layers means nothing then.
        var hasSharedLevel = create is null && ModelKeys.HaveSharedLevel(weights.Names);
        var stored = hasSharedLevel ? config with { HighLayers = config.LowLayers } : config;
        RequireRoom(hasSharedLevel ? stored with { HighLayers = 0, Merge = StateMerge.Add }
            : create is not null ? stored with { HighLayers = 0, LowLayers = 0, Merge = StateMerge.Add } : stored, weights);
        config = stored with { ForwardDtype = forwardDtype ?? stored.ForwardDtype };
        return CreateFilled(config, hasSharedLevel, create, model =>
        {
            using (model.Use())
            {
                ModelKeys.CopyInto(model, weights, casts: config != stored);
            }

            model.to(device);
        });
    }

    /// <summary>Creates a model of a config, by the caller's function if there is one, and fills it; a failure disposes it.</summary>
    /// <exception cref="HrmFormatException">The function returned a model of another config.</exception>
    public static HrmModel CreateFilled(HrmConfig config, bool hasSharedLevel, Func<HrmConfig, HrmModel>? create, Action<HrmModel> fill)
    {
        var created = create is null ? new HrmModel(config, hasSharedLevel) : create(config) ?? throw new ArgumentException("expected a model, got null", nameof(create));
        return created.GiveTo(model =>
        {
            RequireConfig(model, config);
            fill(model);
            return model;
        });
    }

    /// <summary>Requires that a model has the config of a file. A file may name no modules, as those of older versions do.</summary>
    /// <exception cref="HrmFormatException">It has another one; the fields that differ are listed as the file and the model have them.</exception>
    public static void RequireConfig(HrmModel model, HrmConfig saved, string? path = null)
    {
        var present = Stated(saved.Modules is null ? model.Config with { Modules = null } : model.Config);
        saved = Stated(saved);
        if (present != saved)
        {
            throw new HrmFormatException($"is of another model: there {Only(saved, present)}, here {Only(present, saved)}", path);
        }

        // A default and its value written out are the same.
        static HrmConfig Stated(HrmConfig config)
            => config with { RopeTheta = config.RotaryBase, KernelSize = config.KernelWidth, GridColumns = config.ColumnCount };

        static string Only(HrmConfig config, HrmConfig other)
        {
            var different = config.ToJson().Split('\n').Except(other.ToJson().Split('\n')).Select(line => line.Trim().TrimEnd(',')).ToArray();
            return different.Length == 0 ? "no such field" : string.Join(", ", different);
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

    /// <summary>Copies every tensor; the two sets of names must be the same. With <paramref name="casts"/> bfloat16 also takes float32.</summary>
    public static void CopyInto(HrmModel model, WeightsFile weights, bool casts = false)
    {
        var stored = StoredNames(weights);
        var expected = model.state_dict();
        RequireSame(weights.Path, expected.Keys, stored.Keys);
        foreach (var (name, tensor) in expected)
        {
            weights.GetEntry(stored[name]).RequireFits(tensor, weights.Path, orWider: true, orNarrower: casts);
        }

        // Only now: weights that do not fit leave the model as it was.
        foreach (var (name, tensor) in expected)
        {
            weights.CopyTo(stored[name], tensor, orNarrower: casts);
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

    /// <summary>Requires that a file has exactly the expected names.</summary>
    /// <exception cref="HrmFormatException">Names are missing or unknown.</exception>
    public static void RequireSame(string path, IEnumerable<string> expected, IEnumerable<string> stored, string what = "the model's tensors")
    {
        var missing = expected.Except(stored, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var unknown = stored.Except(expected, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (missing.Length + unknown.Length > 0)
        {
            throw new HrmFormatException(
                $"expected {what}: {missing.Length} missing ({Some(missing)}), {unknown.Length} unknown ({Some(unknown)})",
                path);
        }
    }
}
