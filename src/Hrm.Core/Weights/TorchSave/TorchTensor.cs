namespace Hrm.Core;

/// <summary>A tensor as a pickle describes it, not yet checked against its storage.</summary>
/// <param name="Storage">Where its values are.</param>
/// <param name="Offset">The first value, in elements.</param>
/// <param name="Shape">The size of each dimension.</param>
/// <param name="Strides">How many elements apart neighbours of each dimension are.</param>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>Whether the values stand in order, without gaps. Dimensions of one element have no neighbours.</summary>
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (var i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected)
                {
                    return false;
                }

                expected *= Shape[i];
            }

            return true;
        }
    }

    /// <summary>The elements from the first to behind the last one, for strides that are not negative.</summary>
    public Int128 Extent
    {
        get
        {
            Int128 last = 0;
            for (var i = 0; i < Shape.Length; i++)
            {
                if (Shape[i] == 0)
                {
                    return 0;
                }

                last += (Int128)(Shape[i] - 1) * Strides[i];
            }

            return last + 1;
        }
    }
}
