using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>Fits the names in a file of weights to those of a model.</summary>
internal static class ModelKeys
{
    public const string CompilerPrefix = "_orig_mod.";
    public const string LossHeadPrefix = "model.inner.";

    /// <summary>What the authors' training code puts before each name: its compiler's wrapper, and its loss head.</summary>
    private static readonly string[] Prefixes = [CompilerPrefix, LossHeadPrefix];

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
        foreach (var prefix in Prefixes)
        {
            name = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
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

    private static string Some(string[] names) => names.Length switch
    {
        0 => "none",
        <= 3 => string.Join(", ", names),
        _ => $"{string.Join(", ", names[..3])}, …",
    };
}
