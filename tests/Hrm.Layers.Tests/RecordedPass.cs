using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

/// <summary>One forward and backward pass: the output, and the gradients of the input and of every weight by name.</summary>
internal sealed record RecordedPass(Tensor Output, IReadOnlyDictionary<string, Tensor> Gradients)
{
    /// <summary>Runs a function on the input in a dtype and differentiates a sum in which each output value has a different weight.</summary>
    public static RecordedPass Of(Func<Tensor, Tensor> function, Tensor input, ScalarType dtype, nn.Module weights)
    {
        var leaf = input.detach().to(dtype, copy: true).requires_grad_(true);
        var output = function(leaf);
        var importance = arange(output.numel(), ScalarType.Float64).cos().view(output.shape);
        (output.to_type(ScalarType.Float64) * importance).sum().backward();
        var gradients = new Dictionary<string, Tensor> { ["input"] = leaf.grad!.clone() };
        foreach (var (name, weight) in weights.named_parameters())
        {
            gradients[name] = Take(weight);
        }

        return new RecordedPass(output.detach(), gradients);
    }

    /// <summary>Removes the gradient from the weight, so that the next pass starts without one.</summary>
    private static Tensor Take(Parameter weight)
    {
        var gradient = weight.grad!.clone();
        weight.grad = null;
        return gradient;
    }
}
