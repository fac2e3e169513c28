using System.Globalization;

namespace Hrm.Layers;

/// <summary>One axis of an expected shape: a size that must match, or a symbol that stands for any size.</summary>
internal readonly struct Axis
{
    private readonly string? _symbol;
    private readonly long _size;

    private Axis(string? symbol, long size)
    {
        _symbol = symbol;
        _size = size;
    }

    public static implicit operator Axis(string symbol) => new(symbol, -1);

    public static implicit operator Axis(long size) => new(null, size);

    public bool Accepts(long size) => _symbol is not null || size == _size;

    public override string ToString() => _symbol ?? _size.ToString(CultureInfo.InvariantCulture);
}
