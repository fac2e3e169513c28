using Hrm.Core;

namespace Hrm.Training;

/// <summary>Creates the optimizer that options ask for.</summary>
internal static class OptimizerFactory
{
    private static readonly string[] Blocks = [ModelKeys.HighLevel + ".", ModelKeys.LowLevel + "."];

    /// <summary>An optimizer of all parameters of a model, in the order of the model.</summary>
    /// <remarks>
    /// Muon takes the matrices of the blocks. Embeddings, positions, heads and biases are left to AdamW: their rows are
    /// looked up or scored one by one, so that no step of the whole matrix is meant.
    /// </remarks>
    public static ParameterOptimizer Create(HrmModel model, OptimizerOptions options)
    {
        InvalidConfigException.ThrowIfInvalid("optimizer options", options);
        var named = model.named_parameters().ToArray();
        var parameters = named.Select(entry => entry.parameter);
        return options.Kind switch
        {
            OptimizerKind.AdamW => new AdamW(parameters, options),
            OptimizerKind.Muon => new Muon(parameters, Matrices(), options),
            _ => new AdamATan2(parameters, options),
        };

        IEnumerable<int> Matrices() => Enumerable.Range(0, named.Length).Where(index => IsMatrixOfBlock(named[index].name, named[index].parameter.ndim));
    }

    private static bool IsMatrixOfBlock(string name, long dimensions)
        => dimensions == 2 && Blocks.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
