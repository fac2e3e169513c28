using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>The part that the Adam family shares: two averages a parameter, and the update by a rule's direction.</summary>
/// <remarks>
/// <c>m = lerp(m, g, 1-β1); v = lerp(v, g², 1-β2); p = p · (1 - lr·wd) - lr / (1-β1ᵗ) · direction(m, √v / √(1-β2ᵗ))</c>.
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
        using var noGradient = no_grad();
        for (var i = 0; i < _indices.Length; i++)
        {
            using var scope = NewDisposeScope();
            var parameter = _owner.Parameters[_indices[i]];
            if (parameter.grad is { } gradient)
            {
                Update(parameter, gradient, _means[i], _squares[i], _owner.CountStep(_indices[i]), learningRate);
            }
        }
    }

    public void Dispose()
    {
        Array.ForEach(_means, tensor => tensor.Dispose());
        Array.ForEach(_squares, tensor => tensor.Dispose());
    }

    private void Update(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, long step, double learningRate)
    {
        var scale = -learningRate / (1 - Math.Pow(_options.Beta1, step));
        var correction = 1 / Math.Sqrt(1 - Math.Pow(_options.Beta2, step));
        mean.mul_(_options.Beta1).add_(gradient, alpha: 1 - _options.Beta1);
        square.mul_(_options.Beta2).addcmul_(gradient, gradient, 1 - _options.Beta2);
        var direction = TRule.Direction(mean, square.sqrt().mul_(correction), _options.Epsilon);
        parameter.mul_(1 - (learningRate * _options.WeightDecay)).add_(direction, alpha: scale);
    }
}
