namespace Hrm.Layers.Kernels;

/// <summary>Frees the tensors that one of our backward functions gives to libtorch.</summary>
/// <remarks>
/// libtorch takes its own reference only after the function has returned, and TorchSharp keeps the wrapper until the dispose scope
/// of the whole step ends: all such gradients of a backward pass would be in memory together. When the next function runs on the
/// same thread, libtorch has taken what the last one returned.
/// </remarks>
internal static class BackwardMemory
{
    private static readonly ThreadLocal<List<Tensor>> Returned = new(() => []);

    /// <summary>Frees the gradients of the last backward function on this thread, and runs the next one.</summary>
    /// <remarks>
    /// No exception may leave it: in libtorch's frames, which called it, an exception would end the process. Instead it returns a
    /// gradient without axes, which libtorch refuses with an error of its own ("returned an invalid gradient at index 0").
    /// </remarks>
    /// <param name="inputs">The number of operands, at least one.</param>
    /// <param name="backward">Returns their gradients; an operand without one has <see langword="null"/>.</param>
    public static List<Tensor> Run(int inputs, Func<Tensor?[]> backward)
    {
        try
        {
            FreeReturned();
            return Return(backward());
        }
        catch (Exception)
        {
            return Return([zeros([]), .. new Tensor?[inputs - 1]]);
        }
    }

    /// <summary>Frees the gradients that the last backward function on this thread returned.</summary>
    public static void FreeReturned()
    {
        Returned.Value!.ForEach(gradient => gradient.Dispose());
        Returned.Value.Clear();
    }

    /// <summary>The gradients as the result of a function; the next function frees them.</summary>
    public static List<Tensor> Return(Tensor?[] gradients)
    {
        Returned.Value!.AddRange(gradients.OfType<Tensor>());
        return [.. gradients.Select(gradient => gradient!)];
    }
}
