namespace Hrm.Core;

/// <summary>Matches the names in a file of weights with those of a model.</summary>
internal static class ModelKeys
{
    public const string HighLevel = "H_level";
    public const string LowLevel = "L_level";

    /// <summary>
    /// Prefixes that training code adds to each name, in any order: the compiler's wrapper and the loss head of the authors' code,
    /// the wrapper of data-parallel training, the average of the weights.
    /// </summary>
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
                throw new WeightsFormatException(weights.Path, $"expected it once, got it as {Quote.Text(stored[Strip(name)])} too", name);
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
            throw new WeightsFormatException(
                path,
                $"expected the model's tensors: {missing.Length} missing ({Some(missing)}), {unknown.Length} unknown ({Some(unknown)})");
        }
    }
}
