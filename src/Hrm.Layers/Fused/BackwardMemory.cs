using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>Frees the tensors that a backward function of our own hands to libtorch.</summary>
/// <remarks>
/// libtorch takes its own reference only after the function has returned, and TorchSharp keeps the wrapper until the dispose
/// scope of the whole step ends: all such gradients of a backward pass would lie in memory together. When the next function
/// runs on the same thread, though, libtorch has long taken what the last one returned.
/// </remarks>
internal static class BackwardMemory
{
    private static readonly ThreadLocal<List<Tensor>> Returned = new(() => []);

    /// <summary>Runs a backward function, after what the last one on this thread returned was freed.</summary>
    /// <remarks>
    /// No exception may leave it: in libtorch's frames, which called it, it would end the process. In its stead goes a gradient
    /// without axes, which libtorch refuses with an error of its own ("returned an invalid gradient at index 0").
    /// </remarks>
    /// <param name="inputs">The number of operands, at least one.</param>
    /// <param name="backward">Gives their gradients, by <see cref="Return"/>.</param>
    public static List<Tensor> Run(int inputs, Func<List<Tensor>> backward)
    {
        try
        {
            FreeReturned();
            return backward();
        }
        catch (Exception)
        {
            return Return([zeros([]), .. new Tensor?[inputs - 1]]);
        }
    }

    /// <summary>Frees what the last backward function on this thread returned.</summary>
    public static void FreeReturned()
    {
        var returned = Returned.Value!;
        foreach (var gradient in returned)
        {
            gradient.Dispose();
        }

        returned.Clear();
    }

    /// <summary>The gradients as the function's result; the next function frees them.</summary>
    public static List<Tensor> Return(params ReadOnlySpan<Tensor?> gradients)
    {
        var returned = Returned.Value!;
        var result = new List<Tensor>(gradients.Length);
        foreach (var gradient in gradients)
        {
            result.Add(gradient!);
            if (gradient is not null)
            {
                returned.Add(gradient);
            }
        }

        return result;
    }
}
