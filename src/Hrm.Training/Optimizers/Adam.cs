using Hrm.Core;
using Hrm.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Adam with atan2 instead of the division, so that no ε is needed, and decoupled weight decay.</summary>
/// <remarks>
/// <para>
/// <c>p *= 1 - lr·wd; m = lerp(m, g, 1-β1); v = lerp(v, g², 1-β2); p -= lr / (1-β1ᵗ) · atan2(m, √v / √(1-β2ᵗ))</c>.
/// The first correction is outside atan2. Every parameter decays. With zero gradients atan2(0, 0) = 0.
/// </para>
/// <para>
/// Float32 on the CPU is updated in one pass over memory, on as many threads as libtorch uses; the result does not depend on
/// their number. Other devices, dtypes and layouts use eager operations.
/// </para>
/// <para>
/// Accuracy: within 1e-6 relative of the recorded numbers of the authors' kernel, over six steps with gradients of
/// 1e-8 … 1e3. Source: Everett et al., arXiv 2407.05872.
/// </para>
/// </remarks>
/// <param name="parameters">The parameters, float32, each once.</param>
/// <param name="options">Betas and weight decay.</param>
/// <exception cref="InvalidConfigException">The options have invalid fields; all are listed.</exception>
public sealed class AdamATan2(IEnumerable<Parameter> parameters, OptimizerOptions options)
    : ParameterOptimizer(parameters, options, isATan2: true, matrices: []);

/// <summary>Adam with decoupled weight decay.</summary>
/// <remarks>
/// <para>
/// <c>p *= 1 - lr·wd; m = lerp(m, g, 1-β1); v = lerp(v, g², 1-β2); p -= lr / (1-β1ᵗ) · m / (√v / √(1-β2ᵗ) + ε)</c>.
/// Every parameter decays. Updated in one pass like <see cref="AdamATan2"/>.
/// </para>
/// <para>
/// Accuracy: within 1e-6 relative of recorded numbers of PyTorch's AdamW, over six steps with gradients of 1e-8 … 1e3.
/// Source: Loshchilov and Hutter, arXiv 1711.05101.
/// </para>
/// </remarks>
/// <param name="parameters">The parameters, float32, each once.</param>
/// <param name="options">Betas, weight decay and ε.</param>
/// <exception cref="InvalidConfigException">The options have invalid fields; all are listed.</exception>
public sealed class AdamW(IEnumerable<Parameter> parameters, OptimizerOptions options)
    : ParameterOptimizer(parameters, options, isATan2: false, matrices: []);

/// <summary>The two averages of some parameters of an optimizer, and their update.</summary>
internal sealed class Adam : IDisposable
{
    private readonly ParameterOptimizer _owner;
    private readonly OptimizerOptions _options;
    private readonly bool _isATan2;
    private readonly int[] _indices;
    private readonly Tensor[] _means; // same shapes as the parameters
    private readonly Tensor[] _squares; // same shapes as the parameters

    /// <param name="owner">Owns the parameters and counts their steps.</param>
    /// <param name="indices">The indices of the parameters that are updated here.</param>
    /// <param name="options">Betas, weight decay and ε.</param>
    /// <param name="isATan2">The direction: atan2(m, √v / √(1-β2ᵗ)), or m / (√v / √(1-β2ᵗ) + ε).</param>
    public Adam(ParameterOptimizer owner, IEnumerable<int> indices, OptimizerOptions options, bool isATan2)
    {
        using var noGradient = no_grad();
        _owner = owner;
        _options = options;
        _isATan2 = isATan2;
        _indices = [.. indices];
        _means = [.. _indices.Select(index => zeros_like(owner.Parameters[index]).DetachFromDisposeScope())];
        _squares = [.. _indices.Select(index => zeros_like(owner.Parameters[index]).DetachFromDisposeScope())];
    }

    public IReadOnlyList<(string Name, int Parameter, Tensor Value)> Slots =>
        [.. _indices.Select((index, i) => ("mean", index, _means[i])), .. _indices.Select((index, i) => ("square", index, _squares[i]))];

    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope(); // Keeps the gradients alive until the pass is over.
        using var noGradient = no_grad();
        var pass = new AdamPass(_isATan2);
        for (var i = 0; i < _indices.Length; i++)
        {
            Tensor parameter = _owner.Parameters[_indices[i]];
            if (_owner.GradientOf(_indices[i]) is not { } gradient)
            {
                continue;
            }

            var coefficients = AdamCoefficients.Of(_options, ++_owner.StepCounts[_indices[i]], learningRate);
            if (Array.TrueForAll([parameter, gradient, _means[i], _squares[i]], FloatPass.CanWalk))
            {
                pass.Add(parameter, gradient, _means[i], _squares[i], coefficients);
            }
            else
            {
                UpdateEagerly(parameter, gradient, _means[i], _squares[i], coefficients);
            }
        }

        pass.Run();
    }

    public void Dispose()
    {
        Array.ForEach(_means, tensor => tensor.Dispose());
        Array.ForEach(_squares, tensor => tensor.Dispose());
    }

    private void UpdateEagerly(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamCoefficients coefficients)
    {
        using var scope = NewDisposeScope();
        mean.TimesInPlace(coefficients.Beta1).PlusInPlace(gradient, 1 - coefficients.Beta1);
        square.TimesInPlace(coefficients.Beta2).PlusProductInPlace(gradient, gradient, 1 - coefficients.Beta2);
        var root = square.sqrt().TimesInPlace(coefficients.Correction);
        var direction = _isATan2 ? mean.atan2(root) : mean.div(root.PlusInPlace(coefficients.Epsilon));
        parameter.TimesInPlace(coefficients.Decay).PlusInPlace(direction, coefficients.Scale);
    }
}

/// <summary>The numbers of one Adam step of one parameter.</summary>
/// <param name="Beta1">β1.</param>
/// <param name="Beta2">β2.</param>
/// <param name="Decay">The factor of the weights, 1 - lr·wd.</param>
/// <param name="Scale">The factor of the direction, -lr / (1-β1ᵗ).</param>
/// <param name="Correction">The factor of √v, 1 / √(1-β2ᵗ).</param>
/// <param name="Epsilon">ε.</param>
internal readonly record struct AdamCoefficients(double Beta1, double Beta2, double Decay, double Scale, double Correction, double Epsilon)
{
    public static AdamCoefficients Of(OptimizerOptions options, long step, double learningRate) => new(
        options.Beta1,
        options.Beta2,
        Decay: 1 - (learningRate * options.WeightDecay),
        Scale: -learningRate / (1 - Math.Pow(options.Beta1, step)),
        Correction: 1 / Math.Sqrt(1 - Math.Pow(options.Beta2, step)),
        options.Epsilon);
}
