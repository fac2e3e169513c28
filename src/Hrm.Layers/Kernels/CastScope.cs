using Hrm.Layers.Kernels;

namespace Hrm.Layers;

/// <summary>
/// A scope in which layers that run on this thread without recording cast each of their weights once and share the result.
/// </summary>
/// <remarks>
/// The scope does not notice a change of a weight's values. The caller therefore opens it around work that cannot change them, such
/// as the many updates of one recurrence. It holds a copy of the weights in the forward dtype until it is closed.
/// </remarks>
internal sealed class CastScope : IDisposable
{
    private static readonly ThreadLocal<CastScope?> Current = new();

    private readonly CastScope? _outer = Current.Value;
    private readonly Dictionary<Tensor, Tensor> _casts = new(ReferenceEqualityComparer.Instance);

    private CastScope()
    {
    }

    /// <summary>Opens a scope; null, which <see langword="using"/> accepts, if the fast path is switched off.</summary>
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

    /// <summary>The weight in another dtype, shared within an open scope; the weight itself if it has that dtype. Do not dispose it by hand.</summary>
    public static Tensor Cast(Tensor weight, ScalarType dtype)
        => weight.dtype == dtype || Current.Value is not { } scope || FastPath.Records(weight)
            ? weight.CastTo(dtype)
            : scope.Share(weight, dtype);

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
    /// The tensor in another dtype; the tensor itself if it has that dtype already. Use it inside a dispose scope, or do not dispose
    /// the result by hand.
    /// </summary>
    public static Tensor CastTo(this Tensor tensor, ScalarType dtype)
        => tensor.dtype == dtype ? tensor : tensor.to_type(dtype);
}
