using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>Fits the names in a file of weights to those of a model.</summary>
internal static class ModelKeys
{
    public const string CompilerPrefix = "_orig_mod.";
    public const string LossHeadPrefix = "model.inner.";
    public const string HighLevel = "H_level";
    public const string LowLevel = "L_level";

    /// <summary>
    /// Prefixes that training code adds to each name, in any order: the compiler's wrapper and the loss head of the authors', the
    /// wrapper of data-parallel training, the average of the weights.
    /// </summary>
    private static readonly string[] Prefixes = [CompilerPrefix, LossHeadPrefix, "module.", "ema_model."];

    /// <summary>Copies every tensor; the two sets of names must be the same.</summary>
    public static void CopyInto(HrmModel model, IWeightsSource weights)
    {
        var stored = StoredNames(weights);
        var expected = model.state_dict();
        RequireSame(weights.Path, expected.Keys, stored.Keys);
        foreach (var (name, tensor) in expected)
        {
            weights.GetEntry(stored[name]).RequireFitsOrWidens(tensor, weights.Path);
        }

        // Only now: weights that do not fit leave the model as it was.
        foreach (var (name, tensor) in expected)
        {
            Copy(weights, stored[name], tensor);
        }
    }

    private static void Copy(IWeightsSource weights, string name, Tensor destination)
    {
        if (!weights.GetEntry(name).WidensTo(destination.dtype))
        {
            weights.CopyTo(name, destination);
            return;
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        destination.copy_(weights.Read(name));
    }

    /// <summary>Whether one module serves as both levels, as in the tiny recursive model: there are tensors of L only.</summary>
    public static bool HaveSharedLevel(IEnumerable<string> names)
    {
        var levels = names.Select(name => Strip(name).Split('.')[0]).ToHashSet(StringComparer.Ordinal);
        return levels.Contains(LowLevel) && !levels.Contains(HighLevel);
    }

    /// <summary>The name in the file of each tensor of the model.</summary>
    public static Dictionary<string, string> StoredNames(IWeightsSource weights)
    {
        var stored = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in weights.Names)
        {
            if (!stored.TryAdd(Strip(name), name))
            {
                throw new WeightsFormatException(weights.Path, $"expected it once, got it as {Quote.Text(stored[Strip(name)])} too", name);
            }
        }

        return stored;
    }

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
            throw new WeightsFormatException(
                path,
                $"expected the model's tensors: {missing.Length} missing ({Some(missing)}), {unknown.Length} unknown ({Some(unknown)})");
        }
    }

    /// <summary>The first three of some names, as a message shows them.</summary>
    public static string Some(IReadOnlyCollection<string> names) => names.Count switch
    {
        0 => "none",
        <= 3 => string.Join(", ", names.Select(name => Quote.Shorten(name))),
        _ => $"{string.Join(", ", names.Take(3).Select(name => Quote.Shorten(name)))}, …",
    };
}
