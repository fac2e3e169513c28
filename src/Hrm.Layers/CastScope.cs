using Hrm.Layers.Kernels;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>
/// While one is open, layers that run on this thread without recording cast each of their weights once and share the result.
/// </summary>
/// <remarks>
/// Nothing tells when the values of a weight have changed. The caller therefore opens a scope around work that cannot change
/// them, such as the many updates of one recurrence. It holds a copy of the weights in the forward dtype until it is closed.
/// </remarks>
internal sealed class CastScope : IDisposable
{
    private static readonly ThreadLocal<CastScope?> Current = new();

    private readonly CastScope? _outer = Current.Value;
    private readonly Dictionary<Tensor, Tensor> _casts = new(ReferenceEqualityComparer.Instance);

    private CastScope()
    {
    }

    /// <summary>Opens a scope; null, which <see langword="using"/> takes, where the fast path is switched off.</summary>
    public static CastScope? Open()
    {
        if (!FastPath.IsOn)
        {
            return null;
        }

        var scope = new CastScope();
        Current.Value = scope;
        return scope;
    }

    /// <summary>
    /// The weight in another dtype: the weight itself where it has it, shared with others in an open scope. It is not to be
    /// disposed by hand.
    /// </summary>
    public static Tensor Cast(Tensor weight, ScalarType dtype)
        => weight.dtype == dtype || Current.Value is not { } scope || FastPath.Records(weight)
            ? weight.CastTo(dtype)
            : scope.Share(weight, dtype);

    /// <inheritdoc/>
    public void Dispose()
    {
        Current.Value = _outer;
        foreach (var cast in _casts.Values)
        {
            cast.Dispose();
        }

        _casts.Clear();
    }

    private Tensor Share(Tensor weight, ScalarType dtype)
    {
        if (!_casts.TryGetValue(weight, out var cast))
        {
            cast = weight.to_type(dtype).DetachFromDisposeScope();
            _casts.Add(weight, cast);
        }

        return cast.CastTo(dtype);
    }
}

/// <summary>Casts between the dtype of the weights and the forward dtype.</summary>
internal static class TensorCast
{
    /// <summary>
    /// The tensor in another dtype, the tensor itself where it has that dtype already. Use it inside a dispose scope,
    /// or where the result is not disposed by hand.
    /// </summary>
    public static Tensor CastTo(this Tensor tensor, ScalarType dtype)
        => tensor.dtype == dtype ? tensor : tensor.to_type(dtype);
}
