namespace Hrm.Core;

/// <summary>Brings the values of a tensor that is a view of its storage (a transposed one, a part) into order.</summary>
internal sealed class StridedValues(TorchTensor tensor)
{
    private readonly int _size = tensor.Storage.Dtype.Size;
    private readonly long[] _index = new long[tensor.Shape.Length];
    private long _place;

    /// <summary>Copies the next values.</summary>
    /// <param name="source">The tensor's extent within its storage.</param>
    /// <param name="destination">Takes whole elements; called again, it goes on where it ended.</param>
    public void CopyNext(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            source.Slice(checked((int)(_place * _size)), _size).CopyTo(destination);
            destination = destination[_size..];
            Advance();
        }
    }

    /// <summary>Counts the index up, the last dimension first.</summary>
    private void Advance()
    {
        for (var i = _index.Length - 1; i >= 0; i--)
        {
            _index[i]++;
            _place += tensor.Strides[i];
            if (_index[i] < tensor.Shape[i])
            {
                return;
            }

            _place -= _index[i] * tensor.Strides[i];
            _index[i] = 0;
        }
    }
}
