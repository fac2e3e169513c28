using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training;

internal static class GradientClipping
{
    public static double Norm(IReadOnlyList<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var squares = parameters.Where(parameter => parameter.grad is not null).Select(parameter => parameter.grad!.to_type(ScalarType.Float64).square().sum()).ToArray();
        return squares.Length == 0 ? 0 : stack(squares).sum().sqrt().item<double>();
    }

    public static void Clip(IReadOnlyList<Parameter> parameters, double norm, double largest)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var parameter in parameters)
        {
            if (norm > largest && parameter.grad is { } gradient)
            {
                gradient.mul_(largest / norm);
            }
        }
    }
}
