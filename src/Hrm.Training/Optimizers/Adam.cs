using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>The part that the Adam family shares: two averages a parameter, and the update by a rule's direction.</summary>
/// <remarks>
/// <c>m = lerp(m, g, 1-β1); v = lerp(v, g², 1-β2); p = p · (1 - lr·wd) - lr / (1-β1ᵗ) · direction(m, √v / √(1-β2ᵗ))</c>.
/// What lies as float32 on the CPU is updated in one pass over all parameters; anything else by eager operations.
/// </remarks>
/// <typeparam name="TRule">The direction.</typeparam>
internal sealed class Adam<TRule> : IDisposable
    where TRule : struct, IAdamRule
{
    private readonly ParameterOptimizer _owner;
    private readonly OptimizerOptions _options;
    private readonly int[] _indices;
    private readonly Tensor[] _means; // as the parameters
    private readonly Tensor[] _squares; // as the parameters

    /// <param name="owner">Has the parameters and counts their steps.</param>
    /// <param name="indices">Which of them are updated here.</param>
    /// <param name="options">Betas, weight decay and ε.</param>
    public Adam(ParameterOptimizer owner, IEnumerable<int> indices, OptimizerOptions options)
    {
        using var noGradient = no_grad();
        _owner = owner;
        _options = options;
        _indices = [.. indices];
        _means = [.. _indices.Select(index => zeros_like(owner.Parameters[index]).DetachFromDisposeScope())];
        _squares = [.. _indices.Select(index => zeros_like(owner.Parameters[index]).DetachFromDisposeScope())];
    }

    public IEnumerable<OptimizerSlot> Slots =>
    [
        .. _indices.Select((index, i) => new OptimizerSlot("mean", index, _means[i])),
        .. _indices.Select((index, i) => new OptimizerSlot("square", index, _squares[i])),
    ];

    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope(); // Keeps the gradients alive until the pass is over.
        using var noGradient = no_grad();
        var memories = new List<AdamMemory>(_indices.Length);
        var lengths = new List<long>(_indices.Length);
        for (var i = 0; i < _indices.Length; i++)
        {
            Tensor parameter = _owner.Parameters[_indices[i]];
            if (_owner.GradientOf(_indices[i]) is not { } gradient)
            {
                continue;
            }

            var coefficients = AdamCoefficients.Of(_options, _owner.CountStep(_indices[i]), learningRate);
            if (Array.TrueForAll([parameter, gradient, _means[i], _squares[i]], FloatMemory.CanWalk))
            {
                memories.Add(AdamMemory.Of(parameter, gradient, _means[i], _squares[i], coefficients));
                lengths.Add(parameter.numel());
                FloatMemory.MarkWritten(parameter);
            }
            else
            {
                UpdateEagerly(parameter, gradient, _means[i], _squares[i], coefficients);
            }
        }

        AdamPass<TRule>.Run(memories, lengths, get_num_threads());
    }

    public void Dispose()
    {
        Array.ForEach(_means, tensor => tensor.Dispose());
        Array.ForEach(_squares, tensor => tensor.Dispose());
    }

    private static void UpdateEagerly(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamCoefficients coefficients)
    {
        using var scope = NewDisposeScope();
        mean.TimesInPlace(coefficients.Beta1).PlusInPlace(gradient, 1 - coefficients.Beta1);
        square.TimesInPlace(coefficients.Beta2).PlusProductInPlace(gradient, gradient, 1 - coefficients.Beta2);
        var direction = TRule.Direction(mean, square.sqrt().TimesInPlace(coefficients.Correction), coefficients.Epsilon);
        parameter.TimesInPlace(coefficients.Decay).PlusInPlace(direction, coefficients.Scale);
    }
}
