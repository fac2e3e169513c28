using Hrm.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.PublicApi.Tests.Documents;

// <lion>
/// <summary>The sign of an average of gradients. Source: Chen et al., arXiv 2302.06675.</summary>
internal sealed class Lion : ParameterOptimizer
{
    private static readonly Scalar Beta1 = 0.9.ToScalar();
    private static readonly Scalar Share1 = 0.1.ToScalar();
    private static readonly Scalar Beta2 = 0.99.ToScalar();
    private static readonly Scalar Share2 = 0.01.ToScalar();
    private readonly Tensor[] _momenta;

    public Lion(IEnumerable<Parameter> parameters)
        : base(parameters) => _momenta = AddState("momentum");

    public override void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var factor = (-learningRate).ToScalar();
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (GradientOf(i) is { } gradient)
            {
                Parameters[i].add_(_momenta[i].mul(Beta1).add_(gradient, Share1).sign_(), factor);
                _momenta[i].mul_(Beta2).add_(gradient, Share2);
            }
        }
    }
}
// </lion>
