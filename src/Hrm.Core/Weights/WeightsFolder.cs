using System.Text.RegularExpressions;
using TorchSharp;

namespace Hrm.Core;

/// <summary>
/// The weights of a model in its folder: <c>model.safetensors</c>, or several files under the common
/// <c>model.safetensors.index.json</c>.
/// </summary>
public static partial class WeightsFolder
{
    internal const string SingleName = "model.safetensors";
    internal const string IndexName = "model.safetensors.index.json";

    /// <summary>The longest file of weights that is opened or hashed, 64 GiB.</summary>
    internal const long MaxFileBytes = 1L << 36;

    /// <summary>
    /// Opens the weights of a folder: the single file if there is one, otherwise the indexed set. Tensors may be unaligned.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The weights; dispose them.</returns>
    /// <exception cref="HrmFileException">The folder has neither, or a file cannot be read.</exception>
    /// <exception cref="WeightsFormatException">A file is not valid, or the files do not agree with the index.</exception>
    public static IWeightsSource Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var single = Path.Combine(folder, SingleName);
        if (File.Exists(single))
        {
            return SafetensorsFile.Open(single, allowUnaligned: true);
        }
        var index = Path.Combine(folder, IndexName);
        if (File.Exists(index))
        {
            return ShardedWeights.Open(index);
        }
        throw new HrmFileException(folder, $"expected {SingleName} or {IndexName}, got neither");
    }

    /// <summary>Whether a folder has weights.</summary>
    internal static bool Holds(string folder) => File.Exists(Path.Combine(folder, SingleName)) || File.Exists(Path.Combine(folder, IndexName));

    /// <summary>
    /// Saves tensors into a folder, replacing the weights that it holds. All files are complete on the disk before
    /// the first takes its name, so a full disk leaves the old weights; a process killed between the renames of a
    /// sharded set can leave the folder without an index, which <see cref="Open"/> reports, but never a mixture.
    /// </summary>
    /// <param name="folder">The folder, made if it is missing.</param>
    /// <param name="tensors">The tensors by name. They are not disposed.</param>
    /// <param name="metadata">Texts to store in each file.</param>
    /// <param name="maxShardBytes">
    /// The most bytes of tensors in one file; what is larger goes into several. A single tensor larger than this has a
    /// file of its own. Null: one file.
    /// </param>
    /// <exception cref="WeightsFormatException">A name occurs twice or is not allowed, or the format has no such element type.</exception>
    /// <exception cref="HrmFileException">The folder or a file cannot be written.</exception>
    public static void Save(
        string folder,
        IEnumerable<KeyValuePair<string, torch.Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        long? maxShardBytes = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(tensors);
        if (maxShardBytes is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit, nameof(maxShardBytes));
        }
        var shards = Divide(tensors, maxShardBytes ?? long.MaxValue);
        try
        {
            Directory.CreateDirectory(folder);
            if (shards.Count == 1)
            {
                SaveSingle(folder, shards[0], metadata);
            }
            else
            {
                SaveShards(folder, shards, metadata);
            }
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(folder, "could not be written", exception);
        }
    }

    private static void SaveSingle(string folder, List<KeyValuePair<string, torch.Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var staged = SafetensorsWriter.Stage(Path.Combine(folder, SingleName), tensors, metadata);
        staged.Commit();
        File.Delete(Path.Combine(folder, IndexName));
        DeleteShardsBut(folder, []);
    }

    private static void SaveShards(string folder, List<List<KeyValuePair<string, torch.Tensor>>> shards, IReadOnlyDictionary<string, string>? metadata)
    {
        if (shards.Count > ShardIndex.MaxShards)
        {
            throw new WeightsFormatException(folder, $"expected at most {ShardIndex.MaxShards} files, got {shards.Count}: allow more bytes in each");
        }
        var index = Path.Combine(folder, IndexName);
        var map = new Dictionary<string, string>();
        var names = new HashSet<string>();
        var staged = new List<StagedFile>();
        try
        {
            long totalBytes = 0;
            foreach (var shard in shards)
            {
                var name = FormattableString.Invariant($"model-{names.Count + 1:d5}-of-{shards.Count:d5}.safetensors");
                names.Add(name);
                foreach (var (tensor, value) in shard)
                {
                    if (!map.TryAdd(tensor, name))
                    {
                        throw new WeightsFormatException(index, "expected each name once, got it twice", tensor);
                    }
                    totalBytes += SafetensorsWriter.ByteLength(value);
                }
                staged.Add(SafetensorsWriter.Stage(Path.Combine(folder, name), shard, metadata));
            }
            var text = ShardIndex.Write(map, totalBytes);
            staged.Add(StagedFile.Write(index, stream => stream.Write(text)));
            // An old index must not point at new files of the same name.
            File.Delete(index);
            staged.ForEach(file => file.Commit());
        }
        finally
        {
            staged.ForEach(file => file.Dispose());
        }
        File.Delete(Path.Combine(folder, SingleName));
        DeleteShardsBut(folder, names);
    }

    /// <summary>By name, so that the division does not depend on the order in which the tensors came.</summary>
    private static List<List<KeyValuePair<string, torch.Tensor>>> Divide(IEnumerable<KeyValuePair<string, torch.Tensor>> tensors, long maxBytes)
    {
        var shards = new List<List<KeyValuePair<string, torch.Tensor>>> { new() };
        long bytes = 0;
        foreach (var item in tensors.OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            var length = SafetensorsWriter.ByteLength(item.Value);
            if (length > maxBytes - bytes && shards[^1].Count > 0)
            {
                shards.Add([]);
                bytes = 0;
            }
            shards[^1].Add(item);
            bytes += length;
        }
        return shards;
    }

    private static void DeleteShardsBut(string folder, HashSet<string> kept)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "model-*.safetensors").ToArray())
        {
            var name = Path.GetFileName(path);
            if (ShardName().IsMatch(name) && !kept.Contains(name))
            {
                File.Delete(path);
            }
        }
    }

    [GeneratedRegex(@"^model-[0-9]{5}-of-[0-9]{5}\.safetensors$", RegexOptions.CultureInvariant)]
    private static partial Regex ShardName();
}
