using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>The formulas of AdamATan2 and AdamW in eager operations: the reference of the version in one pass.</summary>
internal sealed class PlainAdam(IReadOnlyList<Parameter> parameters, OptimizerKind kind, OptimizerOptions options) : IDisposable
{
    private readonly Tensor[] _means = [.. parameters.Select(parameter => zeros(parameter.shape, parameter.dtype).DetachFromDisposeScope())];
    private readonly Tensor[] _squares = [.. parameters.Select(parameter => zeros(parameter.shape, parameter.dtype).DetachFromDisposeScope())];
    private readonly int[] _steps = new int[parameters.Count];

    public IReadOnlyList<Tensor> State => [.. _means, .. _squares];

    public void Step(double learningRate)
    {
        using var noGradient = no_grad();
        for (var i = 0; i < parameters.Count; i++)
        {
            using var scope = NewDisposeScope();
            if (parameters[i].grad is not { } gradient)
            {
                continue;
            }

            _steps[i]++;
            parameters[i].mul_(1 - (learningRate * options.WeightDecay));
            _means[i].mul_(options.Beta1).add_(gradient, alpha: 1 - options.Beta1);
            _squares[i].mul_(options.Beta2).addcmul_(gradient, gradient, 1 - options.Beta2);
            var root = _squares[i].sqrt() / Math.Sqrt(1 - Math.Pow(options.Beta2, _steps[i]));
            var direction = kind == OptimizerKind.AdamATan2 ? _means[i].atan2(root) : _means[i] / (root + options.Epsilon);
            parameters[i].add_(direction, alpha: -learningRate / (1 - Math.Pow(options.Beta1, _steps[i])));
        }
    }

    public void Dispose()
    {
        Array.ForEach(_means, tensor => tensor.Dispose());
        Array.ForEach(_squares, tensor => tensor.Dispose());
    }
}
