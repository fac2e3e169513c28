using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Plain;

/// <summary>AdamATan2 in eager operations, one parameter after the other.</summary>
internal sealed class PlainOptimizer : IDisposable
{
    private readonly IReadOnlyList<Tensor> _parameters;
    private readonly Tensor[] _means;
    private readonly Tensor[] _squares;
    private readonly OptimizerOptions _options;
    private int _step;

    public PlainOptimizer(IReadOnlyList<Tensor> parameters, OptimizerOptions options)
    {
        _parameters = parameters;
        _options = options;
        _means = [.. parameters.Select(parameter => zeros(parameter.shape, device: parameter.device).DetachFromDisposeScope())];
        _squares = [.. parameters.Select(parameter => zeros(parameter.shape, device: parameter.device).DetachFromDisposeScope())];
    }

    public void Step(double learningRate)
    {
        using var noGradient = no_grad();
        _step++;
        var meanCorrection = 1 - Math.Pow(_options.Beta1, _step);
        var squareCorrection = Math.Sqrt(1 - Math.Pow(_options.Beta2, _step));
        for (var i = 0; i < _parameters.Count; i++)
        {
            using var scope = NewDisposeScope();
            if (_parameters[i].grad is { } gradient)
            {
                _parameters[i].mul_(1 - (learningRate * _options.WeightDecay));
                _means[i].mul_(_options.Beta1).add_(gradient, alpha: 1 - _options.Beta1);
                _squares[i].mul_(_options.Beta2).addcmul_(gradient, gradient, 1 - _options.Beta2);
                var denominator = _squares[i].sqrt() / squareCorrection;
                _parameters[i].add_(_means[i].atan2(denominator), alpha: -learningRate / meanCorrection);
            }
        }
    }

    public void Dispose()
    {
        Array.ForEach(_means, tensor => tensor.Dispose());
        Array.ForEach(_squares, tensor => tensor.Dispose());
    }
}

/// <summary>The authors' SignSGD on the puzzle rows of a step. Gradients of equal ids are summed first.</summary>
internal static class PlainSignSgd
{
    public static void Step(Tensor table, Tensor ids, Tensor gradient, double learningRate, double weightDecay)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (distinct, inverse, _) = ids.to(ScalarType.Int64).unique(return_inverse: true); // [u], [B]
        var summed = zeros([distinct.size(0), gradient.size(1)], device: gradient.device); // [u, W]
        summed.scatter_add_(0, inverse!.unsqueeze(-1).expand(-1, gradient.size(1)), gradient);
        var rows = table.index_select(0, distinct); // [u, W]
        rows.mul_(1 - (learningRate * weightDecay)).add_(summed.sign(), alpha: -learningRate);
        table.index_copy_(0, distinct, rows);
    }
}
