namespace Hrm.Layers;

/// <summary>Arithmetic of tensors and numbers that keeps each native scalar alive until the call returns.</summary>
/// <remarks>
/// TorchSharp passes the bare handle of a <see cref="Scalar"/> to libtorch. After an implicit conversion nothing refers to the object
/// during the call, so a garbage collection on another thread may free the scalar while libtorch reads it. TorchSharp's own
/// <c>a + b</c>, <c>square</c> and operators with a number convert internally. Static fields hold the constants here; a number that
/// changes is disposed after the call, which keeps it alive. An analyzer bans the rest (<c>eng/BannedSymbols.txt</c>).
/// </remarks>
internal static class HeldScalars
{
    public static readonly Scalar Zero = 0.ToScalar();
    public static readonly Scalar One = 1.ToScalar();
    public static readonly Scalar Two = 2.ToScalar();

    /// <summary>left + right.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, One);

    /// <summary>left + factor · right.</summary>
    public static Tensor Plus(this Tensor left, Tensor right, double factor)
    {
        using var alpha = factor.ToScalar();
        return left.add(right, alpha);
    }

    /// <summary>tensor + number; an integer scalar keeps the dtype of integer tensors.</summary>
    public static Tensor Plus(this Tensor tensor, Scalar number) => tensor.add(number, One);

    /// <summary>left += right.</summary>
    public static Tensor PlusInPlace(this Tensor left, Tensor right) => left.add_(right, One);

    /// <summary>left += factor · right.</summary>
    public static Tensor PlusInPlace(this Tensor left, Tensor right, double factor)
    {
        using var alpha = factor.ToScalar();
        return left.add_(right, alpha);
    }

    /// <summary>tensor += number.</summary>
    public static Tensor PlusInPlace(this Tensor tensor, double number)
    {
        using var scalar = number.ToScalar();
        return tensor.add_(scalar, One);
    }

    /// <summary>tensor += factor · (first · second).</summary>
    public static Tensor PlusProductInPlace(this Tensor tensor, Tensor first, Tensor second, double factor)
    {
        using var scalar = factor.ToScalar();
        return tensor.addcmul_(first, second, scalar);
    }

    /// <summary>number - tensor.</summary>
    public static Tensor Minus(this Scalar number, Tensor tensor) => tensor.neg().add(number, One);

    /// <summary>factor · tensor.</summary>
    public static Tensor Times(this Tensor tensor, double factor)
    {
        using var scalar = factor.ToScalar();
        return tensor.mul(scalar);
    }

    /// <summary>tensor *= factor.</summary>
    public static Tensor TimesInPlace(this Tensor tensor, double factor)
    {
        using var scalar = factor.ToScalar();
        return tensor.mul_(scalar);
    }

    /// <summary>tensor / divisor.</summary>
    public static Tensor DividedBy(this Tensor tensor, long divisor)
    {
        using var scalar = divisor.ToScalar();
        return tensor.div(scalar);
    }

    /// <summary>tensor².</summary>
    public static Tensor Squared(this Tensor tensor) => tensor.pow(Two);

    /// <summary>tensor ≥ number as bool, for integer tensors.</summary>
    public static Tensor IsAtLeast(this Tensor tensor, long number)
    {
        using var scalar = number.ToScalar();
        return tensor.ge(scalar);
    }

    /// <summary>0, step, 2·step, … below end, float32.</summary>
    public static Tensor Range(long end, long step)
    {
        using var stop = end.ToScalar();
        using var stride = step.ToScalar();
        return arange(Zero, stop, stride, ScalarType.Float32);
    }
}
