using System.Globalization;

namespace Hrm.Layers;

/// <summary>Checks tensor shapes before native code runs; the message has the expected and the actual shape.</summary>
internal static class ShapeGuard
{
    /// <summary>Throws unless <paramref name="tensor"/> has the expected axes.</summary>
    /// <exception cref="ShapeMismatchException">A size or the number of axes differs.</exception>
    public static void Require(Tensor tensor, string argument, params ReadOnlySpan<Axis> expected)
    {
        var shape = tensor.shape;
        var fits = shape.Length == expected.Length;
        for (var axis = 0; fits && axis < shape.Length; axis++)
        {
            fits = expected[axis].Accepts(shape[axis]);
        }

        if (!fits)
        {
            throw new ShapeMismatchException(argument, $"[{string.Join(", ", expected.ToArray())}]", $"[{string.Join(", ", shape)}]");
        }
    }

    /// <summary>Throws unless the last axis of <paramref name="tensor"/> is <paramref name="width"/> wide.</summary>
    /// <exception cref="ShapeMismatchException">The last axis has another size.</exception>
    public static void RequireWidth(Tensor tensor, string argument, long width)
    {
        var shape = tensor.shape;
        if (shape.Length == 0 || shape[^1] != width)
        {
            throw new ShapeMismatchException(argument, $"[…, {width}]", $"[{string.Join(", ", shape)}]");
        }
    }

    /// <summary>Throws unless <paramref name="tensor"/> has the shape and dtype of <paramref name="expected"/>.</summary>
    /// <exception cref="ShapeMismatchException">Shape or dtype differs.</exception>
    public static void RequireLike(Tensor? tensor, string argument, Tensor expected, object? module = null)
    {
        if (tensor is null || tensor.dtype != expected.dtype || !tensor.shape.AsSpan().SequenceEqual(expected.shape))
        {
            throw new ShapeMismatchException(NameOf(argument, module), Describe(expected), tensor is null ? "null" : Describe(tensor));
        }
    }

    /// <summary>An argument, with the type of the module that produced it.</summary>
    public static string NameOf(string argument, object? module) => module is null ? argument : $"{argument} ({module.GetType().Name})";

    /// <summary>Shape and dtype, for instance <c>[4, 81, 128] BFloat16</c>.</summary>
    public static string Describe(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}] {tensor.dtype}";
}

/// <summary>One axis of an expected shape: a size that must match, or a symbol for any size.</summary>
internal readonly record struct Axis(string? Symbol, long Size)
{
    public static implicit operator Axis(string symbol) => new(symbol, -1);

    public static implicit operator Axis(long size) => new(null, size);

    public bool Accepts(long size) => Symbol is not null || size == Size;

    public override string ToString() => Symbol ?? Size.ToString(CultureInfo.InvariantCulture);
}
